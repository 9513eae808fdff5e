"""A test that assumes nothing of how a day hangs together with the next: the predictor is moved along the days.

Moving one series round against the other keeps the autocorrelation of both and breaks their link. How the link that was
found compares with those of moved series says how surprising it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions, participant_slices
from painstats.mixedlm.inference.one_participant import participant_rows

ROUNDING = 1e-12
"""Correlations that differ by less are equal."""


@dataclass(frozen=True, slots=True)
class ShiftTest:
    """How unusual a correlation is among those with the predictor moved along the days.

    Parameters
    ----------
    name
        The predictor.
    correlation
        With the outcome, both less what the other columns explain; over several people the mean over their days.
    p
        Share of shifts, the real one among them, with a correlation at least as large.
    shifts
        How many shifts there are; ``p`` cannot be less than one over this.
    participants
        How many participants were included.
    """

    name: str
    correlation: float
    p: float
    shifts: int
    participants: int = 1


def shift_test(rows: ModelRows, name: str) -> ShiftTest:
    """Compare a predictor's correlation with those of all its circular shifts along the person's rows.

    Rows count as neighbours across gaps. With fewer than 20 rows the test cannot reach 0.05.

    Parameters
    ----------
    rows
        One participant.
    name
        The predictor.

    References
    ----------
    Harris 2020, arXiv:2012.06862, on shift tests between autocorrelated series.
    """
    if len(set(rows.participant)) > 1:
        raise PainstatsError(
            "the shift test is for one participant's days; for several use shift_test_over_participants"
        )
    correlations = _of_every_shift(rows, name)
    as_large = np.abs(correlations) >= np.abs(correlations[0]) - ROUNDING
    return ShiftTest(name, float(correlations[0]), float(as_large.mean()), len(correlations))


def shift_test_over_participants(rows: ModelRows, name: str, *, shifts: int = 4999, seed: int) -> ShiftTest:
    """Compare the mean of people's correlations with those after each person's days were moved, each by their own.

    The hypothesis is that in nobody one has to do with the other. People for whom the predictor never changes, or whose
    days are too few for the other columns, are left out.

    Parameters
    ----------
    rows
        Any number of participants. Columns that never change within a person do not matter.
    name
        The predictor.
    shifts
        How many, the real one among them.
    seed
        Of the shifts.

    Raises
    ------
    NotEnoughData
        If nobody's days can tell.

    References
    ----------
    As for ``shift_test``.
    """
    everybody = list(_correlations_of_each(rows, name))
    if not everybody:
        raise NotEnoughData("nobody has enough days to move along")
    draws, total = np.random.default_rng(seed), np.zeros(shifts)
    for correlations in everybody:
        moved = draws.integers(len(correlations), size=shifts)
        moved[0] = 0
        total += len(correlations) * correlations[moved]
    as_large = np.abs(total) >= np.abs(total[0]) - ROUNDING * np.abs(total).max()
    days = sum(map(len, everybody))
    return ShiftTest(name, float(total[0] / days), float(as_large.mean()), shifts, len(everybody))


def _correlations_of_each(rows: ModelRows, name: str) -> Iterator[Floats]:
    for participant, _ in participant_slices(rows):
        try:
            own = participant_rows(rows, participant)
        except NotEnoughData:
            continue
        if name in own.names:
            yield _of_every_shift(own, name)


def _of_every_shift(rows: ModelRows, name: str) -> Floats:
    """Return (n,) correlations of one person's predictor with the outcome after 0, 1, … n - 1 rows of shift."""
    position = column_positions([name], rows.names)[0]
    others = np.delete(rows.X, position, axis=1)
    x, y = _unexplained(rows.X[:, position], others), _unexplained(rows.y, others)
    size = np.sqrt((x @ x) * (y @ y))
    return np.array([np.roll(x, shift) @ y for shift in range(len(y))]) / size


def _unexplained(values: Floats, columns: Floats) -> Floats:
    """Return values less their least-squares fit on columns."""
    scale = np.maximum(np.abs(columns).max(axis=0, initial=0.0), np.finfo(float).tiny)
    fitted = columns / scale @ np.linalg.lstsq(columns / scale, values, rcond=None)[0]
    return np.asarray(values - fitted)
