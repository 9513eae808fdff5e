"""Treatments and experiments that are planted: what a participant lists, and what it does to pain on each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from painstats.questions.experiment.plan import ExperimentPlan

WEEK = 7
BAD_WEEK_PERCENTILE = 80


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment that a participant lists: one row of ``treatments.csv``, and its true effect.

    Parameters
    ----------
    kind, name, dose, dose_unit, ramp_days, wash_out_days, acts_days
        As in ``treatments.csv``. A ramp is true as well: day k has k / (``ramp_days`` + 1) of the effect, at most 1.
    effect
        Points of pain at the full effect, against days without it.
    starts_on, ends_on
        First and last day, counted from the first day of the record; it may begin before the record does. Without a
        last day it goes on, or acts for ``acts_days``.
    after_bad_week
        It begins on the first day from ``starts_on`` on that follows a bad week (:func:`day_after_bad_week`). Such a
        treatment has no effect, because its start depends on the scores.
    """

    kind: str
    name: str
    starts_on: int
    ends_on: int | None = None
    dose: float | None = None
    dose_unit: str | None = None
    ramp_days: int = 0
    wash_out_days: int = 0
    acts_days: int | None = None
    effect: float = 0.0
    after_bad_week: bool = False

    @property
    def last_day(self) -> int | None:
        """Last day on which it is taken, done or acts; None where it goes on."""
        return self.ends_on if self.acts_days is None else self.starts_on + self.acts_days - 1

    def share(self, day: np.ndarray) -> np.ndarray:
        """Return the share of the full effect on each day."""
        is_over = np.zeros(len(day), bool) if self.last_day is None else day > self.last_day
        rising = np.minimum(1.0, (day - self.starts_on + 1) / (self.ramp_days + 1))
        return np.where((day < self.starts_on) | is_over, 0.0, rising)


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """A medicine that is taken on days with a score from ``least_score`` on, and does not change the day's score."""

    name: str
    dose: float
    dose_unit: str
    least_score: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """A finished experiment of one participant: its plan, from which the order of the blocks follows, and its effect.

    Parameters
    ----------
    on, off, blocks, block_days, dropped_days, seed
        As in :class:`painstats.questions.experiment.plan.ExperimentPlan`.
    starts_on
        Its first day, counted from the first day of the record.
    drawn_on
        Day on which the order was drawn, before the first.
    effect
        Points of pain on days with the treatment, from the first day of a block to its last.
    """

    on: str
    off: str
    starts_on: int
    drawn_on: int
    seed: str
    effect: float
    blocks: int = 16
    block_days: int = 7
    dropped_days: int = 1

    def plan(self, participant_id: str, first_date: date) -> ExperimentPlan:
        """Return the plan of the participant whose record begins on ``first_date``."""
        return ExperimentPlan(
            participant=participant_id,
            on=self.on,
            off=self.off,
            first_day=first_date + timedelta(days=self.starts_on),
            blocks=self.blocks,
            block_days=self.block_days,
            dropped_days=self.dropped_days,
            seed=self.seed,
        )

    def share(self, day: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
        """Return 1 for each day in a block with the treatment, else 0."""
        block = np.floor_divide(day - self.starts_on, self.block_days)
        within = (block >= 0) & (block < self.blocks)
        return np.where(within, np.array(order)[np.clip(block, 0, self.blocks - 1)], 0)


def day_after_bad_week(scores: np.ndarray, from_day: int) -> int:
    """Return the first day whose week before crosses the record's 80th percentile of weeks upwards.

    People begin something when pain is bad, and then it often eases anyway (docs/method/treatments.md, regression to
    the mean).

    Raises
    ------
    ValueError
        No week from then on is bad.
    """
    weeks = np.convolve(scores, np.full(WEEK, 1 / WEEK), "valid")  # the week before day d is weeks[d - WEEK]
    is_bad = weeks > np.percentile(weeks, BAD_WEEK_PERCENTILE)
    crossed = np.flatnonzero(is_bad[1:] & ~is_bad[:-1]) + 1 + WEEK
    after = crossed[(crossed >= from_day) & (crossed < len(scores))]
    if not len(after):
        raise ValueError(f"no bad week from day {from_day} on")
    return int(after[0])
