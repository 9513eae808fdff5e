"""A participant's months as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.language import _, decimal
from painstats.plan.study import Study
from painstats.questions.daily.measure_words import measure_label
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, whole
from painstats.questions.question import outcome_of
from painstats.reports.dates import month_name
from painstats.reports.drawn_days import drawn_days
from painstats.reports.measures_shown import measures_shown
from painstats.reports.pages import Table

MINUTES_OF_DAY = 1440
CAPTION = _("Month by month: averages, with the number of days in brackets")
MONTH, MONTH_AND_YEAR = _("Month"), _("{month} {year}")
MINUTES, HOURS = _("{minutes} min"), _("{hours} h {minutes}")


@dataclass(frozen=True, slots=True)
class _MonthMean:
    """The mean of one column over the valid days of a month."""

    mean: float | None
    days: int


def months_table(days: pl.DataFrame, study: Study) -> Table:
    """Sum up the drawn days month by month: means over the valid days, and their number."""
    shown = drawn_days(days)
    names = ["outcome_score", *measures_shown(study, shown)]
    drawn = shown.with_columns(pl.col("date").dt.truncate("1mo").alias("month"))
    months = drawn.partition_by("month", as_dict=True, maintain_order=True)
    rows = tuple(
        (month_words(key[0]), *(_mean_words(name, _month_mean(month[name])) for name in names))
        for key, month in sorted(months.items())
    )
    labels = [outcome_words(outcome_of(study.plan.outcome)).label, *(measure_label(name) for name in names[1:])]
    return Table(CAPTION, (MONTH, *map(capital, labels)), rows)


def month_words(first: object) -> str:
    """Write a month by its first date: "Mar 2026"."""
    assert isinstance(first, date)
    return MONTH_AND_YEAR.format(month=month_name(first), year=first.year)


def _month_mean(values: pl.Series) -> _MonthMean:
    mean = values.mean()
    return _MonthMean(float(mean) if isinstance(mean, int | float) else None, values.count())


def _mean_words(name: str, month: _MonthMean) -> str:
    mean, days = month.mean, month.days
    if mean is None:
        return "– (0)"
    return f"{_value_words(name, mean)} ({days})"


def _value_words(name: str, mean: float) -> str:
    if name == "outcome_score":
        return decimal(mean)
    if name == "step_count":
        return whole(mean)
    if name == "exercise_time_min":
        return MINUTES.format(minutes=f"{mean:.0f}")
    hours, minutes = divmod(round(mean) % MINUTES_OF_DAY, 60)
    if name == "sleep_midpoint_min":
        return f"{hours:02d}:{minutes:02d}"
    return HOURS.format(hours=hours, minutes=f"{minutes:02d}") if name.endswith("_min") else f"{mean:.0f}"
