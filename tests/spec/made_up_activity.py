"""Made-up diaries in real record tables, in which activity of earlier days does what is planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.questions.asked import asked, exploratory_kinds, exposures
from painstats.questions.exploratory.judge import judge_exploratory
from painstats.records import RECORD_TABLES
from painstats.store import Store
from tests.made_up_study import invent_fits

FIRST = date(2026, 1, 5)
BEFORE = 30
"""Days of activity before the first score."""


@dataclass(frozen=True)
class Diary:
    """One participant's diary.

    ``steps`` are the points that 1,000 steps more go with on the day after, on each of days 2 to 7, and on each of days
    8 to 28; ``swing`` the points per 1,000 steps of difference between the last two days. ``exercise`` is whether
    sessions are recorded.
    """

    days: int
    steps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    swing: float = 0.0
    exercise: bool = False
    noise: float = 0.3


def steps_of(diary: Diary, rng: np.random.Generator) -> np.ndarray:
    """Draw steps (days,) in 1,000, of which some weeks have more than others."""
    total = BEFORE + diary.days
    weeks = np.repeat(rng.standard_normal(total // 7 + 1), 7)[:total]
    return np.round(np.clip(8 + 1.2 * weeks + 1.8 * rng.standard_normal(total), 1.5, None), 3)


def scores_of(diary: Diary, steps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return scores (days,) with one decimal."""
    next_day, week, month = diary.steps
    effects = np.concatenate([[next_day], np.full(6, week), np.full(21, month)])
    more = steps - 8
    pain = [
        5 + effects @ more[day - 28 : day][::-1] + diary.swing * abs(more[day - 1] - more[day - 2])
        for day in range(BEFORE, len(steps))
    ]
    return np.round(np.clip(np.array(pain) + diary.noise * rng.standard_normal(diary.days), 0, 10), 1)


def fill(store: Store, diaries: dict[str, Diary], item: str = "pain") -> None:
    """Fill the record tables, build the daily table and the frame, and judge the exploratory questions."""
    for number, (name, diary) in enumerate(diaries.items()):
        rng = np.random.default_rng(number)
        steps = steps_of(diary, rng)
        _insert(store, "daily_total", _steps(name, steps))
        _insert(store, "self_report", _scores(name, scores_of(diary, steps, rng), item))
        if diary.exercise:
            _insert(store, "exercise_session", _sessions(name, rng.random(len(steps)) < 0.4, rng))
    build_daily_table(store)
    questions = asked(store.study)
    build_model_frame(store, exposures(questions))
    invent_fits(store, {})
    judge_exploratory(store, questions, exploratory_kinds(store.study))


def _insert(store: Store, table: str, rows: pl.DataFrame) -> None:
    columns = RECORD_TABLES[table].columns
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in columns.items() if name not in rows.columns]
    frame = rows.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in columns.items())
    store.connection.register("made_up", frame.to_arrow())
    store.connection.execute(f"INSERT INTO {table} BY NAME SELECT *, 1 AS import_id FROM made_up")
    store.connection.unregister("made_up")


def _origin(name: str, days: int) -> pl.DataFrame:
    origin = {"participant_id": name, "source": "test", "device": "wrist", "device_kind": "tracker"}
    return pl.DataFrame([{**origin, "date": FIRST + timedelta(days=day - BEFORE)} for day in range(days)])


def _steps(name: str, steps: np.ndarray) -> pl.DataFrame:
    values = {"measure": pl.lit("step_count"), "value": pl.Series(1000 * steps)}
    return _origin(name, len(steps)).with_columns(**values)


def _scores(name: str, scores: np.ndarray, item: str) -> pl.DataFrame:
    dates = [FIRST + timedelta(days=day) for day in range(len(scores))]
    return pl.DataFrame({"date": dates, "value": scores}).with_columns(
        participant_id=pl.lit(name), source=pl.lit("diary"), item=pl.lit(item), site=pl.lit(""),
        recall=pl.lit("today"), filled=pl.lit("evening"), entry_number=1,
        scale_low=0.0, scale_high=10.0, higher_is_worse=pl.lit(item != "mood"),
    )  # fmt: skip


def _sessions(name: str, done: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    days = np.flatnonzero(done)
    starts = [datetime.combine(FIRST + timedelta(days=int(day) - BEFORE), time(17), UTC) for day in days]
    minutes = rng.integers(20, 80, len(days)).tolist()
    rows = [
        {
            "participant_id": name, "source": "test", "device": "wrist", "device_kind": "tracker",
            "start_at": start, "end_at": start + timedelta(minutes=length), "session_id": start.isoformat(),
            "exercise_type": "swimming", "duration_min": float(length),
        }
        for start, length in zip(starts, minutes, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows)
