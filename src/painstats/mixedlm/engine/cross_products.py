"""Sums of products of the columns by participant and gap between rows: all that the mixed model needs.

Let m_t be the row of columns and outcome on day t, and a = rho**d for a row that comes d days after the previous one.
The whitened row is (m_t - a m_(t-d)) / sqrt(1 - a**2), and its product with itself is

    D / (1 - a) + S / (1 + a) - m_(t-d) m_(t-d)',    D, S = (m_t -+ m_(t-d)) (m_t -+ m_(t-d))' / 2

so for any rho the whitened sums of products, one matrix per participant, follow from sums of D and S by participant and
gap, without going back to the rows (Jones 1993, Longitudinal Data with Serial Correlation, ch. 3). Matrices are
symmetric and stored as their lower triangles, row by row: K = k(k + 1) / 2 numbers for k x k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.engine.scaling import Scaling, uncentred

FIRST_ROW_GAP = 0
"""Gap code of a participant's first row, which has no previous row."""


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Sums of products of scaled columns, by participant and gap.

    Parameters
    ----------
    sums : (2, J, K)
        For each of J (participant, gap) pairs and k = p + 1 columns, outcome last: half the products of the differences
        from the previous row, and half the products of the sums with it. For the gap ``FIRST_ROW_GAP``: the products of
        the participant's first row minus those of all rows that have a following row, and zeros.
    gap : (J,)
        Days since the previous row; ``FIRST_ROW_GAP`` for a participant's first row, which has its own pair.
    rows_per_gap : (J,)
        Number of rows in each sum.
    first_pair : (N,)
        Position of each participant's first pair, the one with the gap ``FIRST_ROW_GAP``.
    participants
        The N participants, in order.
    rows_per_participant : (N,)
        Number of rows of each participant.
    residual_scale : (N,)
        Each participant's residual SD relative to the common one; ones unless set by ``with_residual_scale``.
    log_determinant : (N,)
        Log-determinant of the residual correlation at which each participant's rows were whitened; zeros if they were
        not.
    names, random
        Names of the p columns, and of the q columns with random effects.
    positions : (q,)
        Positions of the random columns among the p.
    scaling
        The transform back to the user's units.
    """

    sums: Floats
    gap: Integers
    rows_per_gap: Integers
    first_pair: Integers
    participants: tuple[str, ...]
    rows_per_participant: Integers
    residual_scale: Floats
    log_determinant: Floats
    names: tuple[str, ...]
    random: tuple[str, ...]
    positions: Integers
    scaling: Scaling


def has_gaps(products: CrossProducts) -> bool:
    """Return whether rows were summed by gap, so that rho may differ from zero."""
    return len(products.gap) > len(products.participants) or bool(products.rows_per_participant.max() < 2)


def with_residual_scale(products: CrossProducts, residual_scale: Floats) -> CrossProducts:
    """Return the cross-products of rows divided by each participant's relative residual SD (N,)."""
    change = residual_scale / products.residual_scale
    pairs_per_participant = np.diff(products.first_pair, append=len(products.gap))
    weight = np.repeat(change**-2, pairs_per_participant)
    return replace(products, sums=products.sums * weight[:, None], residual_scale=residual_scale)


def of_participants(products: CrossProducts, positions: Integers) -> CrossProducts:
    """Return the cross-products of some participants, by position, in the given order; repeats are allowed."""
    cuts = np.append(products.first_pair, len(products.gap))
    lengths = cuts[positions + 1] - cuts[positions]
    first_pair = np.cumsum(lengths) - lengths
    pairs = np.arange(lengths.sum()) + np.repeat(cuts[positions] - first_pair, lengths)
    return replace(
        products,
        sums=products.sums[:, pairs],
        gap=products.gap[pairs],
        rows_per_gap=products.rows_per_gap[pairs],
        first_pair=first_pair,
        participants=tuple(products.participants[position] for position in positions),
        rows_per_participant=products.rows_per_participant[positions],
        residual_scale=products.residual_scale[positions],
        log_determinant=products.log_determinant[positions],
    )


def with_uncentred_random_columns(products: CrossProducts) -> CrossProducts:
    """Return the cross-products with the columns with random effects not centred.

    Centring does not change a model with correlated random effects; with uncorrelated ones it would.
    """
    scaling = uncentred(products.scaling, products.positions)
    if scaling is products.scaling:
        return products
    p = len(products.names)
    change = np.eye(p + 1)  # new scaled columns in terms of the old
    change[:p, :p] = np.linalg.solve(products.scaling.transform, scaling.transform)
    sums = change.T @ unpacked(products.sums) @ change
    return replace(products, sums=sums[(..., *np.tril_indices(p + 1))], scaling=scaling)


def unpacked(packed: Floats) -> Floats:
    """Return symmetric matrices (..., k, k) from their lower triangles (..., K)."""
    return np.asarray(packed[..., triangle_index(packed.shape[-1])])


@cache
def triangle_index(size: int) -> Integers:
    """Return (k, k): where each element of a symmetric matrix is in its lower triangle of K = ``size`` numbers."""
    k = int((2 * size) ** 0.5)
    row, column = np.indices((k, k))
    low, high = np.minimum(row, column), np.maximum(row, column)
    return np.asarray(high * (high + 1) // 2 + low)
