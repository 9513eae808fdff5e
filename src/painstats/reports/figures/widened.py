"""The axis of scores."""

from __future__ import annotations

from collections.abc import Iterable


def widened(scale: tuple[float, float], scores: Iterable[float | None]) -> tuple[float, float]:
    """Extend an axis to scores beyond the scale, which those of several sites can be."""
    known = [score for score in scores if score is not None]
    return min([scale[0], *known]), max([scale[1], *known])
