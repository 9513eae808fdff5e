"""Rows in a table of participants by days, padded to the longest series, so that all participants are handled at once.

A padded row has zero columns, and no row follows another participant's, so padding changes no sum of products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.rows import Floats, Integers

ROWS_IN_A_BLOCK = 4_500
"""Padded rows of the participants that are handled at a time: their columns stay in the CPU cache."""


@dataclass(frozen=True, slots=True, eq=False)
class PaddedRows:
    """The rows of N participants in T places.

    Parameters
    ----------
    columns : (k, N, T)
        Columns and outcome, scaled; zero where padded.
    gap : (N, T)
        Days since the participant's previous row; 0 for a first and for a padded row.
    is_row : (N, T)
        Whether a place holds a row.
    """

    columns: Floats
    gap: Integers
    is_row: npt.NDArray[np.bool_]


def padded_rows(columns: Floats, day: Integers, first_row: Integers) -> PaddedRows:
    """Arrange rows that are sorted by participant and day.

    Parameters
    ----------
    columns : (n, k)
        One row per participant and day.
    day : (n,)
        Calendar day number.
    first_row : (N,)
        Position of each participant's first row.
    """
    lengths = np.diff(first_row, append=len(day))
    is_row = np.arange(lengths.max()) < lengths[:, None]
    days = np.diff(day, prepend=day[0])
    days[first_row] = 0
    table, gap = np.zeros((columns.shape[1], *is_row.shape)), np.zeros(is_row.shape, dtype=np.int64)
    table[:, is_row], gap[is_row] = columns.T, days
    return PaddedRows(table, gap, is_row)


def blocks(padded: PaddedRows) -> Iterator[PaddedRows]:
    """Yield the participants in blocks of about ``ROWS_IN_A_BLOCK`` rows, each without places that no row fills."""
    n, longest = padded.gap.shape
    size = max(1, ROWS_IN_A_BLOCK // longest)
    for start in range(0, n, size):
        yield of_positions(padded, slice(start, start + size))


def of_positions(padded: PaddedRows, positions: slice | Integers) -> PaddedRows:
    """Return the rows of some participants, by position."""
    is_row = padded.is_row[positions]
    longest = int(is_row.sum(axis=1).max())
    columns = np.ascontiguousarray(padded.columns[:, positions, :longest])
    return PaddedRows(columns, padded.gap[positions, :longest], is_row[:, :longest])
