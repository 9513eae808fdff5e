"""The two-stage check of the mixed model: each participant's coefficient is estimated separately, then averaged.

It shares only the rows and the form of the residual correlation with the mixed model: each participant's coefficients
come from least squares on whitened rows, with a search over rho and without the other participants. Their mean weighs
each coefficient by its own precision and by the spread between participants.

References
----------
DerSimonian & Laird 1986, Control Clin Trials 7:177 (weights); Hartung & Knapp 2001, Stat Med 20:3875 (interval); Röver,
Knapp & Friede 2015, BMC Med Res Methodol 15:99 (the interval is never narrower than the plain one).
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
from painstats.mixedlm.engine.rows import Floats, ModelRows, participant_slices
from painstats.mixedlm.inference.one_participant import rows_at


@dataclass(frozen=True, slots=True)
class OwnCoefficient:
    """A coefficient of one participant's own fit and its standard error, in outcome units per unit of the column."""

    estimate: float
    se: float


OwnCoefficients = Mapping[str, Mapping[str, OwnCoefficient]]
"""Participant to their own coefficients by column."""


@dataclass(frozen=True, slots=True)
class TwoStage:
    """Weighted mean of participants' own coefficients, with standard error and 95% t interval (df: participants - 1).

    ``participants`` counts those whose coefficient entered the mean.
    """

    name: str
    estimate: float
    se: float
    low: float
    high: float
    participants: int


def coefficients_by_participant(rows: ModelRows, residuals: Residuals = "car1") -> OwnCoefficients:
    """Fit each participant separately; return coefficients with standard errors, for those with enough data.

    Raises
    ------
    PainstatsError
        With white noise beside CAR(1): the check has a search of its own, over rho alone.
    """
    if residuals == "car1+white":
        raise PainstatsError("the two-stage mean cannot estimate a share of white noise; use residuals='car1'")
    found: dict[str, Mapping[str, OwnCoefficient]] = {}
    for participant, where in participant_slices(rows):
        try:
            own = rows_at(rows, where)
        except NotEnoughData:
            continue
        found[participant] = dict(zip(own.names, _restricted_least_squares(own, residuals), strict=True))
    return found


def usable_coefficients(coefficients: OwnCoefficients, name: str) -> dict[str, OwnCoefficient]:
    """Return participant to coefficient of a column, of those whose standard error is above zero and finite."""
    columns = {participant: own[name] for participant, own in sorted(coefficients.items()) if name in own}
    return {participant: own for participant, own in columns.items() if 0 < own.se**2 < np.inf}


def two_stage(coefficients: OwnCoefficients, name: str) -> TwoStage:
    """Average the participants' own coefficients of a column; participants without a usable one are left out.

    Raises
    ------
    NotEnoughData
        If fewer than two participants have a usable coefficient, or it is the same in all of them.
    """
    own = usable_coefficients(coefficients, name).values()
    values, errors = np.array([one.estimate for one in own]), np.array([one.se for one in own])
    if values.size < 2:
        raise NotEnoughData(
            f"{values.size} participants have their own coefficient of {name!r}; the mean needs at least two"
        )
    if np.ptp(values) == 0:  # copies of one diary under several names
        raise NotEnoughData(f"all participants have the same coefficient of {name!r}, so how it varies is unknown")
    weights = 1 / (errors**2 + variance_between(values, errors**2))
    estimate, se = weighted_mean(values, weights), knapp_hartung_se(values, weights)
    margin = float(stats.t.ppf(0.975, values.size - 1)) * se
    return TwoStage(name, estimate, se, estimate - margin, estimate + margin, values.size)


def weighted_mean(values: Floats, weights: Floats) -> float:
    """Return sum(w b) / sum(w)."""
    return float(weights @ values / weights.sum())


def variance_between(values: Floats, variances: Floats) -> float:
    """Estimate the variance between participants by moments: (Q - (n - 1)) / C, at least 0.

    With w = 1 / v: Q is the sum of w (b - mean)^2, and C = sum(w) - sum(w^2) / sum(w), computed as twice the sum of
    the products of all pairs of weights over their sum, which does not cancel where one weight is far above the others.

    Parameters
    ----------
    values, variances : (n,)
        Coefficients b and their squared standard errors v, above zero; n is at least 2.

    References
    ----------
    DerSimonian & Laird 1986, Control Clin Trials 7:177.
    """
    weights = 1 / variances
    heterogeneity = _squares_about_mean(values, weights)
    earlier = np.concatenate(([0.0], np.cumsum(weights)[:-1]))
    denominator = 2 * (weights @ earlier) / weights.sum()
    return float(max(0.0, (heterogeneity - (values.size - 1)) / denominator))


def knapp_hartung_se(values: Floats, weights: Floats) -> float:
    """Return the standard error of the weighted mean, sqrt(q / sum(w)).

    q is the sum of w (b - mean)^2 over n - 1, but at least 1, so that the interval is never narrower than the plain
    one.

    References
    ----------
    Hartung & Knapp 2001, Stat Med 20:3875; Röver, Knapp & Friede 2015, BMC Med Res Methodol 15:99.
    """
    inflation = max(1.0, _squares_about_mean(values, weights) / (values.size - 1))
    return float(np.sqrt(inflation / weights.sum()))


def two_sided_p(mean: TwoStage) -> float:
    """Return the p-value of a mean of zero, by t with participants - 1 degrees of freedom."""
    return float(2 * stats.t.sf(abs(mean.estimate / mean.se), mean.participants - 1))


def agrees_with_two_stage(estimate: float, se: float, check: TwoStage) -> bool:
    """Return whether an estimate is within one combined standard error of the two-stage mean."""
    return bool(abs(estimate - check.estimate) <= np.hypot(se, check.se))


def _squares_about_mean(values: Floats, weights: Floats) -> float:
    return float(weights @ (values - weighted_mean(values, weights)) ** 2)


def _restricted_least_squares(rows: ModelRows, residuals: Residuals) -> list[OwnCoefficient]:
    """Return one participant's coefficients at the rho that maximises the restricted likelihood.

    Their covariance is sigma^2 (X'X)^-1 of the whitened rows, with sigma^2 the residual sum of squares over n - p.
    """
    scale = np.abs(rows.X).max(axis=0)
    rho = 0.0 if residuals == "independent" else _best_rho(rows, scale)
    X, coefficients, squares = _least_squares(rows, scale, rho)
    variance = squares / (X.shape[0] - X.shape[1])
    se = np.sqrt(variance * (np.linalg.pinv(X) ** 2).sum(axis=1))
    return [OwnCoefficient(*pair) for pair in zip((coefficients / scale).tolist(), (se / scale).tolist(), strict=True)]


def _least_squares(rows: ModelRows, scale: Floats, rho: float) -> tuple[Floats, Floats, float]:
    """Return the whitened columns over their scale, their coefficients, and the residual sum of squares."""
    X, y = whiten(rows.X / scale, rows, rho), whiten(rows.y, rows, rho)
    coefficients = np.asarray(np.linalg.lstsq(X, y, rcond=None)[0], dtype=np.float64)
    residual = y - X @ coefficients
    return X, coefficients, float(residual @ residual)


def _best_rho(rows: ModelRows, scale: Floats) -> float:
    n, p = rows.X.shape

    def deviance(rho: float) -> float:
        X, _, squares = _least_squares(rows, scale, rho)
        spread = np.linalg.slogdet(X.T @ X)[1]
        return float((n - p) * np.log(squares) + spread + log_determinant(rows, rho))

    best = optimize.minimize_scalar(deviance, bounds=(0.0, MAX_RHO), method="bounded")
    return min(0.0, float(best.x), key=deviance)
