"""The limits of the looks: how far from zero a test statistic must be before a sign is reported.

With these limits a participant without any link sees a false sign, at any look of a lifetime, no more often than the
plan allows (docs/method/verdict.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

from painstats.plan.looks import looks_from, spent

Floats = npt.NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(201)
LARGEST_Z = 12.0


def limit(declared: Sequence[int], false_sign_chance: float, sharing: int, number: int) -> float:
    """Return the limit of |z| at a look.

    Parameters
    ----------
    declared
        The looks of the plan, in days.
    false_sign_chance
        Chance of a false sign at any look, for all questions together.
    sharing
        How many questions share it (docs/method/verdict.md: r).
    number
        Number of the look, from 1.
    """
    return look_limits(tuple(declared), false_sign_chance / sharing, number)[number - 1]


@lru_cache(maxsize=256)
def look_limits(declared: tuple[int, ...], chance: float, number: int) -> tuple[float, ...]:
    """Return the limits of |z| at the first ``number`` looks.

    The limit of a look is such that z crosses it there for the first time with the probability that is left for the
    look. Information grows in proportion to days, so z at two looks is correlated as sqrt(days / later days).

    References
    ----------
    Armitage, McPherson & Rowe 1969, J R Stat Soc A 132:235; Jennison & Turnbull 2000, Group Sequential Methods, ch. 19.
    """
    days = itertools.islice(looks_from(declared), number)
    found: list[float] = []
    points, density, before, used = np.zeros(1), np.ones(1), 0, 0.0
    for place, day in enumerate(days, start=1):
        sd, share = float(np.sqrt(day - before)), spent(declared, chance, place) - used
        edge = _edge(points, density, sd, share, LARGEST_Z * np.sqrt(day))
        found.append(edge / float(np.sqrt(day)))
        new = NODES * edge
        density = WEIGHTS * edge * (norm.pdf((new[:, None] - points) / sd) / sd @ density)
        points, before, used = new, day, used + share
    return tuple(found)


def _edge(points: Floats, density: Floats, sd: float, share: float, largest: float) -> float:
    """Return where the score must lie to be crossed with probability ``share``, given its density inside until now."""

    def excess(edge: float) -> float:
        return float(density @ (norm.sf((edge - points) / sd) + norm.cdf((-edge - points) / sd))) - share

    return float(brentq(excess, 0.0, largest, xtol=1e-12))
