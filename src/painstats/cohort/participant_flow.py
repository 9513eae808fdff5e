"""Participant flow: everyone enrolled, once, at the first reason that excludes them, or analysed.

Main type: :class:`ParticipantFlow`; ``analysed`` are the participants of the first primary model. Whoever's ratings, or
whose exposure, are the same on every day is analysed and counted apart: leaving participants out by their ratings
would select the answer (docs/method/cohort.md, who is analysed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from painstats.cohort.baseline import PARTICIPANT, Baseline, arms_of, outside_population
from painstats.frame.exposure import Exposure
from painstats.plan.formula import ARM
from painstats.plan.study import Plan

UNKNOWN_ARM = "arm unknown"


@dataclass(frozen=True, slots=True)
class Counted:
    """The participants for whom something holds: a reason to exclude them, the first of theirs, or a remark.

    Parameters
    ----------
    reason
        ``outside_population``, ``no_data``, ``no_rating``, ``no_<exposure>``, ``few_days``, ``few_<exposure>``, and
        where the primary question compares arms ``arm_unknown`` and ``phase_unknown``; of a remark
        ``ratings_do_not_vary`` or ``<exposure>_does_not_vary``.
    words
        The same as a reader sees it.
    participants
        Their ids, in order.
    """

    reason: str
    words: str
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Days of some participants: from first to last, rated, rated with each exposure, complete, and analysed."""

    calendar: int
    rated: int
    with_exposure: Mapping[str, int]
    complete: int
    analysed: int


@dataclass(frozen=True, slots=True)
class ParticipantFlow:
    """What became of everyone enrolled.

    Parameters
    ----------
    enrolled
        The ids of everyone in ``participants.csv`` or with data, in order.
    excluded
        Every reason in the order in which it is asked, also those that hold for no participant.
    analysed
        The ids of the others.
    without_variation
        Of the analysed, those whose ratings, or an exposure of whom, are the same on every day. Their slope is zero,
        or unknown, and the model has them.
    arms
        Arm to the ids of its participants, ``UNKNOWN_ARM`` last; empty if the plan has no arms. A participant of an
        unknown arm is excluded only from the models that need it, and so from the flow where arms are the primary
        question.
    days
        Of all, by ``None``, and of each arm.
    """

    enrolled: tuple[str, ...]
    excluded: tuple[Counted, ...]
    analysed: tuple[str, ...]
    without_variation: tuple[Counted, ...]
    arms: Mapping[str, tuple[str, ...]]
    days: Mapping[str | None, DayCounts]

    @property
    def words(self) -> dict[str, str]:
        """Each step and remark as a reader sees it."""
        return {
            "enrolled": "enrolled",
            **{each.reason: each.words for each in self.excluded},
            "analysed": "analysed",
            **{each.reason: f"of these, {each.words}" for each in self.without_variation},
        }

    def counts(self, arm: str | None = None) -> dict[str, int]:
        """Return how many participants are enrolled, excluded for each reason, and analysed, of all or of one arm."""
        of = set(self.enrolled if arm is None else self.arms[arm])
        return {
            "enrolled": len(of),
            **{each.reason: len(of & set(each.participants)) for each in self.excluded},
            "analysed": len(of & set(self.analysed)),
        }

    def remarks(self, arm: str | None = None) -> dict[str, int]:
        """Return how many of the analysed, of all or of one arm, do not vary, by what does not."""
        of = set(self.enrolled if arm is None else self.arms[arm])
        return {each.reason: len(of & set(each.participants)) for each in self.without_variation}


def participant_flow(
    baseline: Baseline, days: pl.DataFrame, exposures: Sequence[Exposure], plan: Plan
) -> ParticipantFlow:
    """Follow everyone enrolled to the analysis.

    Parameters
    ----------
    baseline
        Everyone enrolled.
    days
        From :func:`~painstats.cohort.participant_days.participant_days`.
    exposures
        The exposures of the models.
    plan
        The plan, for its rules and its analysis.
    """
    counted = _counted(baseline, days, plan)
    left, excluded = counted, list[Counted]()
    for reason, words, holds in _reasons(exposures, plan):
        of_reason = left.filter(holds.fill_null(value=False))
        excluded.append(Counted(reason, words, tuple(of_reason[PARTICIPANT])))
        left = left.join(of_reason.select(PARTICIPANT), on=PARTICIPANT, how="anti", maintain_order="left")
    remarks = [
        Counted(reason, words, tuple(left.filter(holds)[PARTICIPANT])) for reason, words, holds in _remarks(exposures)
    ]
    analysed = tuple(left[PARTICIPANT])
    arms = _arms(baseline, plan)
    groups: list[tuple[str | None, Sequence[str]]] = [(None, baseline.participants), *arms.items()]
    return ParticipantFlow(
        enrolled=baseline.participants,
        excluded=tuple(excluded),
        analysed=analysed,
        without_variation=tuple(remarks),
        arms=arms,
        days={name: _day_counts(days, ids, analysed, exposures, plan) for name, ids in groups},
    )


def needs_complete_days(plan: Plan) -> bool:
    """Whether the cohort analysis uses complete days only; the rules decide where the analysis does not say."""
    return (plan.analysis.unknown_predictors or plan.rules.unknown_predictors) == "complete"


def _is_about_arms(plan: Plan) -> bool:
    return plan.analysis.primary == (ARM,)


def _counted(baseline: Baseline, days: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return a row for everyone enrolled, with their counts of days; null for those without data."""
    outside, arms = sorted(outside_population(baseline, plan.analysis)), arms_of(baseline, plan.analysis)
    enrolled = baseline.frame.select(
        PARTICIPANT,
        is_outside=pl.col(PARTICIPANT).is_in(outside),
        is_without_arm=pl.lit(value=False) if arms is None else arms.is_null(),
    )
    return enrolled.join(days, on=PARTICIPANT, how="left", maintain_order="left")


def _reasons(exposures: Sequence[Exposure], plan: Plan) -> list[tuple[str, str, pl.Expr]]:
    """Return each reason with its words and what it holds for, in the order in which they are asked."""
    rules = plan.rules
    what = "complete days" if needs_complete_days(plan) else "days with a rating"
    least, known = rules.min_days_in_model, rules.min_days_known
    label = {each: each.definition.label for each in exposures}
    of_arms = [
        ("arm_unknown", UNKNOWN_ARM, pl.col("is_without_arm")),
        ("phase_unknown", "no day on which the phase is known", pl.col("phase_days") == 0),
    ]
    return [
        ("outside_population", "outside the declared population", pl.col("is_outside")),
        ("no_data", "no data", pl.col("calendar_days").is_null()),
        ("no_rating", "no rating", pl.col("rated_days") == 0),
        *((f"no_{each.name}", f"no {label[each]}", pl.col(f"{each.name}_days") == 0) for each in exposures),
        ("few_days", f"fewer than {least} {what}", pl.col("usable_days") < least),
        *(
            (f"few_{each.name}", f"{label[each]} known on fewer than {known} days", ~pl.col(f"{each.name}_known"))
            for each in exposures
        ),
        *(of_arms if _is_about_arms(plan) else ()),
    ]


def _remarks(exposures: Sequence[Exposure]) -> list[tuple[str, str, pl.Expr]]:
    """Return what may be the same on every day of an analysed participant, with its words."""
    return [
        ("ratings_do_not_vary", "ratings do not vary", pl.col("different_scores") < 2),
        *(
            (
                f"{each.name}_does_not_vary",
                f"{each.definition.label}: no variation",
                pl.col(f"{each.name}_sd").fill_null(0) == 0,
            )
            for each in exposures
        ),
    ]


def _arms(baseline: Baseline, plan: Plan) -> dict[str, tuple[str, ...]]:
    arms = arms_of(baseline, plan.analysis)
    if arms is None or plan.analysis.arms is None:
        return {}
    given = arms.cast(pl.String).fill_null(UNKNOWN_ARM)
    names = (*baseline.variables[plan.analysis.arms].levels, *([UNKNOWN_ARM] if arms.null_count() else []))
    return {name: tuple(baseline.frame.filter(given == name)[PARTICIPANT]) for name in names}


def _day_counts(
    days: pl.DataFrame, of: Sequence[str], analysed: Sequence[str], exposures: Sequence[Exposure], plan: Plan
) -> DayCounts:
    mine = days.filter(pl.col(PARTICIPANT).is_in(list(of)))
    in_models = mine.filter(pl.col(PARTICIPANT).is_in(list(analysed)))
    return DayCounts(
        calendar=int(mine["calendar_days"].sum()),
        rated=int(mine["rated_days"].sum()),
        with_exposure={each.name: int(mine[f"{each.name}_days"].sum()) for each in exposures},
        complete=int(mine["complete_days"].sum()),
        analysed=int(in_models["phase_days" if _is_about_arms(plan) else "usable_days"].sum()),
    )
