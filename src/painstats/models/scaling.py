"""Centred and scaled columns inside the engine, and the way back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.models.rows import INTERCEPT, Floats, Integers, ModelRows, column_positions

FAR_FROM_ZERO = 3.0
"""A column with a person-specific effect is centred when its mean is more than this many SDs from zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What was taken off the columns and the outcome, and what they were divided by.

    Parameters
    ----------
    centre, scale : (p,)
        Scaled columns are ``(X - centre) / scale``.
    outcome_centre, outcome_scale
        The same for the outcome.
    transform : (p, p)
        Coefficients in the user's units are ``outcome_scale * transform @ scaled coefficients``, plus
        ``outcome_centre`` on the intercept.
    random_transform : (q, q)
        The same for the person-specific effects.
    intercept : (p,)
        One at the intercept, zero elsewhere.
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
    """Means and SDs (n in the denominator) of the p columns, and of the outcome."""

    mean: Floats
    sd: Floats
    outcome_mean: float
    outcome_sd: float


def scaling_of(rows: ModelRows) -> Scaling:
    """Return the scaling that protects sums of products from cancellation and makes the model free of units."""
    moments = Moments(rows.X.mean(axis=0), rows.X.std(axis=0), float(rows.y.mean()), float(rows.y.std()))
    return scaling_from(moments, rows.names, rows.random)


def scaling_from(moments: Moments, names: tuple[str, ...], random: tuple[str, ...]) -> Scaling:
    """Return the scaling of columns with given moments.

    A column can be centred only where the intercept takes up the difference: for one with a person-specific effect,
    the intercept must be person-specific too.
    """
    intercept = np.array([name == INTERCEPT for name in names], dtype=np.float64)
    centre = np.where(_is_centred(moments, names, random), moments.mean, 0.0)
    scale = np.where(intercept == 1, 1.0, np.hypot(moments.sd, moments.mean - centre))
    outcome_centre = moments.outcome_mean if intercept.any() else 0.0
    outcome_scale = float(np.hypot(moments.outcome_sd, moments.outcome_mean - outcome_centre))
    return _scaling(centre, scale, outcome_centre, outcome_scale, intercept, column_positions(random, names))


def uncentred(scaling: Scaling, positions: Integers) -> Scaling:
    """Return the scaling that leaves the columns at ``positions`` (q,) where they are; itself if it does."""
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


def scaled_columns(rows: ModelRows, scaling: Scaling) -> Floats:
    """Return (n, p + 1): the scaled columns and, last, the scaled outcome."""
    X = (rows.X - scaling.centre) / scaling.scale
    y = (rows.y - scaling.outcome_centre) / scaling.outcome_scale
    return np.column_stack([X, y])


def _is_centred(moments: Moments, names: tuple[str, ...], random: tuple[str, ...]) -> list[bool]:
    """Say for each column whether its mean is taken off."""
    far = np.abs(moments.mean) > FAR_FROM_ZERO * moments.sd
    return [
        INTERCEPT in names and name != INTERCEPT and (name not in random or (INTERCEPT in random and bool(is_far)))
        for name, is_far in zip(names, far, strict=True)
    ]
