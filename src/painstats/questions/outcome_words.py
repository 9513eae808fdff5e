"""How a reported item is named, and what a higher and a lower score of it are called."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.language import _
from painstats.questions.question import Outcome
from painstats.vocabulary import BETTER_WHEN_HIGHER


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """How an outcome is named.

    Parameters
    ----------
    label
        "pain", "sleep quality".
    more, less
        What a higher and a lower score mean: "more pain", "better mood".
    higher, lower
        What the outcome is said to be then: "pain was lower", "mood was better".
    raises, lowers
        The same as a deed: "raises pain", "makes mood worse".
    """

    label: str
    more: str
    less: str
    higher: str
    lower: str
    raises: str
    lowers: str


def outcome_words(outcome: Outcome) -> OutcomeWords:
    """Return how an outcome is named; a symptom goes by its own name, which is its site."""
    label: str = LABELS[outcome.item]
    if outcome.item == "symptom" and outcome.site:
        label = SYMPTOM.format(symptom=outcome.site)
    if outcome.item in ("mood", "sleep_quality"):
        return OutcomeWords(
            label,
            _("better {outcome}").format(outcome=label),
            _("worse {outcome}").format(outcome=label),
            _("better"),
            _("worse"),
            _("makes {outcome} better").format(outcome=label),
            _("makes {outcome} worse").format(outcome=label),
        )
    return OutcomeWords(
        label,
        _("more {outcome}").format(outcome=label),
        _("less {outcome}").format(outcome=label),
        _("higher"),
        _("lower"),
        _("raises {outcome}").format(outcome=label),
        _("lowers {outcome}").format(outcome=label),
    )


def is_better_when_higher(outcome: Outcome) -> bool:
    """Whether a high score is a good one."""
    return outcome.item in BETTER_WHEN_HIGHER


LABELS = {
    "pain": _("pain"),
    "soreness": _("soreness"),
    "fatigue": _("fatigue"),
    "mood": _("mood"),
    "anxiety": _("anxiety"),
    "stress": _("stress"),
    "stiffness": _("stiffness"),
    "sleep_quality": _("sleep quality"),
    "readiness": _("readiness"),
    "energy": _("energy"),
    "pain_interference": _("pain interference"),
    "symptom": _("symptoms"),
}
"""Every item of ``vocabulary.ITEMS``. A translation chooses one gender for all of them, as the sentences need it."""

SYMPTOM = _("{symptom}")
