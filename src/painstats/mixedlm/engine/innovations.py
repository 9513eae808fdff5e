"""Whitening under CAR(1) plus white noise: each row minus its prediction from earlier rows, over the SD of that error.

The residual of a row is a state, which decays by rho a day, plus white noise. The Kalman filter predicts the state from
all earlier rows of the participant; its errors are uncorrelated whatever days are missing. Their variances F_t multiply
to the determinant of V (Jones 1993, Longitudinal Data with Serial Correlation, ch. 4; Harvey 1989, Forecasting,
Structural Time Series Models and the Kalman Filter, section 3.2). Without white noise this is CAR(1) whitening.
"""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.car1_whitening import log_determinant, unwhiten, whiten
from painstats.mixedlm.engine.padded_rows import PaddedRows, padded_rows
from painstats.mixedlm.engine.rows import Floats, ModelRows, is_first_row
from painstats.mixedlm.engine.white_covariance import decay_of


def innovations(values: Floats, rows: ModelRows, rho: float, w: float) -> Floats:
    """Return the one-step prediction errors of values (n, ...) over their SDs, for residuals of variance 1.

    Parameters
    ----------
    values : (n, ...)
        One entry per row.
    rows
        Sorted by participant and day.
    rho, w
        Correlation of the slow part one day apart, and share of white noise.
    """
    if w == 0:
        return whiten(values, rows, rho)
    return _filtered(values.reshape(len(values), -1), rows, rho, w)[0].reshape(values.shape)


def log_determinant_of(rows: ModelRows, rho: float, w: float) -> float:
    """Return the log-determinant of the residual correlation of all rows."""
    if w == 0:
        return log_determinant(rows, rho)
    return float(np.log(_filtered(np.zeros((len(rows.y), 1)), rows, rho, w)[1]).sum())


def from_innovations(errors: Floats, rows: ModelRows, rho: float, w: float) -> Floats:
    """Return the values (n,) of which ``innovations`` returns these errors (n,)."""
    if w == 0:
        return unwhiten(errors, rows, rho)
    padded = padded_rows(errors[:, None], rows.day, np.flatnonzero(is_first_row(rows)))
    a, variances, gains = _filter(padded, rho, w)
    values, state = np.empty_like(a), np.zeros(len(a))
    for place in range(a.shape[1]):
        state = a[:, place] * state
        error = padded.columns[0, :, place] * np.sqrt(variances[:, place])
        values[:, place] = state + error
        state = state + gains[:, place] * error
    return np.asarray(values[padded.is_row])


def _filtered(values: Floats, rows: ModelRows, rho: float, w: float) -> tuple[Floats, Floats]:
    """Return the scaled prediction errors (n, k) and their variances (n,), one place of all participants at a time."""
    padded = padded_rows(values, rows.day, np.flatnonzero(is_first_row(rows)))
    a, variances, gains = _filter(padded, rho, w)
    errors, state = np.empty_like(padded.columns), np.zeros(padded.columns.shape[:2])
    for place in range(a.shape[1]):
        state = a[:, place] * state
        error = padded.columns[:, :, place] - state
        errors[:, :, place] = error / np.sqrt(variances[:, place])
        state = state + gains[:, place] * error
    return errors[:, padded.is_row].T, variances[padded.is_row]


def _filter(padded: PaddedRows, rho: float, w: float) -> tuple[Floats, Floats, Floats]:
    """Return the decay since the row before, the variance of the error and the gain of the state, each (N, T)."""
    a = decay_of(padded, rho).a
    variances, gains, spread = np.empty_like(a), np.empty_like(a), np.full(len(a), 1 - w)
    for place in range(a.shape[1]):
        carried = a[:, place]
        spread = carried**2 * spread + (1 - w) * (1 - carried**2)  # a first row has no state
        variances[:, place] = spread + w
        gains[:, place] = spread / variances[:, place]
        spread = spread * w / variances[:, place]
    return a, variances, gains
