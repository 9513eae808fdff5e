"""Sentences about a pattern that a daily model leaves over in its residuals. It never changes a verdict."""

from __future__ import annotations

from painstats.language import _
from painstats.questions.daily.tables import ModelFit
from painstats.questions.phrases import counted

DAYS_OF_A_WEEK = 7
RHYTHM = _("Your scores follow a rhythm that the method does not describe. Read the range with caution.")
DRIFT = _("Your level drifted over the whole diary.")


def pattern_words(fit: ModelFit) -> tuple[str, ...]:
    """Write what the model over participants leaves over; nothing if that is noise."""
    if not fit.has_pattern:
        return ()
    days, departure = counted(fit.pattern_lag, "day"), fit.pattern_departure
    how = "still go together" if departure > 0 else "are still less alike than others"
    weekly = ", a rhythm of the week that differs between people" if fit.pattern_lag == DAYS_OF_A_WEEK else ""
    return (
        f"What the model leaves over is not noise: scores {days} apart {how} ({_signed(departure)}){weekly}. "
        "Intervals may be too narrow.",
    )


def _signed(value: float) -> str:
    """Write a number with a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def own_pattern_words(fit: ModelFit) -> tuple[str, ...]:
    """Write to a participant what the model of their own days leaves over; nothing if that is noise."""
    return (*((RHYTHM,) if fit.has_pattern else ()), *((DRIFT,) if fit.drifts else ()))
