"""statsmodels' own mixed model, fitted to whitened rows from our optimum: it must agree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

from painstats.models.mixed import MixedFit
from painstats.models.rows import ModelRows, column_positions
from painstats.models.whitening import log_determinant, whiten

AGREEMENT = 1e-6
"""Largest difference of log-likelihoods that counts as agreement."""

TITLE = "statsmodels MixedLM on whitened rows"


@dataclass(frozen=True, slots=True)
class StatsmodelsCheck:
    """What statsmodels made of the same rows.

    Parameters
    ----------
    log_likelihood_difference
        statsmodels' log-likelihood less ours; None if skipped.
    agrees
        Whether it is within 1e-6; None if skipped.
    summary_text
        statsmodels' summary of its fit to the whitened rows. Its z tests and its standard errors of variances are not
        ours: the first are too sharp for few people, the second are not in the variances' units.
    warnings_caught
        How many warnings it gave.
    reason_skipped
        Why it was not asked, or None.
    """

    log_likelihood_difference: float | None
    agrees: bool | None
    summary_text: str
    warnings_caught: int
    reason_skipped: str | None


def statsmodels_check(fit: MixedFit, rows: ModelRows) -> StatsmodelsCheck:
    """Have ``statsmodels.MixedLM`` reproduce a fit, starting at its optimum.

    ``MixedLM`` knows no residual correlation. Rows whitened at the fitted rho have none, and the log-likelihoods differ
    by the log-determinant of the correlation alone.
    """
    reason = _reason_to_skip(fit)
    if reason is not None:
        return _skipped(reason)
    y, X = whiten(rows.y, rows, fit.rho), whiten(rows.X, rows, fit.rho)
    relative = fit.random_covariance / fit.residual_sd**2
    start = MixedLMParams.from_components(fe_params=fit.coefficients, cov_re=relative)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        model = MixedLM(y, X, groups=rows.participant, exog_re=X[:, column_positions(fit.random, fit.names)])
        try:
            result = model.fit(reml=fit.reml, start_params=start)
        except (ValueError, np.linalg.LinAlgError) as error:
            return _skipped(f"statsmodels could not fit the model: {error}")
        summary = str(result.summary(xname_fe=list(fit.names), xname_re=_covariance_names(fit.random), title=TITLE))
    difference = float(result.llf) - 0.5 * log_determinant(rows, fit.rho) - fit.log_likelihood
    return StatsmodelsCheck(difference, abs(difference) < AGREEMENT, summary, len(caught), None)


def _reason_to_skip(fit: MixedFit) -> str | None:
    if not fit.random:
        return "the model has no person-specific effects, which MixedLM needs"
    if fit.is_singular:
        return "the person-specific covariance is singular, which MixedLM cannot represent"
    return None


def _covariance_names(random: tuple[str, ...]) -> list[str]:
    """Return a label for each element of the lower triangle, as statsmodels orders them."""
    return [
        f"var({row})" if row == column else f"cov({column}, {row})"
        for position, row in enumerate(random)
        for column in random[: position + 1]
    ]


def _skipped(reason: str) -> StatsmodelsCheck:
    return StatsmodelsCheck(None, None, "", 0, reason)
