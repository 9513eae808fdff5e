"""A study that runs every night publishes the same findings as one that runs once, byte for byte.

The gate tries a night before a look and one after it; ``PAINSTATS_NIGHTS=every`` runs each night of a year.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from painstats.plan.study import read_study
from painstats.run import run_study

EVERY = os.environ.get("PAINSTATS_NIGHTS") == "every"
DAYS = 365 if EVERY else 75
NIGHTS = range(1, DAYS + 1) if EVERY else (50, 75)
DAYS_IN_A_FILE = 1 if EVERY else 25
FIRST = date(2025, 1, 6)
SCORED = 0.9
PLAN = """
[study]
time_zone = "UTC"
[[diaries]]
file = "diary*.csv"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]
"""


@dataclass(frozen=True)
class Day:
    """One day as a person records it."""

    date: date
    hours: float
    steps: int
    pain: int | None


def days(seed=5):
    """Return days on which pain is lower after longer nights."""
    draws = np.random.default_rng(seed)
    hours, slow = draws.normal(7, 1.1, DAYS), 0.0
    for day in range(DAYS):
        slow = 0.6 * slow + 0.6 * draws.standard_normal()
        pain = 5 - 0.5 * (hours[day] - 7) + slow + 0.5 * draws.standard_normal()
        score = round(float(np.clip(pain, 0, 10))) if draws.random() < SCORED else None
        yield Day(FIRST + timedelta(days=day), float(hours[day]), int(draws.gamma(6, 1100)), score)


def export(inbox: Path, added: Sequence[Day]) -> None:
    """Write what some days add: nights of a ring, days of a tracker, and lines of a diary."""
    name = added[0].date
    with zipfile.ZipFile(inbox / f"ring-{name}.zip", "w") as ring:
        ring.writestr(zipfile.ZipInfo("sleep.json"), json.dumps({"data": [night_of(day) for day in added]}))
    steps = "".join(f"{day.date},{day.steps}\n" for day in added)
    with zipfile.ZipFile(inbox / f"tracker-{name}.zip", "w") as tracker:
        tracker.writestr(zipfile.ZipInfo("aggregates_steps.csv"), f"date,value\n{steps}")
    scores = "".join(f"{day.date},{day.pain}\n" for day in added if day.pain is not None)
    if scores:
        (inbox / f"diary-{name}.csv").write_text(f"date,pain\n{scores}")


def night_of(day: Day) -> dict[str, object]:
    end = datetime.combine(day.date, time(7))
    start = end - timedelta(hours=day.hours + 0.5)
    return {
        "day": f"{day.date}", "type": "long_sleep", "bedtime_start": f"{start:%Y-%m-%dT%H:%M:%S}.000+00:00",
        "bedtime_end": f"{end:%Y-%m-%dT%H:%M:%S}.000+00:00", "total_sleep_duration": round(day.hours * 3600),
        "time_in_bed": round((day.hours + 0.5) * 3600), "awake_time": 1800, "latency": 600,
    }  # fmt: skip


def run_on(folder: Path, nights: range | tuple[int, ...]) -> dict[str, bytes]:
    """Run a study on some nights, each with what has come until then; return the published verdicts."""
    inbox = folder / "inbox" / "ann"
    inbox.mkdir(parents=True)
    (folder / "study.toml").write_text(PLAN)
    every = list(days())
    waiting = [every[place : place + DAYS_IN_A_FILE] for place in range(0, DAYS, DAYS_IN_A_FILE)]
    for night in nights:
        while waiting and waiting[0][-1].date < FIRST + timedelta(days=night):
            export(inbox, waiting.pop(0))
        run_study(read_study(folder), processes=1)
    published = folder / "reports" / "published"
    tables = {table: pl.read_parquet(published / f"{table}.parquet") for table in ("finding", "look")}
    # The ledger of plans has a line for each night with new results.
    return {table: rows.drop("ledger_head").write_json().encode() for table, rows in tables.items()}


def test_every_night_and_once_at_the_end_publish_the_same_bytes(tmp_path):
    every, once = run_on(tmp_path / "nightly", NIGHTS), run_on(tmp_path / "once", (DAYS,))
    assert every == once
    looks = pl.read_parquet(tmp_path / "once" / "reports" / "published" / "look.parquet")
    assert set(looks["number"]) == set(range(1, (6 if EVERY else 2)))
