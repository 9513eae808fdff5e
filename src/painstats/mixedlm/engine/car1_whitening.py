"""CAR(1) whitening of rows: subtract the prediction from the previous row, divide by the remaining SD."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.rows import Floats, ModelRows, is_first_row


def whiten(values: Floats, rows: ModelRows, rho: float) -> Floats:
    """Multiply by the inverse Cholesky factor of each participant's CAR(1) correlation.

    Parameters
    ----------
    values : (n, ...)
        One entry per row.
    rows
        Sorted by participant and day.
    rho
        Residual correlation one day apart.
    """
    a, remaining = car1_steps(rows, rho)
    shape = (-1, *[1] * (values.ndim - 1))
    previous = np.concatenate([values[:1], values[:-1]])
    return np.asarray((values - a.reshape(shape) * previous) / remaining.reshape(shape))


def unwhiten(values: Floats, rows: ModelRows, rho: float) -> Floats:
    """Multiply (n,) by the Cholesky factor of each participant's CAR(1) correlation; the inverse of ``whiten``."""
    a, remaining = car1_steps(rows, rho)
    correlated = np.asarray(values * remaining)
    for place in range(1, len(correlated)):
        correlated[place] += a[place] * correlated[place - 1]
    return correlated


def log_determinant(rows: ModelRows, rho: float) -> float:
    """Return the log-determinant of the residual correlation of all rows."""
    return float(2 * np.log(car1_steps(rows, rho)[1]).sum())


def car1_steps(rows: ModelRows, rho: float) -> tuple[Floats, Floats]:
    """Return (n,) the correlation with the previous row (0 for a first row), and the SD given the previous row."""
    gap = np.diff(rows.day, prepend=rows.day[0])
    a = np.where(is_first_row(rows), 0.0, rho ** np.maximum(gap, 0))
    return a, np.sqrt(1 - a * a)
