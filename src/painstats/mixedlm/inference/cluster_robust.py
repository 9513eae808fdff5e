"""Standard errors of the fixed effects that are valid whatever the dependence of days within a participant.

The model's covariance only weights the days; the uncertainty is estimated from how participants' scores differ. With b
the generalised least squares estimate, M its covariance and F_i = X_i' V_i^-1 X_i,

    cov(b) = M [ sum_i X_i' V_i^-1 A_i e_i e_i' A_i' V_i^-1 X_i ] M

where A_i corrects for residuals being smaller than errors, exactly so if the model is true (CR2). With M = L L' the
adjustment of a participant's score is, in coordinates L', the inverse root of the p x p matrix I - L' F_i L, so sums of
products are enough.
"""

from __future__ import annotations

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import MixedFit, solution_of
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.coefficients import CoefficientTable, tested

MIN_PARTICIPANTS_FOR_CR2 = 3
"""With fewer participants their scores cannot show how scores vary."""

MIN_REMAINING_SHARE = 1e-8
"""Eigenvalue of I - L' F_i L below which one participant alone determines a direction; it cannot be adjusted."""

MAX_LOST_SHARE = 0.01
"""Largest share of a coefficient's variance in such directions; above it the standard error would be wrong."""


def cluster_robust(fit: MixedFit) -> CoefficientTable:
    """Test every coefficient with CR2 standard errors and Satterthwaite degrees of freedom.

    The only assumption is that participants are independent; the degrees of freedom are those implied by the fitted
    model. R's clubSandwich uses another root of the same matrix, which satisfies the same condition; standard errors
    differ by less than 0.1%. A coefficient that a single participant determines has no standard error.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.

    Raises
    ------
    NotEnoughData
        If there are fewer than three participants.

    References
    ----------
    Bell & McCaffrey 2002, Survey Methodology 28:169; Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672, section 2.
    """
    n = len(fit.participants)
    if n < MIN_PARTICIPANTS_FOR_CR2:
        raise NotEnoughData(
            f"{n} participants are too few for CR2 standard errors; at least {MIN_PARTICIPANTS_FOR_CR2} are needed"
        )
    information, scores, root = _scores(fit)
    leverage, directions = np.linalg.eigh(root.T @ information @ root)
    left = 1 - leverage
    kept = np.where(left > MIN_REMAINING_SHARE, np.maximum(left, MIN_REMAINING_SHARE) ** -0.5, 0.0)
    turned = np.einsum("nij,ni->nj", directions, scores @ root)
    adjusted = np.einsum("nij,nj->ni", directions, kept * turned)
    to_units = fit.products.scaling.outcome_scale * fit.products.scaling.transform @ root
    se = np.linalg.norm(adjusted @ to_units.T, axis=0)
    df = np.array([_degrees(leverage, kept, row @ directions, directions) for row in to_units])
    se[~np.isfinite(df)] = np.nan
    return CoefficientTable(tested(fit.names, fit.coefficients, se, df), "CR2")


def marginal_sums(fit: MixedFit) -> Floats:
    """Return (N, p + 1, p + 1): [X, y]' V^-1 [X, y] of each participant, in scaled columns and units of sigma^2."""
    solution = solution_of(fit)
    crossed = solution.sums[:, :, fit.products.positions]
    return np.asarray(solution.sums - crossed @ solution.shrinkage @ np.swapaxes(crossed, 1, 2))


def _scores(fit: MixedFit) -> tuple[Floats, Floats, Floats]:
    """Return F_i (N, p, p), the scores X_i' V_i^-1 e_i (N, p) and the factor of M (p, p), in scaled columns."""
    solution, marginal = solution_of(fit), marginal_sums(fit)
    information = marginal[:, :-1, :-1]
    scores = marginal[:, :-1, -1] - information @ solution.coefficients
    return information, scores, np.asarray(np.linalg.cholesky(solution.covariance))


def _degrees(leverage: Floats, kept: Floats, weights: Floats, directions: Floats) -> float:
    """Return 2 mean^2 / variance of the variance estimate of one contrast, if the model is true.

    Not a number where a single participant determines the contrast.

    Parameters
    ----------
    leverage, kept : (N, p)
        Eigenvalues of L' F_i L, and their adjustments.
    weights : (N, p)
        Of the contrast, in the eigenvectors.
    directions : (N, p, p)
        The eigenvectors.
    """
    information = leverage * weights**2
    if information[kept == 0].sum() > MAX_LOST_SHARE * information.sum():
        return np.nan
    own = np.sum(leverage * kept**2 * weights**2, axis=1)
    shared = np.einsum("nij,nj->ni", directions, leverage * kept * weights)
    mean = own.sum() - np.sum(shared**2)
    squares = np.sum(own**2) - 2 * own @ np.sum(shared**2, axis=1) + np.sum((shared.T @ shared) ** 2)
    return float(mean**2 / squares)
