"""Verdicts on kinds of exercise: for one participant, and for their averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.rows import Floats
from painstats.questions.exercise.fit import KindEstimates, OwnKinds
from painstats.questions.exercise.pooled import (
    PRIOR_SCALE,
    OwnSizes,
    PooledSizes,
    pooled_alone,
    pooled_over_participants,
)
from painstats.questions.exploratory.family import LARGEST_Q, benjamini_hochberg
from painstats.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class KindSize:
    """What is shown of one kind, in points per unit: the pooled size, and the p that its direction is judged by."""

    estimate: float
    low: float
    high: float
    p: float
    with_others: bool


def sizes(own: Sequence[OwnKinds], least_participants: int) -> list[dict[str, KindSize]]:
    """Return kind to its size, for each participant.

    A kind that enough participants have is pooled over them; its p is twice the pooled false sign rate. The others are
    pooled with the participant's own kinds, and have the p of the own fit.
    """
    alone = [_alone(each) for each in own]
    return [found | shared for found, shared in zip(alone, _shared(own, least_participants), strict=True)]


def verdict(size: KindSize, q: float, smallest_effect: float) -> tuple[Verdict, str]:
    """Return the verdict on a kind, and the reason by name.

    Parameters
    ----------
    q
        Its p adjusted within the family.
    smallest_effect
        In points per unit.
    """
    if q < LARGEST_Q and size.low * size.high > 0:
        return (Verdict.HIGHER if size.low > 0 else Verdict.LOWER), "differs_from_zero"
    return small_or_open(size.low, size.high, smallest_effect)


def small_or_open(low: float, high: float, smallest_effect: float) -> tuple[Verdict, str]:
    """Return the verdict without a direction: at most small where the interval lies inside what matters."""
    if max(abs(low), abs(high)) < smallest_effect:
        return Verdict.AT_MOST_SMALL, "inside_smallest_effect"
    return Verdict.NOT_DETERMINED, "both_directions_possible"


def adjusted(sizes_of_one: Mapping[str, KindSize]) -> dict[str, float]:
    """Return kind to q: p adjusted for the number of kinds."""
    q = benjamini_hochberg([size.p for size in sizes_of_one.values()])
    return dict(zip(sizes_of_one, q.tolist(), strict=True))


def _alone(own: OwnKinds) -> dict[str, KindSize]:
    estimates = own.estimates
    if estimates is None:
        return {}
    pooled = pooled_alone(estimates.estimate, estimates.covariance, _prior_scale([own]), estimates.median_df)
    return _named(estimates.kinds, pooled, estimates.p, with_others=False)


def _shared(own: Sequence[OwnKinds], least_participants: int) -> list[dict[str, KindSize]]:
    """Return kind to its size over participants, for the kinds that enough of them have."""
    having = [each.estimates.kinds if each.estimates else () for each in own]
    counts = {kind: sum(kind in kinds for kinds in having) for kinds in having for kind in kinds}
    shared = sorted(kind for kind, participants in counts.items() if participants >= least_participants)
    members = [place for place, kinds in enumerate(having) if set(kinds) & set(shared)]
    found: list[dict[str, KindSize]] = [{} for _ in own]
    if not members:
        return found
    kept = [_of_shared(estimates, shared) for place in members if (estimates := own[place].estimates) is not None]
    pooled = pooled_over_participants(kept, len(shared), _prior_scale([own[place] for place in members]))
    for place, each, result in zip(members, kept, pooled, strict=True):
        names = [shared[number] for number in each.kind]
        found[place] = _named(names, result, 2 * result.false_sign_rate, with_others=True)
    return found


def _of_shared(estimates: KindEstimates, shared: Sequence[str]) -> OwnSizes:
    places = [place for place, kind in enumerate(estimates.kinds) if kind in shared]
    number = np.array([shared.index(estimates.kinds[place]) for place in places])
    return OwnSizes(number, estimates.estimate[places], estimates.covariance[np.ix_(places, places)])


def _named(kinds: Sequence[str], pooled: PooledSizes, p: Floats, *, with_others: bool) -> dict[str, KindSize]:
    parts = (pooled.estimate, pooled.low, pooled.high, p)
    columns = zip(kinds, *(part.tolist() for part in parts), strict=True)
    return {kind: KindSize(estimate, low, high, own_p, with_others) for kind, estimate, low, high, own_p in columns}


def _prior_scale(own: Sequence[OwnKinds]) -> float:
    """Return s of the prior in points per unit: its share of the scale is for a usual day with a kind."""
    low, high = own[0].outcome.scale
    usual = [each.session[kind] for each in own if each.estimates for kind in each.estimates.kinds]
    return PRIOR_SCALE * (high - low) / float(np.mean(usual))
