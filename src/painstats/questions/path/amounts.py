"""Differences in sleep and activity in words: "10 minutes shorter", "300 fewer steps", "4 to 16 minutes shorter"."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.language import _
from painstats.questions.phrases import whole
from painstats.vocabulary import MEASURES

JUST_ABOVE = _("just above 0")
RANGE, OVER_ZERO = _("{small} to\u00a0{large}"), _("{below} to\u00a0{above}")


@dataclass(frozen=True, slots=True)
class AmountWords:
    """How a difference in a measure is written.

    Parameters
    ----------
    step
        What it is rounded to, in the measure's own unit.
    less, more
        With its size: "{size} minutes shorter".
    slightly_less, slightly_more
        Where it would round to 0.
    short_less, short_more
        As on an arrow: "{size} min shorter".
    """

    step: float
    less: str
    more: str
    slightly_less: str
    slightly_more: str
    short_less: str
    short_more: str


AMOUNTS: dict[str, AmountWords] = {
    "total_sleep_time_min": AmountWords(
        1,
        _("{size} minutes shorter"),
        _("{size} minutes longer"),
        _("slightly shorter"),
        _("slightly longer"),
        _("{size} min shorter"),
        _("{size} min longer"),
    ),
    "step_count": AmountWords(
        100,
        _("{size} fewer steps"),
        _("{size} more steps"),
        _("slightly fewer steps"),
        _("slightly more steps"),
        _("{size} fewer steps"),
        _("{size} more steps"),
    ),
    "active_time_min": AmountWords(
        1,
        _("{size} fewer active minutes"),
        _("{size} more active minutes"),
        _("slightly less active time"),
        _("slightly more active time"),
        _("{size} fewer min"),
        _("{size} more min"),
    ),
    "exercise_time_min": AmountWords(
        1,
        _("{size} minutes less exercise"),
        _("{size} minutes more exercise"),
        _("slightly less exercise"),
        _("slightly more exercise"),
        _("{size} fewer min"),
        _("{size} more min"),
    ),
}
"""Measure to its words."""

LESS: dict[str, str] = {
    "step_count": _("fewer steps"),
    "active_time_min": _("less active time"),
    "exercise_time_min": _("less exercise"),
}
"""Activity to what less of it is called; more of it is in ``MEASURE_WORDS``."""


def amount(measure: str, difference: float, *, short: bool = False) -> str:
    """Write a difference, given in units of effects: "10 minutes shorter"; on an arrow "10 min shorter"."""
    words, size = AMOUNTS[measure], _size(measure, difference)
    if size == "0":
        return words.slightly_more if difference > 0 else words.slightly_less
    less, more = (words.short_less, words.short_more) if short else (words.less, words.more)
    return (more if difference > 0 else less).format(size=size)


def amount_span(measure: str, low: float, high: float) -> str:
    """Write a range of differences: "4 to 16 minutes shorter", "8 minutes shorter to 2 minutes longer"."""
    if low < 0 < high:
        return OVER_ZERO.format(below=amount(measure, low), above=amount(measure, high))
    nearer, further = sorted((low, high), key=abs)
    small, large = _size(measure, nearer), _size(measure, further)
    if small == large:
        return amount(measure, further)
    size = RANGE.format(small=JUST_ABOVE if small == "0" else small, large=large)
    return (AMOUNTS[measure].more if further > 0 else AMOUNTS[measure].less).format(size=size)


def _size(measure: str, difference: float) -> str:
    step = AMOUNTS[measure].step
    return whole(step * round(abs(difference) * MEASURES[measure].per / step))
