"""The summary of a mixed model, in the layout of statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.iolib import summary2

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.inference.residual_intervals import residual_intervals

NAMES = {"rho": "rho", "white_share": "w"}
"""Names of the residual parameters in the summary."""

TITLES = {
    "car1": "Linear mixed model, residuals autocorrelated over days",
    "car1+white": "Linear mixed model, residuals autocorrelated over days plus white noise",
    "independent": "Linear mixed model, independent residuals",
}


def summary_of(
    results: Any,
    *,
    yname: str | None,
    xname_fe: list[str] | None,
    xname_re: list[str] | None,
    title: str | None,
    alpha: float,
) -> Any:
    """Return statsmodels' ``Summary``: the fit, the coefficients, the random effects, and notes.

    Raises
    ------
    ValueError
        If the number of names differs from that of coefficients or variances, as in statsmodels.
    """
    names = list(results.model.data.param_names)
    k = results.k_fe
    for position, given, expected in ((slice(0, k), xname_fe, k), (slice(k, None), xname_re, results.k_re2)):
        if given is not None:
            if len(given) != expected:
                raise ValueError(f"{expected} names are needed, not {len(given)}")
            names[position] = given
    summary = summary2.Summary()
    summary.add_dict(_overview(results, yname or results.model.endog_names))
    summary.add_title(title or TITLES[results.mixed_fit.residuals])
    summary.add_df(_coefficients(results, names, alpha), align="r")
    for note in [*_random_effects(results), *_residual_notes(results.mixed_fit, 1 - alpha), *notes(results)]:
        summary.add_text(note)
    return summary


def notes(results: Any) -> list[str]:
    """Describe how the fit ended and how the tests were made."""
    fitted, table = results.mixed_fit, results.coefficient_table
    text = [f"Tests: t with {table.method} degrees of freedom."]
    if table.fallback is not None:
        text.append(f"Kenward-Roger was not possible: {table.fallback}.")
    if not fitted.converged:
        text.append("Not converged: the result is not certified to be an optimum; do not use these numbers.")
    if fitted.is_singular:
        text.append("Singular: some combination of the random effects has zero estimated variance.")
    if fitted.residuals == "car1" and not fitted.optimum.rho_is_free:
        text.append("The residual correlation was fixed, or is at a bound.")
    return text


def _overview(results: Any, outcome: str) -> dict[str, Any]:
    fitted = results.mixed_fit
    counts = fitted.products.rows_per_participant
    shown = {
        "Model:": type(results.model).__name__,
        "Dependent Variable:": outcome,
        "Method:": results.method,
        "Log-Likelihood:": f"{fitted.log_likelihood:.4f}",
        "Participants:": str(len(fitted.participants)),
        "Rows:": str(fitted.n_rows),
        "Rows per participant:": f"{counts.min()} to {counts.max()}, mean {counts.mean():.1f}",
        "Residual SD:": _number(fitted.residual_sd),
        "Converged:": "Yes" if fitted.converged else "No",
        "Singular:": "Yes" if fitted.is_singular else "No",
    }
    if fitted.residuals != "independent":
        shown["Residual corr. (rho):"] = f"{fitted.rho:.4f} per day"
    if fitted.residuals == "car1+white":
        shown["White noise (w):"] = f"{fitted.white_share:.4f} of variance"
    return shown | {"AIC:": _number(results.aic), "BIC:": _number(results.bic)} if not fitted.reml else shown


def _coefficients(results: Any, names: list[str], alpha: float) -> pd.DataFrame:
    """Return the coefficients with their tests, and below them variances and covariances with standard errors."""
    df = results.df_resid_inference
    t, empty = results.tvalues, np.full(results.k_re2, np.nan)
    margin = stats.t.ppf(1 - alpha / 2, df) * np.append(results.bse_fe, empty)
    estimates = np.append(results.fe_params, results.cov_re[np.tril_indices(results.k_re)])
    p = 2 * stats.t.sf(np.abs(t), df)
    columns = {
        "Coef.": [_number(value) for value in estimates],
        "Std.Err.": [_number(value) for value in np.append(results.bse_fe, results.bse_re)],
        "df": [_number(value, ".1f") for value in df],
        "t": [_number(value, ".3f") for value in t],
        "P>|t|": ["<0.001" if value < 0.001 else _number(value, ".3f") for value in p],
        f"[{alpha / 2:.3g}": [_number(value) for value in estimates - margin],
        f"{1 - alpha / 2:.3g}]": [_number(value) for value in estimates + margin],
    }
    return pd.DataFrame(columns, index=names)


def _random_effects(results: Any) -> list[str]:
    """Describe the random effects: SDs, and correlations where there are several."""
    names, covariance = results.model.data.exog_re_names, results.cov_re
    sd = np.sqrt(np.diag(covariance))
    sds = ", ".join(f"{name} {_number(value)}" for name, value in zip(names, sd, strict=True))
    text = [f"SD between participants: {sds}."]
    correlations = [
        f"{names[column]} with {names[row]} {covariance[row, column] / (sd[row] * sd[column]):.3f}"
        for row, column in zip(*np.tril_indices(len(sd), -1), strict=True)
        if sd[row] > 0 and sd[column] > 0
    ]
    return text + ([f"Correlations between random effects: {', '.join(correlations)}."] if correlations else [])


def _residual_notes(fitted: MixedFit, level: float) -> list[str]:
    """Describe how uncertain rho and the white share are, and what ended at a limit."""
    if fitted.residuals != "car1+white":
        return []
    intervals = residual_intervals(fitted, level=level)
    shown = [f"{NAMES[each.name]} {each.low:.3f} to {each.high:.3f}" for each in intervals]
    text = [f"Residuals, approximate {100 * level:.3g}% intervals: {', '.join(shown)}."] if shown else []
    if fitted.white_share == 0 and fitted.rho > 0:
        text.append("The share of white noise (w) ended at 0: the residuals are autocorrelated over days only.")
    elif fitted.rho == 0:
        text.append("rho and w ended at 0: the residuals are independent.")
    elif not fitted.optimum.rho_is_free:
        text.append("rho ended at its limit and counts as known: the level drifts over the whole diary.")
    return text


def _number(value: float, form: str = "#.5g") -> str:
    """Return a number as text, or an empty string if it is not finite."""
    return format(value, form) if np.isfinite(value) else ""
