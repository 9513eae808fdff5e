"""How a daily question is put into words."""

from __future__ import annotations

from functools import partial

from painstats.frame.exposure import Exposure
from painstats.language import _, decimal, ngettext
from painstats.questions.daily.measure_words import MEASURE_WORDS, MeasureUnit, measure_label
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import Phrases, UnitWords, counted, whole
from painstats.questions.question import Question
from painstats.vocabulary import MEASURES

MINUTES_OF_DAY = 1440


def phrases(question: Question) -> Phrases:
    """Return what the parts of a daily question are called."""
    exposure, measure = question.exposure, question.exposure.measure
    words, outcome = MEASURE_WORDS[measure], outcome_words(question.outcome)
    is_usual = exposure.lag_days == exposure.definition.lag_days
    return Phrases(
        exposure=measure_label(measure),
        comparison=comparison(exposure),
        compared_with=compared_with(exposure),
        unit=question.unit,
        day_words="days" if exposure.definition.lag_days else "nights",
        outcome=outcome,
        after=_after(exposure, words.more, _("On days with {more}")),
        units=tuple(_unit(exposure, unit) for unit in words.units),
        outcome_then=_("{outcome} the next day").format(outcome=outcome.label) if is_usual else outcome.label,
        low_days=words.low_days,
        high_days=words.high_days,
        doing=words.doing,
        hardly_varies=words.hardly_varies,
        level=partial(level_words, measure),
        difference=partial(difference_words, measure),
    )


def _unit(exposure: Exposure, unit: MeasureUnit) -> UnitWords:
    return UnitWords(unit.factor, unit.per, unit.more, _after(exposure, unit.day, _("On {more}")))


def _after(exposure: Exposure, more: str, same_day: str) -> str:
    """Write which days are compared: "After longer nights", "2 days after more steps", "On days with more steps"."""
    is_daytime, lag = exposure.definition.lag_days > 0, exposure.lag_days
    if lag == exposure.definition.lag_days:
        return _("After {more}").format(more=more)
    if is_daytime and lag == 0:
        return same_day.format(more=more)
    return ngettext("{days} day after {more}", "{days} days after {more}", lag).format(days=lag, more=more)


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
    label, lag = measure_label(exposure.measure), exposure.lag_days
    if exposure.definition.lag_days == 0 and lag == 0:
        return _("{exposure} the night before").format(exposure=label)
    if lag == 0:
        return _("{exposure} the same day").format(exposure=label)
    text = ngettext("{exposure} the day before", "{exposure} {days} days before", lag)
    return text.format(exposure=label, days=lag)


def level_words(measure: str, units: float) -> str:
    """Write a value of a measure, given in units of an effect: "5.8 hours", "3,200 steps", "02:40"."""
    value = units * MEASURES[measure].per
    if measure == "sleep_midpoint_min":
        hours, minutes = divmod(round(value) % MINUTES_OF_DAY, 60)
        return f"{hours:02d}:{minutes:02d}"
    if measure in ("total_sleep_time_min", "time_in_bed_min"):
        return _("{hours} hours").format(hours=decimal(value / 60))
    if measure == "step_count":
        return _("{steps} steps").format(steps=whole(100 * round(value / 100)))
    if measure == "sleep_efficiency_percent":
        return _("{share}% asleep").format(share=f"{value:.0f}")
    if measure == "sleep_regularity_index":
        return _("{points} points").format(points=f"{value:.0f}".replace("-", "−"))
    return _("{minutes} minutes").format(minutes=f"{value:.0f}")


def difference_words(measure: str, units: float) -> str:
    """Write a difference between two values of a measure: "2.1 hours", "65 minutes", "2,050 steps"."""
    size = units * MEASURES[measure].per
    if measure == "step_count":
        return _("{steps} steps").format(steps=whole(50 * round(size / 50)))
    if measure == "sleep_efficiency_percent":
        return _("{points} percentage points").format(points=f"{size:.0f}")
    if measure == "sleep_regularity_index":
        return _("{points} points").format(points=f"{size:.0f}")
    if size >= 120:
        return _("{hours} hours").format(hours=decimal(size / 60))
    return _("{minutes} minutes").format(minutes=5 * round(size / 5))
