"""Centred and scaled columns inside the engine, and the transform back to the user's units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.rows import BLOCK, INTERCEPT, Floats, Integers, ModelRows, column_positions

FAR_FROM_ZERO = 3.0
"""A column with a random effect is centred if its mean is more than this many SDs from zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Centres and scales of the columns and the outcome.

    Parameters
    ----------
    centre, scale : (p,)
        Scaled columns are ``(X - centre) / scale``.
    outcome_centre, outcome_scale
        The same for the outcome.
    transform : (p, p)
        Coefficients in the user's units are ``outcome_scale * transform @ scaled coefficients``, plus
        ``outcome_centre`` for the intercept.
    random_transform : (q, q)
        The same for the random effects.
    intercept : (p,)
        One for the intercept, zero elsewhere.
    """

    centre: Floats
    scale: Floats
    outcome_centre: float
    outcome_scale: float
    transform: Floats
    random_transform: Floats
    intercept: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Means and SDs (denominator n) of the p columns and of the outcome."""

    mean: Floats
    sd: Floats
    outcome_mean: float
    outcome_sd: float


def scaling_of(rows: ModelRows) -> Scaling:
    """Return the scaling that avoids cancellation in sums of products and makes the model independent of units."""
    mean, sd = np.array([_mean_and_sd(values) for values in (*rows.X.T, rows.y)]).T
    moments = Moments(mean[:-1], sd[:-1], float(mean[-1]), float(sd[-1]))
    return scaling_from(moments, rows.names, rows.random)


def _mean_and_sd(values: Floats) -> tuple[float, float]:
    mean, square = float(values.mean()), 0.0
    for start in range(0, len(values), BLOCK):
        apart = values[start : start + BLOCK] - mean
        square += float(np.square(apart, out=apart).sum())
    return mean, float(np.sqrt(square / len(values)))


def scaling_from(moments: Moments, names: tuple[str, ...], random: tuple[str, ...]) -> Scaling:
    """Return the scaling for columns with the given moments.

    A column can be centred only where an intercept absorbs the shift: a column with a random effect needs a random
    intercept.
    """
    intercept = np.array([name == INTERCEPT for name in names], dtype=np.float64)
    centre = np.where(_is_centred(moments, names, random), moments.mean, 0.0)
    scale = np.where(intercept == 1, 1.0, np.hypot(moments.sd, moments.mean - centre))
    outcome_centre = moments.outcome_mean if intercept.any() else 0.0
    outcome_scale = float(np.hypot(moments.outcome_sd, moments.outcome_mean - outcome_centre))
    return _scaling(centre, scale, outcome_centre, outcome_scale, intercept, column_positions(random, names))


def uncentred(scaling: Scaling, positions: Integers) -> Scaling:
    """Return the scaling without centring of the columns at ``positions`` (q,); the same object if none is centred."""
    if not scaling.centre[positions].any():
        return scaling
    centre = scaling.centre.copy()
    centre[positions] = 0.0
    outcome = scaling.outcome_centre, scaling.outcome_scale
    return _scaling(centre, scaling.scale, *outcome, scaling.intercept, positions)


def _scaling(
    centre: Floats, scale: Floats, outcome_centre: float, outcome_scale: float, intercept: Floats, positions: Integers
) -> Scaling:
    transform = (np.eye(len(scale)) - np.outer(intercept, centre)) / scale
    return Scaling(
        centre=centre,
        scale=scale,
        outcome_centre=outcome_centre,
        outcome_scale=outcome_scale,
        transform=transform,
        random_transform=transform[np.ix_(positions, positions)],
        intercept=intercept,
    )


def scaled_columns(rows: ModelRows, scaling: Scaling, at: slice | Integers = slice(None)) -> Floats:
    """Return (n, p + 1): the scaled columns, then the scaled outcome; only for the rows ``at`` if given."""
    X = (rows.X[at] - scaling.centre) / scaling.scale
    y = (rows.y[at] - scaling.outcome_centre) / scaling.outcome_scale
    return np.column_stack([X, y])


def scaled_blocks(rows: ModelRows, scaling: Scaling) -> Iterator[tuple[int, Floats]]:
    """Yield the position of a block's first of m rows, and the block's scaled columns (p + 1, m + 1).

    The outcome comes last. The first of the m + 1 entries belongs to the row before the block (zeros before the first
    row). The same array is reused for every block.
    """
    centre = np.append(scaling.centre, scaling.outcome_centre)[:, None]
    scale = np.append(scaling.scale, scaling.outcome_scale)[:, None]
    blocks = np.zeros((len(scale), min(BLOCK, len(rows.y)) + 1))
    for start in range(0, len(rows.y), BLOCK):
        blocks[:, 0] = blocks[:, -1]
        some = slice(start, start + BLOCK)
        block = blocks[:, : len(rows.y[some]) + 1]
        block[:-1, 1:], block[-1, 1:] = rows.X[some].T, rows.y[some]
        block[:, 1:] -= centre
        block[:, 1:] /= scale
        yield start, block


def _is_centred(moments: Moments, names: tuple[str, ...], random: tuple[str, ...]) -> list[bool]:
    """Return for each column whether it is centred."""
    far = np.abs(moments.mean) > FAR_FROM_ZERO * moments.sd
    return [
        INTERCEPT in names and name != INTERCEPT and (name not in random or (INTERCEPT in random and bool(is_far)))
        for name, is_far in zip(names, far, strict=True)
    ]
