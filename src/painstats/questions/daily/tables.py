"""The tables that fitting writes, which judgement and reports read."""

from __future__ import annotations

import polars as pl

from painstats.store.tables import Columns

PERSON_FIT: Columns = {
    "participant_id": pl.String,
    "predictor": pl.String,
    "basis": pl.String,  # pooled | own_days
    "estimate": pl.Float64,  # outcome points per effect unit
    "low": pl.Float64,
    "high": pl.Float64,
    "false_sign_rate": pl.Float64,
    "reliability": pl.Float64,
    "slopes_differ": pl.Boolean,
    "own_estimate": pl.Float64,
    "own_low": pl.Float64,
    "own_high": pl.Float64,
    "own_df": pl.Float64,
    "own_p": pl.Float64,
    "own_rho": pl.Float64,
}

COHORT_FIT: Columns = {
    "predictor": pl.String,
    "basis": pl.String,  # mixed_model | two_stage
    "estimate": pl.Float64,
    "se": pl.Float64,
    "df": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "people": pl.Int64,
    "days": pl.Int64,
    "two_stage_estimate": pl.Float64,
    "two_stage_low": pl.Float64,
    "two_stage_high": pl.Float64,
    "agrees": pl.Boolean,
    "slope_sd": pl.Float64,
    "slope_sd_low": pl.Float64,
    "slope_sd_high": pl.Float64,
    "slopes_differ_p": pl.Float64,
    "notes": pl.List(pl.String),
}

COEFFICIENT: Columns = {
    "model": pl.String,  # cohort, or a participant id
    "term": pl.String,
    "estimate": pl.Float64,
    "se": pl.Float64,
    "df": pl.Float64,
    "t": pl.Float64,
    "p": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}

MODEL_FIT: Columns = {
    "model": pl.String,
    "n_rows": pl.Int64,
    "people": pl.Int64,
    "rho": pl.Float64,
    "residual_sd": pl.Float64,
    "log_likelihood": pl.Float64,
    "converged": pl.Boolean,
    "is_singular": pl.Boolean,
    "certificate": pl.Float64,
    "projected_gradient": pl.Float64,
    "df_method": pl.String,
    "statsmodels_difference": pl.Float64,
    "statsmodels_note": pl.String,
    "statsmodels_summary": pl.String,
    "random_terms": pl.List(pl.String),
    "random_covariance": pl.List(pl.Float64),  # row by row
    "autocorrelation": pl.List(pl.Float64),  # of whitened residuals, at lags of 1 to 7 days
    "ljung_box_p": pl.Float64,
    "residual_quantiles": pl.List(pl.Float64),  # at models.residuals.PROBABILITIES, over their root mean square
    "person_sd_quantiles": pl.List(pl.Float64),  # residual SD of single people: 10 %, 50 % and 90 % of them
    "equal_noise_p": pl.Float64,
    "r2_marginal": pl.Float64,
    "r2_conditional": pl.Float64,
    "unsupported_terms": pl.List(pl.String),  # where a singular fit was met; questions/daily/mixed_model.py
    "unsupported_gain": pl.Float64,  # what they add to the log-likelihood
    "note": pl.String,
}

ROBUSTNESS: Columns = {
    "model": pl.String,  # cohort, or a participant id
    "position": pl.Int64,  # in the order in which checks are told
    "check": pl.String,  # models/robustness
    "predictor": pl.String,
    "estimate": pl.Float64,  # outcome points per effect unit; null where a check knows no slope or could not be made
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "people": pl.Int64,
    "days": pl.Int64,
    "same_answer": pl.Boolean,  # same side of zero as the answer, or open as it is
    "participant_id": pl.String,  # whom leaving out moves the slope most
    "reason": pl.String,  # why the check could not be made
}

FIT_TABLES: dict[str, Columns] = {
    "person_fit": PERSON_FIT,
    "cohort_fit": COHORT_FIT,
    "coefficient": COEFFICIENT,
    "model_fit": MODEL_FIT,
    "robustness": ROBUSTNESS,
}
"""Every table that fitting writes, by its name."""
