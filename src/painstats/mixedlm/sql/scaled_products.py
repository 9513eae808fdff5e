"""From the database's sums of shifted columns to the cross-products of scaled columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.cross_products import FIRST_ROW_GAP, CrossProducts, unpacked
from painstats.mixedlm.engine.rows import Floats, Integers, column_positions
from painstats.mixedlm.engine.scaling import Moments, Scaling, scaling_from
from painstats.mixedlm.engine.summed_rows import row_products
from painstats.mixedlm.sql.sums_query import FIRST_ROW_STEP, Relation


@dataclass(frozen=True, slots=True, eq=False)
class SummedPairs:
    """The database's sums by participant and gap, in order.

    With k columns: ones, the model's columns and the outcome, shifted by ``centre``, and K = k(k + 1) / 2.

    Parameters
    ----------
    sums : (2, K, J)
        As in ``CrossProducts``, of these columns, with pairs as the last axis.
    gap, rows_per_gap : (J,)
    first_pair : (N,)
    participants
    squares : (k, k)
        Sums of products of all rows.
    centre : (k - 1,)
    """

    sums: Floats
    gap: Integers
    rows_per_gap: Integers
    first_pair: Integers
    participants: tuple[str, ...]
    squares: Floats
    centre: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Positions of the sums of J pairs: ``rows`` (J,), and ``second_rows`` of ``pairs_in_two``, gaps of one day."""

    rows: Integers
    second_rows: Integers
    pairs_in_two: Integers


def pairs_from(found: pl.DataFrame, relation: Relation, centre: Floats) -> SummedPairs:
    """Put the result of ``summed_pairs`` in order.

    Raises
    ------
    PainstatsError
        If a participant has two rows for one day.
    """
    rows = found.select("participant", "step").with_row_index("row").sort("participant", "step")
    order, step = rows["row"].to_numpy(), rows["step"].to_numpy()
    is_first = step == FIRST_ROW_STEP
    gap = np.where(is_first, FIRST_ROW_GAP, step // 2)
    _check_distinct(relation, found.select(pl.col("n").filter(pl.col("step") == 0).sum()).item())
    is_start = is_first | (np.diff(gap, prepend=-1) != 0)
    start, second = np.flatnonzero(is_start), np.flatnonzero(~is_start)
    parts = _Parts(order[start], order[second], np.searchsorted(start, second) - 1)
    first_pair = np.flatnonzero(is_first[start])
    rows_per_gap = _put_together(found, "n", parts)
    sums = _with_first_rows(*_packed(found, parts, rows_per_gap), first_pair)
    return SummedPairs(
        sums=sums,
        gap=gap[start],
        rows_per_gap=rows_per_gap,
        first_pair=first_pair,
        participants=tuple(rows["participant"].gather(start[first_pair]).to_list()),
        squares=unpacked(sums.sum(axis=(0, 2))),
        centre=centre,
    )


def _check_distinct(relation: Relation, repeated: int) -> None:
    if repeated:
        raise PainstatsError(
            f"{repeated} rows repeat the {relation.roles.participant!r} and {relation.roles.day!r} of another row; "
            "keep one per day"
        )


def _put_together(found: pl.DataFrame, name: str, parts: _Parts) -> Any:
    """Return (J,): a column's sums by pair."""
    column = found[name].to_numpy()
    sums = column[parts.rows]
    sums[parts.pairs_in_two] += column[parts.second_rows]
    return sums


def _packed(found: pl.DataFrame, parts: _Parts, n: Integers) -> tuple[Floats, Floats]:
    """Return sums of products (2, K, J), and sums of differences and of sums (2, k, J), ones first."""
    m = sum(name.startswith("d") and "_" not in name for name in found.columns)
    sums = np.zeros((2, (m + 1) * (m + 2) // 2, len(n)))
    steps = np.zeros((2, m + 1, len(n)))
    sums[1, 0] = steps[1, 0] = 2.0 * n  # ones differ by 0 and add up to 2
    for kind, name in enumerate("ds"):
        for i in range(m):
            place = (i + 1) * (i + 2) // 2
            steps[kind, i + 1] = _put_together(found, f"{name}{i}", parts)
            sums[kind, place] = kind * steps[kind, i + 1]
            for j in range(i + 1):
                np.divide(_put_together(found, f"{name}{i}_{j}", parts), 2, out=sums[kind, place + j + 1])
    return sums, steps


def _with_first_rows(sums: Floats, steps: Floats, first_pair: Integers) -> Floats:
    """Fill the pairs of the gap ``FIRST_ROW_GAP`` in sums (2, K, J), as ``summed_rows.with_first_rows`` does.

    A first row is the mean of its difference from, and sum with, the row before it in the query; a last row is the
    first row plus all further differences. ``steps`` are sums of differences and of sums (2, k, J).
    """
    first = (steps[0, :, first_pair] + steps[1, :, first_pair]) / 2  # (N, k)
    steps[0, :, first_pair] = first
    last = np.add.reduceat(steps[0], first_pair, axis=1).T
    sums[:, :, first_pair] = 0.0
    between = np.add.reduceat(sums[0] + sums[1], first_pair, axis=1)
    sums[0, :, first_pair] = (row_products(first) + row_products(last) - between.T) / 2
    return sums


def means_and_variances(pairs: SummedPairs) -> tuple[Floats, Floats]:
    """Return the means minus ``centre``, and the variances, of columns and outcome (k - 1,)."""
    mean = pairs.squares[0, 1:] / pairs.squares[0, 0]
    return mean, np.diag(pairs.squares)[1:] / pairs.squares[0, 0] - mean**2


def moments_of(pairs: SummedPairs, relation: Relation) -> Moments:
    """Return the means and SDs of the model's columns and outcome, before any shift."""
    mean, variance = means_and_variances(pairs)
    mean, sd = mean + pairs.centre, np.sqrt(np.maximum(variance, 0.0))
    one, outcome = int(relation.roles.intercept), (float(mean[-1]), float(sd[-1]))
    return Moments(np.append(np.ones(one), mean[:-1]), np.append(np.zeros(one), sd[:-1]), *outcome)


def products_from(pairs: SummedPairs, relation: Relation) -> tuple[CrossProducts, Floats]:
    """Return the cross-products, and the mean products of the model's columns, scaled, without the intercept.

    With an intercept they are products of deviations from the mean.
    """
    names, one = relation.roles.names, int(relation.roles.intercept)
    scaling = scaling_from(moments_of(pairs, relation), names, tuple(relation.roles.random))
    change = _change(pairs, scaling, one)
    packed_change = _packed_change(change)
    sums = np.empty((2, len(pairs.gap), packed_change.shape[1]))
    for kind in range(2):
        np.matmul(pairs.sums[kind].T, packed_change, out=sums[kind])
    products = CrossProducts(
        sums=sums,
        gap=pairs.gap,
        rows_per_gap=pairs.rows_per_gap,
        first_pair=pairs.first_pair,
        participants=pairs.participants,
        rows_per_participant=np.add.reduceat(pairs.rows_per_gap, pairs.first_pair),
        residual_scale=np.ones(len(pairs.first_pair)),
        log_determinant=np.zeros(len(pairs.first_pair)),
        names=names,
        random=tuple(relation.roles.random),
        positions=column_positions(relation.roles.random, names),
        scaling=scaling,
    )
    squares = change.T @ pairs.squares @ change / pairs.squares[0, 0]
    about = squares[0] if one else np.zeros(len(squares))
    return products, (squares - np.outer(about, about))[one:-1, one:-1]


def _change(pairs: SummedPairs, scaling: Scaling, one: int) -> Floats:
    """Return (k, k or k - 1): the scaled columns in terms of ones and columns minus ``centre``."""
    shift = pairs.centre - np.append(scaling.centre[one:], scaling.outcome_centre)
    scale = np.append(scaling.scale[one:], scaling.outcome_scale)
    change = np.vstack([shift / scale, np.diag(1 / scale)])
    return np.hstack([np.eye(len(change), 1), change]) if one else change


def _packed_change(change: Floats) -> Floats:
    """Return the transform of lower triangles A, row by row, into those of ``change``' A ``change``."""
    k = len(change)
    units = unpacked(np.eye(k * (k + 1) // 2))
    changed = change.T @ units @ change
    row, column = np.tril_indices(change.shape[1])
    return np.asarray(changed[:, row, column])
