"""The looks of a study: pooled slopes of participants, and averages over them, from the days up to a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from painstats.questions.daily.averages import cohort_fits
from painstats.questions.daily.columns import of_cohort, of_known, with_an_exposure
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guards import DaysOf
from painstats.questions.daily.look_evidence import (
    Effect,
    LookOf,
    exposure_range,
    from_posterior,
    from_test,
    limits_at,
    means_over_participants,
    scale_ends,
    smallest_effect,
    tails,
)
from painstats.questions.daily.mixed_model import MixedAnalysis, mixed_analysis
from painstats.questions.daily.own_looks import LookResult, Refused, reasons_at
from painstats.questions.daily.pooled import Slopes, pooled_slopes
from painstats.questions.daily.tables import CohortFit
from painstats.questions.daily.two_stage_participants import slopes_apart
from painstats.questions.look import LookDay
from painstats.questions.question import Question, family_size

AVERAGE = None
"""In place of a participant: the average over participants."""


@dataclass(frozen=True, slots=True, eq=False)
class StudyLook:
    """What is judged on a date.

    Parameters
    ----------
    frame
        Usable rows of ``model_frame`` as they were on the date.
    pooled
        The participants who are judged, with their looks.
    average
        The look of the averages; None if they are not judged.
    """

    frame: pl.DataFrame
    pooled: Mapping[str, LookDay]
    average: LookDay | None


Found = tuple[str | None, Question, LookResult]


def study_look(look: StudyLook, design: DailyDesign, questions: Sequence[Question], days: DaysOf) -> list[Found]:
    """Fit the models of a look, one for each total effect; ``days`` are known ones of guarded exposures until then."""
    return [found for total in design.totals() for found in _of_model(look, total, questions, days)]


def _of_model(look: StudyLook, total: DailyDesign, questions: Sequence[Question], days: DaysOf) -> list[Found]:
    """Answer the questions of one total effect; an exposure that no participant has leaves its model."""
    look = replace(look, frame=with_an_exposure(look.frame, total))
    answered, design = list(filter(total.answers, questions)), of_known(look.frame, total)
    cohort = of_cohort(look.frame, design)
    is_large = cohort["participant_id"].n_unique() >= design.rules.min_people_mixed_model
    is_fitted = is_large and any(question.exposure in design.exposures for question in answered)
    mixed = mixed_analysis(cohort, design, lambda _: None, days) if is_fitted else None
    usable = mixed if mixed and mixed.can_be_used else None
    found = list(_pooled(look, usable, design, answered, questions))
    if look.average is not None:
        found += _averages(look.average, cohort, mixed, design, answered, questions)
    return found


def _pooled(
    look: StudyLook,
    mixed: MixedAnalysis | None,
    design: DailyDesign,
    answered: Sequence[Question],
    questions: Sequence[Question],
) -> Iterator[Found]:
    if mixed is None or not look.pooled:
        return
    limits = {
        (when.number, question.name): limits_at(design.rules, when.number, family_size(questions, question))
        for when in look.pooled.values()
        for question in answered
    }
    wanted = tuple(dict.fromkeys(tail for among in limits.values() for tail in tails(among)))
    slopes = pooled_slopes(mixed, design, wanted)
    own = look.frame.partition_by("participant_id", as_dict=True)
    for participant, when in look.pooled.items():
        for question in answered:
            among = limits[when.number, question.name]
            rows = own.get((participant,), look.frame.clear())
            chosen = [wanted.index(tail) for tail in tails(among)]
            yield participant, question, _pooled_look(rows, question, design, slopes, (when, among, chosen))


def _pooled_look(
    rows: pl.DataFrame,
    question: Question,
    design: DailyDesign,
    slopes: Slopes,
    at: tuple[LookDay, tuple[float, ...], list[int]],
) -> LookResult:
    when, limits, chosen = at
    known = exposure_range(rows, question.exposure)
    reasons = reasons_at(rows, question, design) if rows.height else ("no_fit",)
    if reasons or known is None:
        return Refused(when, reasons)
    slope = slopes.get((str(rows["participant_id"][0]), question.exposure.within))
    if slope is None:
        return Refused(when, ("no_fit",))
    ends = scale_ends(rows, design.scale)
    of = LookOf(when, "pooled", limits, smallest_effect(known, ends, design), known, ends)
    return from_posterior(of, replace(slope, ranges=tuple(slope.ranges[place] for place in chosen)))


def _averages(
    when: LookDay,
    cohort: pl.DataFrame,
    mixed: MixedAnalysis | None,
    design: DailyDesign,
    answered: Sequence[Question],
    questions: Sequence[Question],
) -> Iterator[Found]:
    apart = slopes_apart(cohort, design)
    averages = cohort_fits(answered, cohort, apart, mixed, design.rules, with_spread=False)
    fits = {fit.question: fit for fit in averages}
    for question in answered:
        yield AVERAGE, question, _average_look(when, cohort, fits.get(question.name), design, question, questions)


def _average_look(
    when: LookDay,
    cohort: pl.DataFrame,
    fit: CohortFit | None,
    design: DailyDesign,
    question: Question,
    questions: Sequence[Question],
) -> LookResult:
    reason = reason_against_average(cohort, fit, design)
    if reason or fit is None:
        return Refused(when, (reason,))
    known, ends = means_over_participants(cohort, question.exposure, design)
    limits = limits_at(design.rules, when.number, family_size(questions, question))
    of = LookOf(when, fit.basis, limits, smallest_effect(known, ends, design), known, ends, fit.participants)
    return from_test(of, Effect(fit.estimate, fit.se, fit.df))


def reason_against_average(cohort: pl.DataFrame, fit: CohortFit | None, design: DailyDesign) -> str:
    """Return why an average may not be judged, by name; empty if it may."""
    if fit is None or fit.participants < design.rules.min_people_cohort:
        return "too_few_participants"
    if _median_compliance(cohort) < design.rules.min_compliance:
        return "too_many_days_missing_in_cohort"
    return "" if fit.agrees else "checks_disagree"


def _median_compliance(cohort: pl.DataFrame) -> float:
    span = (pl.col("date").max() - pl.col("date").min()).dt.total_days() + 1
    shares = cohort.group_by("participant_id").agg((pl.len() / span).alias("share"))["share"]
    return float(np.median(shares.to_numpy()))
