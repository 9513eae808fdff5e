"""Counts and sizes in words for participants: one decimal, no minus sign, a direction is a word."""

from __future__ import annotations

import math

from painstats.language import _, decimal, ngettext
from painstats.questions.phrases import capital, whole

NUMBERS = (
    _("no"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
    _("ten"),
)  # fmt: skip


def number_words(number: int) -> str:
    """Write a count up to ten as a word."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else str(number)


def days_words(days: int) -> str:
    """Write a number of days in figures: "1 day", "31 days"."""
    return ngettext("{days} day", "{days} days", days).format(days=whole(days))


def asked_words(number: int) -> str:
    """Say how many questions share the limits: "Eight questions were asked here; the limits allow for that."."""
    text = ngettext(
        "{number} question was asked here.", "{number} questions were asked here; the limits allow for that.", number
    )
    return text.format(number=capital(number_words(number)))


def points(size: float) -> str:
    """Write a size in points: "0.3 points"; one that would round to 0.0 is "less than 0.1 points"."""
    if is_tiny(size):
        return _("less than 0.1 points")
    return _("{number} points").format(number=decimal(abs(size)))


def is_tiny(size: float) -> bool:
    """Whether a size is 0.0 with one decimal."""
    return round(abs(size), 1) == 0


def points_up(size: float) -> str:
    """Write a bound in points, rounded up to one decimal: "0.8 points", "1 point"."""
    whole, part = divmod(max(math.ceil(round(10 * abs(size), 9)), 1), 10)
    if part:
        return _("{number} points").format(number=decimal(whole + part / 10))
    return ngettext("{number} point", "{number} points", whole).format(number=whole)


def told_span(nearer: float, further: float, direction: str) -> str:
    """Write a range on one side of zero, from its sizes: "0.1 to 0.4 points lower", "just above 0 to …"."""
    small, large = decimal(nearer), decimal(further)
    if is_tiny(further):
        return _("less than 0.1 points {direction}").format(direction=direction)
    if small == large:
        return _("{large} points {direction}").format(large=large, direction=direction)
    if is_tiny(nearer):
        return _("just above 0 to\u00a0{large} points {direction}").format(large=large, direction=direction)
    return _("{small} to\u00a0{large} points {direction}").format(small=small, large=large, direction=direction)


def open_span(below: float, above: float, lower: str, higher: str) -> str:
    """Write a range over zero, from the sizes of its ends: "0.4 points lower to 0.1 points higher"."""
    return _("{below} {lower} to\u00a0{above} {higher}").format(
        below=points(below), lower=lower, above=points(above), higher=higher
    )


def span(low: float, high: float, lower: str, higher: str) -> str:
    """Write a range of an effect, on one side of zero or over it, with the words for its two directions."""
    if low < 0 < high:
        return open_span(-low, high, lower, higher)
    nearer, further = sorted((abs(low), abs(high)))
    return told_span(nearer, further, higher if low + high > 0 else lower)
