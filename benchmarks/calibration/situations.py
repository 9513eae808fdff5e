"""What a year of diaries can be like: residuals, effects, feedback, missing days, scores at the end of the scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.calibration.residuals import Process, draw_residuals
from painstats.mixedlm.engine.rows import Floats
from tests.calibration.patterned_diaries import OF_THE_MODEL
from tests.calibration.real_diaries import (
    BEFORE,
    UNKNOWN,
    UNRATED,
    Booleans,
    Diaries,
    Drawn,
    Truth,
    Usual,
    as_diaries,
    day_by_day,
    draw_days,
    draw_usual,
    likelier,
)

YEAR = 480
"""Calendar days: enough for 365 with a score, where 15% have none."""

FLAT = 0.05
"""Share of the usual variation that is left of the sleep of a participant whose nights hardly differ."""

PAIN_UNRATED = 0.6
"""Log odds of a missing score for each point of pain above usual, where bad days are missing."""

DAYS_OF_A_BLOCK = 7

CAR1 = Process(OF_THE_MODEL["CAR(1)"])

Normal = tuple[float, float]
"""Mean and SD over participants, in points for an hour of sleep or a thousand steps."""


@dataclass(frozen=True)
class Effects:
    """Effects of sleep and steps; the first participants of a cohort can have tiny ones, or none.

    ``tiny`` and ``none`` are shares of the participants. Tiny effects have SDs of 0.05 and 0.03 points around zero.
    """

    sleep: Normal = (0.0, 0.0)
    steps: Normal = (0.0, 0.0)
    tiny: float = 0.0
    none: float = 0.0


TINY = Effects((0.0, 0.05), (0.0, 0.03))
NO_EFFECTS = Effects()


@dataclass(frozen=True)
class Situation:
    """What diaries are made from.

    Parameters
    ----------
    process
        Of the residuals.
    effects
        Of sleep and steps.
    feedback, strength
        Which pain acts on the following night and the steps of the day, and how strongly (``Truth``).
    unrated
        Which 15% of the days have no score: any, bad ones, or whole weeks; or none has no score.
    unknown
        Which nights and steps are unknown, and what share (``UNKNOWN``).
    zeros
        Share of the scores that are zero, at least; without, levels are around 5.
    flat_sleepers
        How many of a cohort have nights that hardly differ.
    """

    process: Process = CAR1
    effects: Effects = NO_EFFECTS
    feedback: Literal["none", "felt", "reported"] = "reported"
    strength: float = 1.0
    unrated: Literal["any", "bad", "weeks", "none"] = "any"
    unknown: tuple[str, float] = ("single nights", 0.07)
    zeros: float = 0.0
    flat_sleepers: int = 0


@dataclass(frozen=True)
class Changing(Situation):
    """Diaries in which something changes that the model does not know of.

    Parameters
    ----------
    level_change
        Points by which pain changes halfway, as by a treatment that was not declared.
    trend
        Points by which pain changes over the whole time, in a straight line.
    new_device
        Factor of the steps that are counted from halfway on.
    """

    level_change: float = 0.0
    trend: float = 0.0
    new_device: float = 1.0

    def course(self, days: int) -> Floats:
        """Return what is added to the pain of each day (T,)."""
        day = np.arange(days)
        return np.asarray(self.level_change * (day >= days // 2) + self.trend * day / days)

    def counted(self, diaries: Diaries) -> Diaries:
        """Return diaries with the steps as devices count them."""
        is_new = np.arange(diaries.steps.shape[1]) >= diaries.steps.shape[1] // 2
        return replace(diaries, steps=diaries.steps * np.where(is_new, self.new_device, 1.0))


@dataclass(frozen=True)
class Simulated:
    """Diaries, and the true effects (2, N) of sleep and steps in each participant."""

    diaries: Diaries
    effects: Floats


def simulate(situation: Situation, participants: int, seed: np.random.SeedSequence, days: int = YEAR) -> Simulated:
    """Simulate the diaries of some participants, all from the same day on."""
    rng = np.random.default_rng(seed)
    shape = (participants, BEFORE + days)
    truth = Truth(situation.process.pattern, situation.feedback, situation.strength)
    usual, effects = draw_usual(participants, rng), draw_effects(situation.effects, participants, rng)
    on_sleep, on_steps = draw_days(truth, shape, rng)
    on_sleep[: situation.flat_sleepers] *= FLAT
    drawn = Drawn(*draw_residuals(situation.process, shape, rng), on_sleep, on_steps, effects)
    if isinstance(situation, Changing):
        drawn = replace(drawn, slow=drawn.slow + situation.course(shape[1]))
    pain, sleep, steps = day_by_day(truth, drawn)
    if situation.zeros:
        usual = Usual(_level_with_zeros(pain[:, BEFORE:], situation.zeros), usual.sleep, usual.steps)
    diaries = as_diaries(usual, pain, sleep, steps)
    if isinstance(situation, Changing):
        diaries = situation.counted(diaries)
    return Simulated(_with_holes(diaries, situation, rng), effects)


def draw_effects(effects: Effects, participants: int, rng: np.random.Generator) -> Floats:
    """Draw the effects (2, N) of sleep and steps."""
    drawn = _normal(effects, participants, rng)
    few, none = round(effects.tiny * participants), round(effects.none * participants)
    drawn[:, :few] = _normal(TINY, participants, rng)[:, :few]
    drawn[:, :none] = 0.0
    return drawn


def _normal(effects: Effects, participants: int, rng: np.random.Generator) -> Floats:
    mean, sd = np.array([effects.sleep, effects.steps]).T[..., None]
    return np.asarray(mean + sd * rng.standard_normal((2, participants)))


def mean_effects(effects: Effects) -> Floats:
    """Return the true averages (2,) that the effects of sleep and steps are drawn from."""
    mean = np.array([effects.sleep[0], effects.steps[0]])
    return np.asarray(mean * (1 - max(effects.tiny, effects.none)))


def _level_with_zeros(pain: Floats, share: float) -> Floats:
    """Return levels (N, 1) at which a share of each participant's scores is rounded to zero, or less."""
    return np.asarray(0.5 - np.quantile(pain, share, axis=1, keepdims=True))


def _with_holes(diaries: Diaries, situation: Situation, rng: np.random.Generator) -> Diaries:
    is_unrated = UNRATED_DAYS[situation.unrated](diaries.score, rng)
    kind, share = situation.unknown
    nights, steps = UNKNOWN[kind](diaries, share, rng)
    return Diaries(
        score=np.where(is_unrated, np.nan, diaries.score),
        sleep=np.where(nights, np.nan, diaries.sleep),
        steps=np.where(steps, np.nan, diaries.steps),
    )


def _any_day(score: Floats, rng: np.random.Generator) -> Booleans:
    return np.asarray(rng.random(score.shape) < UNRATED)


def _bad_days(score: Floats, rng: np.random.Generator) -> Booleans:
    return likelier(PAIN_UNRATED * (score - score.mean(axis=1, keepdims=True)), UNRATED, rng)


def _no_day(score: Floats, _rng: np.random.Generator) -> Booleans:
    return np.zeros(score.shape, dtype=bool)


def _blocks(score: Floats, rng: np.random.Generator) -> Booleans:
    participants, days = score.shape
    block = (np.arange(days) + rng.integers(0, DAYS_OF_A_BLOCK, (participants, 1))) // DAYS_OF_A_BLOCK
    off = rng.random((participants, days // DAYS_OF_A_BLOCK + 2)) < UNRATED
    return np.take_along_axis(off, block, axis=1)


UNRATED_DAYS: Mapping[str, Callable[[Floats, np.random.Generator], Booleans]] = {
    "any": _any_day,
    "bad": _bad_days,
    "weeks": _blocks,
    "none": _no_day,
}
"""For each kind, which days have no score."""
