"""Made-up participants who exercise: kinds by day, scores that follow them, and their record tables in a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from painstats.records import RECORD_TABLES
from painstats.store import Store

FIRST_DATE = date(2026, 1, 5)
OFTEN = {"swimming": 0.3, "running": 0.3, "yoga": 0.25, "strength": 0.15, "walking": 0.3}
"""Kind to the share of days with it."""


@dataclass(frozen=True, eq=False)
class Exercising:
    """One participant's made-up days; scores of day t follow the kinds of day t - 1."""

    name: str
    done: Mapping[str, np.ndarray]
    score: np.ndarray
    minutes: Mapping[str, float] = field(default_factory=dict)


def exercising(
    name: str,
    effects: Mapping[str, float],
    *,
    days: int = 130,
    seed: int = 1,
    done: Mapping[str, np.ndarray] | None = None,
    share_scored: float = 0.9,
) -> Exercising:
    """Simulate a participant; ``effects`` are in points on the day after a kind, ``done`` replaces drawn days."""
    draws = np.random.default_rng(seed)
    drawn = {kind: (draws.random(days) < share).astype(float) for kind, share in OFTEN.items()} | dict(done or {})
    noise = slow_and_fast(draws, days)
    after = sum(size * np.append(0.0, drawn[kind][:-1]) for kind, size in effects.items())
    score = np.clip(np.rint(5 + after + noise), 0, 10)
    score[draws.random(days) > share_scored] = np.nan
    return Exercising(name, drawn, score)


def slow_and_fast(draws: np.random.Generator, days: int) -> np.ndarray:
    """Draw residuals with SD 1.2: a slow part with correlation 0.6 a day, and noise of single days."""
    slow = np.zeros(days)
    for day in range(days):
        slow[day] = 0.6 * slow[day - 1] + draws.normal(0, 0.8) if day else draws.normal()
    return 0.7 * (slow + draws.normal(0, 1.3, days))


def keep(store: Store, *people: Exercising) -> None:
    """Put participants into the record tables, as imports leave them."""
    for person in people:
        for table, rows in records(person).items():
            _insert(store, table, rows)


def records(person: Exercising) -> dict[str, list[dict[str, object]]]:
    """Return the rows of each record table."""
    dates = [FIRST_DATE + timedelta(days=number) for number in range(person.score.size)]
    sessions = [
        _session(person, kind, number, dates[day])
        for number, (kind, done) in enumerate(person.done.items())
        for day in np.flatnonzero(done)
    ]
    measures = {"step_count": 6000.0, "total_sleep_time_min": 420.0}
    draws = np.random.default_rng(len(person.name))
    totals = [
        _from(person) | {"date": day, "measure": measure, "value": float(round(mean * draws.uniform(0.7, 1.3)))}
        for day in dates
        for measure, mean in measures.items()
    ]
    reports = [
        _report(person, day, value)
        for day, value in zip(dates, person.score, strict=True)
        if np.isfinite(value)
    ]  # fmt: skip
    return {"exercise_session": sessions, "daily_total": totals, "self_report": reports}


def _from(person: Exercising) -> dict[str, object]:
    return {"participant_id": person.name, "source": "test", "device": "watch-1", "device_kind": "watch"}


def _session(person: Exercising, kind: str, number: int, day: date) -> dict[str, object]:
    start = datetime.combine(day, time(6 + number), UTC)
    minutes = person.minutes.get(kind, 40.0)
    return _from(person) | {
        "session_id": f"{kind}-{day}", "exercise_type": kind, "start_at": start,
        "end_at": start + timedelta(minutes=minutes), "duration_min": minutes,
    }  # fmt: skip


def _report(person: Exercising, day: date, value: float) -> dict[str, object]:
    return {
        "participant_id": person.name, "source": "test", "date": day, "item": "pain", "site": "", "recall": "today",
        "filled": "evening", "entry_number": 1, "value": float(value), "scale_low": 0.0, "scale_high": 10.0,
        "higher_is_worse": True,
    }  # fmt: skip


def _insert(store: Store, table: str, rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, schema=RECORD_TABLES[table].columns)
    store.connection.register("made_up", frame.to_arrow())
    store.connection.execute(f"INSERT INTO {table} BY NAME SELECT *, 1 AS import_id FROM made_up")
    store.connection.unregister("made_up")
