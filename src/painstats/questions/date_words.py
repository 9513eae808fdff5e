"""Dates in words for participants."""

from __future__ import annotations

from datetime import date

from painstats.language import _

MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
)  # fmt: skip


def date_words(day: date) -> str:
    """Write a date in a sentence: "18 February 2026"."""
    return _("{day} {month} {year}").format(day=day.day, month=MONTHS[day.month - 1], year=day.year)
