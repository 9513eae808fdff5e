"""A participant's activity week by week, as a folded table: a description, which says nothing about the outcome."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from painstats.frame.load import WeekOfActivity, weeks_of_activity
from painstats.language import _
from painstats.questions.daily.measure_words import measure_label
from painstats.questions.phrases import capital, whole
from painstats.reports.dates import month_and_day
from painstats.reports.drawn_days import drawn_days
from painstats.reports.pages import Table

STEPS, EXERCISE = "step_count", "exercise_time_min"

MOST_WEEKS = 26
"""Weeks in a table; the newest are shown."""

FOLD = _("{measure}, week by week")
CAPTION = _(
    "{measure} a day, averaged over the known days of each week from Monday to Sunday, with their number in brackets. "
    "Weeks with fewer than four are left out. * marks a week more than 30% above the four weeks before it: a "
    "convention that says nothing about how much is too much."
)
NEWEST = _("The newest {weeks} weeks are shown.")
HEAD = (_("Week from"), _("A day"), _("Against the week before"), _("Against four weeks"))
MEAN, JUMP = _("{size} ({days})"), _("{size} ({days}) *")
NOT_KNOWN = _("–")
STEPS_NAME, MINUTES_NAME = _("steps"), _("minutes of exercise")
UP, DOWN, SAME = _("up {size}"), _("down {size}"), _("same")


def load_tables(days: pl.DataFrame) -> tuple[Table, ...]:
    """Show the weeks of steps, and of exercise, where they are known in some week.

    Parameters
    ----------
    days
        The participant's rows of ``daily_summary``; those that are drawn are shown.
    """
    found = {measure: _weeks(days, measure) for measure in (STEPS, EXERCISE)}
    return tuple(_table(measure, weeks) for measure, weeks in found.items() if weeks)


def _weeks(days: pl.DataFrame, measure: str) -> list[WeekOfActivity]:
    """Return the newest weeks from the first one with a mean on; earlier days count for what they are compared with."""
    known = days.filter(pl.col(measure).is_not_null())
    weeks = weeks_of_activity(dict(zip(known["date"], known[measure], strict=True)))
    first = min(drawn_days(days)["date"].to_list()) - timedelta(days=6)
    shown = [week for week in weeks if week.mean is not None and week.monday >= first]
    return shown[-MOST_WEEKS:]


def _table(measure: str, weeks: list[WeekOfActivity]) -> Table:
    name = STEPS_NAME if measure == STEPS else MINUTES_NAME
    cut = f" {NEWEST.format(weeks=MOST_WEEKS)}" if len(weeks) == MOST_WEEKS else ""
    return Table(
        CAPTION.format(measure=capital(name)) + cut,
        HEAD,
        tuple(_row(measure, week) for week in weeks),
        fold=FOLD.format(measure=capital(measure_label(measure))),
    )


def _row(measure: str, week: WeekOfActivity) -> tuple[str, ...]:
    mean = JUMP if week.is_jump else MEAN
    return (
        month_and_day(week.monday),
        mean.format(size=_size(measure, week.mean or 0.0), days=week.days),
        _difference(measure, week.change),
        _difference(measure, week.against_four_weeks),
    )


def _difference(measure: str, difference: float | None) -> str:
    """Write a difference with its direction as a word."""
    if difference is None:
        return NOT_KNOWN
    size = _size(measure, abs(difference))
    if size == "0":
        return SAME
    return (UP if difference > 0 else DOWN).format(size=size)


def _size(measure: str, value: float) -> str:
    """Write steps to the nearest hundred, minutes to the nearest one."""
    return whole(100 * round(value / 100) if measure == STEPS else round(value))
