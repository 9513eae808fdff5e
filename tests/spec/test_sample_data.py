"""A sample study has the same bytes each time, and its files contain exactly the simulated days."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.plan.study import read_study
from sample_data.days import days_of, stages_of
from sample_data.make import DEFAULT_SEED, main, make_study, truth_frame
from sample_data.people import TABLE, people
from sample_data.simulate import Life, daily_frame, simulate
from sample_data.truth import Truth

TRUTH = Truth()
LIVES = {life.person.participant_id: life for life in simulate(TRUTH, DEFAULT_SEED)}
FITABASE = [person.participant_id for person in TABLE if person.wearable == "fitabase"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample") / "study"
    make_study(made, TRUTH, DEFAULT_SEED)
    return made


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def planted(life: Life, values: Iterable[float], missing: Iterable[bool]) -> dict[date, float]:
    return {day: value for day, value, gone in zip(life.dates, values, missing, strict=True) if not gone}


def planted_steps(name: str) -> dict[date, float]:
    return planted(LIVES[name], LIVES[name].step_count.tolist(), LIVES[name].unworn)


def planted_sleep(name: str) -> dict[date, float]:
    return planted(LIVES[name], LIVES[name].total_sleep_time_min.tolist(), LIVES[name].unworn)


def planted_pain(name: str) -> dict[date, float]:
    return planted(LIVES[name], LIVES[name].pain_score.tolist(), LIVES[name].diary_missing)


# The whole folder


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    small = Truth(people=4, days=20)
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        make_study(tmp_path / name, small, seed)
    first, again, other = (bytes_of(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first.keys() == other.keys()
    assert [name for name in first if first[name] == other[name]] == ["study.toml"]


def test_planted_days_do_not_change_between_versions() -> None:
    days = daily_frame(TRUTH, DEFAULT_SEED)
    first_twelve = days.head(12 * TRUTH.days)
    texts = [part.write_csv().encode() for part in (first_twelve, days)]
    assert [hashlib.sha256(text).hexdigest()[:16] for text in texts] == ["2ea13a9904eab3c3", "e5635906a4927b8d"]


def test_more_people_leave_the_others_as_they_were() -> None:
    few, many = daily_frame(Truth(people=3), 1), daily_frame(Truth(people=20), 1)
    assert many.head(len(few)).equals(few)
    assert len({person.participant_id for person in people(40)}) == 40


def test_the_exports_of_the_first_twelve_are_the_same_without_the_others(folder: Path, tmp_path: Path) -> None:
    make_study(tmp_path / "twelve", replace(TRUTH, people=12), DEFAULT_SEED)
    twelve, everything = bytes_of(tmp_path / "twelve" / "inbox"), bytes_of(folder / "inbox")
    shared = {"dailyActivity_merged.csv", "sleepDay_merged.csv", "diary_clinic.csv"}
    assert len(twelve) == 21
    assert {name for name in twelve if everything[name] != twelve[name]} == shared
    assert all(everything[name].startswith(twelve[name]) for name in shared)


def test_everything_compresses_below_three_megabytes(folder: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in bytes_of(folder).items():
            archive.writestr(name, content)
    assert len(whole.getvalue()) < 3_000_000


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study.toml").write_text("mine")
    assert main([str(tmp_path), "--participants", "1", "--days", "14"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert bytes_of(tmp_path) == {"study.toml": b"mine"}


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "new"), "--participants", "3", "--days", "14"]) == 0
    assert "3 participants, 14 days from 2026-02-02" in capsys.readouterr().out
    assert (tmp_path / "new" / "inbox" / "amber" / "MyFitbitData.zip").exists()


def test_the_plan_is_valid_and_declares_zones_journey_and_treatment(folder: Path) -> None:
    study = read_study(folder)
    assert {name: study.time_zones.of(name) for name in LIVES} == {p.participant_id: p.time_zone for p in TABLE}
    (journey,) = study.time_zones.journeys["fern"]
    assert (journey.last_date - journey.first_date, journey.time_zone) == (timedelta(days=7), "America/New_York")
    (phase,) = study.plan.phases
    assert (phase.participant, phase.start) == ("clover", TRUTH.start + timedelta(days=TRUTH.day_at(0.5)))
    names = [path.name for path in study.inbox.rglob("*.csv") if not path.name.endswith("_merged.csv")]
    assert all(any(diary.matches(name) for diary in study.plan.diaries) for name in names)


# What is planted


def test_truth_csv_covers_everyone(folder: Path) -> None:
    written = pl.read_csv(folder / "truth.csv", schema_overrides={"participant_id": pl.String})
    expected = [(name, measure) for name in LIVES for measure in ("total_sleep_time_min", "step_count")]
    assert list(zip(written["participant_id"], written["predictor"], strict=True)) == expected
    assert written.filter(pl.col("treatment_effect").is_not_null())["participant_id"].unique().to_list() == ["clover"]
    assert json.loads((folder / "truth.json").read_text())["seed"] == DEFAULT_SEED


def test_slopes_in_truth_csv_are_those_of_the_days() -> None:
    """Without noise, trend and weekdays, least squares finds the slopes of whoever rates in steps of 0.1."""
    still = replace(TRUTH, people=12, residual_sd=0.0, trend_sd=0.0, weekday_effects=(0.0,) * 7, treatment_effect=0.0)
    lives = [life for life in simulate(still, 3) if life.person.diary == "clinic"]
    slopes = truth_frame(still, lives)["slope"].to_numpy().reshape(-1, 2)
    assert len(lives) == 4
    for life, planted_slopes in zip(lives, slopes, strict=True):
        hours, thousands = life.total_sleep_time_min[1:] / 60, life.step_count_walked[:-1] / 1000
        columns = np.column_stack([np.ones(len(hours)), hours, thousands])
        found = np.linalg.lstsq(columns, life.pain_score[1:], rcond=None)[0][1:]
        assert found == pytest.approx(planted_slopes, abs=0.01)


def test_a_crowd_has_the_planted_averages() -> None:
    crowd = replace(TRUTH, people=400, days=60, steps_slope_sd=0.0, sleep_slope_sd=0.0, trend_sd=0.0)
    lives = simulate(crowd, 11)[len(TABLE) :]
    assert np.mean([life.diary_missing.mean() for life in lives]) == pytest.approx(0.12, abs=0.015)
    assert np.mean([life.unworn.mean() for life in lives]) == pytest.approx(0.09, abs=0.015)
    assert np.mean([life.total_sleep_time_min.std(ddof=1) / 60 for life in lives]) == pytest.approx(1.2, abs=0.06)
    assert np.mean([neighbours(residuals(life)) for life in lives]) == pytest.approx(0.4 - 1 / 60, abs=0.05)


def residuals(life: Life) -> np.ndarray:
    hours, thousands = life.total_sleep_time_min[1:] / 60, life.step_count_walked[:-1] / 1000
    left = life.pain_score[1:] - life.nature.sleep_slope * hours - life.nature.steps_slope * thousands
    return np.asarray(left - left.mean())


def neighbours(series: np.ndarray) -> float:
    return float(np.sum(series[1:] * series[:-1]) / np.sum(series**2))


def test_the_odd_people_are_there() -> None:
    assert np.ptp(LIVES["4020000039"].pain_score) == 0
    assert len(planted_pain("jasper")) == 9
    assert max(planted_pain("ivy")) < TRUTH.start + timedelta(days=45)
    assert max(planted_steps("ivy")) < TRUTH.start + timedelta(days=45)
    assert max(planted_steps("amber").values()) == 70_000
    rowan = LIVES["rowan"]
    assert (rowan.step_count[60:] / rowan.step_count_walked[60:]) == pytest.approx(1.15, abs=0.001)
    assert rowan.step_count[:60].tolist() == rowan.step_count_walked[:60].tolist()


def test_the_treatment_takes_hold_in_a_week() -> None:
    treated = simulate(replace(TRUTH, residual_sd=0.0), 9)
    twins = simulate(replace(TRUTH, residual_sd=0.0, treatment_effect=0.0), 9)
    (change,) = [a.pain_score - b.pain_score for a, b in zip(treated, twins, strict=True) if a.nature.treatment_day]
    assert not change[:60].any()
    assert change[-30:].mean() == pytest.approx(-1.0, abs=0.25)


def test_the_shortest_nights_still_add_up() -> None:
    restless = replace(TRUTH, people=6, days=40, sleep_usual=3.5)
    for life in simulate(restless, 4):
        for day, minutes in zip(days_of(restless, life, 4), life.total_sleep_time_min, strict=True):
            asleep = sum(stage.seconds for stage in stages_of(day.night) if stage.stage != "wake")
            assert asleep == 60 * minutes
            assert all(earlier.end_at == later.start_at for earlier, later in pairwise(stages_of(day.night)))


# Fitabase files


def rows_of(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.mark.parametrize("name", FITABASE)
def test_fitabase_days_are_the_planted_ones(folder: Path, name: str) -> None:
    rows = [row for row in rows_of(folder / "inbox" / "dailyActivity_merged.csv") if row["Id"] == name]
    steps = {datetime.strptime(row["ActivityDate"], "%m/%d/%Y").date(): int(row["TotalSteps"]) for row in rows}
    assert {day: count for day, count in steps.items() if count} == planted_steps(name)
    assert all(row["SedentaryMinutes"] == "1440" for row in rows if row["TotalSteps"] == "0")
    assert len(rows) == TRUTH.days


@pytest.mark.parametrize("name", FITABASE)
def test_fitabase_nights_are_the_planted_ones(folder: Path, name: str) -> None:
    rows = [row for row in rows_of(folder / "inbox" / "sleepDay_merged.csv") if row["Id"] == name]
    nights = {datetime.strptime(row["SleepDay"], "%m/%d/%Y %I:%M:%S %p").date(): row for row in rows}
    assert {day: int(row["TotalMinutesAsleep"]) for day, row in nights.items()} == planted_sleep(name)
    assert len(rows) - len(nights) == (3 if LIVES[name].person.has_repeated_rows else 0)


def test_fitabase_lines_end_as_the_real_ones(folder: Path) -> None:
    for name in ("dailyActivity_merged.csv", "sleepDay_merged.csv"):
        content = (folder / "inbox" / name).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n") > TRUTH.days


# Diaries


@pytest.mark.parametrize("name", [p.participant_id for p in TABLE if p.diary == "wide"])
def test_wide_diaries_hold_the_planted_pain(folder: Path, name: str) -> None:
    rows = rows_of(folder / "inbox" / name / "diary.csv")
    usable = {date.fromisoformat(row["date"]): float(row["pain"]) for row in rows if row["pain"] not in ("11", "five?")}
    assert usable == planted_pain(name)
    assert len(rows) - len(usable) == len(LIVES[name].person.spoilt_ratings)


@pytest.mark.parametrize("name", [p.participant_id for p in TABLE if p.diary == "long"])
def test_long_diaries_hold_the_planted_pain(folder: Path, name: str) -> None:
    rows = rows_of(folder / "inbox" / name / "tagebuch.csv", encoding="cp1252", delimiter=";")
    assert {row["Frage"] for row in rows} == {"Schmerz", "Müdigkeit", "Stimmung"}
    pain = {row["Datum"]: float(row["Wert"].replace(",", ".")) for row in rows if row["Frage"] == "Schmerz"}
    usable = {datetime.strptime(day, "%d.%m.%Y").date(): value for day, value in pain.items() if value <= 10}
    assert usable == planted_pain(name)
    assert any(value % 1 for value in usable.values())


@pytest.mark.parametrize("name", [p.participant_id for p in TABLE if p.diary == "clinic"])
def test_the_clinic_hears_on_the_morning_after(folder: Path, name: str) -> None:
    rows = [row for row in rows_of(folder / "inbox" / "diary_clinic.csv") if row["participant"] == name]
    described = {date.fromisoformat(row["date"]) - timedelta(days=1): int(row["pain_0_100"]) for row in rows}
    assert {day: score / 10 for day, score in described.items()} == planted_pain(name)


def test_four_ratings_cannot_be_used() -> None:
    assert [text for person in TABLE for _, text in person.spoilt_ratings] == ["11,0", "five?", "11", "11"]
