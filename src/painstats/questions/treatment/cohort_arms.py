"""Two parallel arms: how much more the outcome changed in one than in the other, in four ways.

What lies in the days before a start, and what all participants expect of one, is alike in both arms and cancels in the
difference. It is an effect of being assigned to an arm only where lots were drawn.

Source: docs/method/treatments_cohort.md, "Two arms".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from painstats.questions.treatment.cohort_average import (
    LEAST_FOR_MEAN,
    Average,
    FourWays,
    averaged,
    model_average,
)
from painstats.questions.treatment.cohort_days import ARM_CHANGE, AlignedDays


@dataclass(frozen=True, slots=True)
class Arm:
    """Participants of one arm.

    Parameters
    ----------
    participants
        Their scored days.
    own, own_week
        (N,) their own changes without and with the week before, in the same order.
    """

    participants: Sequence[AlignedDays]
    own: Sequence[float]
    own_week: Sequence[float]


def difference_of_changes(arm: Arm, other: Arm) -> FourWays:
    """Return the change in one arm less the change in the other; both need five participants."""
    if min(len(arm.participants), len(other.participants)) < LEAST_FOR_MEAN:
        return FourWays(None, None, None, None)
    everyone = [*arm.participants, *other.participants]
    in_arm = {each.participant_id: 1.0 for each in arm.participants}
    arms = in_arm | {each.participant_id: 0.0 for each in other.participants}
    return FourWays(
        model=model_average(everyone, ARM_CHANGE, week_before=False, arms=arms),
        model_week=model_average(everyone, ARM_CHANGE, week_before=True, arms=arms),
        mean=difference_of_means(arm.own, other.own),
        mean_week=difference_of_means(arm.own_week, other.own_week),
    )


def difference_of_means(changes: Sequence[float], others: Sequence[float]) -> Average | None:
    """Return the difference between two means with Welch's interval.

    References
    ----------
    Welch 1947, Biometrika 34:28.
    """
    first, second = np.asarray(changes, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if min(len(first), len(second)) < LEAST_FOR_MEAN:
        return None
    of_means = np.array([own.var(ddof=1) / len(own) for own in (first, second)])
    variance = float(of_means.sum())
    if not variance > 0:
        return None
    df = variance**2 / float((of_means**2 / [len(first) - 1, len(second) - 1]).sum())
    return averaged(float(first.mean() - second.mean()), float(np.sqrt(variance)), df)
