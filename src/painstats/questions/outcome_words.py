"""How a reported item is named, and what a higher and a lower score of it are called."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.questions.question import Outcome
from painstats.vocabulary import BETTER_WHEN_HIGHER, ITEMS


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
    label = outcome.site if outcome.item == "symptom" and outcome.site else _LABELS[outcome.item]
    if outcome.item in ("mood", "sleep_quality"):
        return OutcomeWords(
            label,
            f"better {label}",
            f"worse {label}",
            "better",
            "worse",
            f"makes {label} better",
            f"makes {label} worse",
        )
    return OutcomeWords(
        label, f"more {label}", f"less {label}", "higher", "lower", f"raises {label}", f"lowers {label}"
    )


def is_better_when_higher(outcome: Outcome) -> bool:
    """Whether a high score is a good one."""
    return outcome.item in BETTER_WHEN_HIGHER


_LABELS = {item: item.replace("_", " ") for item in ITEMS} | {"symptom": "symptoms"}
