"""From the fits of all participants to findings on their kinds of exercise, and averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from painstats.plan.study import Study
from painstats.questions.exercise.averages import ANY_KIND, EXERCISE, LARGEST_P, kind_averages
from painstats.questions.exercise.fit import OwnKinds, any_kind_p, kinds_differ_p
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
        _judged(own, _not_judged(own, kind, plan), found[kind], q[kind])
        if kind in found
        else _not_judged(own, kind, plan)
        for kind in own.days_with
    ]
    return [*kinds, *_joint(own)]


def _not_judged(own: OwnKinds, kind: str, plan: ExercisePlan) -> ContrastFinding:
    return ContrastFinding(
        participant_id=own.participant_id, kind=NAME, item=own.outcome.item, site=own.outcome.site, exposure=kind,
        contrast=plan.contrast, unit=plan.unit, look_date=own.look_date, days=own.days, days_with=own.days_with[kind],
        asked=len(own.estimates.kinds) if own.estimates else 0, verdict=Verdict.NOT_JUDGED,
        reasons=(own.reasons[kind],) if kind in own.reasons else (),
    )  # fmt: skip


def _judged(own: OwnKinds, row: ContrastFinding, size: KindSize, q: float) -> ContrastFinding:
    estimates, kind = own.estimates, row.exposure
    assert estimates is not None
    told, reason = verdict(size, q, own.smallest_effect / own.session[kind])
    place = estimates.kinds.index(kind)
    return replace(
        row, verdict=told, reasons=(reason, WITH_OTHERS) if size.with_others else (reason,), estimate=size.estimate,
        low=size.low, high=size.high, own_estimate=float(estimates.estimate[place]), own_se=float(estimates.se[place]),
        df=float(estimates.df[place]), p=float(estimates.p[place]), q=q,
    )  # fmt: skip


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
