"""The estimates with outlying days pulled in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.residual_checks import whitened_residuals
from painstats.mixedlm.engine.fit import fit_mixed
from painstats.mixedlm.engine.innovations import from_innovations
from painstats.mixedlm.engine.rows import ModelRows
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.one_participant import participant_rows
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.robustness.other_tests import needs_mixed_model
from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, results_of, slopes_of

FAR_OUT = 3.0
"""Residual SDs beyond which a day counts no more than it would at this distance."""

ROUNDS = 2
"""How often outlying days are pulled in and the model is fitted again."""


def outliers_pulled_in(reanalysis: Reanalysis) -> list[CheckResult]:
    """Pull scores more than three residual SDs from the fit in to three SDs, and fit again; two rounds.

    Pulling in the scores and fitting them again gives Huber's estimate, in which outlying days count less. The
    residuals are whitened, so that a day is compared with what earlier days predicted.

    References
    ----------
    Huber & Ronchetti 2009, Robust Statistics, section 7.8 ("modified residuals").
    """
    rows = _rows(reanalysis)
    pulled_in, fit = rows, fit_mixed(rows, residuals=RESIDUALS)
    for _ in range(ROUNDS):
        residuals = whitened_residuals(fit, rows) / fit.residual_sd
        excess = residuals - np.clip(residuals, -FAR_OUT, FAR_OUT)
        if not excess.any():
            break
        excess = from_innovations(excess, rows, fit.rho, fit.white_share)
        pulled_in = replace(rows, y=rows.y - fit.residual_sd * excess)
        fit = fit_mixed(pulled_in, residuals=RESIDUALS)
    if not fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    table = coefficient_table(fit, pulled_in) if fit.random else satterthwaite(fit)
    return results_of(reanalysis, "outliers_pulled_in", slopes_of(reanalysis, table))


def _rows(reanalysis: Reanalysis) -> ModelRows:
    if reanalysis.basis == "own_days":
        rows = within_participants(reanalysis.frame, reanalysis.design)
        return participant_rows(rows, str(rows.participant[0]))
    return needs_mixed_model(reanalysis).rows
