"""Dates in charts and tables: "9 Mar", "9 Mar 2026", "Mar"."""

from __future__ import annotations

from datetime import date

from painstats.language import _

MONTHS = (
    _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"), _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"),
    _("Dec"),
)  # fmt: skip
DAYS_OF_WEEK = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def month_name(day: date) -> str:
    """Name the month of a date: "Mar"."""
    return MONTHS[day.month - 1]


def month_and_day(day: date) -> str:
    """Write a date of a known year: "9 Mar"."""
    return _("{day} {month}").format(day=day.day, month=month_name(day))


def date_words(day: date) -> str:
    """Write a date: "2 Feb 2026"."""
    return _("{day} {month} {year}").format(day=day.day, month=month_name(day), year=day.year)


def day_words(day: date) -> str:
    """Write a date with its day of the week: "Mon 2 Feb 2026"."""
    return _("{weekday} {date}").format(weekday=DAYS_OF_WEEK[day.weekday()], date=date_words(day))
