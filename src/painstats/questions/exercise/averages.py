"""Averages of kinds of exercise over participants, and whether these differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from painstats.questions.daily.averages import holm
from painstats.questions.exercise.fit import OwnKinds
from painstats.questions.exercise.plan import KINDS_DIFFER, NAME, ExercisePlan
from painstats.questions.exercise.verdict import small_or_open
from painstats.questions.exploratory.average import ContrastMean, contrast_mean, with_mean
from painstats.questions.exploratory.finding import ContrastAverage
from painstats.questions.verdict import Verdict

EXERCISE, ANY_KIND = "exercise", "any_kind"
LARGEST_P = 0.05


def kind_averages(own: Sequence[OwnKinds], plan: ExercisePlan, least_participants: int) -> list[ContrastAverage]:
    """Average each kind that enough participants have an own estimate of, with p adjusted by Holm's method."""
    having = {kind: _having(own, kind) for each in own if each.estimates for kind in each.estimates.kinds}
    kept = {kind: having[kind] for kind in sorted(having) if len(having[kind]) >= least_participants}
    means = {kind: contrast_mean(*np.array([_own(each, kind) for each in who]).T) for kind, who in kept.items()}
    adjusted = holm([mean.p for mean in means.values()])
    rows = [
        _average(kind, mean, p, kept[kind], plan, len(means))
        for (kind, mean), p in zip(means.items(), adjusted, strict=True)
    ]
    return [*rows, *_difference(list(means.values()), own)]


def averages_differ_p(means: Sequence[ContrastMean]) -> float | None:
    """Return p of the test that the averages of all kinds are alike; None for fewer than two.

    Q = sum of w (m - mean)^2 with w = 1 / se^2; Q / (K - 1) is compared with F(K - 1, fewest participants - 1).

    References
    ----------
    docs/method/questions.md, kinds of exercise.
    """
    if len(means) < 2:
        return None
    estimate, se = np.array([(mean.estimate, mean.se) for mean in means]).T
    weights = 1 / se**2
    q = float(weights @ (estimate - weights @ estimate / weights.sum()) ** 2)
    between = len(means) - 1
    return float(stats.f.sf(q / between, between, min(mean.participants for mean in means) - 1))


def _having(own: Sequence[OwnKinds], kind: str) -> list[OwnKinds]:
    return [each for each in own if each.estimates and kind in each.estimates.kinds]


def _own(own: OwnKinds, kind: str) -> tuple[float, float]:
    """Return a participant's own estimate of a kind, with its variance."""
    assert own.estimates is not None
    place = own.estimates.kinds.index(kind)
    return float(own.estimates.estimate[place]), float(own.estimates.covariance[place, place])


def _average(
    kind: str, mean: ContrastMean, p: float, who: Sequence[OwnKinds], plan: ExercisePlan, asked: int
) -> ContrastAverage:
    smallest = float(np.mean([each.smallest_effect / each.session[kind] for each in who]))
    verdict, reason = _verdict(mean, p, smallest)
    row = ContrastAverage(
        kind=NAME, item=who[0].outcome.item, site=who[0].outcome.site, exposure=kind, contrast=plan.contrast,
        unit=plan.unit, participants=mean.participants, asked=asked, verdict=verdict, reasons=(reason,), p_adjusted=p,
    )  # fmt: skip
    return with_mean(row, mean)


def _verdict(mean: ContrastMean, p: float, smallest_effect: float) -> tuple[Verdict, str]:
    if p < LARGEST_P:
        return (Verdict.HIGHER if mean.estimate > 0 else Verdict.LOWER), "differs_from_zero"
    return small_or_open(mean.low, mean.high, smallest_effect)


def _difference(means: Sequence[ContrastMean], own: Sequence[OwnKinds]) -> list[ContrastAverage]:
    p = averages_differ_p(means)
    if p is None:
        return []
    reasons = (KINDS_DIFFER,) if p < LARGEST_P else ()
    return [
        ContrastAverage(
            kind=NAME, item=own[0].outcome.item, site=own[0].outcome.site, exposure=EXERCISE, contrast=KINDS_DIFFER,
            unit="", participants=min(mean.participants for mean in means), asked=len(means),
            verdict=Verdict.NOT_DETERMINED, reasons=reasons, p=p,
        )
    ]  # fmt: skip
