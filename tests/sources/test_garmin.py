"""Garmin: naive stamps are GMT, days without wear are missing, units are inferred from the file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from painstats.sources.makers.garmin import MAX_OPENED
from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

DAYS = "garmin_UDSFile_2025-02-28_2025-06-08.json"
SLEEP = "garmin_2025-02-28_2025-06-08_sleepData.json"
HEALTH = "garmin_2025-02-28_2025-06-08_healthStatusData.json"
ACTIVITIES = "garmin_0_summarizedActivities.json"
BERLIN = settings(zone="Europe/Berlin")

NIGHT = {
    "calendarDate": "2025-03-01",
    "sleepStartTimestampGMT": "2025-02-28T22:40:00.0",
    "sleepEndTimestampGMT": "2025-03-01T06:10:00.0",
    "deepSleepSeconds": 5400,
    "lightSleepSeconds": 14400,
    "remSleepSeconds": 5400,
    "awakeSleepSeconds": 1800,
}
RUN = {"activityId": 1, "activityType": "running", "beginTimestamp": 1740825000000, "duration": 1800000}


def nights(path: Path, *changes: dict[str, object], zone: str = "Europe/Berlin") -> Contents:
    logs = [{key: value for key, value in {**NIGHT, **change}.items() if value is not ...} for change in changes]
    return read(written(path / "x_sleepData.json", json.dumps(logs)), settings(zone=zone))


def runs(path: Path, *changes: dict[str, object]) -> Contents:
    export = [{"summarizedActivitiesExport": [{**RUN, **change} for change in changes]}]
    return read(written(path / "x_0_summarizedActivities.json", json.dumps(export)), BERLIN)


# --- days ---


def test_days_give_steps_intensity_and_the_resting_heart_rate_of_the_day() -> None:
    contents = read(FIXTURES / DAYS, BERLIN)
    totals = contents.accepted("daily_total")
    assert dict(totals.filter(date=date(2025, 3, 1)).select("measure", "value").rows()) == {
        "step_count": 8000,
        "resting_heart_rate_bpm": 55,  # not 57, the mean over a week
        "moderately_active_time_min": 20,
        "very_active_time_min": 5,
    }
    assert totals.filter(date=date(2025, 3, 3), measure="resting_heart_rate_bpm")["value"].to_list() == [56]
    assert "that of the day itself on 1 of 2 days" in contents.notes[0].message


def test_days_without_wellness_data_are_missing_not_zero() -> None:
    contents = read(FIXTURES / DAYS, BERLIN)
    assert contents.accepted("daily_total").filter(date=date(2025, 3, 2)).is_empty()
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "days without wellness data: watch not worn")
    ]


@pytest.mark.parametrize(
    ("day", "column", "rule"),
    [
        ({"calendarDate": "1 March 2025", "totalSteps": 5}, "calendarDate", "unreadable"),
        ({"calendarDate": "2025-03-01", "totalSteps": "many"}, "totalSteps", "unreadable"),
        ({"calendarDate": "2025-03-01", "totalSteps": -5}, "value", "total_negative"),
        ({"calendarDate": "2025-03-01", "totalSteps": 900000}, "value", "total_implausible"),
        ({"calendarDate": "2035-03-01", "totalSteps": 5}, "date", "date_range"),
    ],
)
def test_a_day_that_cannot_be_is_rejected(tmp_path: Path, day: dict[str, object], column: str, rule: str) -> None:
    good = {"calendarDate": "2025-03-02", "totalSteps": 7000}
    contents = read(written(tmp_path / "UDSFile.json", json.dumps([day, good])), BERLIN)
    assert contents.rejected() == [("UDSFile.json", 1, column, rule)]
    assert contents.accepted("daily_total").height == 1


# --- sleep ---


def test_stages_add_up_to_sleep_and_stamps_are_gmt() -> None:
    contents = read(FIXTURES / SLEEP, settings(zone="America/New_York"))
    night = contents.accepted("sleep_episode").filter("is_main_sleep").row(0, named=True)
    assert night["start_at"] == datetime(2025, 2, 28, 22, 40, tzinfo=UTC)
    assert night["end_at"] == datetime(2025, 3, 1, 6, 10, tzinfo=UTC)
    assert night["date"] == date(2025, 3, 1)
    assert (night["total_sleep_time_min"], night["time_in_bed_min"]) == (420, 450)
    assert night["wake_after_sleep_onset_min"] == 30
    assert night["utc_offset_min"] is None
    assert any(
        "in 1 of 2 nights these and the time awake add up to the time in bed" in n.message for n in contents.notes
    )


def test_a_stage_that_the_watch_does_not_tell_counts_as_none() -> None:
    episodes = read(FIXTURES / SLEEP, BERLIN).accepted("sleep_episode")
    assert episodes.filter(date=date(2025, 3, 4))["total_sleep_time_min"].to_list() == [330]


def test_naps_are_read_beside_the_night() -> None:
    naps = read(FIXTURES / SLEEP, BERLIN).accepted("sleep_episode").filter(is_main_sleep=False)
    assert naps.select("date", "total_sleep_time_min", "time_in_bed_min").rows() == [(date(2025, 3, 1), 25.0, 30.0)]


def test_placeholders_and_nights_off_the_wrist_are_counted() -> None:
    contents = read(FIXTURES / SLEEP, BERLIN)
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "placeholders without a night or without any sleep stage": 1,
        "nights with the watch off the wrist": 1,
    }


def test_the_days_of_an_export_give_its_nights_their_offset(tmp_path: Path) -> None:
    folder = "a3f/DI_CONNECT/"
    entries: dict[str, str | bytes] = {
        f"{folder}DI-Connect-Aggregator/UDSFile_2025-02-28_2025-06-08.json": (FIXTURES / DAYS).read_bytes(),
        f"{folder}DI-Connect-Wellness/2025_1_sleepData.json": (FIXTURES / SLEEP).read_bytes(),
        f"{folder}DI-Connect-Wellness/2025_1_healthStatusData.json": (FIXTURES / HEALTH).read_bytes(),
        f"{folder}DI-Connect-Fitness/me_0_summarizedActivities.json": (FIXTURES / ACTIVITIES).read_bytes(),
        f"{folder}customer_data/customer.json": "{}",
    }
    contents = read(zipped(tmp_path / "garmin.zip", entries), settings(zone="Asia/Tokyo"))
    episodes = contents.accepted("sleep_episode")
    assert episodes.filter(date=date(2025, 3, 1), is_main_sleep=True)["utc_offset_min"].to_list() == [60]
    assert episodes.filter(date=date(2025, 3, 4))["utc_offset_min"].to_list() == [None]
    assert any(
        note.message.startswith("1 of 2 nights have the UTC offset of a daily summary") for note in contents.notes
    )
    assert contents.accepted("exercise_session").height == 2
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


@pytest.mark.parametrize("n_others", [0, MAX_OPENED])
def test_of_a_whole_archive_only_files_with_a_likely_name_are_opened(tmp_path: Path, n_others: int) -> None:
    entries = {"UDSFile_1.json": (FIXTURES / DAYS).read_text(), "x.bin": (FIXTURES / SLEEP).read_text()}
    others = {f"customer/{number}.json": "[]" for number in range(n_others)}
    contents = read(zipped(tmp_path / "garmin.zip", {**entries, **others}), BERLIN)
    assert contents.accepted("sleep_episode").is_empty() == bool(n_others)


def test_nights_dated_by_their_evening_are_redated_and_noted(tmp_path: Path) -> None:
    evening = {"calendarDate": "2025-02-28"}
    contents = nights(tmp_path, evening)
    assert contents.accepted("sleep_episode")["date"].to_list() == [date(2025, 3, 1)]
    assert contents.notes[0].message.startswith("calendarDate is not the date of waking")


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"sleepStartTimestampGMT": "yesterday"}, "sleepStartTimestampGMT", "unreadable"),
        ({"sleepEndTimestampGMT": ...}, "sleepEndTimestampGMT", "unreadable"),
        ({"deepSleepSeconds": "much"}, "deepSleepSeconds", "unreadable"),
        ({"awakeSleepSeconds": "much"}, "awakeSleepSeconds", "unreadable"),
        ({"lightSleepSeconds": 90000}, "total_sleep_time_min", "minutes_implausible"),
        ({"sleepEndTimestampGMT": "2025-02-28T20:10:00.0"}, "end_at", "interval_negative"),
    ],
)
def test_a_night_that_cannot_be_is_rejected(tmp_path: Path, change: dict[str, object], column: str, rule: str) -> None:
    contents = nights(tmp_path, {}, change)
    assert contents.rejected() == [("x_sleepData.json", 2, column, rule)]


# --- heart rate variability ---


def test_variability_is_rmssd_and_zero_is_none() -> None:
    contents = read(FIXTURES / HEALTH, BERLIN)
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2025, 3, 1), "heart_rate_variability_rmssd_ms", 62.0)
    ]
    assert contents.n_ignored == 2
    assert '{"type": "HRV", "value": 62' in contents.batches[0].frame["text"][0]  # as it stands in the file
    assert contents.notes[0].message == "1 of 3 days have a metric of type HRV, read as the RMSSD of the night"


@pytest.mark.parametrize("metrics", [{}, "HRV", [], ["HRV"], [{"type": "HRV"}], [{"kind": "HRV", "value": 60}]])
def test_other_metrics_are_left_out_with_a_note(tmp_path: Path, metrics: object) -> None:
    health = json.dumps([{"calendarDate": "2025-03-01", "metrics": metrics}])
    entries = {"x_healthStatusData.json": health, "UDSFile_1.json": (FIXTURES / DAYS).read_text()}
    contents = read(zipped(tmp_path / "garmin.zip", entries), BERLIN)
    assert contents.accepted("daily_total").height == 4 + 4
    assert contents.rejected() == []
    assert "0 of 1 days have a metric of type HRV; none was read" in [note.message for note in contents.notes]


# --- activities ---


def test_units_of_activities_are_inferred_from_the_file() -> None:
    contents = read(FIXTURES / ACTIVITIES, BERLIN)
    sessions = contents.accepted("exercise_session")
    columns = ("session_id", "start_at", "end_at", "exercise_type", "duration_min", "distance_m", "energy_kcal")
    run = sessions.select(columns).row(0)
    assert run[:6] == (
        "111",
        datetime(2025, 3, 1, 10, 30, tzinfo=UTC),
        datetime(2025, 3, 1, 11, 1, 40, tzinfo=UTC),
        "running",
        30.0,
        5000.0,
    )
    assert run[6] == pytest.approx(400)
    assert sessions["exercise_type"].to_list() == ["running", "yoga"]
    assert sessions["heart_rate_bpm"].to_list() == [140.0, None]
    assert "centimetres" in contents.notes[0].message
    assert "kilojoules" in contents.notes[0].message


@pytest.mark.parametrize(
    ("change", "distance_m", "energy_kcal"),
    [
        ({"distance": 500000, "calories": 400, "bmrCalories": 36}, 5000.0, 400.0),
        ({"distance": 5000, "calories": 400}, 5000.0, None),
        ({"distance": 5e9, "calories": 400, "bmrCalories": 9000}, None, None),
        ({}, None, None),
    ],
)
def test_what_has_no_possible_unit_is_left_out(
    tmp_path: Path, change: dict[str, object], distance_m: float | None, energy_kcal: float | None
) -> None:
    contents = runs(tmp_path, change)
    session = contents.accepted("exercise_session").select("distance_m", "energy_kcal").row(0)
    assert session == (distance_m, energy_kcal)
    assert contents.rejected() == []


def test_places_and_names_of_activities_are_not_kept() -> None:
    contents = read(FIXTURES / ACTIVITIES, BERLIN)
    texts = " ".join(text for batch in contents.batches for text in batch.frame["text"])
    assert "Morning" not in texts
    assert "52.1" not in texts


@pytest.mark.parametrize(("beyond_s", "is_kept"), [(59, True), (60, False)])
def test_stages_that_pass_the_window_by_less_than_a_minute_are_a_night(
    tmp_path: Path, beyond_s: int, is_kept: bool
) -> None:
    window_s = 7 * 3600 + 30 * 60
    stages = {"deepSleepSeconds": 0, "remSleepSeconds": 0, "awakeSleepSeconds": 0}
    contents = nights(tmp_path, {"lightSleepSeconds": window_s + beyond_s} | stages)
    slept = contents.accepted("sleep_episode").select("total_sleep_time_min", "time_in_bed_min").rows()
    assert slept == ([((window_s + beyond_s) / 60,) * 2] if is_kept else [])
