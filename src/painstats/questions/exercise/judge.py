"""From the fits of all participants to findings on their kinds of exercise, and averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from painstats.plan.study import Study
from painstats.questions.exercise.averages import ANY_KIND, EXERCISE, LARGEST_P, kind_averages
from painstats.questions.exercise.fit import KindEstimates, OwnKinds, any_kind_p, kinds_differ_p
from painstats.questions.exercise.plan import KINDS_DIFFER, NAME, ExercisePlan
from painstats.questions.exercise.verdict import KindSize, adjusted, sizes, verdict
from painstats.questions.exercise.words import WITH_OTHERS
from painstats.questions.exploratory.finding import ContrastFinding, Judged
from painstats.questions.verdict import Verdict


def judge_kinds(own: Sequence[OwnKinds], plan: ExercisePlan, study: Study) -> Judged:
    """Judge each kind of each participant, and the averages."""
    least = study.plan.rules.min_people_cohort
    findings = [
        row
        for each, found in zip(own, sizes(own, least), strict=True)
        for row in _findings(each, found, plan)
    ]  # fmt: skip
    return Judged(tuple(findings), tuple(kind_averages(own, plan, least)))


def _findings(own: OwnKinds, found: Mapping[str, KindSize], plan: ExercisePlan) -> list[ContrastFinding]:
    q = adjusted(found) if found else {}
    kinds = [
        _judged(own, kind, found[kind], q[kind], plan) if kind in found else _refused(own, kind, plan)
        for kind in own.days_with
    ]
    return [*kinds, *_joint(own)]


def _judged(own: OwnKinds, kind: str, size: KindSize, q: float, plan: ExercisePlan) -> ContrastFinding:
    told, reason = verdict(size, q, own.smallest_effect / own.session[kind])
    assert own.estimates is not None
    return ContrastFinding(
        **_question(own, kind, plan), asked=len(own.estimates.kinds), verdict=told,
        reasons=(reason, WITH_OTHERS) if size.with_others else (reason,),
        estimate=size.estimate, low=size.low, high=size.high, q=q, **_own_test(own.estimates, kind),
    )  # fmt: skip


def _refused(own: OwnKinds, kind: str, plan: ExercisePlan) -> ContrastFinding:
    asked = len(own.estimates.kinds) if own.estimates else 0
    return ContrastFinding(
        **_question(own, kind, plan), asked=asked, verdict=Verdict.NOT_JUDGED, reasons=(own.reasons[kind],)
    )


def _joint(own: OwnKinds) -> list[ContrastFinding]:
    """Return the joint tests: whether any kind matters, and whether kinds differ."""
    if own.estimates is None:
        return []
    tests = {ANY_KIND: any_kind_p(own.estimates), KINDS_DIFFER: kinds_differ_p(own.estimates)}
    return [
        ContrastFinding(
            participant_id=own.participant_id, kind=NAME, item=own.outcome.item, site=own.outcome.site,
            exposure=EXERCISE, contrast=contrast, unit="", look_date=own.look_date, days=own.days, days_with=None,
            asked=len(own.estimates.kinds), verdict=Verdict.NOT_DETERMINED,
            reasons=(contrast,) if p < LARGEST_P else (), df=own.estimates.median_df, p=p,
        )
        for contrast, p in tests.items()
        if p is not None
    ]  # fmt: skip


def _question(own: OwnKinds, kind: str, plan: ExercisePlan) -> dict[str, Any]:
    return {
        "participant_id": own.participant_id,
        "kind": NAME,
        "item": own.outcome.item,
        "site": own.outcome.site,
        "exposure": kind,
        "contrast": plan.contrast,
        "unit": plan.unit,
        "look_date": own.look_date,
        "days": own.days,
        "days_with": own.days_with[kind],
    }


def _own_test(estimates: KindEstimates, kind: str) -> dict[str, Any]:
    place = estimates.kinds.index(kind)
    return {
        "own_estimate": float(estimates.estimate[place]),
        "own_se": float(estimates.se[place]),
        "df": float(estimates.df[place]),
        "p": float(estimates.p[place]),
    }
