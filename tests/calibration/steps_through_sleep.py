"""Diaries in which steps act on pain through the night alone: more steps, a longer night, less pain, no direct way.

The shape is that of docs/method/questions.md (total, not direct): a thousand steps lengthen the night by a quarter of an
hour, an hour of sleep takes 0.6 points of pain away, so a thousand steps go with 0.15 points less pain in all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.rows import Floats
from tests.calibration.real_diaries import (
    BEFORE,
    STEPS_SD,
    Diaries,
    as_diaries,
    draw_usual,
)

SLEEP_SD, RESIDUAL_SD, RHO, UNRATED = 0.9, 1.2, 0.4, 0.1
"""SD of nights in hours beside what steps do to them; SD of pain in points and its autocorrelation; scores missing."""

PAIN_ON_STEPS = -0.15
"""What a point of pain does to the steps of its own day, in thousands."""


@dataclass(frozen=True)
class Path:
    """What a thousand steps do to the next night, in hours, and what an hour of sleep does to pain, in points.

    ``spread`` is the SD over participants of each, as a share of it.
    """

    steps_on_sleep: float = 0.25
    sleep_on_pain: float = -0.6
    spread: float = 0.0

    @property
    def total(self) -> float:
        """What a thousand steps do to the pain of the next day, in points."""
        return self.steps_on_sleep * self.sleep_on_pain


def simulate_path(path: Path, participants: int, days: int, seed: int) -> Diaries:
    """Simulate day by day: the night, then pain, then the steps."""
    rng = np.random.default_rng(seed)
    usual, shape = draw_usual(participants, rng), (participants, BEFORE + days)
    longer, less = (1 + path.spread * rng.standard_normal((2, participants))) * [
        [path.steps_on_sleep],
        [path.sleep_on_pain],
    ]
    sleep, steps, pain, residual = SLEEP_SD * rng.standard_normal(shape), *np.zeros((3, *shape))
    for day in range(1, shape[1]):
        fresh = np.sqrt(1 - RHO**2) * RESIDUAL_SD * rng.standard_normal(participants)
        residual[:, day] = RHO * residual[:, day - 1] + fresh
        sleep[:, day] += longer * steps[:, day - 1]
        pain[:, day] = less * sleep[:, day] + residual[:, day]
        steps[:, day] = PAIN_ON_STEPS * pain[:, day] + STEPS_SD * rng.standard_normal(participants)
    return _partly_rated(as_diaries(usual, pain, sleep, steps), rng)


def _partly_rated(diaries: Diaries, rng: np.random.Generator) -> Diaries:
    score: Floats = np.where(rng.random(diaries.score.shape) < UNRATED, np.nan, diaries.score)
    return Diaries(score, diaries.sleep, diaries.steps)
