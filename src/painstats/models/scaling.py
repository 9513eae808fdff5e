"""Centred and scaled columns inside the engine, and the way back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.models.rows import INTERCEPT, Floats, ModelRows, column_positions

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


def scaling_of(rows: ModelRows) -> Scaling:
    """Return the scaling that protects sums of products from cancellation and makes the model free of units.

    A column can be centred only where the intercept takes up the difference: for one with a person-specific effect,
    the intercept must be person-specific too.
    """
    intercept = np.array([name == INTERCEPT for name in rows.names], dtype=np.float64)
    mean = rows.X.mean(axis=0)
    centre = np.where(_is_centred(rows), mean, 0.0)
    scale = np.where(intercept == 1, 1.0, np.sqrt(np.mean((rows.X - centre) ** 2, axis=0)))
    transform = (np.eye(len(scale)) - np.outer(intercept, centre)) / scale
    positions = column_positions(rows.random, rows.names)
    outcome_centre = float(rows.y.mean()) if intercept.any() else 0.0
    return Scaling(
        centre=centre,
        scale=scale,
        outcome_centre=outcome_centre,
        outcome_scale=float(np.sqrt(np.mean((rows.y - outcome_centre) ** 2))),
        transform=transform,
        random_transform=transform[np.ix_(positions, positions)],
        intercept=intercept,
    )


def scaled_columns(rows: ModelRows, scaling: Scaling) -> Floats:
    """Return (n, p + 1): the scaled columns and, last, the scaled outcome."""
    X = (rows.X - scaling.centre) / scaling.scale
    y = (rows.y - scaling.outcome_centre) / scaling.outcome_scale
    return np.column_stack([X, y])


def _is_centred(rows: ModelRows) -> list[bool]:
    """Say for each column whether its mean is taken off."""
    spread = rows.X.std(axis=0)
    far = np.abs(rows.X.mean(axis=0)) > FAR_FROM_ZERO * spread
    return [
        INTERCEPT in rows.names
        and name != INTERCEPT
        and (name not in rows.random or (INTERCEPT in rows.random and bool(is_far)))
        for name, is_far in zip(rows.names, far, strict=True)
    ]
