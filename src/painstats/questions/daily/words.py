"""How a daily question is put into words."""

from __future__ import annotations

from painstats.frame.exposure import Exposure
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import Phrases, counted
from painstats.questions.question import Question


def phrases(question: Question) -> Phrases:
    """Return what the parts of a daily question are called."""
    exposure = question.exposure
    return Phrases(
        exposure=exposure.definition.label,
        comparison=comparison(exposure),
        compared_with=compared_with(exposure),
        unit=question.unit,
        day_words="days" if exposure.definition.lag_days else "nights",
        outcome=outcome_words(question.outcome),
        at_most_small="no large link",
    )


def comparison(exposure: Exposure) -> str:
    """Write which days are compared: "after a longer night", "on the day after more steps"."""
    more, lag = exposure.definition.more, exposure.lag_days
    if exposure.definition.lag_days == 0:
        return f"after {more}" if lag == 0 else f"{counted(lag, 'day')} after {more}"
    if lag == 0:
        return f"on days with {more}"
    return f"on the day after {more}" if lag == 1 else f"{counted(lag, 'day')} after {more}"


def compared_with(exposure: Exposure) -> str:
    """Write which measure the outcome is compared with: "steps the day before"."""
    label, lag = exposure.definition.label, exposure.lag_days
    if exposure.definition.lag_days == 0 and lag == 0:
        return f"{label} the night before"
    if lag == 0:
        return f"{label} the same day"
    return f"{label} the day before" if lag == 1 else f"{label} {lag} days before"
