"""A test without a model of the serial dependence: the predictor is shifted along the days.

A circular shift of one series against the other keeps the autocorrelation of both and breaks their association. The
observed association is compared with those after shifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions, participant_slices
from painstats.mixedlm.inference.one_participant import rows_at

ROUNDING = 1e-12
"""Correlations that differ by less are treated as equal."""


@dataclass(frozen=True, slots=True)
class ShiftTest:
    """The observed correlation compared with those after shifts of the predictor.

    Parameters
    ----------
    name
        The predictor.
    correlation
        With the outcome, both adjusted for the other columns; over several participants the mean weighted by days.
    p
        Share of shifts, including none, with a correlation at least as large in absolute value.
    shifts
        Number of shifts; ``p`` cannot be less than one over this.
    participants
        Number of participants included.
    """

    name: str
    correlation: float
    p: float
    shifts: int
    participants: int = 1


def shift_test(rows: ModelRows, name: str) -> ShiftTest:
    """Compare a predictor's correlation with those after all circular shifts along one participant's rows.

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
    """Compare the mean of participants' correlations with its values after independent shifts of each participant.

    The null hypothesis is no association in any participant. Participants with a constant predictor or too few days for
    the other columns are left out.

    Parameters
    ----------
    rows
        Any number of participants. Columns that are constant within participants do not matter.
    name
        The predictor.
    shifts
        Number of shifts, including the observed one.
    seed
        Of the shifts.

    Raises
    ------
    NotEnoughData
        If no participant can be included.

    References
    ----------
    As for ``shift_test``.
    """
    every_shift = list(_correlations_of_each(rows, name))
    if not every_shift:
        raise NotEnoughData("no participant has enough days for the shift test")
    draws, total = np.random.default_rng(seed), np.zeros(shifts)
    for correlations in every_shift:
        shifted = draws.integers(len(correlations), size=shifts)
        shifted[0] = 0
        total += len(correlations) * correlations[shifted]
    as_large = np.abs(total) >= np.abs(total[0]) - ROUNDING * np.abs(total).max()
    days = sum(map(len, every_shift))
    return ShiftTest(name, float(total[0] / days), float(as_large.mean()), shifts, len(every_shift))


def _correlations_of_each(rows: ModelRows, name: str) -> Iterator[Floats]:
    for _, where in participant_slices(rows):
        try:
            own = rows_at(rows, where)
        except NotEnoughData:
            continue
        if name in own.names:
            yield _of_every_shift(own, name)


def _of_every_shift(rows: ModelRows, name: str) -> Floats:
    """Return (n,) correlations of one participant's predictor with the outcome after 0, 1, … n - 1 rows of shift."""
    position = column_positions([name], rows.names)[0]
    others = np.delete(rows.X, position, axis=1)
    x, y = _unexplained(rows.X[:, position], others), _unexplained(rows.y, others)
    size = np.sqrt((x @ x) * (y @ y))
    return np.array([np.roll(x, shift) @ y for shift in range(len(y))]) / size


def _unexplained(values: Floats, columns: Floats) -> Floats:
    """Return values minus their least-squares fit on columns."""
    scale = np.maximum(np.abs(columns).max(axis=0, initial=0.0), np.finfo(float).tiny)
    fitted = columns / scale @ np.linalg.lstsq(columns / scale, values, rcond=None)[0]
    return np.asarray(values - fitted)
