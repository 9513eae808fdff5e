"""An exposure or a score that never varies: the other questions are answered, and the reason is reported."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from painstats.plan.study import read_study
from painstats.store import open_store
from tests.reading_inboxes import compute, exit_code, read_inbox

PLAN = """
[study]
time_zone = "UTC"
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
DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in range(60)]


def made_up(folder: Path, people: int, sleep_varies: bool, pain_varies: bool) -> Path:
    """Write a study of participants with the same sleep, or the same score, every day."""
    chance = np.random.default_rng(1)
    (folder / "inbox").mkdir()
    (folder / "study.toml").write_text(PLAN)
    diary, steps, nights = (
        ["id,date,pain"],
        ["Id,ActivityDay,StepTotal"],
        ["Id,SleepDay,TotalMinutesAsleep,TotalTimeInBed"],
    )
    for person in range(people):
        for day in DAYS:
            us_date = f"{day.month}/{day.day}/{day.year}"
            diary.append(f"p{person},{day},{chance.integers(2, 9) if pain_varies else 5}")
            steps.append(f"p{person},{us_date},{chance.integers(3000, 12000)}")
            nights.append(f"p{person},{us_date},{chance.integers(300, 540) if sleep_varies else 420},560")
    for name, rows in {"diary": diary, "dailySteps": steps, "sleepDay": nights}.items():
        (folder / "inbox" / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.mark.parametrize("people", [1, 6, 12])
def test_nights_that_are_all_alike_say_nothing_and_steps_are_still_answered(people: int, tmp_path: Path) -> None:
    study = read_study(made_up(tmp_path, people, sleep_varies=False, pain_varies=True))
    assert exit_code(read_inbox(tmp_path).values()) == 0
    with open_store(study) as store:
        assert compute(store).why_no_model is None
        found = store.connection.execute(
            "SELECT question, verdict, estimate IS NULL FROM finding WHERE participant_id IS NOT NULL"
        ).fetchall()
    sleep = [(verdict, missing) for question, verdict, missing in found if question.startswith("total_sleep")]
    steps = [missing for question, _, missing in found if question.startswith("step")]
    assert sleep == [("not_judged", True)] * people
    assert steps == [False] * people


def test_scores_that_never_vary_are_refused_for_every_participant(tmp_path: Path) -> None:
    study = read_study(made_up(tmp_path, 3, sleep_varies=True, pain_varies=False))
    read_inbox(tmp_path)
    with open_store(study) as store:
        compute(store)
        verdicts = store.connection.execute("SELECT DISTINCT verdict FROM finding").fetchall()
    assert verdicts == [("not_judged",)]
