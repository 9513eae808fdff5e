"""Participant flow: everyone enrolled, once, at the first reason that excludes them, or analysed.

Main type: :class:`ParticipantFlow`; ``analysed`` are the participants that the models over participants have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from painstats.cohort.baseline import PARTICIPANT, Baseline, arms_of, outside_population
from painstats.frame.exposure import Exposure
from painstats.plan.study import Plan

UNKNOWN_ARM = "arm unknown"


@dataclass(frozen=True, slots=True)
class Excluded:
    """The participants who are excluded for one reason, which is the first that holds.

    Parameters
    ----------
    reason
        ``outside_population``, ``no_data``, ``no_rating``, ``no_<exposure>``, ``few_days``, ``few_<exposure>``,
        ``ratings_do_not_vary`` or ``<exposure>_does_not_vary``.
    words
        The reason as a reader sees it.
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
    arms
        Arm to the ids of its participants, ``UNKNOWN_ARM`` last; empty if the plan has no arms. A participant of an
        unknown arm is excluded only from the models that need it.
    days
        Of all, by ``None``, and of each arm.
    """

    enrolled: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    analysed: tuple[str, ...]
    arms: Mapping[str, tuple[str, ...]]
    days: Mapping[str | None, DayCounts]

    def counts(self, arm: str | None = None) -> dict[str, int]:
        """Return how many participants are enrolled, excluded for each reason, and analysed, of all or of one arm."""
        of = set(self.enrolled if arm is None else self.arms[arm])
        return {
            "enrolled": len(of),
            **{each.reason: len(of & set(each.participants)) for each in self.excluded},
            "analysed": len(of & set(self.analysed)),
        }


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
    counted = baseline.frame.select(PARTICIPANT).join(days, on=PARTICIPANT, how="left", maintain_order="left")
    left, excluded = counted, list[Excluded]()
    outside = pl.col(PARTICIPANT).is_in(sorted(outside_population(baseline, plan.analysis)))
    first = ("outside_population", "outside the declared population", outside)
    for reason, words, holds in (first, *_reasons(exposures, plan)):
        of_reason = left.filter(holds.fill_null(value=False))
        excluded.append(Excluded(reason, words, tuple(of_reason[PARTICIPANT])))
        left = left.join(of_reason.select(PARTICIPANT), on=PARTICIPANT, how="anti", maintain_order="left")
    analysed = tuple(left[PARTICIPANT])
    arms = _arms(baseline, plan)
    groups: list[tuple[str | None, Sequence[str]]] = [(None, baseline.participants), *arms.items()]
    return ParticipantFlow(
        enrolled=baseline.participants,
        excluded=tuple(excluded),
        analysed=analysed,
        arms=arms,
        days={name: _day_counts(days, ids, analysed, exposures, plan) for name, ids in groups},
    )


def needs_complete_days(plan: Plan) -> bool:
    """Whether the cohort analysis uses complete days only; the rules decide where the analysis does not say."""
    return (plan.analysis.unknown_predictors or plan.rules.unknown_predictors) == "complete"


def _used_days(plan: Plan) -> str:
    return "complete_days" if needs_complete_days(plan) else "usable_days"


def _reasons(exposures: Sequence[Exposure], plan: Plan) -> list[tuple[str, str, pl.Expr]]:
    """Return each reason with its words and what it holds for, in the order in which they are asked."""
    rules, used = plan.rules, pl.col(_used_days(plan))
    what = "complete days" if needs_complete_days(plan) else "days with a rating"
    least, known = rules.min_days_in_model, rules.min_days_known
    label = {each: each.definition.label for each in exposures}
    return [
        ("no_data", "no data", pl.col("calendar_days").is_null()),
        ("no_rating", "no rating", pl.col("rated_days") == 0),
        *((f"no_{each.name}", f"no {label[each]}", pl.col(f"{each.name}_days") == 0) for each in exposures),
        ("few_days", f"fewer than {least} {what}", used < least),
        *(
            (
                f"few_{each.name}",
                f"{label[each]} known on fewer than {known} of these days",
                pl.col(f"{each.name}_usable_days") < known,
            )
            for each in exposures
        ),
        ("ratings_do_not_vary", "ratings do not vary", pl.col("different_scores") < 2),
        *(
            (f"{each.name}_does_not_vary", f"{label[each]} does not vary", pl.col(f"{each.name}_sd").fill_null(0) == 0)
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
        analysed=int(in_models[_used_days(plan)].sum()),
    )
