"""Oura: three formats of the same data, true offsets, days without the ring are missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped

BERLIN = settings(zone="Europe/Berlin")
SLEEP = (FIXTURES / "oura_sleepmodel.csv").read_text()
NIGHT = {
    "day": "2025-03-02",
    "type": "long_sleep",
    "bedtime_start": "2025-03-01T23:00:00.000+01:00",
    "bedtime_end": "2025-03-02T07:00:00.000+01:00",
    "total_sleep_duration": 25200,
    "time_in_bed": 28800,
    "awake_time": 3600,
    "latency": 600,
    "lowest_heart_rate": 50,
    "average_hrv": 41,
}


WEEK_LATER = {
    "day": "2025-03-09",
    "bedtime_start": "2025-03-08T23:00:00.000+01:00",
    "bedtime_end": "2025-03-09T07:00:00.000+01:00",
}


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def nights(path: Path, *changes: dict[str, object], wrapped: bool = True) -> Contents:
    logs = [{**NIGHT, **change} for change in changes]
    return read(written(path / "sleep.json", json.dumps({"data": logs} if wrapped else logs)), BERLIN)


def messages(contents: Contents) -> list[str]:
    return [note.message for note in contents.notes]


# --- the data export ---


def test_nights_keep_their_own_offset_and_the_longest_long_sleep_is_the_main_one() -> None:
    columns = (
        "date",
        "start_at",
        "utc_offset_min",
        "total_sleep_time_min",
        "wake_after_sleep_onset_min",
        "is_main_sleep",
    )
    episodes = read(FIXTURES / "oura_sleepmodel.csv", settings(zone="America/New_York")).accepted("sleep_episode")
    assert episodes.select(columns).rows() == [
        (date(2025, 3, 2), at(2025, 3, 1, 22, 0), 60, 435.0, 45.0, True),
        (date(2025, 3, 2), at(2025, 3, 2, 13, 0), 60, 30.0, 5.0, False),
        (date(2025, 3, 3), at(2025, 3, 2, 23, 30), 0, 370.0, 500 / 60, True),
    ]


def test_heart_rate_is_that_of_the_main_sleep() -> None:
    totals = read(FIXTURES / "oura_sleepmodel.csv", BERLIN).accepted("daily_total")
    assert totals.select("date", "measure", "value").rows() == [
        (date(2025, 3, 2), "resting_heart_rate_bpm", 51.0),
        (date(2025, 3, 3), "resting_heart_rate_bpm", 53.0),
        (date(2025, 3, 2), "heart_rate_variability_rmssd_ms", 42.0),
        (date(2025, 3, 3), "heart_rate_variability_rmssd_ms", 35.0),
    ]


def test_activity_is_in_minutes_and_days_without_the_ring_are_missing() -> None:
    contents = read(FIXTURES / "oura_dailyactivity.csv", BERLIN)
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2025, 3, 1), "step_count", 8123.0),
        (date(2025, 3, 1), "sedentary_time_min", 630.0),
        (date(2025, 3, 1), "lightly_active_time_min", 240.0),
        (date(2025, 3, 1), "moderately_active_time_min", 60.0),
        (date(2025, 3, 1), "very_active_time_min", 10.0),
        (date(2025, 3, 1), "wear_time_min", 1440.0),
    ]
    assert contents.ignored[0].reason == "days with the ring not worn"


def test_workouts_without_their_label() -> None:
    contents = read(FIXTURES / "oura_workout.csv", BERLIN)
    assert contents.accepted("exercise_session").select("start_at", "exercise_type", "duration_min").rows() == [
        (at(2025, 3, 1, 16, 0), "walking", 40.0),
        (at(2025, 3, 2, 17, 15), "strength", 45.0),
    ]
    assert not any("Bo" in text for batch in contents.batches for text in batch.frame["text"])


def test_a_whole_export_counts_tags_and_scores(tmp_path: Path) -> None:
    entries: dict[str, str | bytes] = {
        "App Data/SleepModel.csv": SLEEP,
        "App Data/DailyActivity.csv": (FIXTURES / "oura_dailyactivity.csv").read_bytes(),
        "App Data/EnhancedTag.csv": (FIXTURES / "oura_enhancedtag.csv").read_bytes(),
        "App Data/DailySleep.csv": "id;contributors;day;score;timestamp\nx;{};2025-03-01;80;2025-03-01T00:00:00Z\n",
        "App Data/HeartRate.csv": "bpm;source;timestamp\n60;rest;2025-03-01T00:00:00Z\n61;rest;2025-03-01T00:05:00Z\n",
        "readme.txt": "hello",
    }
    contents = read(zipped(tmp_path / "oura.zip", entries), BERLIN)
    assert contents.accepted("sleep_episode").height == 3
    unused = [ignored for ignored in contents.ignored if "not used" in ignored.reason]
    assert [(ignored.entry, ignored.rows) for ignored in unused] == [
        ("EnhancedTag.csv", 1),
        ("DailySleep.csv", 1),
        ("HeartRate.csv", 2),
        ("oura.zip", 0),
    ]


def test_commas_instead_of_semicolons_change_nothing(tmp_path: Path) -> None:
    rows = [line.split(";") for line in SLEEP.splitlines()]
    kept = [place for place, name in enumerate(rows[0]) if name != "readiness"]
    text = "\r\n".join(",".join(row[place] for place in kept) for row in rows if len(row) == len(rows[0]))
    contents = read(written(tmp_path / "sleepmodel.csv", "\ufeff" + text + "\r\n"), BERLIN)
    whole = read(FIXTURES / "oura_sleepmodel.csv", BERLIN)
    assert contents.accepted("sleep_episode").equals(whole.accepted("sleep_episode"))


# --- trends ---


def test_trends_have_a_column_twice_and_nights_far_from_the_study() -> None:
    contents = read(FIXTURES / "oura_2025-03-01_2025-03-03_trends.csv", BERLIN)
    night = contents.accepted("sleep_episode").row(0, named=True)
    assert (night["start_at"], night["utc_offset_min"]) == (at(2025, 3, 1, 6, 14, 42), -480)
    assert (night["date"], night["total_sleep_time_min"], night["time_in_bed_min"]) == (date(2025, 3, 1), 411.5, 490.0)
    assert (night["deep_sleep_min"], night["rem_sleep_min"]) == (pytest.approx(88.17, abs=0.01), 90.0)
    values = dict(contents.accepted("daily_total").select("measure", "value").rows())
    assert values == {
        "step_count": 9120,
        "sedentary_time_min": 600,
        "lightly_active_time_min": 270,
        "moderately_active_time_min": 60,
        "very_active_time_min": 20,
        "wear_time_min": 1430,
        "resting_heart_rate_bpm": 50,
        "heart_rate_variability_rmssd_ms": 38,
    }
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "nothing was measured": 1,
        "days with the ring not worn": 1,
    }


def test_parts_of_a_day_that_add_up_to_1440_are_minutes(tmp_path: Path) -> None:
    text = (FIXTURES / "oura_2025-03-01_2025-03-03_trends.csv").read_text()
    text = text.replace("36000,28800,16200,3600,1200,600", "600,480,270,60,20,10").replace("86400,", "1440,")
    contents = read(written(tmp_path / "trends.csv", text), BERLIN)
    totals = contents.accepted("daily_total")
    assert totals.filter(measure="sedentary_time_min")["value"].to_list() == [600]
    assert totals.filter(measure="step_count").height == 1
    assert any("minutes" in note.message for note in contents.notes)


# --- JSON ---


@pytest.mark.parametrize("wrapped", [True, False])
def test_json_with_or_without_its_wrapper(tmp_path: Path, wrapped: bool) -> None:
    episode = nights(tmp_path, {}, wrapped=wrapped).accepted("sleep_episode").row(0, named=True)
    assert (episode["start_at"], episode["end_at"]) == (at(2025, 3, 1, 22), at(2025, 3, 2, 6))
    assert episode["episode_id"] == "2025-03-01T22:00:00Z"


def test_deleted_sleeps_are_counted() -> None:
    contents = read(FIXTURES / "oura_sleep.json", BERLIN)
    assert contents.accepted("sleep_episode").height == 1
    assert contents.ignored[0].reason == "sleeps that the participant deleted"


def test_a_day_without_a_long_sleep_has_its_longest_sleep_as_main(tmp_path: Path) -> None:
    evening = {"bedtime_end": "2025-03-02T20:00:00+01:00"}
    in_bed = {"time_in_bed": 7200, "total_sleep_duration": 6000, "awake_time": 1200}
    short = {"type": "sleep", "bedtime_start": "2025-03-02T18:00:00+01:00"} | in_bed
    asleep = {"total_sleep_duration": 27000, "awake_time": 1800}
    nap = {"type": "late_nap", "bedtime_start": "2025-03-02T12:00:00+01:00"} | asleep
    contents = nights(tmp_path, {"type": "sleep"}, short | evening, nap | evening)
    assert contents.accepted("sleep_episode")["is_main_sleep"].to_list() == [True, False, False]


def test_bedtimes_without_offset_are_those_of_the_zone_and_noted(tmp_path: Path) -> None:
    naive = {"bedtime_start": "2025-07-01T23:00:00", "bedtime_end": "2025-07-02T07:00:00", "day": "2025-07-02"}
    contents = nights(tmp_path, naive)
    assert contents.accepted("sleep_episode").select("start_at", "utc_offset_min").rows() == [
        (at(2025, 7, 1, 21), None)
    ]
    assert "bedtimes have no local offset and were read in the participant's time zone" in messages(contents)


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"day": "2.3.2025"}, "day", "unreadable"),
        ({"bedtime_start": "11 pm"}, "bedtime_start", "unreadable"),
        ({"bedtime_end": None}, "bedtime_end", "unreadable"),
        ({"total_sleep_duration": "long"}, "total_sleep_duration", "unreadable"),
        ({"time_in_bed": None}, "time_in_bed", "unreadable"),
        ({"time_in_bed": 600}, "total_sleep_time_min", "asleep_longer_than_in_bed"),
        ({"time_in_bed": 90000}, "time_in_bed_min", "minutes_implausible"),
        ({"bedtime_start": "2025-03-02T09:00:00+01:00"}, "end_at", "interval_negative"),
    ],
)
def test_a_night_that_cannot_be_is_rejected(tmp_path: Path, change: dict[str, object], column: str, rule: str) -> None:
    contents = nights(tmp_path, WEEK_LATER, {**change, "lowest_heart_rate": None, "average_hrv": None})
    assert contents.rejected() == [("sleep.json", 2, column, rule)]


def test_a_heart_rate_that_cannot_be_is_rejected_without_its_night(tmp_path: Path) -> None:
    contents = nights(tmp_path, {"lowest_heart_rate": 0})
    assert contents.rejected() == [("sleep.json", 1, "value", "total_implausible")]
    assert contents.accepted("sleep_episode").height == 1


# --- what is concluded ---


def test_units_and_dates_are_confirmed_by_the_bedtimes() -> None:
    assert messages(read(FIXTURES / "oura_sleepmodel.csv", BERLIN)) == [
        "times in bed are in seconds: they agree with the bedtimes of 3 of 3 sleeps",
        "times asleep are in seconds: with the times awake they agree with the time in bed of 3 of 3 sleeps",
        "day is the date of waking in 2 of 2 nights",
        "the main sleep is the longest sleep on 2 of 2 days",
        "bedtimes were read with their own UTC offsets",
    ]
    assert messages(read(FIXTURES / "oura_dailyactivity.csv", BERLIN)) == [
        "activity times are in seconds: in this unit they add up to 24 hours or less on 2 of 2 days"
    ]


IN_MINUTES = {"total_sleep_duration": 420, "awake_time": 60, "latency": 10}


@pytest.mark.parametrize(
    ("change", "in_bed", "asleep"),
    [
        ({}, "seconds", "seconds"),
        ({"time_in_bed": 480}, "minutes", "seconds"),
        (IN_MINUTES, "seconds", "minutes"),
        (IN_MINUTES | {"time_in_bed": 480}, "minutes", "minutes"),
        (IN_MINUTES | {"awake_time": None, "latency": None}, "seconds", "minutes"),
        ({"time_in_bed": 28_800_000, "total_sleep_duration": 7, "awake_time": 1}, "milliseconds", "hours"),
    ],
)
def test_durations_are_read_in_the_unit_that_agrees_with_the_bedtimes(
    tmp_path: Path, change: dict[str, object], in_bed: str, asleep: str
) -> None:
    contents = nights(tmp_path, change, WEEK_LATER | change)
    assert (
        contents.accepted("sleep_episode").select("time_in_bed_min", "total_sleep_time_min").rows()
        == [(480.0, 420.0)] * 2
    )
    assert messages(contents)[0] == f"times in bed are in {in_bed}: they agree with the bedtimes of 2 of 2 sleeps"
    assert messages(contents)[1].startswith(f"times asleep are in {asleep}: ")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"time_in_bed": 14400}, "duration_unit"),
        ({"total_sleep_duration": 9000}, "duration_unit"),
        ({"day": "2025-03-01"}, "night_dates"),
    ],
)
def test_an_export_that_contradicts_itself_is_refused(tmp_path: Path, change: dict[str, object], rule: str) -> None:
    assert refusal_of(nights, tmp_path, change).rule == rule


def test_days_of_no_known_unit_are_refused(tmp_path: Path) -> None:
    text = (FIXTURES / "oura_dailyactivity.csv").read_text().replace("30000;81;37800", "130000;81;37800")
    path = written(tmp_path / "dailyactivity.csv", text.replace("86400", "200000"))
    assert refusal_of(read, path, BERLIN).rule == "duration_unit"


def test_workouts_without_a_column_are_left_out_and_noted(tmp_path: Path) -> None:
    workouts = (FIXTURES / "oura_workout.csv").read_text()
    for header in (("start_datetime", "begun"), ("end_datetime", "over")):
        files = {"sleepmodel.csv": SLEEP, "workout.csv": workouts.replace(*header)}
        contents = read(zipped(tmp_path / "oura.zip", files), BERLIN)
        assert contents.accepted("sleep_episode").height == 3
        told = f"workouts were not read: missing column {header[0]}"
        assert told in messages(contents)
        assert (told, 2) in [(ignored.reason, ignored.rows) for ignored in contents.ignored]
    fewer = workouts.replace("intensity", "effort").replace("distance", "metres")
    contents = read(written(tmp_path / "workout.csv", fewer), BERLIN)
    assert contents.accepted("exercise_session")["distance_m"].to_list() == [None, None]


def test_a_massage_is_a_session_and_a_sauna_is_left_out_and_counted(tmp_path: Path) -> None:
    fixture = (FIXTURES / "oura_workout.csv").read_text()
    massage = read(written(tmp_path / "workout.csv", fixture.replace("strengthTraining", "massage_therapy")), BERLIN)
    assert sorted(massage.accepted("exercise_session")["exercise_type"]) == ["massage", "walking"]
    contents = read(written(tmp_path / "workout.csv", fixture.replace("strengthTraining", "sauna")), BERLIN)
    assert contents.accepted("exercise_session")["exercise_type"].to_list() == ["walking"]
    assert contents.rejected() == []
    told = "breathing, saunas and ice baths: neither exercise nor a therapy"
    assert [(ignored.entry, ignored.rows, ignored.reason) for ignored in contents.ignored] == [("workout.csv", 1, told)]
