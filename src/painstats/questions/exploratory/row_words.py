"""What a row of a chart says in words: its range, without "points", which the caption says."""

from __future__ import annotations

from painstats.language import _, decimal
from painstats.questions.size_words import is_tiny

_TINY = _("less than 0.1")
ONE_SIDED = _("A range on one side is no pattern yet: among several, chance often gives one.")


def row_span(low: float, high: float, lower: str, higher: str) -> str:
    """Write a range in points: "0.4 to 1.3 lower", "0.1 lower to 0.3 higher", "just above 0 to 0.4 lower"."""
    if low < 0 < high and _one_decimal(-low) == _one_decimal(high) == _TINY:
        return _("less than 0.1 either way")
    if low < 0 < high:
        ends = {"below": _one_decimal(-low), "lower": lower, "above": _one_decimal(high), "higher": higher}
        return _("{below} {lower} to\u00a0{above} {higher}").format(**ends)
    nearer, further = sorted((abs(low), abs(high)))
    direction = higher if low + high > 0 else lower
    if _one_decimal(nearer) == _one_decimal(further):
        return _("{size} {direction}").format(size=_one_decimal(further), direction=direction)
    if is_tiny(nearer):
        return _("just above 0 to\u00a0{far} {direction}").format(far=_one_decimal(further), direction=direction)
    return _("{near} to\u00a0{far} {direction}").format(
        near=_one_decimal(nearer), far=_one_decimal(further), direction=direction
    )


def _one_decimal(size: float) -> str:
    return _TINY if is_tiny(size) else decimal(size)
