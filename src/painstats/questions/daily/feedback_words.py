"""Sentences about an outcome that also changes the exposures of later days. They never change a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.frame.exposure import Exposure
from painstats.language import _
from painstats.questions.daily.measure_words import measure_label
from painstats.questions.daily.tables import ModelFit
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import listed

LARGEST_P = 0.01
SMALLEST_T = 2.58
"""Of the column S of an exposure that is named: its p is below 0.01."""

DID: Mapping[str, tuple[str, str]] = {
    "total_sleep_time_min": (_("slept less"), _("slept more")),
    "step_count": (_("walked less"), _("walked more")),
    "active_time_min": (_("were less active"), _("were more active")),
    "exercise_time_min": (_("exercised less"), _("exercised more")),
}
"""Measure to what participants did after days with higher scores: less of it, or more."""

HAD_LESS, HAD_MORE = _("had a lower {exposure}"), _("had a higher {exposure}")
FEEDBACK = _(
    "Your {outcome} also changes your {exposures}: after days with {more}, you {deeds}. Your numbers allow for that."
)


def feedback_words(fit: ModelFit, exposures: Sequence[Exposure], outcome: OutcomeWords) -> tuple[str, ...]:
    """Write that the outcome also changes exposures in a study; nothing where the test does not show it."""
    moved = _moved(fit, exposures)
    if not moved:
        return ()
    return (
        f"In these diaries {outcome.label} also changes {_labels(moved)}: after days with {outcome.more}, people "
        f"{_did(moved)}. The numbers here allow for that.",
    )


def own_feedback_words(fit: ModelFit, exposures: Sequence[Exposure], outcome: OutcomeWords) -> tuple[str, ...]:
    """Write the same to a participant, from the model of their own days."""
    moved = _moved(fit, exposures)
    if not moved:
        return ()
    return (FEEDBACK.format(outcome=outcome.label, exposures=_labels(moved), more=outcome.more, deeds=_did(moved)),)


def _moved(fit: ModelFit, exposures: Sequence[Exposure]) -> list[tuple[Exposure, bool]]:
    """Return the exposures that the outcome moves, and whether it raises them: the sign of the coefficient of S."""
    if fit.feedback_p is None or fit.feedback_p >= LARGEST_P:
        return []
    found = zip(fit.guarded, fit.feedback_coefficients, fit.feedback_t, strict=True)
    raised = {column: coefficient > 0 for column, coefficient, t in found if abs(t) > SMALLEST_T}
    return [(exposure, raised[exposure.within]) for exposure in exposures if exposure.within in raised]


def _labels(moved: Sequence[tuple[Exposure, bool]]) -> str:
    return listed([measure_label(exposure.measure) for exposure, _raised in moved])


def _did(moved: Sequence[tuple[Exposure, bool]]) -> str:
    return listed([_deed(exposure, is_raised) for exposure, is_raised in moved])


def _deed(exposure: Exposure, is_raised: bool) -> str:
    lower, higher = (entry.format(exposure=measure_label(exposure.measure)) for entry in (HAD_LESS, HAD_MORE))
    return DID.get(exposure.measure, (lower, higher))[is_raised]
