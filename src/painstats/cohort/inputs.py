"""What a cohort analysis needs of a study: days, baseline variables, phases, and exposures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from painstats.cohort.baseline import Baseline, outside_population
from painstats.cohort.models.cohort_days import CohortDays, usual_exposure
from painstats.cohort.models.variable import Variable
from painstats.cohort.participants_file import load_baseline
from painstats.errors import StudyError
from painstats.frame.build import is_frame_of_plan
from painstats.frame.exposure import Exposure
from painstats.frame.phase import read_phases
from painstats.plan.formula import ARM, EXPOSURES, PHASE
from painstats.plan.study import STUDY_FILE
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.design import DailyDesign, daily_design
from painstats.questions.daily.guards import DaysOf, days_of
from painstats.store.connection import Store
from painstats.store.tables import read_table, table_exists


@dataclass(frozen=True, slots=True, eq=False)
class CohortInputs:
    """What the models of a study are made of.

    Parameters
    ----------
    every_day
        ``model_frame`` with a column ``phase`` where the plan has arms; participants outside the population, and days
        that the plan leaves out, have a ``left_out``.
    daily
        ``daily_summary``.
    design
        The exposures of all daily questions.
    known_days
        Of the exposures that the outcome can move.
    baseline
        The baseline variables.
    confirmatory
        The exposures of the confirmatory daily questions: the primary ones of a plan that names none.
    """

    every_day: pl.DataFrame
    daily: pl.DataFrame
    design: DailyDesign
    known_days: DaysOf
    baseline: Baseline
    confirmatory: tuple[Exposure, ...]

    def days_of(self, exposure: Exposure) -> CohortDays:
        """Return the days for the average effect of an exposure.

        Of each measure the model has one lag, the usual one unless another is asked about: participants' means of two
        lags are the same numbers.
        """
        of_others = (
            usual_exposure(self.design, each.measure)
            for each in self.design.exposures
            if each.measure != exposure.measure
        )
        kept = self.design.only({exposure, *of_others})
        return CohortDays(self.every_day, exposure, kept.total_of(exposure), self.known_days)

    def exposure(self, name: str) -> Exposure:
        """Return the exposure of a name of ``[analysis] primary``, such as "sleep"; see ``usual_exposure``."""
        try:
            return usual_exposure(self.design, EXPOSURES[name])
        except StudyError as error:
            raise StudyError(f"analysis.primary: {error}") from None

    def variable(self, name: str) -> Variable:
        """Return a baseline variable with its known values.

        Raises
        ------
        StudyError
            If it was measured after a participant's first day: it is described, and enters no model.
        """
        if name in self.baseline.described_only:
            raise StudyError(
                f"{name} was measured after the first day of a participant, so the days may have changed it; "
                "it is described and enters no model"
            )
        plan = self.baseline.variables[name]
        values = zip(self.baseline.participants, self.baseline.values(name), strict=True)
        known: Mapping[str, float | str] = {who: value for who, value in values if value is not None}
        return Variable(name, plan.kind, known, plan.levels, plan.reference, plan.per, plan.unit)


def cohort_inputs(store: Store) -> CohortInputs:
    """Read what a cohort analysis needs of an open study.

    Raises
    ------
    StudyError
        The study has not been run, or not with this plan; or ``participants.csv`` cannot be used.
    """
    study = store.study
    if not table_exists(store, "model_frame"):
        raise StudyError(f"{study.folder} has no results yet; run it first: painstats run {study.folder}")
    if not is_frame_of_plan(store):
        raise StudyError(
            f"{study.folder / STUDY_FILE} was changed since the last run, in more than the analysis; run it "
            f"again: painstats run {study.folder}"
        )
    questions = [question for question in asked(study) if question.kind == "daily"]
    design = daily_design(study, questions)
    baseline = load_baseline(store)
    every_day = read_table(store, "model_frame", "participant_id, date")
    outside = list(outside_population(baseline, study.plan.analysis))
    every_day = left_out_if(every_day, pl.col("participant_id").is_in(outside), "outside_population")
    if study.plan.analysis.unknown_predictors == "complete":
        every_day = only_complete_days(every_day, design)
    if study.plan.analysis.arms or any(PHASE in model.parsed.columns for model in study.plan.models):
        every_day = with_phase(every_day, store)
    return CohortInputs(
        every_day=every_day,
        daily=read_table(store, "daily_summary", "participant_id, date"),
        design=design,
        known_days=days_of(store, design),
        baseline=baseline,
        confirmatory=exposures([question for question in questions if question.is_confirmatory]),
    )


def only_complete_days(every_day: pl.DataFrame, design: DailyDesign) -> pl.DataFrame:
    """Leave out days on which an exposure is unknown, and then participants with too few days left."""
    unknown = pl.any_horizontal(pl.col(exposure.unknown) > 0 for exposure in design.exposures)
    complete = left_out_if(every_day, unknown, "unknown_exposure")
    days = pl.col("left_out").is_null().sum().over("participant_id")
    return left_out_if(complete, days < design.rules.min_days_in_model, "few_days")


def with_phase(every_day: pl.DataFrame, store: Store) -> pl.DataFrame:
    """Add ``phase``: 0 before each participant's start of a declared treatment, 1 during it, null after its end.

    Participants without any of the declared treatments have 0 on every day.

    Raises
    ------
    StudyError
        If no participant has a treatment, the plan does not say which of several, or none has a name that it says.
    """
    phases, wanted = read_phases(store), store.study.plan.analysis.phases
    names = sorted({phase.name for phase in phases})
    if not names:
        raise StudyError("analysis.phase: no participant has a treatment; list each one's start in [[phases]]")
    if not wanted and len(names) > 1:
        listed = ", ".join(names)
        raise StudyError(f"analysis.phase: the study has several treatments; name one of them here: {listed}")
    for name in wanted:
        if name not in names:
            raise StudyError(f"analysis.phase: no participant has a treatment named {name}, only: {', '.join(names)}")
    own = [phase for phase in phases if phase.name in (wanted or names)]
    starts = pl.DataFrame(
        {
            "participant_id": [phase.participant_id for phase in own],
            "start": [phase.start_date for phase in own],
            "end": [phase.last_day for phase in own],
        }
    )
    spans = starts.group_by("participant_id").agg(pl.col("start").min(), pl.col("end").max())
    before = pl.col("start").is_null() | (pl.col("date") < pl.col("start"))
    phase = pl.when(before).then(0.0).when(pl.col("date") <= pl.col("end")).then(1.0).alias(PHASE)
    joined = every_day.join(spans, on="participant_id", how="left", maintain_order="left")
    return joined.with_columns(phase).drop("start", "end")


def arm_variable(inputs: CohortInputs, name: str) -> Variable:
    """Return the variable that says who was in which arm, named as in formulas."""
    found = inputs.variable(name)
    return Variable(ARM, found.kind, found.values, found.levels, found.reference)


def left_out_if(every_day: pl.DataFrame, condition: pl.Expr, reason: str) -> pl.DataFrame:
    """Leave out the days, of those that are used so far, for which a condition holds."""
    used = pl.col("left_out").is_null() & condition
    return every_day.with_columns(pl.when(used).then(pl.lit(reason)).otherwise(pl.col("left_out")).alias("left_out"))
