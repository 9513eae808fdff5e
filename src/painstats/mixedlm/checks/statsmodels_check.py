"""A check against statsmodels: its own mixed model, fitted to whitened rows from our optimum, must agree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.innovations import innovations, log_determinant_of
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions

AGREEMENT = 1e-6
"""Largest difference of log-likelihoods that counts as agreement."""

MIN_VARIANCE_SHARE = 1e-7
"""Smaller eigenvalues of a singular covariance, relative to the largest, count as zero."""

TITLE = "statsmodels MixedLM on whitened rows"


@dataclass(frozen=True, slots=True)
class StatsmodelsCheck:
    """The result of statsmodels for the same rows.

    Parameters
    ----------
    log_likelihood_difference
        The greater of statsmodels' log-likelihoods, at our optimum and at its own, minus ours; None if skipped.
    agrees
        Whether it is within 1e-6; None if skipped.
    summary_text
        statsmodels' summary of its fit to the whitened rows. Its z tests are anticonservative for few participants, and
        its standard errors of variances are not in the variances' units.
    warnings_caught
        Number of warnings.
    reason_skipped
        Why the check was skipped, or None.
    """

    log_likelihood_difference: float | None
    agrees: bool | None
    summary_text: str
    warnings_caught: int
    reason_skipped: str | None


def statsmodels_check(fit: MixedFit, rows: ModelRows) -> StatsmodelsCheck:
    """Reproduce a fit with ``statsmodels.MixedLM``, starting at its optimum.

    ``MixedLM`` has no residual correlation, and rows whitened at the fitted rho have none, so the log-likelihoods
    differ only by the log-determinant of the correlation. It cannot represent a singular covariance either; there it
    gets the combinations of the random columns with non-zero variance, which describe the same model.
    """
    basis, labels = _varying_combinations(fit, rows)
    if not labels:
        return _skipped("the fit has no random effect with non-zero variance, which MixedLM needs")
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams  # takes a second

    y, X = (innovations(values, rows, fit.rho, fit.white_share) for values in (rows.y, rows.X))
    relative = fit.random_covariance / fit.residual_sd**2
    within_basis = np.linalg.pinv(basis) @ relative @ np.linalg.pinv(basis).T
    start = MixedLMParams.from_components(fe_params=fit.coefficients, cov_re=within_basis)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        columns = X[:, column_positions(fit.random, fit.names)] @ basis
        model = MixedLM(y, X, groups=rows.participant, exog_re=columns)
        try:
            result = model.fit(reml=fit.reml, start_params=start)
        except (ValueError, np.linalg.LinAlgError) as error:
            return _skipped(f"statsmodels could not fit the model: {type(error).__name__}")
        summary = str(result.summary(xname_fe=list(fit.names), xname_re=_covariance_names(labels), title=TITLE))
        found, at_ours = float(result.llf), float(model.loglike(start, profile_fe=False))
    ours = fit.log_likelihood + 0.5 * log_determinant_of(rows, fit.rho, fit.white_share)
    # With very few rows its search can end far below its start; its value at our optimum still counts.
    difference = max(found, at_ours) - ours
    return StatsmodelsCheck(difference, abs(difference) < AGREEMENT, summary, len(caught), None)


def _varying_combinations(fit: MixedFit, rows: ModelRows) -> tuple[Floats, tuple[str, ...]]:
    """Return (q, r) the combinations of random columns with non-zero variance, and their names.

    In a regular fit these are the columns themselves. In a singular one they are the eigenvectors of their covariance,
    scaled to the columns' sizes, with non-zero variance.
    """
    if not fit.is_singular:
        return np.eye(len(fit.random)), fit.random
    if not fit.random:
        return np.empty((0, 0)), ()
    size = np.sqrt(np.mean(rows.X[:, column_positions(fit.random, fit.names)] ** 2, axis=0))
    variances, directions = np.linalg.eigh(fit.random_covariance * np.outer(size, size))
    varies = variances > MIN_VARIANCE_SHARE * max(variances.max(), np.finfo(float).tiny)
    basis = directions[:, varies] / size[:, None]
    return basis, tuple(f"combination {number}" for number in range(1, int(varies.sum()) + 1))


def _covariance_names(random: tuple[str, ...]) -> list[str]:
    """Return a label for each element of the lower triangle, in statsmodels' order."""
    return [
        f"var({row})" if row == column else f"cov({column}, {row})"
        for position, row in enumerate(random)
        for column in random[: position + 1]
    ]


def _skipped(reason: str) -> StatsmodelsCheck:
    return StatsmodelsCheck(None, None, "", 0, reason)
