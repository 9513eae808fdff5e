"""The participants of the sample study who show further questions: what is planted is in their days and exports."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.plan.study import read_study
from sample_data.explored import EXPLORED
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.question_truth import QUESTIONS
from sample_data.simulate import Life, daily_frame, simulate
from sample_data.truth import Truth

TRUTH = Truth(people=0, explored=len(EXPLORED))
LIVES = {life.person.participant_id: life for life in simulate(TRUTH, DEFAULT_SEED)}


def without_noise(name: str) -> Life:
    still = Truth(people=0, explored=len(EXPLORED), weekday_effects=(0.0,) * 7)
    return next(life for life in simulate(still, DEFAULT_SEED) if life.person.participant_id == name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("explored") / "study"
    make_study(made, TRUTH, DEFAULT_SEED)
    return made


def slopes(y: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    design = np.column_stack([np.ones(len(y)), *columns])
    return np.asarray(np.linalg.lstsq(design, y, rcond=None)[0][1:])


def test_the_others_are_the_same_with_them() -> None:
    without, with_them = (daily_frame(Truth(people=3, explored=explored), 1) for explored in (0, len(EXPLORED)))
    assert with_them.head(len(without)).equals(without)


def test_kinds_of_exercise_have_their_effects() -> None:
    life = without_noise("linden")
    done = [life.exercise_min[kind.name][:-1] > 0 for kind in life.person.exercise.kinds]
    found = slopes(life.pain_score[1:], *done)
    assert found == pytest.approx([-1.2, 1.2, 0, 0], abs=0.4)


def test_a_link_turns_round() -> None:
    life = LIVES["yarrow"]
    turns = life.nature.sleep_link_last_day + 1
    hours = life.total_sleep_time_min / 60
    parts = [slopes(life.pain_score[part], hours[part])[0] for part in (slice(turns), slice(turns, None))]
    assert parts == pytest.approx([-0.8, 0.8], abs=0.3)


def test_longer_nights_follow_more_steps() -> None:
    life = LIVES["borage"]
    found = slopes(life.total_sleep_time_min[1:] / 60, life.step_count_walked[:-1] / 1000)
    assert found == pytest.approx([0.35], abs=0.1)


def test_the_second_site_is_scored_after_short_nights_only(folder: Path) -> None:
    diary = pl.read_csv(folder / "inbox" / "burdock" / "diary_sites.csv", try_parse_dates=True)
    life = LIVES["burdock"]
    nights = pl.DataFrame({"date": life.dates, "minutes": life.total_sleep_time_min})
    scored = diary.join(nights, on="date").group_by(pl.col("knee").is_null()).agg(pl.col("minutes").max())
    longest = dict(scored.iter_rows())
    assert longest[False] < np.quantile(life.total_sleep_time_min, 0.4) < longest[True]


def test_exercise_is_exported_on_worn_days(folder: Path) -> None:
    life = LIVES["linden"]
    with zipfile.ZipFile(folder / "inbox" / "linden" / "MyFitbitData.zip") as archive:
        names = [name for name in archive.namelist() if "exercise-" in name]
        logs = [log for name in names for log in json.loads(archive.read(name))]
    swum = (life.exercise_min["swimming"] > 0) & ~life.unworn
    assert sum(log["activityName"] == "Swim" for log in logs) == swum.sum()


def test_the_plan_asks_further_questions(folder: Path) -> None:
    kinds = {question.kind for question in read_study(folder).plan.questions}
    assert {"exercise", "delayed", "item"} <= kinds
    assert read_study(folder).plan.outcome.across_sites == "mean"


def test_the_truth_names_what_is_planted(folder: Path) -> None:
    truth = pl.read_csv(folder / QUESTIONS)
    planted = {(row[0], row[3], row[4]): row[5] for row in truth.iter_rows()}
    assert planted["linden", "swimming", "session"] == -1.2
    assert planted["tansy", "exercise_time_min", "later"] == pytest.approx(-1.56)
    assert planted["borage", "step_count", "through_sleep"] == pytest.approx(-0.28)
