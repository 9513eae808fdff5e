"""An export that is imported again with corrections can change an answer without a new day: its page gives the cause."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from painstats.plan.study import Study, read_study
from painstats.run import run_study
from painstats.store import open_store
from tests.reading_pages import read_page

PLAN = """
[study]
time_zone = "UTC"
[[questions]]
kind = "daily"
measure = "total_sleep_time_min"
[[diaries]]
file = "diary.csv"
participant_column = "id"
filled = "evening"
[[diaries.items]]
item = "pain"
column = "pain"
scale = [0, 10]
higher_is = "worse"
recall = "today"
"""
DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in range(63)]
CHANCE = np.random.default_rng(3)
MINUTES, NOISE = CHANCE.integers(300, 540, len(DAYS)), CHANCE.standard_normal(len(DAYS))
CAUSE = "Sleep: “Lower” became “Not determined”. Reason: other data."


def diary(per_hour: float, days: int) -> str:
    """Return a diary in which pain goes with sleep by so much for an hour."""
    scores = np.clip(np.round(5 + per_hour * (MINUTES - 420) / 60 + NOISE), 0, 10).astype(int)
    return "id,date,pain\n" + "".join(f"ann,{day},{score}\n" for day, score in zip(DAYS[:days], scores, strict=False))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    nights = zip(DAYS, MINUTES, strict=True)
    rows = [f"ann,{day.month}/{day.day}/{day.year},{minutes},560" for day, minutes in nights]
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text(PLAN)
    header = "Id,SleepDay,TotalMinutesAsleep,TotalTimeInBed"
    (tmp_path / "inbox" / "sleepDay.csv").write_text("\n".join([header, *rows]) + "\n")
    return read_study(tmp_path)


def page_after(study: Study, diary: str) -> str:
    """Import a diary in place of the one before, and return the participant's page."""
    (study.inbox / "diary.csv").write_text(diary)
    assert run_study(study).exit_code == 0
    return read_page((study.reports / "ann.html").read_bytes()).text.replace(" :", ":")  # after a name in bold


def test_other_data_are_the_cause_of_another_answer_of_the_same_look(study: Study) -> None:
    first = page_after(study, diary(-1.5, 62))
    assert "Sleep: the first answer day was on" in first
    assert "Reason:" not in first
    assert CAUSE in page_after(study, diary(0.0, 62))  # every score is another one
    assert CAUSE in page_after(study, diary(0.0, 63))  # it is listed for a month
    with open_store(study) as store:
        [row] = store.connection.execute("FROM revised_answer").fetchall()
    assert row[1:] == ("total_sleep_time_min_lag0", "own_days", 1, "lower", None, DAYS[-1], "other_data")
