"""Fit every model of the plan and keep the results: each person's own days, and the mixed model over all of them.

With enough people the mixed model gives the averages and, pooled, each person's slopes; beside it always stands the
two-stage mean, which shares nothing with it. With fewer people, or where the mixed model does not reach a certified
optimum that statsmodels reproduces, each person is judged on their own days and the average is the two-stage mean.
Never is a person's slope taken from a model without residual autocorrelation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.residual_checks import residual_checks
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.inference.coefficients import Coefficient, CoefficientTable, coefficient
from painstats.mixedlm.inference.one_participant import OwnDaysFit, fit_each_participant
from painstats.mixedlm.inference.participant_slopes import PersonSlope, person_slopes
from painstats.mixedlm.inference.r_squared import r_squared
from painstats.mixedlm.inference.slope_variance import slope_variance
from painstats.mixedlm.inference.two_stage import TwoStage, agrees, two_sided_p, two_stage
from painstats.plan.study import PredictorPlan, Study
from painstats.questions.daily.columns import within_people
from painstats.questions.daily.eligible_participants import parts_by_calendar, slopes_apart
from painstats.questions.daily.mixed_model import MixedAnalysis, mixed_analysis
from painstats.questions.daily.robustness import Question, Slope, robustness_rows
from painstats.questions.daily.tables import COEFFICIENT, FIT_TABLES
from painstats.store.connection import Store
from painstats.store.tables import read_table, replace_table

SEED = 20260101
LEAST_RELATIVE_VARIANCE = 1e-4
"""A slope's variance between people, relative to the residual variance in scaled columns, below which it counts as none
(lme4's tolerance for a singular fit)."""

Row = dict[str, Any]
Say = Callable[[str], None]


LEAST_EFFECTIVE_DRAWS = 50
"""Draws that an integrated interval must rest on; with fewer a person is judged on their own days."""


@dataclass(frozen=True, slots=True)
class CohortAnalysis:
    """Everything fitted to one frame.

    Parameters
    ----------
    own_fits
        Each person's own days.
    apart
        Slopes for the two-stage check, of those people whose days can tell.
    mixed, usable
        The mixed model as tried, and the same if it may be used.
    slopes
        Pooled slopes by participant and column.
    """

    own_fits: tuple[OwnDaysFit, ...]
    apart: Mapping[str, Mapping[str, float]]
    mixed: MixedAnalysis | None
    usable: MixedAnalysis | None
    slopes: Mapping[tuple[str, str], PersonSlope]


def fit_models(store: Store, say: Say = lambda _: None) -> None:
    """Fit all models to ``model_frame`` and store their tables (``questions/daily/tables.py``).

    Raises
    ------
    NotEnoughData
        Nobody has enough complete days. The tables are stored all the same, empty.
    """
    study = store.study
    days = read_table(store, "model_frame", "participant_id, date")
    frame = days.filter(pl.col("left_out").is_null())
    if frame.is_empty():
        _keep(store, {})
        raise NotEnoughData(_why_nobody(store))
    cohort = analyse_cohort(frame, study, say)
    people, averages = _person_rows(study, cohort), _cohort_rows(study, frame, cohort)
    _keep(
        store,
        {
            "person_fit": people,
            "cohort_fit": averages,
            "coefficient": _coefficient_rows(cohort),
            "model_fit": _model_rows(cohort),
            "robustness": _robustness_rows(study, days, cohort, people, averages),
        },
    )


def analyse_cohort(frame: pl.DataFrame, study: Study, say: Say = lambda _: None) -> CohortAnalysis:
    """Fit every model of the plan to complete rows of ``model_frame``."""
    people = frame["participant_id"].n_unique()
    own_fits, apart = _own_fits(frame, study), slopes_apart(frame, study)
    say(f"people with enough complete days: {people}; own days fitted: {len(own_fits)}")
    mixed = mixed_analysis(frame, study, say) if people >= study.plan.rules.min_people_mixed_model else None
    usable = mixed if mixed and mixed.can_be_used else None
    return CohortAnalysis(own_fits, apart, mixed, usable, _pooled_slopes(usable, study))


def _own_fits(frame: pl.DataFrame, study: Study) -> tuple[OwnDaysFit, ...]:
    """Fit each person's own days; nobody's where all ratings are the same."""
    parts = [part for part in parts_by_calendar(frame) if part["outcome_score"].n_unique() > 1]
    fits = [fit for part in parts for fit in fit_each_participant(within_people(part, study))[0]]
    return tuple(sorted(fits, key=lambda fit: fit.participant))


def _why_nobody(store: Store) -> str:
    rated = store.connection.execute("SELECT count(*) FROM daily_summary WHERE outcome_score IS NOT NULL").fetchone()
    item = store.study.plan.outcome.item
    if not rated or not rated[0]:
        return f"no {item} ratings were read; add a diary to the inbox and declare it under [[diaries]] in study.toml"
    least = store.study.plan.rules.min_days_in_model
    return f"nobody has {least} days with a {item} rating, the night before and the day before; see: painstats status"


def _pooled_slopes(mixed: MixedAnalysis | None, study: Study) -> Mapping[tuple[str, str], PersonSlope]:
    if mixed is None:
        return {}
    low, high = study.plan.outcome.scale
    names = [predictor.within for predictor in study.plan.predictors]
    slopes = person_slopes(mixed.fit, names, SEED, outcome_range=high - low)
    return {
        (slope.participant, slope.name): slope
        for slope in slopes
        if slope.effective_sample_size >= LEAST_EFFECTIVE_DRAWS
    }


def _person_rows(study: Study, cohort: CohortAnalysis) -> list[Row]:
    own = {fit.participant: fit for fit in cohort.own_fits}
    people = sorted(set(own) | {person for person, _ in cohort.slopes})
    rows = []
    for person in people:
        for predictor in study.plan.predictors:
            slope = cohort.slopes.get((person, predictor.within))
            alone = _own_coefficient(own.get(person), predictor)
            row = _pooled_row(slope, cohort.usable) if slope and cohort.usable else _own_row(alone)
            if row is not None:
                own_columns = _own_columns(alone, own.get(person))
                rows.append({"participant_id": person, "predictor": predictor.name, **row, **own_columns})
    return rows


def _pooled_row(slope: PersonSlope, mixed: MixedAnalysis) -> Row:
    return {
        "basis": "pooled",
        "estimate": slope.estimate,
        "low": slope.low,
        "high": slope.high,
        "false_sign_rate": slope.false_sign_rate,
        "reliability": slope.reliability,
        "slopes_differ": slopes_differ(mixed, slope.name),
    }


def _own_row(alone: Coefficient | None) -> Row | None:
    if alone is None:
        return None
    return {
        "basis": "own_days",
        "estimate": alone.estimate,
        "low": alone.low,
        "high": alone.high,
        "false_sign_rate": float(stats.t.sf(abs(alone.t), alone.df)),
        "reliability": None,
        "slopes_differ": None,
    }


def _own_columns(alone: Coefficient | None, fit: OwnDaysFit | None) -> Row:
    if alone is None or fit is None:
        return dict.fromkeys(("own_estimate", "own_low", "own_high", "own_df", "own_p", "own_rho"))
    return {
        "own_estimate": alone.estimate,
        "own_low": alone.low,
        "own_high": alone.high,
        "own_df": alone.df,
        "own_p": alone.p,
        "own_rho": fit.rho,
    }


def _own_coefficient(fit: OwnDaysFit | None, predictor: PredictorPlan) -> Coefficient | None:
    if fit is None or predictor.within not in fit.fit.names:
        return None
    return coefficient(fit.table, predictor.within)


def slopes_differ(mixed: MixedAnalysis, name: str) -> bool:
    """Whether the slope of a column has a variance between people above zero in the fit."""
    place = mixed.fit.random.index(name)
    column = mixed.rows.X[:, mixed.rows.names.index(name)]
    variance = mixed.fit.random_covariance[place, place] * float(np.mean(column**2))
    return bool(variance > LEAST_RELATIVE_VARIANCE * mixed.fit.residual_sd**2)


def _cohort_rows(study: Study, frame: pl.DataFrame, cohort: CohortAnalysis) -> list[Row]:
    """Return the averages over people, when there are enough people for one."""
    rows = []
    for predictor in study.plan.predictors:
        try:
            check = two_stage(cohort.apart, predictor.within)
        except NotEnoughData:
            continue
        if check.people < study.plan.rules.min_people_cohort:
            continue
        if cohort.usable:
            average = _mixed_average(cohort.usable, predictor, check)
        else:
            notes = ["not_converged"] if cohort.mixed else ["few_people_two_stage"]
            average = _two_stage_average(predictor, check, notes)
        rows.append({**average, "days": frame.height})
    return rows


def _mixed_average(mixed: MixedAnalysis, predictor: PredictorPlan, check: TwoStage) -> Row:
    average = coefficient(mixed.table, predictor.within)
    spread = slope_variance(mixed.rows, predictor.within)
    return {
        "predictor": predictor.name,
        "basis": "mixed_model",
        **{key: getattr(average, key) for key in ("estimate", "se", "df", "low", "high", "p")},
        "people": len(mixed.fit.participants),
        **_two_stage_columns(check),
        "agrees": agrees(average.estimate, average.se, check),
        "slope_sd": spread.sd,
        "slope_sd_low": spread.low,
        "slope_sd_high": spread.high,
        "slopes_differ_p": spread.p,
        "notes": [],
    }


def _two_stage_average(predictor: PredictorPlan, check: TwoStage, notes: list[str]) -> Row:
    return {
        "predictor": predictor.name,
        "basis": "two_stage",
        "estimate": check.estimate,
        "se": check.se,
        "df": float(check.people - 1),
        "low": check.low,
        "high": check.high,
        "p": two_sided_p(check),
        "people": check.people,
        **_two_stage_columns(check),
        "agrees": True,
        **dict.fromkeys(("slope_sd", "slope_sd_low", "slope_sd_high", "slopes_differ_p")),
        "notes": notes,
    }


def _two_stage_columns(check: TwoStage) -> Row:
    return {"two_stage_estimate": check.estimate, "two_stage_low": check.low, "two_stage_high": check.high}


def _coefficient_rows(cohort: CohortAnalysis) -> list[Row]:
    tables = [("cohort", cohort.mixed.table)] if cohort.mixed else []
    tables += [(fit.participant, fit.table) for fit in cohort.own_fits]
    fields = [name for name in COEFFICIENT if name not in ("model", "term")]
    return [
        {"model": model, "term": entry.name, **{name: getattr(entry, name) for name in fields}}
        for model, table in tables
        for entry in table.coefficients
    ]


def _model_rows(cohort: CohortAnalysis) -> list[Row]:
    rows = [_model_row(fit.participant, fit.fit, fit.table) for fit in cohort.own_fits]
    mixed = cohort.mixed
    if mixed is None:
        return rows
    checks, explained = residual_checks(mixed.fit, mixed.rows), r_squared(mixed.fit)
    row = _model_row("cohort", mixed.fit, mixed.table) | {
        "statsmodels_difference": mixed.check.log_likelihood_difference,
        "statsmodels_note": mixed.check.reason_skipped,
        "statsmodels_summary": mixed.check.summary_text,
        "autocorrelation": [float(value) for value in checks.autocorrelation],
        "ljung_box_p": checks.ljung_box_p,
        "residual_quantiles": checks.quantiles.tolist(),
        "person_sd_quantiles": list(checks.sd_quantiles),
        "equal_noise_p": checks.equal_noise_p,
        "r2_marginal": explained.marginal,
        "r2_conditional": explained.conditional,
        "unsupported_terms": list(mixed.neighbour.unsupported) if mixed.neighbour else None,
        "unsupported_gain": mixed.neighbour.gain if mixed.neighbour else None,
        "note": ", ".join(mixed.notes) or None,
    }
    return [row, *rows]


def _model_row(model: str, fit: MixedFit, table: CoefficientTable) -> Row:
    return {
        "model": model,
        "n_rows": fit.n_rows,
        "people": len(fit.participants),
        "rho": fit.rho,
        "residual_sd": fit.residual_sd,
        "log_likelihood": fit.log_likelihood,
        "converged": fit.converged,
        "is_singular": fit.is_singular,
        "certificate": fit.optimum.certificate,
        "projected_gradient": fit.optimum.projected_gradient,
        "df_method": table.method,
        "random_terms": list(fit.random),
        "random_covariance": [float(value) for value in fit.random_covariance.ravel()],
    }


def _robustness_rows(
    study: Study, days: pl.DataFrame, cohort: CohortAnalysis, people: list[Row], averages: list[Row]
) -> list[Row]:
    """Ask the averages again; where there is one person only, that person's slopes."""
    frame = days.filter(pl.col("left_out").is_null())
    is_alone = days["participant_id"].n_unique() == 1
    answers = people if is_alone else averages
    if not answers:
        return []
    question = Question(
        study=study,
        days=days,
        frame=frame,
        basis=answers[0]["basis"],
        answers={row["predictor"]: Slope(row["estimate"], row["low"], row["high"]) for row in answers},
        mixed=cohort.usable,
    )
    return robustness_rows(question, people[0]["participant_id"] if is_alone else "cohort")


def _keep(store: Store, rows: Mapping[str, list[Row]]) -> None:
    for table, columns in FIT_TABLES.items():
        replace_table(store, table, columns, rows.get(table, []))
