"""For each participant and gap between rows, the sums of products of the columns: all that the mixed model needs.

Let m_t be the row of columns and outcome on day t, and a = rho**d for a row that comes d days after the previous one.
The whitened row is (m_t - a m_(t-d)) / sqrt(1 - a**2), and its product with itself is

    D / (1 - a) + S / (1 + a) - m_(t-d) m_(t-d)',    D, S = (m_t -+ m_(t-d)) (m_t -+ m_(t-d))' / 2

so that for any rho the whitened sums of products follow from sums of D and S for each participant and gap, one matrix
for each participant, and the rows are never touched again (Jones 1993, Longitudinal Data with Serial Correlation,
ch. 3). Matrices are symmetric and kept as their lower triangles, row by row: K = k(k + 1) / 2 numbers for k x k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy import sparse

from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, column_positions, is_first_row
from painstats.mixedlm.engine.scaling import Scaling, scaled_blocks, scaled_columns, scaling_of, uncentred

CHUNK = 1_000_000
"""Numbers held at once while many points are evaluated; more would not fit the cache."""

SPARE = 4
"""Places for each row that may be held to number participants' gaps without sorting."""

LONGEST = 10_000
"""Days of a gap beyond which longer ones are the same: rho**gap is below the rounding of one for any rho allowed."""

FIRST = 0
"""The gap of a participant's first row, which follows no other."""


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Sums of products of scaled columns, by participant and gap.

    Parameters
    ----------
    sums : (2, J, K)
        For each of J (participant, gap) pairs and k = p + 1 columns, outcome last: half the products of differences of
        rows from their previous row, and half the products of rows added to it. For the gap ``FIRST``: the products of
        the participant's first row less those of all rows that another follows, and zeros.
    gap : (J,)
        Days since the previous row; ``FIRST`` for a participant's first row, which has a pair of its own.
    rows_per_gap : (J,)
        How many rows were summed.
    first_pair : (N,)
        Position of each participant's first pair, which is that of the gap ``FIRST``.
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


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """The pair of each row (n,), and the participant and the gap of each pair (J,), in their order."""

    of_row: Integers
    owner: Integers
    gap: Integers


def cross_products(rows: ModelRows, *, gaps: bool = True) -> CrossProducts:
    """Sum up rows for each participant and gap, or, without ``gaps``, for each participant: enough for rho = 0."""
    scaling = scaling_of(rows)
    starts = np.flatnonzero(is_first_row(rows))
    lengths = np.diff(starts, append=len(rows.y))
    sums, gap, rows_per_gap = (_by_gap if gaps else _by_participant)(rows, scaling, starts)
    return CrossProducts(
        sums=sums,
        gap=gap,
        rows_per_gap=rows_per_gap,
        first_pair=np.flatnonzero(gap == FIRST),
        participants=tuple(rows.participant[starts].tolist()),
        rows_per_participant=lengths,
        residual_scale=np.ones(len(starts)),
        names=rows.names,
        random=rows.random,
        positions=column_positions(rows.random, rows.names),
        scaling=scaling,
    )


def knows_gaps(products: CrossProducts) -> bool:
    """Say whether rows were summed up for each gap, so that rho may be other than zero."""
    return len(products.gap) > len(products.participants) or bool(products.rows_per_participant.max() < 2)


def with_residual_scale(products: CrossProducts, residual_scale: Floats) -> CrossProducts:
    """Return the cross-products of rows divided by each participant's relative residual SD, shape (N,)."""
    change = residual_scale / products.residual_scale
    pairs_per_participant = np.diff(products.first_pair, append=len(products.gap))
    weight = np.repeat(change**-2, pairs_per_participant)
    return replace(products, sums=products.sums * weight[:, None], residual_scale=residual_scale)


def of_participants(products: CrossProducts, positions: Integers) -> CrossProducts:
    """Return the cross-products of some of the participants, by position, in the order given; repeats are allowed."""
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
    )


def with_random_columns_as_given(products: CrossProducts) -> CrossProducts:
    """Return the cross-products with the means put back on columns with person-specific effects.

    Where these effects may be correlated their zero does not matter, and they may be centred; otherwise it does.
    """
    scaling = uncentred(products.scaling, products.positions)
    if scaling is products.scaling:
        return products
    p = len(products.names)
    change = np.eye(p + 1)  # new scaled columns in terms of the old
    change[:p, :p] = np.linalg.solve(products.scaling.transform, scaling.transform)
    sums = change.T @ unpacked(products.sums) @ change
    return replace(products, sums=sums[(..., *np.tril_indices(p + 1))], scaling=scaling)


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
    weights, log_determinant = decay_weights(products, np.asarray(rho))
    return unpacked(_summed(products, weights)), log_determinant


def whitened_derivative(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives in ``rho`` of what ``whitened`` returns, in the same shapes."""
    weights, log_determinant = decay_weight_derivatives(products, np.asarray(rho))
    return unpacked(_summed(products, weights)), log_determinant


def decay_weights(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return what ``sums`` is to be multiplied by (..., 2, J), and the log-determinant (...) of the correlation."""
    a, _ = _decay(products, rho)
    return _for_each_pair(products, [1 / (1 - a), 1 / (1 + a)], np.log1p(-a * a))


def decay_weight_derivatives(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives in ``rho`` of what ``decay_weights`` returns, in the same shapes."""
    a, da = _decay(products, rho)
    return _for_each_pair(products, [da / (1 - a) ** 2, -da / (1 + a) ** 2], -2 * a * da / (1 - a * a))


def decay_weight_curvatures(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the second derivatives in ``rho`` of what ``decay_weights`` returns, in the same shapes."""
    a, da = _decay(products, rho)
    days = np.arange(a.shape[-1])
    dda = np.where(days > 1, days * (days - 1.0) * rho[..., None] ** np.maximum(days - 2, 0), 0.0)
    less, more, both = 1 - a, 1 + a, 1 - a * a
    weights = [dda / less**2 + 2 * da**2 / less**3, 2 * da**2 / more**3 - dda / more**2]
    return _for_each_pair(products, weights, -2 * (da**2 + a * dda) / both - (2 * a * da / both) ** 2)


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


def in_chunks(points: Floats, products: CrossProducts) -> list[Floats]:
    """Split points (D, ...) into chunks whose sums of products fit the cache together."""
    people, k = len(products.participants), len(products.names) + 1
    chunks = 1 + len(points) * (people * k * k + 2 * len(products.gap)) // CHUNK
    return np.array_split(points, max(1, min(len(points), chunks)))


def _by_participant(rows: ModelRows, scaling: Scaling, starts: Integers) -> tuple[Floats, Integers, Integers]:
    """Return the sums (2, N, K), gaps (N,) and rows (N,) of one pair for each participant, with the gap ``FIRST``."""
    k = rows.X.shape[1] + 1
    sums = np.zeros((2, len(starts), k * (k + 1) // 2))
    for start, block in scaled_blocks(rows, scaling):
        _add_by_participant(sums[0], block[:, 1:], starts, start)
    return sums, np.full(len(starts), FIRST), np.diff(starts, append=len(rows.y))


def _by_gap(rows: ModelRows, scaling: Scaling, starts: Integers) -> tuple[Floats, Integers, Integers]:
    """Return the sums (2, J, K), gaps (J,) and rows (J,) of every pair of participant and gap."""
    days = np.diff(rows.day, prepend=rows.day[0])
    days[starts] = FIRST
    stops = np.append(starts[1:], len(days))
    pairs = _pairs(np.repeat(np.arange(len(starts)), stops - starts), days)
    sums = _summed_pairs(rows, scaling, starts, days, pairs)
    first, last = scaled_columns(rows, scaling, starts), scaled_columns(rows, scaling, stops - 1)
    sums = with_first_rows(sums, np.flatnonzero(pairs.gap == FIRST), first, last)
    return sums, pairs.gap, np.bincount(pairs.of_row)


def _pairs(person: Integers, gap: Integers) -> _Pairs:
    """Return the pairs of participant and gap that rows have."""
    width = int(gap.max()) + 1
    key = person * width + gap
    if (person[-1] + 1) * width > SPARE * len(key):  # long gaps: a table of all of them would be mostly empty
        keys, of_row = np.unique(key, return_inverse=True)
    else:
        occurs = np.bincount(key) > 0
        keys, of_row = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[key]
    return _Pairs(of_row, keys // width, keys % width)


def _summed_pairs(rows: ModelRows, scaling: Scaling, starts: Integers, days: Integers, pairs: _Pairs) -> Floats:
    """Return (2, J, K): sums of half the products of rows less, and plus, the row before; none for first rows.

    Rows that come the usual number of days after the one before are summed up where they stand, others one by one.
    """
    usual = max(FIRST + 1, int(np.bincount(np.minimum(days[days != FIRST], LONGEST), minlength=1).argmax()))
    is_usual = days == usual
    others = np.flatnonzero(~is_usual & (days != FIRST))
    k = rows.X.shape[1] + 1
    sums, usual_sums = (np.zeros((2, size, k * (k + 1) // 2)) for size in (len(pairs.gap), len(starts)))
    for start, block in scaled_blocks(rows, scaling):
        within = is_usual[start : start + block.shape[1] - 1]
        some = others[slice(*np.searchsorted(others, (start, start + len(within))))]
        for kind, steps in enumerate((block[:, 1:] - block[:, :-1], block[:, 1:] + block[:, :-1])):
            _add_by_pair(sums[kind], steps[:, some - start], pairs.of_row[some])
            steps *= within
            _add_by_participant(usual_sums[kind], steps, starts, start)
    has_usual = np.flatnonzero(pairs.gap == usual)
    sums[:, has_usual] = usual_sums[:, pairs.owner[has_usual]]
    return sums / 2


def _add_by_participant(sums: Floats, values: Floats, starts: Integers, start: int) -> None:
    """Add products of the rows (k, m) from the row ``start`` on to sums (N, K); participants begin at ``starts``."""
    first, end = np.searchsorted(starts, (start + 1, start + values.shape[1])) - (1, 0)
    cuts = np.maximum(starts[first:end] - start, 0)
    for place, (i, j) in enumerate(zip(*np.tril_indices(len(values)), strict=True)):
        sums[first:end, place] += np.add.reduceat(values[i] * values[j], cuts)


def _add_by_pair(sums: Floats, values: Floats, pair: Integers) -> None:
    """Add products of rows (k, m) to sums (J, K), each to those of its pair."""
    if pair.size == 0:
        return
    lowest, highest = int(pair.min()), int(pair.max()) + 1
    for place, (i, j) in enumerate(zip(*np.tril_indices(len(values)), strict=True)):
        sums[lowest:highest, place] += np.bincount(pair - lowest, values[i] * values[j])


def with_first_rows(sums: Floats, first_pair: Integers, first: Floats, last: Floats) -> Floats:
    """Fill the pairs of the gap ``FIRST`` in sums (2, J, K), from the first and last rows of participants (N, k).

    With T the sum of D + S over a participant's gaps, the products of the first row less those of all rows that another
    follows are (first + last - T) / 2.
    """
    sums[:, first_pair] = 0.0
    between = np.add.reduceat(sums[0], first_pair) + np.add.reduceat(sums[1], first_pair)
    sums[0, first_pair] = (row_products(first) + row_products(last) - between) / 2
    return sums


def row_products(values: Floats) -> Floats:
    """Return (n, K): the products of each row's elements, a lower triangle row by row."""
    row, column = np.tril_indices(values.shape[1])
    return np.asarray(values[:, row] * values[:, column])


def _decay(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return (..., G): the correlation across gaps of 0, 1, 2, … days, and its derivative; none before a first row."""
    gap = np.arange(min(int(products.gap.max()), LONGEST) + 1)
    rho, follows, days = rho[..., None], gap != FIRST, np.maximum(gap, 1)
    return np.where(follows, rho**days, 0.0), np.where(follows, days * rho ** (days - 1), 0.0)


def _for_each_pair(products: CrossProducts, weights: list[Floats], log_factor: Floats) -> tuple[Floats, Floats]:
    """Look up (..., 2, J) weights of pairs and sum their logarithms (...), from values (..., G) for lengths of gap."""
    gap = np.minimum(products.gap, LONGEST)
    rows = np.bincount(gap, products.rows_per_gap, minlength=log_factor.shape[-1])
    return np.stack([np.take(values, gap, axis=-1) for values in weights], axis=-2), np.asarray(log_factor @ rows)


def _summed(products: CrossProducts, weights: Floats) -> Floats:
    """Return (..., N, K): each participant's weighted sums over gaps, for weights (..., 2, J)."""
    return weighted_sums(products, weights, 0, len(products.participants))


def weighted_sums(products: CrossProducts, weights: Floats, start: int, stop: int) -> Floats:
    """Return (..., n, K): weighted sums over gaps of the participants from ``start`` to ``stop``, weights (..., 2, J).

    A product with a sparse matrix, one row for each point and participant, passes over the sums without temporaries.
    """
    cuts = np.append(products.first_pair, len(products.gap))[start : stop + 1]
    sums = products.sums[:, cuts[0] : cuts[-1]]
    pairs, points = sums.shape[1], int(np.prod(weights.shape[:-2]))
    values = weights[..., cuts[0] : cuts[-1]].reshape(points, 2, pairs)
    if pairs == stop - start:  # every participant's sums are those of one pair
        return np.asarray(np.einsum("dtj,tjk->djk", values, sums)).reshape(*weights.shape[:-2], pairs, sums.shape[2])
    pointer = (np.arange(points)[:, None] * pairs + (cuts[1:] - cuts[0])).ravel()
    pointer = np.concatenate([[0], pointer])
    shape = (points * (stop - start), pairs)
    index = np.tile(np.arange(pairs), points)
    total = np.zeros((shape[0], sums.shape[2]))
    for kind in range(2):
        total += sparse.csr_array((values[:, kind].ravel(), index, pointer), shape=shape) @ sums[kind]
    return total.reshape(*weights.shape[:-2], stop - start, sums.shape[2])
