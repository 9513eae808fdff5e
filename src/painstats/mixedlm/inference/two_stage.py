"""The two-stage check of the mixed model: each participant's coefficient is estimated separately, then averaged.

It shares only the rows and the form of the residual correlation with the mixed model: each participant's coefficients
come from least squares on whitened rows, with a search over rho and without the other participants; the interval of the
mean comes from the spread of the coefficients alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.car1_whitening import log_determinant, whiten
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.engine.likelihood import MAX_RHO
from painstats.mixedlm.engine.rows import ModelRows, participant_slices
from painstats.mixedlm.inference.one_participant import participant_rows


@dataclass(frozen=True, slots=True)
class TwoStage:
    """Mean of participants' own coefficients, with standard error and 95% t interval (df: participants - 1)."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    participants: int


def coefficients_by_participant(rows: ModelRows, residuals: Residuals = "car1") -> dict[str, Mapping[str, float]]:
    """Fit each participant separately; return coefficients by name, for those with enough data.

    Raises
    ------
    PainstatsError
        With white noise beside CAR(1): the check has a search of its own, over rho alone.
    """
    if residuals == "car1+white":
        raise PainstatsError("the two-stage mean cannot estimate a share of white noise; use residuals='car1'")
    found: dict[str, Mapping[str, float]] = {}
    for participant, _ in participant_slices(rows):
        try:
            own = participant_rows(rows, participant)
        except NotEnoughData:
            continue
        found[participant] = dict(zip(own.names, _restricted_least_squares(own, residuals), strict=True))
    return found


def two_stage(coefficients: Mapping[str, Mapping[str, float]], name: str) -> TwoStage:
    """Average the participants' own coefficients of a column; participants without the column are left out.

    Raises
    ------
    NotEnoughData
        If fewer than two participants have the coefficient, or it is the same in all of them.
    """
    values = np.array([own[name] for _, own in sorted(coefficients.items()) if name in own])
    if values.size < 2:
        raise NotEnoughData(
            f"{values.size} participants have their own coefficient of {name!r}; the mean needs at least two"
        )
    if np.ptp(values) == 0:  # copies of one diary under several names
        raise NotEnoughData(f"all participants have the same coefficient of {name!r}, so how it varies is unknown")
    estimate, se = float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))
    margin = float(stats.t.ppf(0.975, values.size - 1)) * se
    return TwoStage(name, estimate, se, estimate - margin, estimate + margin, values.size)


def two_sided_p(mean: TwoStage) -> float:
    """Return the p-value of a mean of zero, by t with participants - 1 degrees of freedom."""
    return float(2 * stats.t.sf(abs(mean.estimate / mean.se), mean.participants - 1))


def agrees_with_two_stage(estimate: float, se: float, check: TwoStage) -> bool:
    """Return whether an estimate is within one combined standard error of the two-stage mean."""
    return bool(abs(estimate - check.estimate) <= np.hypot(se, check.se))


def _restricted_least_squares(rows: ModelRows, residuals: Residuals) -> list[float]:
    """Return one participant's coefficients at the rho that maximises the restricted likelihood."""
    scale = np.abs(rows.X).max(axis=0)
    n, p = rows.X.shape

    def solved(rho: float) -> tuple[list[float], float]:
        X, y = whiten(rows.X / scale, rows, rho), whiten(rows.y, rows, rho)
        coefficients, *_ = np.linalg.lstsq(X, y, rcond=None)
        residual = y - X @ coefficients
        spread = np.linalg.slogdet(X.T @ X)[1]
        deviance = (n - p) * np.log(residual @ residual) + spread + log_determinant(rows, rho)
        return list(coefficients / scale), float(deviance)

    if residuals == "independent":
        return solved(0.0)[0]
    best = optimize.minimize_scalar(lambda rho: solved(rho)[1], bounds=(0.0, MAX_RHO), method="bounded")
    return min((solved(0.0), solved(float(best.x))), key=lambda found: found[1])[0]
