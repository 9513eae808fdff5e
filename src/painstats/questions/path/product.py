"""The way through: the product of two independent estimates, with its interval and test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.coefficients import Coefficient

NODES = 2000
"""Equally likely values of the first estimate over which the second one's distribution is averaged."""

TAIL = 0.025
"""Probability beyond each end of the interval."""


PRECISION = 1e-6
"""Of the ends of the interval, in standard deviations of the product."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of two coefficients with its 95% interval and two-sided p."""

    estimate: float
    low: float
    high: float
    p: float


def product(first: Coefficient, second: Coefficient) -> Product:
    """Multiply two coefficients whose errors are independent.

    The interval holds the quantiles of the product of two t variables, each at its estimate with its standard error
    and degrees of freedom. No random numbers are drawn. p is twice the smaller share of that product beyond zero, so
    that it is below 0.05 just where the interval leaves zero.

    References
    ----------
    docs/method/questions.md, path, through sleep.
    """
    values, estimate = _values(first), first.estimate * second.estimate
    low, high = (_quantile(share, values, second, estimate, _spread(first, second)) for share in (TAIL, 1 - TAIL))
    return Product(estimate, low, high, _two_sided(_share_below_zero(first, second)))


def _quantile(share: float, first: Floats, second: Coefficient, estimate: float, spread: float) -> float:
    """Search outward from the estimate, which lies between the quantiles."""
    from scipy import optimize

    side, reach = (-1 if share < 0.5 else 1), 2 * spread
    while side * (_share_below(estimate + side * reach, first, second) - share) < 0:
        reach *= 2
    end = estimate + side * reach
    found = optimize.brentq(lambda at: _share_below(at, first, second) - share, estimate, end, xtol=PRECISION * spread)
    return float(found)


def _spread(first: Coefficient, second: Coefficient) -> float:
    """Return the standard deviation of the product of two normal variables."""
    return float(np.hypot(np.hypot(first.estimate * second.se, second.estimate * first.se), first.se * second.se))


def _values(coefficient: Coefficient) -> Floats:
    """Return equally likely values (``NODES``,) of a t variable at a coefficient."""
    from scipy import special

    shares = (np.arange(NODES) + 0.5) / NODES
    return np.asarray(coefficient.estimate + coefficient.se * special.stdtrit(coefficient.df, shares))


def _share_below(at: float, first: Floats, second: Coefficient) -> float:
    """Return the share of products of ``first`` (n,) and a t variable at ``second`` that lie below ``at``."""
    from scipy import special

    return float(np.mean(special.stdtr(second.df, (at - first * second.estimate) / (np.abs(first) * second.se))))


def _share_below_zero(first: Coefficient, second: Coefficient) -> float:
    """Return the share of products below zero: one factor is below it, and the other is not."""
    from scipy import special

    below = [float(special.stdtr(each.df, -each.estimate / each.se)) for each in (first, second)]
    return below[0] * (1 - below[1]) + (1 - below[0]) * below[1]


def _two_sided(share_below: float) -> float:
    return 2 * min(share_below, 1 - share_below)
