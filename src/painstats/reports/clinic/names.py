"""Names, lists, dates and sizes, as short as a page of one side needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from painstats.findings.catalogue import clinic as say
from painstats.language import decimal, plain_number
from painstats.questions.date_words import MONTHS, date_words
from painstats.questions.phrases import label_text, listed
from painstats.reports.dates import month_name
from painstats.reports.pages import Cell, named

LONGEST_NAME = 28
"""Letters of a name that are shown."""

MOST_LISTED = 3
"""Names in one list; further ones are counted."""


def filled(entry: str, **values: Cell | int) -> Markup:
    """Fill a sentence of the catalogue; what is not yet safe to show is escaped."""
    return Markup(entry).format(**values)


def short_name(name: str) -> Markup:
    """Set a name from outside apart, and cut it where it is long."""
    tamed = label_text(name.strip())
    return named(tamed if len(tamed) <= LONGEST_NAME else f"{tamed[: LONGEST_NAME - 1].rstrip()}…")


def short_list(items: Sequence[Cell], most: int = MOST_LISTED) -> Markup:
    """Write a list of different items: "yoga, heat and ibuprofen"; beyond ``most`` items the rest is counted."""
    shown = list(dict.fromkeys(Markup.escape(item) for item in items))
    if len(shown) > most:
        left = len(shown) - most + 1
        shown = [*shown[: most - 1], Markup.escape(say.others(left))]
    return Markup(listed([str(item) for item in shown]))


def day_words(day: date, period_first: date) -> str:
    """Write a date; its year only where it lies before the period of the page, which has each day once."""
    if day < period_first:
        return date_words(day)
    return say.DAY.format(day=day.day, month=MONTHS[day.month - 1])


def days_short(first: date, last: date) -> str:
    """Write one day or several for the head of a column: "29 Sep", "8 to 9 Aug", "30 Jul to 2 Aug"."""
    end = say.DAY.format(day=last.day, month=month_name(last))
    if first == last:
        return end
    if first.month == last.month:
        return say.DAYS_OF_MONTH.format(first=first.day, last=last.day, month=month_name(last))
    start = say.DAY.format(day=first.day, month=month_name(first))
    return say.FIRST_TO_LAST.format(first=start, last=end)


def score_words(score: float) -> str:
    """Write a score: "7", or with one decimal "6.5"."""
    return plain_number(round(score, 1))


def p_words(p: float) -> str:
    """Write a p value: two decimals, three below 0.01, and a bound below 0.001."""
    if p < 0.001:
        return say.P_SMALL
    return say.P.format(p=decimal(p, 3) if p < 0.01 else decimal(p, 2))
