"""A start with nothing there that a second start follows: what the whole rule says of the first one at its looks.

The second start ends the looks, and people choose its day. So it is drawn by chance, or it is the first
day from the 28th in full effect on before which the mean of seven days rises above the 80th percentile of a person's
own, or falls below the 20th. 15% of the days have no score.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from painstats.plan.study import Plan, Study
from painstats.questions.treatment.changes import changes
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.one_change import judge_change
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.treatment.windows import windows
from painstats.questions.verdict import Verdict
from tests.calibration.simulated_changes import LEVEL, SD, START, WEEK_BEFORE, Floats, Residuals, scored

FIRST_START, SHORTEST, LONGEST, ALL_DAYS = 100, 28, 84, 250
MISSING, WORST, A_DAY = 0.15, 0.8, 1 / 30

Second: TypeAlias = Literal["by chance", "when bad", "when good"]

STUDY = Study(folder=Path(), plan=Plan.model_validate({"study": {"time_zone": "UTC"}}))


def ever_called(residuals: Residuals, people: int, seed: int, second: Second) -> list[Verdict | None]:
    """Return the direction that any look gave each person, the last one first; None for never."""
    rng = np.random.default_rng(seed)
    scores = scored(LEVEL + SD * residuals.drawn(rng, ALL_DAYS, people))
    return [_called(own, _second_start(rng, own, second), rng.random(ALL_DAYS) > MISSING) for own in scores.T]


def _second_start(rng: np.random.Generator, scores: Floats, second: Second) -> int | None:
    """Return the number of the day of the second start; None if there is none within 84 days."""
    days = np.arange(FIRST_START + SHORTEST, FIRST_START + LONGEST)
    if second == "by chance":
        begun = days[rng.random(len(days)) < A_DAY]
    else:
        sign = 1 if second == "when bad" else -1
        week = sign * np.convolve(scores, np.ones(WEEK_BEFORE) / WEEK_BEFORE, mode="valid")
        limit = np.quantile(week, WORST)
        begun = days[(week[days - WEEK_BEFORE] >= limit) & (week[days - WEEK_BEFORE - 1] < limit)]
    return int(begun[0]) if begun.size else None


def _called(scores: Floats, second: int | None, has_score: np.ndarray) -> Verdict | None:
    starts = [FIRST_START] if second is None else [FIRST_START, second]
    phases = in_order(Phase(f"number {start}", START + timedelta(days=start)) for start in starts)
    day = START.toordinal() + np.flatnonzero(has_score)
    diary = Diary(day, scores[has_score], np.full(len(day), np.nan))
    found = judge_change("p", windows(changes(phases))[0], phases, diary, STUDY)
    return found.verdict if found.verdict.has_direction else found.withdrawn
