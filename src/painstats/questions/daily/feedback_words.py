"""Sentences about an outcome that also changes the exposures of later days. They never change a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.frame.exposure import Exposure
from painstats.questions.daily.tables import ModelFit
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import listed

LARGEST_P = 0.01
SMALLEST_T = 2.58
"""Of the column S of an exposure that is named: its p is below 0.01."""

DID: Mapping[str, tuple[str, str]] = {
    "total_sleep_time_min": ("slept less", "slept more"),
    "step_count": ("walked less", "walked more"),
    "active_time_min": ("were less active", "were more active"),
    "exercise_time_min": ("exercised less", "exercised more"),
}
"""Measure to what people did after days with higher scores: less of it, or more."""


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
    return (
        f"Your {outcome.label} also changes your {_labels(moved)}: after days with {outcome.more}, you {_did(moved)}. "
        "Your numbers allow for that.",
    )


def _moved(fit: ModelFit, exposures: Sequence[Exposure]) -> list[tuple[Exposure, bool]]:
    """Return the exposures that the outcome moves, and whether it raises them: the sign of the coefficient of S."""
    if fit.feedback_p is None or fit.feedback_p >= LARGEST_P:
        return []
    found = zip(fit.guarded, fit.feedback_coefficients, fit.feedback_t, strict=True)
    raised = {column: coefficient > 0 for column, coefficient, t in found if abs(t) > SMALLEST_T}
    return [(exposure, raised[exposure.within]) for exposure in exposures if exposure.within in raised]


def _labels(moved: Sequence[tuple[Exposure, bool]]) -> str:
    return listed([exposure.definition.label for exposure, _ in moved])


def _did(moved: Sequence[tuple[Exposure, bool]]) -> str:
    return listed([_deed(exposure, is_raised) for exposure, is_raised in moved])


def _deed(exposure: Exposure, is_raised: bool) -> str:
    label = exposure.definition.label
    return DID.get(exposure.measure, (f"had a lower {label}", f"had a higher {label}"))[is_raised]
