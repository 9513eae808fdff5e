"""Fit the daily questions and store the results: each participant's own days, and the mixed model over all of them.

Each question is answered by the model of its exposure's total effect (``DailyDesign.totals``), so there is one set of
models for each moment of an exposure. With enough participants the mixed model gives the averages and, pooled, each
participant's slopes; the two-stage mean, which shares no code with it, is always computed as well. With fewer
participants, or where the mixed model does not reach a certified optimum that statsmodels reproduces, each participant
is judged on their own days and the average is the two-stage mean. A participant's slope never comes from a model
without residual autocorrelation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.frame.exposure import Exposure
from painstats.mixedlm.inference.coefficients import Coefficient, coefficient
from painstats.mixedlm.inference.one_participant import ParticipantFit, fit_each_participant
from painstats.mixedlm.inference.two_stage import OwnCoefficients
from painstats.progress import working
from painstats.questions.daily.averages import adjusted, cohort_fits
from painstats.questions.daily.columns import of_cohort, of_known, with_an_exposure, within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign, daily_design
from painstats.questions.daily.guarded import Guarded
from painstats.questions.daily.guards import DaysOf, days_of, guarded_alone, with_guard, with_guard_columns
from painstats.questions.daily.look_evidence import means_over_participants, smallest_effect, smallest_effect_to
from painstats.questions.daily.looks import looks
from painstats.questions.daily.mixed_model import NO_DAYS, MixedAnalysis, mixed_analysis
from painstats.questions.daily.model_rows import coefficient_rows, model_fits, treatment_rows
from painstats.questions.daily.own_checks import checks_of_own_days
from painstats.questions.daily.pooled import Slopes, pooled_slopes
from painstats.questions.daily.robustness import Reanalysis, Slope, robustness_checks
from painstats.questions.daily.tables import COHORT, FIT_ROWS, CohortFit, ParticipantEffect, RobustnessCheck
from painstats.questions.daily.two_stage_participants import parts_by_calendar, slopes_apart
from painstats.questions.daily.words import compared_with
from painstats.questions.kind import KindFitted, Say
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import listed
from painstats.questions.question import Question, outcome_of
from painstats.store.connection import Store
from painstats.store.rows import replace_rows
from painstats.store.tables import read_table


@dataclass(frozen=True, slots=True)
class CohortAnalysis:
    """Everything fitted to one frame with one design.

    Parameters
    ----------
    design, frame
        The design, and the rows of all participants who are fitted.
    own_fits
        Each participant's own days.
    apart
        Slopes for the two-stage mean, of eligible participants.
    mixed, usable
        The mixed model as tried, and the same if it may be used.
    slopes
        Pooled slopes by participant and column.
    own_guards
        Participant to the fits with guard columns, where ``own_fits`` have their coefficients.
    """

    design: DailyDesign
    frame: pl.DataFrame
    own_fits: tuple[ParticipantFit, ...]
    apart: OwnCoefficients
    mixed: MixedAnalysis | None
    usable: MixedAnalysis | None
    slopes: Slopes
    own_guards: Mapping[str, Guarded]


def fit_models(store: Store, questions: Sequence[Question], say: Say = lambda _: None) -> KindFitted:
    """Fit all daily questions to ``model_frame`` and store their tables (``questions/daily/tables.py``).

    Raises
    ------
    NotEnoughData
        No participant has enough usable days. The tables are stored all the same, empty.
    """
    design = daily_design(store.study, questions)
    days = read_table(store, "model_frame", "participant_id, date")
    frame = with_an_exposure(days.filter(pl.col("left_out").is_null()), design)
    if frame.is_empty():
        _keep(store, {})
        raise NotEnoughData(_why_no_model(store))
    exposure_days = days_of(store, design)
    models = _each_model(frame, of_known(frame, design), say, exposure_days)
    participants = _in_order([fit for model in models for fit in _participant_fits(model)], questions)
    averages = adjusted([fit for model in models for fit in _averages(model, questions)], questions)
    kept = _rows_of_models(models) | {
        "person_fit": participants,
        "cohort_fit": averages,
        "robustness": _robustness(questions, days, exposure_days, models, participants, averages),
        "look_evidence": looks(store, design, questions),
    }
    _keep(store, kept)
    return KindFitted(frame["participant_id"].n_unique(), len(kept["model_fit"]))


def _each_model(frame: pl.DataFrame, design: DailyDesign, say: Say, days: DaysOf) -> list[CohortAnalysis]:
    """Fit the models of each total effect, to the participants who have some exposure of it."""
    of_designs = [(total, with_an_exposure(frame, total)) for total in design.totals()]
    return [
        analyse_cohort(rows, total, _named(say, total) if len(of_designs) > 1 else say, days)
        for total, rows in of_designs
        if not rows.is_empty()
    ]


def _named(say: Say, design: DailyDesign) -> Say:
    """Begin each message with the exposures that its model is about."""
    label = listed([compared_with(exposure) for exposure in design.answered])
    return lambda text: say(f"{label}: {text}")


def _rows_of_models(models: Sequence[CohortAnalysis]) -> dict[str, Sequence[object]]:
    """Return the tables that describe each model."""
    return {
        "coefficient": [row for of in models for row in coefficient_rows(of.own_fits, of.mixed, of.design)],
        "model_fit": [row for of in models for row in model_fits(of.own_fits, of.own_guards, of.mixed, of.design)],
        "treatment_column": [
            row for of in models for row in treatment_rows(of.frame, of.own_fits, of.mixed, of.design)
        ],
    }


def analyse_cohort(
    frame: pl.DataFrame, design: DailyDesign, say: Say = lambda _: None, days: DaysOf = NO_DAYS
) -> CohortAnalysis:
    """Fit every daily model to usable rows of ``model_frame``; the mixed model to those of its cohort."""
    own_fits, apart = _own_fits(frame, design), slopes_apart(frame, design)
    own_guards = {fit.participant: guard for fit in own_fits if (guard := guarded_alone(fit, days)) is not None}
    own_fits = tuple(with_guard(fit, own_guards.get(fit.participant)) for fit in own_fits)
    say(f"participants with enough days: {frame['participant_id'].n_unique()}; fitted alone: {len(own_fits)}")
    cohort = of_cohort(frame, design)
    is_large = cohort["participant_id"].n_unique() >= design.rules.min_people_mixed_model
    mixed = mixed_analysis(cohort, design, say, days) if is_large else None
    usable = mixed if mixed and mixed.can_be_used else None
    return CohortAnalysis(design, frame, own_fits, apart, mixed, usable, pooled_slopes(usable, design), own_guards)


def _own_fits(frame: pl.DataFrame, design: DailyDesign) -> tuple[ParticipantFit, ...]:
    """Fit each participant's own days; without a fit where all scores are the same."""
    parts = [part for part in parts_by_calendar(frame) if part["outcome_score"].n_unique() > 1]
    with working("fitting participants' own days", "participants", frame["participant_id"].n_unique()) as work:
        fits = [
            fit
            for part in parts
            for fit in fit_each_participant(within_participants(part, design), RESIDUALS, work.advance)[0]
        ]
    return tuple(sorted(fits, key=lambda fit: fit.participant))


def _why_no_model(store: Store) -> str:
    scored = store.connection.execute("SELECT count(*) FROM daily_summary WHERE outcome_score IS NOT NULL").fetchone()
    label = outcome_words(outcome_of(store.study.plan.outcome)).label
    if not scored or not scored[0]:
        return f"no {label} scores were read; add a diary to the inbox and declare it under [[diaries]] in study.toml"
    rules = store.study.plan.rules
    least = max(rules.min_days_in_model, rules.min_days_known)
    return (
        f"no participant has {least} days with a {label} score and a measure that it is compared with; "
        "see: painstats status"
    )


def _participant_fits(model: CohortAnalysis) -> list[ParticipantEffect]:
    rows = {name: own for (name,), own in model.frame.partition_by("participant_id", as_dict=True).items()}
    own = {fit.participant: fit for fit in model.own_fits}
    participants = sorted(set(own) | {participant for participant, _ in model.slopes})
    return [
        replace(fit, smallest_effect=smallest_effect_to(rows[participant], exposure, model.design))
        for participant in participants
        for exposure in model.design.answered
        if (fit := _participant_fit(participant, exposure, model, own.get(participant))) is not None
    ]


def _in_order(fits: Sequence[ParticipantEffect], questions: Sequence[Question]) -> list[ParticipantEffect]:
    """Sort by participant, then in the order of the questions."""
    order = [question.name for question in questions]
    return sorted(fits, key=lambda fit: (fit.participant_id, order.index(fit.question)))


def _participant_fit(
    participant: str, exposure: Exposure, cohort: CohortAnalysis, own: ParticipantFit | None
) -> ParticipantEffect | None:
    """Return the pooled effect where there is one, or that of the participant's own days; None where neither is."""
    slope, alone = cohort.slopes.get((participant, exposure.within)), _own_coefficient(own, exposure)
    own_fields = (
        (alone.estimate, alone.low, alone.high, alone.df, alone.p, own.rho, own.fit.white_share)
        if alone and own
        else ()
    )
    if slope and cohort.usable:
        return ParticipantEffect(
            participant, exposure.name, "pooled", slope.estimate, slope.low, slope.high, slope.false_sign_rate,
            slope.reliability, *own_fields,
        )  # fmt: skip
    if alone is None:
        return None
    false_sign_rate = float(stats.t.sf(abs(alone.t), alone.df))
    return ParticipantEffect(
        participant, exposure.name, "own_days", alone.estimate, alone.low, alone.high, false_sign_rate,
        None, *own_fields,
    )  # fmt: skip


def _averages(model: CohortAnalysis, questions: Sequence[Question]) -> list[CohortFit]:
    design, rows = model.design, of_cohort(model.frame, model.design)
    exposures = {question.name: question.exposure for question in questions if design.answers(question)}
    answered = [question for question in questions if question.name in exposures]
    return [
        replace(
            fit,
            smallest_effect=smallest_effect(*means_over_participants(rows, exposures[fit.question], design), design),
        )
        for fit in cohort_fits(answered, rows, model.apart, model.mixed, design.rules)
    ]


def _own_coefficient(fit: ParticipantFit | None, exposure: Exposure) -> Coefficient | None:
    if fit is None or exposure.within not in fit.fit.names:
        return None
    return coefficient(fit.table, exposure.within)


def _robustness(
    questions: Sequence[Question],
    days: pl.DataFrame,
    exposure_days: DaysOf,
    models: Sequence[CohortAnalysis],
    participants: Sequence[ParticipantEffect],
    averages: Sequence[CohortFit],
) -> list[RobustnessCheck]:
    """Check the averages, and clear effects of participants; in a study of one participant, all of theirs."""
    is_alone = days["participant_id"].n_unique() == 1
    reported: Sequence[ParticipantEffect] | Sequence[CohortFit] = participants if is_alone else averages
    own = [] if is_alone else checks_of_own_days(models, days, exposure_days, questions[0].outcome)
    if not reported:
        return own
    checked = []
    for model in models:
        names = [exposure.name for exposure in model.design.answered]
        if answered := [fit for fit in reported if fit.question in names]:
            checked.append(_reanalysis(model, days, exposure_days, answered, is_alone=is_alone))
    name = participants[0].participant_id if is_alone else COHORT
    return [*robustness_checks(checked, name, questions[0].outcome), *own]


def _reanalysis(
    model: CohortAnalysis,
    days: pl.DataFrame,
    exposure_days: DaysOf,
    reported: Sequence[ParticipantEffect | CohortFit],
    *,
    is_alone: bool,
) -> Reanalysis:
    rows = model.frame if is_alone else of_cohort(model.frame, model.design)
    frame, guards = _with_guards(rows, model, exposure_days, is_alone=is_alone)
    return Reanalysis(
        design=model.design,
        days=days,
        frame=frame,
        guards=guards,
        basis=reported[0].basis,
        reported={fit.question: Slope(fit.estimate, fit.low, fit.high) for fit in reported},
        mixed=model.usable,
    )


def _with_guards(
    frame: pl.DataFrame, cohort: CohortAnalysis, days: DaysOf, *, is_alone: bool
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Add the guard columns that the reported estimates have, and return their names; none where they have none."""
    of_cohort_model = cohort.usable.guard if cohort.usable else None
    guard = next(iter(cohort.own_guards.values()), None) if is_alone else of_cohort_model
    return with_guard_columns(frame, days, guard) if guard and guard.last else (frame, ())


def _keep(store: Store, rows: Mapping[str, Sequence[object]]) -> None:
    for table, row_type in FIT_ROWS.items():
        replace_rows(store, table, row_type, rows.get(table, ()))
