"""Cross-products of rows in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.cross_products import FIRST_ROW_GAP, CrossProducts
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, column_positions, is_first_row
from painstats.mixedlm.engine.scaling import Scaling, scaled_blocks, scaled_columns, scaling_of
from painstats.mixedlm.engine.whitened_products import MAX_GAP

MAX_TABLE_RATIO = 4
"""Participants' gaps are numbered by a lookup table, without sorting, if it has at most this many entries per row."""


@dataclass(frozen=True, slots=True, eq=False)
class _PairIndex:
    """The pair of each row (n,), and the participant and gap of each pair (J,), in order."""

    of_row: Integers
    owner: Integers
    gap: Integers


def cross_products(rows: ModelRows, *, gaps: bool = True) -> CrossProducts:
    """Sum rows by participant and gap, or only by participant without ``gaps``, which is enough for rho = 0."""
    scaling = scaling_of(rows)
    starts = np.flatnonzero(is_first_row(rows))
    lengths = np.diff(starts, append=len(rows.y))
    sums, gap, rows_per_gap = (_by_gap if gaps else _by_participant)(rows, scaling, starts)
    return CrossProducts(
        sums=sums,
        gap=gap,
        rows_per_gap=rows_per_gap,
        first_pair=np.flatnonzero(gap == FIRST_ROW_GAP),
        participants=tuple(rows.participant[starts].tolist()),
        rows_per_participant=lengths,
        residual_scale=np.ones(len(starts)),
        log_determinant=np.zeros(len(starts)),
        names=rows.names,
        random=rows.random,
        positions=column_positions(rows.random, rows.names),
        scaling=scaling,
    )


def _by_participant(rows: ModelRows, scaling: Scaling, starts: Integers) -> tuple[Floats, Integers, Integers]:
    """Return sums (2, N, K), gaps (N,) and row counts (N,), one ``FIRST_ROW_GAP`` pair per participant."""
    k = rows.X.shape[1] + 1
    sums = np.zeros((2, len(starts), k * (k + 1) // 2))
    for start, block in scaled_blocks(rows, scaling):
        _add_by_participant(sums[0], block[:, 1:], starts, start)
    return sums, np.full(len(starts), FIRST_ROW_GAP), np.diff(starts, append=len(rows.y))


def _by_gap(rows: ModelRows, scaling: Scaling, starts: Integers) -> tuple[Floats, Integers, Integers]:
    """Return the sums (2, J, K), gaps (J,) and row counts (J,) of every (participant, gap) pair."""
    days = np.diff(rows.day, prepend=rows.day[0])
    days[starts] = FIRST_ROW_GAP
    stops = np.append(starts[1:], len(days))
    pairs = _pairs(np.repeat(np.arange(len(starts)), stops - starts), days)
    sums = _summed_pairs(rows, scaling, starts, days, pairs)
    first, last = scaled_columns(rows, scaling, starts), scaled_columns(rows, scaling, stops - 1)
    sums = with_first_rows(sums, np.flatnonzero(pairs.gap == FIRST_ROW_GAP), first, last)
    return sums, pairs.gap, np.bincount(pairs.of_row)


def _pairs(owner: Integers, gap: Integers) -> _PairIndex:
    """Return the (participant, gap) pairs that occur."""
    width = int(gap.max()) + 1
    key = owner * width + gap
    if (owner[-1] + 1) * width > MAX_TABLE_RATIO * len(key):  # with long gaps a lookup table would be mostly empty
        keys, of_row = np.unique(key, return_inverse=True)
    else:
        occurs = np.bincount(key) > 0
        keys, of_row = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[key]
    return _PairIndex(of_row, keys // width, keys % width)


def _summed_pairs(rows: ModelRows, scaling: Scaling, starts: Integers, days: Integers, pairs: _PairIndex) -> Floats:
    """Return (2, J, K): half the summed products of differences from, and of sums with, the previous row.

    They are zero for first rows. Rows with the most common gap are summed as contiguous slices, the others by an index.
    """
    usual = max(
        FIRST_ROW_GAP + 1, int(np.bincount(np.minimum(days[days != FIRST_ROW_GAP], MAX_GAP), minlength=1).argmax())
    )
    is_usual = days == usual
    others = np.flatnonzero(~is_usual & (days != FIRST_ROW_GAP))
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
    """Add products of the rows (k, m) starting at row ``start`` to sums (N, K); participants begin at ``starts``."""
    first, end = np.searchsorted(starts, (start + 1, start + values.shape[1])) - (1, 0)
    cuts = np.maximum(starts[first:end] - start, 0)
    for place, (i, j) in enumerate(zip(*np.tril_indices(len(values)), strict=True)):
        sums[first:end, place] += np.add.reduceat(values[i] * values[j], cuts)


def _add_by_pair(sums: Floats, values: Floats, pair: Integers) -> None:
    """Add products of rows (k, m) to sums (J, K), each to its pair."""
    if pair.size == 0:
        return
    lowest, highest = int(pair.min()), int(pair.max()) + 1
    for place, (i, j) in enumerate(zip(*np.tril_indices(len(values)), strict=True)):
        sums[lowest:highest, place] += np.bincount(pair - lowest, values[i] * values[j])


def with_first_rows(sums: Floats, first_pair: Integers, first: Floats, last: Floats) -> Floats:
    """Fill the ``FIRST_ROW_GAP`` pairs in sums (2, J, K) from participants' first and last rows (N, k).

    With T the sum of D + S over a participant's gaps, the products of the first row minus those of all rows that have a
    following row are (first + last - T) / 2.
    """
    sums[:, first_pair] = 0.0
    between = np.add.reduceat(sums[0], first_pair) + np.add.reduceat(sums[1], first_pair)
    sums[0, first_pair] = (row_products(first) + row_products(last) - between) / 2
    return sums


def row_products(values: Floats) -> Floats:
    """Return (n, K): the products of each row's elements, as a lower triangle row by row."""
    row, column = np.tril_indices(values.shape[1])
    return np.asarray(values[:, row] * values[:, column])
