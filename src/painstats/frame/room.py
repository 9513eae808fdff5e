"""How much of an uncut outcome lies inside its scale: scores at an end of it could not be any lower, or higher.

Where many scores are at an end, a slope is smaller than that of an outcome without ends. Divided by the room, it
estimates the latter (Greene 1981, Econometrica 49:505).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

STEPS = (1.0, 0.5)
"""Steps between scores, in points, that are recognised; with others scores are compared at tenths of the scale."""

MOST_STEPS = 20
"""Most steps of a scale that are compared one by one."""

EXTREME_SHARE = 0.01
"""Shares of days this close to 0 or 1 say too little about the line."""

LEAST_SLOPE, LARGEST_SLOPE = 0.15, 3.0
"""Limits of the line's slope for a tenth of the scale: an SD of two thirds of the scale, and of a thirtieth."""

ON_A_CUT = 1e-9
"""Distance in steps within which a score is at a cut, or on a step."""


def room(scores: npt.ArrayLike, scale: tuple[float, float]) -> float:
    """Return the share of a normal outcome, fitted to the scores, that lies inside the scale; above 0, at most 1.

    The normal distribution has the mean m and SD s of the line through (c, z): z is the normal quantile of the share of
    scores below c, for each c halfway between two steps of the scale. Only shares between 0.01 and 0.99 count, with the
    weight phi(z)^2 / (p (1 - p)) of a quantile's precision. The room is Phi((m - low) / s) - Phi((m - high) / s).

    The steps are whole points, or half points where scores use those too, on scales of at most 20 such steps: outcomes
    are rounded to one score or the next halfway between them. Other scores, such as those of a slider or means over
    sites, are compared at the middles of the tenths of the scale, so that the line has as many points as on 0-10. A
    score exactly there counts half as below, so that mirrored scores have the same room.

    Parameters
    ----------
    scores : (n,)
        Known scores, in points.
    scale
        Lowest and highest possible score.

    Returns
    -------
    float
        The room. It is 1.0 where fewer than two different shares count, because there is no line then: with a single
        score, with two different whole ones, or with none.
    """
    shares, cuts = _shares_below(np.asarray(scores, dtype=np.float64), scale)
    counts = (shares > EXTREME_SHARE) & (shares < 1 - EXTREME_SHARE)
    if np.unique(shares[counts]).size < 2:
        return 1.0
    middle, slope = _line(cuts[counts], shares[counts])
    return float(special.ndtr(middle * slope) - special.ndtr((middle - 10) * slope))


def share_at_ends(scores: npt.ArrayLike, scale: tuple[float, float]) -> tuple[float, float]:
    """Return the shares of scores at the lowest and at the highest possible score; both are 0 without scores."""
    values = np.asarray(scores, dtype=np.float64)
    if not values.size:
        return 0.0, 0.0
    return float(np.mean(values <= scale[0])), float(np.mean(values >= scale[1]))


def _shares_below(scores: Floats, scale: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the share of scores below each cut, and the cuts in tenths of the scale, from 0 to 10."""
    steps = _steps(scores, scale)
    places = (scores - scale[0]) / (scale[1] - scale[0]) * steps - 0.5 - np.arange(steps)[:, None]
    below = np.where(np.abs(places) <= ON_A_CUT, 0.5, places < 0)
    shares = below.sum(axis=1) / max(scores.size, 1)
    return shares, (np.arange(steps) + 0.5) * 10 / steps


def _steps(scores: Floats, scale: tuple[float, float]) -> int:
    """Return into how many steps the scale is divided."""
    for step in STEPS:
        steps = (scale[1] - scale[0]) / step
        if steps <= MOST_STEPS and _are_whole(steps) and _are_whole((scores - scale[0]) / step):
            return round(steps)
    return 10


def _are_whole(values: npt.ArrayLike) -> bool:
    return bool(np.all(np.abs(np.asarray(values) - np.rint(values)) <= ON_A_CUT))


def _line(cuts: Floats, shares: Floats) -> tuple[float, float]:
    """Fit z = slope (c - middle) by weighted least squares; return the middle, and the slope within its limits."""
    z = special.ndtri(shares)
    weights = np.exp(-(z**2)) / (2 * np.pi) / (shares * (1 - shares))
    mean_cut, mean_z = weights @ cuts / weights.sum(), weights @ z / weights.sum()
    slope = weights @ ((cuts - mean_cut) * (z - mean_z)) / (weights @ (cuts - mean_cut) ** 2)
    slope = float(np.clip(slope, LEAST_SLOPE, LARGEST_SLOPE))
    return float(mean_cut - mean_z / slope), slope
