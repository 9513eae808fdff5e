"""For each participant and gap between rows, the sums of products of the columns: all that the mixed model needs.

Let m_t be the row of columns and outcome on day t, and a = rho**d for a row that comes d days after the previous one.
The whitened row is (m_t - a m_(t-d)) / sqrt(1 - a**2), so that for any rho the whitened sums of products follow from
three sums for each participant and gap, and the rows are never touched again (Jones 1993, Longitudinal Data with
Serial Correlation, ch. 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.models.rows import Floats, Integers, ModelRows, column_positions, is_first_row
from painstats.models.scaling import Scaling, scaled_columns, scaling_of

CHUNK = 1_000_000
"""Numbers held at once while many points are evaluated; more would not fit the cache."""

FIRST = 0
"""The gap of a participant's first row, which follows no other."""


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Sums of products of scaled columns, by participant and gap.

    Parameters
    ----------
    sums : (3, J, k, k)
        For each of J (participant, gap) pairs and k = p + 1 columns, outcome last: products of rows with themselves, of
        rows with their previous row (symmetrised), and of the previous rows with themselves.
    gap : (J,)
        Days since the previous row; ``FIRST`` for a participant's first row.
    rows_per_gap : (J,)
        How many rows were summed.
    first_pair : (N,)
        Position of each participant's first pair.
    participants
        The N participants, in order.
    rows_per_participant : (N,)
        How many rows each has.
    residual_scale : (N,)
        Each participant's residual SD relative to the common one; ones unless set by ``with_residual_scale``.
    names, random
        Names of the p columns, and of the q with person-specific effects.
    positions : (q,)
        Where the random columns are among the p.
    scaling
        The way back to the user's units.
    """

    sums: Floats
    gap: Integers
    rows_per_gap: Integers
    first_pair: Integers
    participants: tuple[str, ...]
    rows_per_participant: Integers
    residual_scale: Floats
    names: tuple[str, ...]
    random: tuple[str, ...]
    positions: Integers
    scaling: Scaling


def cross_products(rows: ModelRows) -> CrossProducts:
    """Sum up rows for each participant and gap."""
    scaling = scaling_of(rows)
    columns = scaled_columns(rows, scaling)
    first = is_first_row(rows)
    gap = np.where(first, FIRST, np.diff(rows.day, prepend=rows.day[0]))
    person = np.cumsum(first) - 1
    order = np.lexsort((gap, person))
    starts = np.flatnonzero(np.diff(person[order], prepend=-1) | np.diff(gap[order], prepend=-1))
    sums = [_sums_of_products(columns, block) for block in np.split(order, starts[1:])]
    return CrossProducts(
        sums=np.stack(sums, axis=1),
        gap=gap[order][starts],
        rows_per_gap=np.diff(starts, append=len(order)),
        first_pair=np.flatnonzero(np.diff(person[order][starts], prepend=-1)),
        participants=tuple(str(name) for name in rows.participant[first]),
        rows_per_participant=np.bincount(person),
        residual_scale=np.ones(first.sum()),
        names=rows.names,
        random=rows.random,
        positions=column_positions(rows.random, rows.names),
        scaling=scaling,
    )


def with_residual_scale(products: CrossProducts, residual_scale: Floats) -> CrossProducts:
    """Return the cross-products of rows divided by each participant's relative residual SD, shape (N,)."""
    change = residual_scale / products.residual_scale
    pairs_per_participant = np.diff(products.first_pair, append=len(products.gap))
    weight = np.repeat(change**-2, pairs_per_participant)
    return replace(products, sums=products.sums * weight[:, None, None], residual_scale=residual_scale)


def whitened(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the whitened sums of products of each participant, and the log-determinant of the residual correlation.

    Parameters
    ----------
    rho : (...)
        Residual correlation of days one apart; any number of values at once.

    Returns
    -------
    sums : (..., N, k, k)
    log_determinant : (...)
    """
    a, _ = _decay(products, rho)
    weights = np.stack([np.ones_like(a), -a, a * a]) / (1 - a * a)
    return _summed(products, weights), np.asarray(np.log1p(-a * a) @ products.rows_per_gap)


def whitened_derivative(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives in ``rho`` of what ``whitened`` returns, in the same shapes."""
    a, da = _decay(products, rho)
    weights = np.stack([2 * a, -(1 + a * a), 2 * a]) * da / (1 - a * a) ** 2
    return _summed(products, weights), np.asarray((-2 * a * da / (1 - a * a)) @ products.rows_per_gap)


def in_chunks(points: Floats, products: CrossProducts) -> list[Floats]:
    """Split points (D, ...) into chunks whose sums of products fit the cache together."""
    _, pairs, k, _ = products.sums.shape
    chunks = 1 + len(points) * pairs * k * k // CHUNK
    return np.array_split(points, max(1, min(len(points), chunks)))


def _sums_of_products(columns: Floats, block: Integers) -> Floats:
    """Return (3, k, k) for the rows of one participant and gap."""
    now, before = columns[block], columns[block - 1]
    crossed = now.T @ before
    return np.stack([now.T @ now, crossed + crossed.T, before.T @ before])


def _decay(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return (..., J): the correlation across each gap, and its derivative; both 0 where there is no earlier row."""
    rho = np.asarray(rho)[..., None]
    follows = products.gap != FIRST
    gap = np.where(follows, products.gap, 1)
    return np.where(follows, rho**gap, 0.0), np.where(follows, gap * rho ** (gap - 1), 0.0)


def _summed(products: CrossProducts, weights: Floats) -> Floats:
    """Return (..., N, k, k): each participant's weighted sums over gaps, for weights (3, ..., J)."""
    terms = np.einsum("s...j,sjab->...jab", weights, products.sums)
    return np.add.reduceat(terms, products.first_pair, axis=-3)
