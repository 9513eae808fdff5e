"""Starts that never were in real diaries: how often the rule and CAR(1) alone call a change.

The people of PMData (Thambawita et al., MMSys 2020) began nothing that is known. A start is placed every 14 days; it is
judged with 42 days on each side, the week before as well, if the product does not refuse it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from painstats.questions.treatment.compared import compared_days, refusals
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.fit import CHANGE, coefficient_of, estimated, fitted
from painstats.questions.treatment.rule import verdict_of
from tests.calibration.simulated_changes import SIDE_DAYS, car1_is_sure, window_of

ITEMS = ("soreness", "fatigue", "stress", "mood")
EVERY_DAYS, LEAST_DAYS, SMALLEST = 14, 28, 1.0


@dataclass(frozen=True)
class Start:
    """What the rule and CAR(1) alone say of one start that never was."""

    is_called: bool
    car1_is_sure: bool


def chance_starts(folder: Path) -> list[Start]:
    """Judge the starts of all people and items below the folder of PMData."""
    diaries = [diary for path in sorted(folder.glob("p*/pmsys/wellness.csv")) for diary in _diaries(path)]
    return [start for diary in diaries for start in _starts(diary)]


def _diaries(path: Path) -> Iterator[Diary]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for item in ITEMS:
        # Scores from 1 to 5; two mornings hold nothing but zeros. Of two entries on one day the later one counts.
        scores = {date.fromisoformat(row["effective_time_frame"][:10]): float(row[item]) for row in rows}
        kept = sorted((day.toordinal(), (score - 1) * 10 / 4) for day, score in scores.items() if score >= 1)
        days, values = np.array([day for day, _ in kept]), np.array([value for _, value in kept])
        yield Diary(days, values, np.full(len(days), np.nan))


def _starts(diary: Diary) -> Iterator[Start]:
    for first in range(int(diary.day[0]), int(diary.day[-1]) + 1, EVERY_DAYS):
        start = date.fromordinal(first)
        until, window = start + timedelta(days=SIDE_DAYS - 1), window_of(start)
        without, with_week = (compared_days(window, diary, week_before=week, until=until) for week in (False, True))
        if not refusals(without, LEAST_DAYS):
            both = [estimated(coefficient_of(fitted(compared), CHANGE)) for compared in (without, with_week)]
            verdict, _ = verdict_of(both[0], both[1], SMALLEST)
            yield Start(verdict.has_direction, car1_is_sure(with_week.day, with_week.score, with_week.share))
