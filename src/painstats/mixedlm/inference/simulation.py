"""Outcomes simulated from a fitted mixed model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.car1_whitening import car1_steps
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions, is_first_row


def simulated_outcome(fit: MixedFit, rows: ModelRows, rng: np.random.Generator) -> Floats:
    """Return (n,): an outcome for each row, of new participants with the same days and columns.

    Parameters
    ----------
    fit
        Its coefficients, random-effect covariance, rho, white share and residual SD are taken as true, and so are the
        participants' residual SDs in a fit of ``participant_weights``; unknown participants have the common one.
    rows
        Sorted by participant and day.
    """
    first = is_first_row(rows)
    participant = np.cumsum(first) - 1
    factor = fit.residual_sd * fit.relative_factor
    effects = rng.standard_normal((int(first.sum()), len(fit.random))) @ factor.T
    columns = rows.X[:, column_positions(fit.random, rows.names)]
    between = np.einsum("nq,nq->n", columns, effects[participant])
    residual_sd = fit.residual_sd * _residual_scale(fit, rows.participant[first])[participant]
    return np.asarray(
        rows.X @ fit.coefficients + between + residual_sd * simulated_residuals(rows, fit.rho, fit.white_share, rng)
    )


def _residual_scale(fit: MixedFit, participants: npt.NDArray[np.str_]) -> Floats:
    """Return the participants' residual SDs relative to the common one."""
    known = dict(zip(fit.participants, fit.products.residual_scale, strict=True))
    return np.array([known.get(str(participant), 1.0) for participant in participants])


def simulated_residuals(rows: ModelRows, rho: float, white_share: float, rng: np.random.Generator) -> Floats:
    """Return (n,) residuals of SD 1: CAR(1), and white noise with its share of the variance."""
    slow = _car1_residuals(rho, rows, rng)
    if white_share == 0:
        return slow
    white = rng.standard_normal(len(slow))
    return np.asarray(np.sqrt(1 - white_share) * slow + np.sqrt(white_share) * white)


def _car1_residuals(rho: float, rows: ModelRows, rng: np.random.Generator) -> Floats:
    """Return (n,) CAR(1) residuals of SD 1, simulated along the rows of all participants at once."""
    first = is_first_row(rows)
    carried, innovation_sd = car1_steps(rows, rho)
    residuals = innovation_sd * rng.standard_normal(len(carried))
    starts = np.flatnonzero(first)
    lengths = np.diff(starts, append=len(carried))
    for k in range(1, int(lengths.max())):
        now = starts[lengths > k] + k
        residuals[now] += carried[now] * residuals[now - 1]
    return np.asarray(residuals)
