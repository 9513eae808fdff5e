"""The answers with days that lie far out held back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.residual_checks import whitened_residuals
from painstats.mixedlm.engine.car1_whitening import unwhiten
from painstats.mixedlm.engine.fit import fit_mixed
from painstats.mixedlm.engine.rows import ModelRows
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.one_participant import participant_rows
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.questions.daily.columns import within_people
from painstats.questions.daily.robustness.other_tests import needs_mixed_model
from painstats.questions.daily.robustness.reanalysis import Found, Question, found, slopes_of

FAR_OUT = 3.0
"""Residual SDs from which on a day counts no more than it would at this distance."""

ROUNDS = 2
"""Times that the far days are drawn in and the model is fitted again."""


def days_held_back(question: Question) -> list[Found]:
    """Draw ratings that lie more than three residual SDs off in to three, and fit again; two rounds.

    Drawing in the ratings and fitting them as they then are gives Huber's estimate, which counts far days less. The
    residuals are whitened, so that a day is held to what the day before foretold.

    References
    ----------
    Huber & Ronchetti 2009, Robust Statistics, section 7.8 ("modified residuals").
    """
    rows = _rows(question)
    drawn_in, fit = rows, fit_mixed(rows)
    for _ in range(ROUNDS):
        residuals = whitened_residuals(fit, rows) / fit.residual_sd
        excess = residuals - np.clip(residuals, -FAR_OUT, FAR_OUT)
        if not excess.any():
            break
        drawn_in = replace(rows, y=rows.y - fit.residual_sd * unwhiten(excess, rows, fit.rho))
        fit = fit_mixed(drawn_in)
    if not fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    table = coefficient_table(fit, drawn_in) if fit.random else satterthwaite(fit)
    return found(question, "days_held_back", slopes_of(question, table))


def _rows(question: Question) -> ModelRows:
    if question.basis == "own_days":
        rows = within_people(question.frame, question.study)
        return participant_rows(rows, str(rows.participant[0]))
    return needs_mixed_model(question).rows
