"""Standardised differences between groups, and how large they are by chance alone.

References
----------
Yang & Dalton 2012, SAS Global Forum 335; docs/method/cohort.md, table 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import pi, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """The standardised difference of a variable between groups.

    Parameters
    ----------
    pair
        The two groups that differ most, the first less the second.
    largest
        Their difference; with its sign for numbers, without for levels. None if it cannot be determined: one of the
        groups has no known value, or no group varies though they differ.
    mean
        The mean size over all pairs of groups; None if one of them cannot be determined.
    by_chance
        The mean size of the difference of this pair if its participants had been divided by lot.
    """

    pair: tuple[str, str]
    largest: float | None
    mean: float | None
    by_chance: float | None


def difference_of_numbers(groups: Mapping[str, Floats]) -> Difference | None:
    """Return the difference of a number between groups of known values (n,); None for fewer than two groups."""
    sizes = {name: values.size for name, values in groups.items()}
    return _largest(groups, lambda first, second: standardised_mean(groups[first], groups[second]), sizes, 2)


def difference_of_levels(groups: Mapping[str, Sequence[int]]) -> Difference | None:
    """Return the difference of levels between groups, each with the count of every level in order."""
    sizes = {name: sum(counts) for name, counts in groups.items()}
    used = sum(any(counts) for counts in zip(*groups.values(), strict=True))
    return _largest(groups, lambda first, second: levels_distance(groups[first], groups[second]), sizes, used)


def standardised_mean(first: Floats, second: Floats) -> float | None:
    """Return (m1 - m2) / sqrt((s1^2 + s2^2) / 2); None if it cannot be determined."""
    if min(first.size, second.size) < 2:
        return None
    distance = float(first.mean() - second.mean())
    variance = float(first.var(ddof=1) + second.var(ddof=1)) / 2
    if variance == 0:
        return 0.0 if distance == 0 else None
    return distance / sqrt(variance)


def levels_distance(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Return the distance between the shares of K levels in two groups, always positive.

    sqrt(d' S^- d) with d the differences of the shares of levels 2 to K, S the mean of diag(p) - p p' of both groups,
    and a generalised inverse. For K = 2 it is |p - q| / sqrt((p (1 - p) + q (1 - q)) / 2).
    """
    if not sum(first) or not sum(second):
        return None
    p, q = (np.asarray(counts[1:], dtype=np.float64) / sum(counts) for counts in (first, second))
    apart = p - q
    spread = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    if not apart.any():
        return 0.0
    if not spread.any():
        return None
    return float(np.sqrt(apart @ np.linalg.pinv(spread) @ apart))


def by_chance(first: int, second: int, levels: int = 2) -> float | None:
    """Return the mean size of a difference between groups of these sizes that were drawn by lot.

    sqrt(2 / pi) sqrt(1 / n + 1 / m); with K > 2 levels, sqrt((K - 1) (1 / n + 1 / m)).
    """
    if not first or not second:
        return None
    scale = sqrt(2 / pi) if levels <= 2 else sqrt(levels - 1)
    return scale * sqrt(1 / first + 1 / second)


def _largest(
    groups: Iterable[str], distance: Callable[[str, str], float | None], sizes: Mapping[str, int], levels: int
) -> Difference | None:
    distances = {pair: distance(*pair) for pair in combinations(groups, 2)}
    if not distances:
        return None
    known = {pair: value for pair, value in distances.items() if value is not None}
    pair = max(known, key=lambda each: abs(known[each]), default=next(iter(distances)))
    mean = sum(map(abs, known.values())) / len(known) if len(known) == len(distances) else None
    return Difference(pair, known.get(pair), mean, by_chance(sizes[pair[0]], sizes[pair[1]], levels))
