"""The phrases that a kind of question supplies; sentences are composed of them in ``findings/words.py``."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.questions.outcome_words import OutcomeWords


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a question's exposure, comparison and outcome are called.

    Parameters
    ----------
    exposure
        "sleep".
    comparison
        Which days are compared: "after a longer night".
    compared_with
        What the outcome is compared with: "sleep the night before".
    unit
        What an effect is per: "hour of sleep".
    day_words
        "days" or "nights".
    outcome
        How the outcome is named.
    at_most_small
        The verdict that an effect is at most small.
    """

    exposure: str
    comparison: str
    compared_with: str
    unit: str
    day_words: str
    outcome: OutcomeWords
    at_most_small: str


@dataclass(frozen=True, slots=True)
class EffectChart:
    """What a chart of effects shows; ``reports/figures/effect_charts.py`` draws it.

    Parameters
    ----------
    title
        What is compared: "Sleep".
    label
        One sentence for readers who cannot see the chart, about themselves.
    cohort_label
        The same about all participants.
    left, right
        What the two sides of zero mean: "less pain", "more pain".
    unit
        What the axis counts points per.
    """

    title: str
    label: str
    cohort_label: str
    left: str
    right: str
    unit: str


def counted(number: float, thing: str) -> str:
    """Write a number of things: "1 row", "12,480 rows"."""
    return f"{whole(number)} {thing}" if number == 1 else f"{whole(number)} {thing}s"


def whole(number: float) -> str:
    """Write a whole number with commas between thousands: 12,480."""
    return f"{number:,.0f}"


def capital(text: str) -> str:
    """Write the first letter as a capital."""
    return text[:1].upper() + text[1:]


def listed(things: list[str]) -> str:
    """Write a list: "sleep", "sleep and steps", "sleep, steps and exercise"."""
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1]))) if things else ""
