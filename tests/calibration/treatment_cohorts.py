"""Cohorts in which all participants start the same treatment, with known truth; for the benchmark and the gate.

Scores are whole numbers from 0 to 10: the participant's level, slow ups and downs (correlation rho from one day to the
next), noise of single days, a trend of their own, and the change. Participants start on a day chosen by chance, or when
it is bad: on the first day on which the mean of the last seven days rises above their own percentile. Pain then eases
by itself, which is regression to the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.integrated import fit_integrated
from painstats.questions.treatment.cohort_arms import Arm
from painstats.questions.treatment.cohort_average import FourWays, average_change
from painstats.questions.treatment.cohort_days import AlignedDays

WEEK = 7
DAYS = 300
"""Simulated days, among which the start is sought."""


@dataclass(frozen=True)
class CohortTruth:
    """What a cohort is made from, in points; SDs are over participants.

    ``begun_above`` is the percentile of the participant's own weeks above which they start; None for a start by chance.
    ``days`` are those on each side of the start, beside the week before it.
    """

    participants: int = 20
    days: int = 42
    change: float = 0.0
    change_sd: float = 0.8
    rho: float = 0.9
    white: float = 0.6
    sd: float = 1.2
    trend_sd: float = 0.2
    begun_above: float | None = None


def simulated_arm(truth: CohortTruth, seed: int, name: str = "p") -> Arm:
    """Simulate participants with their own changes by the integrated fit."""
    random = np.random.default_rng(seed)
    scores = np.column_stack([_participant(truth, random) for _ in range(truth.participants)])
    day = np.arange(-truth.days - WEEK, truth.days)
    in_week = (day >= -WEEK) & (day < 0)
    first = date(2026, 1, 1)
    participants = [
        AlignedDays(f"{name}{place:03d}", first + timedelta(days=place), day, (day >= 0).astype(float), own, in_week)
        for place, own in enumerate(scores.T)
    ]
    return Arm(participants, own_changes(day, scores, ~in_week), own_changes(day, scores, np.full(len(day), True)))


def four_ways(truth: CohortTruth, seed: int) -> FourWays:
    """Simulate a cohort and return its average change in four ways."""
    arm = simulated_arm(truth, seed)
    return average_change(arm.participants, arm.own, arm.own_week)


def own_changes(day: np.ndarray, scores: Floats, kept: np.ndarray) -> list[float]:
    """Return each participant's change with integrated residuals; ``scores`` is (n, N)."""
    columns = np.column_stack([np.ones(int(kept.sum())), day[kept] >= 0])
    fit = fit_integrated(columns, scores[kept], day[kept].astype(float))
    return fit.contrast(np.array([0.0, 1.0])).mean.tolist()


def _participant(truth: CohortTruth, random: np.random.Generator) -> Floats:
    pain = 5 + random.normal() + truth.sd * _noise(truth, random)
    pain += truth.trend_sd * random.normal() * (np.arange(DAYS) - DAYS / 2) / 30
    start = _start(truth, pain, random)
    change = truth.change + truth.change_sd * random.normal()
    window = slice(start - truth.days - WEEK, start + truth.days)
    return np.clip(np.rint(pain + change * (np.arange(DAYS) >= start)), 0, 10)[window]


def _noise(truth: CohortTruth, random: np.random.Generator) -> Floats:
    """Return (DAYS,) residuals with variance 1: a slow part and white noise."""
    fresh, slow = random.normal(size=DAYS) * np.sqrt(1 - truth.rho**2), np.zeros(DAYS)
    slow[0] = random.normal()
    for day in range(1, DAYS):
        slow[day] = truth.rho * slow[day - 1] + fresh[day]
    return np.sqrt(1 - truth.white) * slow + np.sqrt(truth.white) * random.normal(size=DAYS)


def _start(truth: CohortTruth, pain: Floats, random: np.random.Generator) -> int:
    earliest, latest = truth.days + WEEK, DAYS - truth.days
    if truth.begun_above is None:
        return int(random.integers(earliest, latest))
    weeks = np.convolve(pain, np.ones(WEEK) / WEEK, "valid")  # weeks[k] ends on day k + 6
    is_bad = weeks > np.percentile(weeks, truth.begun_above)
    crossings = np.flatnonzero(is_bad[1:] & ~is_bad[:-1]) + 1 + WEEK
    usable = crossings[(crossings >= earliest) & (crossings < latest)]
    return int(usable[0]) if len(usable) else earliest
