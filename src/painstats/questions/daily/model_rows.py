"""What is kept of the fitted daily models: their coefficients, and how well they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from painstats.mixedlm.checks.residual_checks import residual_checks
from painstats.mixedlm.checks.residual_pattern import residual_pattern
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import ModelRows
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.one_participant import ParticipantFit
from painstats.mixedlm.inference.r_squared import r_squared
from painstats.questions.daily.columns import of_cohort, treatments_in_common, treatments_of_each
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guarded import Guarded
from painstats.questions.daily.mixed_model import MixedAnalysis
from painstats.questions.daily.tables import COHORT, CoefficientRow, ModelFit, TreatmentRow
from painstats.questions.daily.treatment_columns import TREATMENT, TreatmentColumn


def answered_by(design: DailyDesign) -> tuple[str, ...]:
    """Return the names of the questions that a model answers, by which rows of the same participant differ."""
    return tuple(exposure.name for exposure in design.answered)


def coefficient_rows(
    own_fits: Sequence[ParticipantFit], mixed: MixedAnalysis | None, design: DailyDesign
) -> list[CoefficientRow]:
    """Return the coefficients of the mixed model and of each participant's own model, but for hidden columns."""
    tables = [(COHORT, mixed.table)] if mixed else []
    tables += [(fit.participant, fit.table) for fit in own_fits]
    answered = answered_by(design)
    return [
        CoefficientRow(model, answered, row.name, row.estimate, row.se, row.df, row.t, row.p, row.low, row.high)
        for model, table in tables
        for row in table.coefficients
        if not design.hides(row.name)
    ]


def treatment_rows(
    frame: pl.DataFrame, own_fits: Sequence[ParticipantFit], mixed: MixedAnalysis | None, design: DailyDesign
) -> list[TreatmentRow]:
    """Return which treatments each model has columns for; ``frame`` has the rows of all of them."""
    own = treatments_of_each(frame)
    models = [(COHORT, mixed.rows.names, treatments_in_common(of_cohort(frame, design)))] if mixed else []
    models += [(fit.participant, fit.rows.names, own.get(fit.participant, [])) for fit in own_fits]
    answered = answered_by(design)
    return [row for model, names, found in models for row in _treatments((model, answered), found, names)]


def _treatments(
    of: tuple[str, tuple[str, ...]], found: Sequence[TreatmentColumn], names: Sequence[str]
) -> Iterator[TreatmentRow]:
    """Describe each treatment; one whose numbered column the fit has not is a linear function of its other columns."""
    number = 0
    for column in found:
        why = column.left_out
        if why is None:
            number += 1
            why = None if f"{TREATMENT}{number}" in names else "collinear"
        yield TreatmentRow(*of, column.treatment, column.participants, column.days, why)


def model_fits(
    own_fits: Sequence[ParticipantFit],
    own_guards: Mapping[str, Guarded],
    mixed: MixedAnalysis | None,
    design: DailyDesign,
) -> list[ModelFit]:
    """Return how each model was fitted, that over all participants first, with its checks."""
    fits = [
        _model_fit(fit.participant, design, fit.fit, fit.table, fit.rows, own_guards.get(fit.participant))
        for fit in own_fits
    ]
    return [_checked(mixed, design), *fits] if mixed else fits


def _checked(mixed: MixedAnalysis, design: DailyDesign) -> ModelFit:
    checks, explained, neighbour = residual_checks(mixed.fit, mixed.rows), r_squared(mixed.fit), mixed.neighbour
    return replace(
        _model_fit(COHORT, design, mixed.fit, mixed.table, mixed.rows, mixed.guard),
        statsmodels_difference=mixed.check.log_likelihood_difference,
        statsmodels_note=mixed.check.reason_skipped,
        statsmodels_summary=_without_hidden(mixed.check.summary_text, design),
        autocorrelation=tuple(float(value) for value in checks.autocorrelation),
        residual_quantiles=tuple(checks.quantiles.tolist()),
        participant_sd_quantiles=tuple(checks.sd_quantiles),
        equal_variance_p=checks.equal_variance_p,
        r2_marginal=explained.marginal,
        r2_conditional=explained.conditional,
        unsupported_terms=tuple(neighbour.unsupported) if neighbour else None,
        unsupported_gain=neighbour.gain if neighbour else None,
        note=", ".join(mixed.notes) or None,
    )


def _without_hidden(summary: str, design: DailyDesign) -> str:
    """Return a summary without the lines of hidden columns."""
    return "".join(line for line in summary.splitlines(keepends=True) if not design.hides(line.partition(" ")[0]))


def _model_fit(
    model: str, design: DailyDesign, fit: MixedFit, table: CoefficientTable, rows: ModelRows, guard: Guarded | None
) -> ModelFit:
    pattern = residual_pattern(fit, rows)
    lag, test = pattern.largest_lag, guard.test if guard else None
    return ModelFit(
        model=model,
        answered=answered_by(design),
        days=fit.n_rows,
        participants=len(fit.participants),
        rho=fit.rho,
        white_share=fit.white_share,
        residual_sd=fit.residual_sd,
        log_likelihood=fit.log_likelihood,
        converged=fit.converged,
        is_singular=fit.is_singular,
        certificate=fit.optimum.certificate,
        projected_gradient=fit.optimum.projected_gradient,
        df_method=table.method,
        random_terms=tuple(fit.random),
        random_covariance=tuple(float(value) for value in fit.random_covariance.ravel()),
        pattern_p=pattern.p,
        pattern_lag=lag,
        pattern_departure=float(pattern.autocorrelation[lag - 1] - pattern.expected[lag - 1]),
        has_pattern=pattern.rings,
        drifts=pattern.drifts,
        guarded=guard.exposures if guard else (),
        feedback_p=test.p if test else None,
        feedback_coefficients=tuple(map(float, test.coefficients)) if test else (),
        feedback_t=tuple(map(float, test.t)) if test else (),
    )
