"""Other Fitbit data: exercise logs, resting heart rate, and Google's CSV tables, read once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.sources.reading import FIXTURES, read, settings, written, zipped

STEPS = (FIXTURES / "steps_2025-10-01.csv").read_text()
NIGHTS = (FIXTURES / "UserSleeps_2025-10-01.csv").read_text()


def test_exercise_logs_are_utc_and_leave_pauses_out() -> None:
    sessions = read(FIXTURES / "exercise-0.json").accepted("exercise_session")
    columns = ("session_id", "exercise_type", "start_at", "end_at", "duration_min", "energy_kcal", "heart_rate_bpm")
    assert sessions.select(columns).rows() == [
        (
            "101",
            "walking",
            datetime(2024, 3, 1, 17, 5, tzinfo=UTC),
            datetime(2024, 3, 1, 17, 50, tzinfo=UTC),
            40,
            210,
            104,
        ),
        ("102", "yoga", datetime(2024, 3, 2, 7, 0, tzinfo=UTC), datetime(2024, 3, 2, 7, 30, tzinfo=UTC), 30, 95, None),
    ]


def test_a_resting_heart_rate_of_zero_is_none() -> None:
    contents = read(FIXTURES / "resting_heart_rate-2024-03-01.json", settings(zone="America/New_York"))
    values = contents.accepted("daily_total").select("date", "measure", "value").rows()
    assert values == [(date(2024, 3, 1), "resting_heart_rate_bpm", 61.5)]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "0 means no value")]


def test_steps_of_tracker_and_phone_are_kept_apart_and_mirrors_are_counted_only() -> None:
    contents = read(FIXTURES / "steps_2025-10-01.csv", settings(zone="Australia/Sydney"))
    steps = contents.accepted("step_count").select("device", "device_kind", "start_at", "step_count").rows()
    assert steps == [
        ("fitbit", "tracker", datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 84),
        ("fitbit", "tracker", datetime(2025, 10, 1, 6, 16, tzinfo=UTC), 0),
        ("fitbit-phone", "phone", datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 80),
    ]
    assert contents.rejected() == []
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "copied from other apps by Health Connect")
    ]


def test_nights_are_dated_by_waking_with_their_own_offset_and_the_longest_is_the_main_sleep() -> None:
    nights = read(FIXTURES / "UserSleeps_2025-10-01.csv", settings(zone="America/New_York")).accepted("sleep_episode")
    columns = (
        "date", "start_at", "utc_offset_min", "total_sleep_time_min", "time_in_bed_min", "wake_after_sleep_onset_min",
        "is_main_sleep",
    )  # fmt: skip
    assert nights.select(columns).rows() == [
        (date(2025, 10, 5), datetime(2025, 10, 4, 20, 30, tzinfo=UTC), 120, 420, 480, 48, True),
        (date(2025, 10, 5), datetime(2025, 10, 5, 12, 0, tzinfo=UTC), 120, 35, 40, 3, False),
    ]


@pytest.mark.parametrize(
    ("offset", "end", "day"),
    [
        ("+13:00", "2025-10-04 18:00:00+0000", date(2025, 10, 5)),
        ("-09:30", "2025-10-05 04:30:00+0000", date(2025, 10, 4)),
    ],
)
def test_the_date_of_a_night_follows_the_offset_of_the_place(offset: str, end: str, day: date, tmp_path: Path) -> None:
    changed = NIGHTS.splitlines()[1].replace("+02:00", offset).replace("2025-10-05 04:30:00+0000", end)
    changed = changed.replace("2025-10-04 20:30:00+0000", "2025-10-04 12:30:00+0000").replace(",420,", ",300,")
    path = written(tmp_path / "UserSleeps.csv", f"{NIGHTS.splitlines()[0]}\n{changed}\n")
    assert read(path).accepted("sleep_episode")["date"].to_list() == [day]


def test_what_both_json_and_csv_hold_is_read_once(tmp_path: Path) -> None:
    json_steps = '[{"dateTime" : "10/01/25 06:15:00", "value" : "84"}]'
    json_sleep = (
        '[{"logId": 7, "dateOfSleep": "2025-10-05", "startTime": "2025-10-04T22:30:00.000", "endTime": '
        '"2025-10-05T06:30:00.000", "minutesAsleep": 420, "minutesAwake": 60, "timeInBed": 480, "mainSleep": true}]'
    )
    later = STEPS + "2025-10-02T06:15:00Z,33,Google Fitbit Air\n"
    folder = "Takeout/Google Health/"
    path = zipped(
        tmp_path / "takeout.zip",
        {
            f"{folder}Global Export Data/steps-2025-10-01.json": json_steps,
            f"{folder}Global Export Data/sleep-2025-10-01.json": json_sleep,
            f"{folder}Physical Activity_GoogleData/Steps/steps_2025-10-01.csv": later,
            f"{folder}Health Fitness Data_GoogleData/UserSleeps_2025-10-01.csv": NIGHTS,
            f"{folder}Global Export Data/heart_rate-2025-10-01.json": "[]",
        },
    )
    contents = read(path, settings(zone="Europe/Berlin"))
    steps = contents.accepted("step_count").select("start_at", "step_count").rows()
    assert steps == [
        (datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 84),
        (datetime(2025, 10, 1, 6, 16, tzinfo=UTC), 0),
        (datetime(2025, 10, 2, 6, 15, tzinfo=UTC), 33),
    ]
    assert contents.accepted("sleep_episode")["episode_id"].to_list() == ["7"]
    passed_over = [ignored.rows for ignored in contents.ignored if "JSON files" in ignored.reason]
    assert passed_over == [2, 2]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("yesterday,84,x", "timestamp"),
        ("2025-10-01T06:15:00,84,x", "timestamp"),
        ("2025-10-01T06:15:00Z,many,x", "steps"),
        ("2025-10-01T06:15:00Z,84", "(whole row)"),
    ],
)
def test_rows_that_cannot_be_read_are_rejected(row: str, column: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "steps.csv", f"timestamp,steps,data source\n{row}\n"))
    assert [(line, where) for _, line, where, _ in contents.rejected()] == [(2, column)]


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: "\ufeff" + text,
        lambda text: "\ufeff\n" + text,
        lambda text: "\n\r\n" + text,
        lambda text: text.replace("timestamp,steps,data source", '"timestamp", steps ,"data source"'),
        lambda text: text.replace("timestamp,", '"a\nb",timestamp,', 1).replace("\n2025", "\n,2025"),
        lambda text: text.replace("timestamp,", f"{'a' * 5000},timestamp,", 1).replace("\n2025", "\n,2025"),
        lambda text: "\n" * 5000 + text,
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
    ],
)
def test_steps_are_found_however_their_header_is_written(tmp_path: Path, rewritten: Callable[[str], str]) -> None:
    entries = {"a/steps.csv": rewritten(STEPS), "a/other.csv": "timestamp,value\n2025-10-01T06:15:00Z,1\n"}
    contents = read(zipped(tmp_path / "a.zip", entries))
    assert contents.accepted("step_count")["step_count"].to_list() == [84, 0, 80]
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


# --- JSON and CSV in one export ---


def json_minutes(first: datetime, count: int, step: int = 1) -> str:
    at = [first + timedelta(minutes=step * number) for number in range(count)]
    return json.dumps([{"dateTime": time.strftime("%m/%d/%y %H:%M:%S"), "value": "10"} for time in at])


def csv_minutes(first: datetime, count: int, source: str = "Google Fitbit Air") -> str:
    at = [first + timedelta(minutes=number) for number in range(count)]
    return "timestamp,steps,data source\n" + "".join(f"{time:%Y-%m-%dT%H:%M:%SZ},20,{source}\n" for time in at)


def test_minutes_that_no_json_file_covers_are_read_from_google(tmp_path: Path) -> None:
    entries = {
        "steps-2025-10-05.json": json_minutes(datetime(2025, 10, 5, 8), 240),
        "steps_2025-10-05.csv": csv_minutes(datetime(2025, 10, 5, 8), 360),
    }
    contents = read(zipped(tmp_path / "a.zip", entries))
    steps = contents.accepted("step_count").sort("start_at")
    assert steps["step_count"].to_list() == [10] * 240 + [20] * 120
    assert (steps["start_at"][240], steps["start_at"].n_unique()) == (datetime(2025, 10, 5, 12, tzinfo=UTC), 360)
    assert [ignored.rows for ignored in contents.ignored if "JSON files" in ignored.reason] == [240]


def test_json_minutes_without_steps_cover_too(tmp_path: Path) -> None:
    idle = json_minutes(datetime(2025, 10, 5, 8), 30).replace('"10"', '"0"')
    entries = {"steps-2025-10-05.json": idle, "steps.csv": csv_minutes(datetime(2025, 10, 5, 8), 31)}
    steps = read(zipped(tmp_path / "a.zip", entries)).accepted("step_count").sort("start_at")
    assert steps.select("start_at", "step_count").rows() == [
        (datetime(2025, 10, 5, 8, tzinfo=UTC), 0),
        (datetime(2025, 10, 5, 8, 30, tzinfo=UTC), 20),
    ]


@pytest.mark.parametrize(("source", "read_from_google"), [("MobileTrack", 20), ("Google Fitbit Air", 50)])
def test_a_phone_does_not_fill_the_short_gaps_that_json_leaves(
    tmp_path: Path, source: str, read_from_google: int
) -> None:
    entries = {
        "steps-2025-10-05.json": json_minutes(datetime(2025, 10, 5, 8), 7, step=6),
        "steps.csv": csv_minutes(datetime(2025, 10, 5, 8), 57, source),
    }
    steps = read(zipped(tmp_path / "a.zip", entries)).accepted("step_count")
    assert steps.filter(pl.col("step_count") == 20).height == read_from_google


def test_the_pace_of_walks_repeats_the_steps_and_is_left_alone(tmp_path: Path) -> None:
    pace = "timestamp,steps,distance millimeters,altitude gain millimeters,data source\n2025-10-01T06:15:00Z,9,1,1,x\n"
    contents = read(zipped(tmp_path / "a.zip", {"steps.csv": STEPS, "Live Pace/live_pace_2025-10-01.csv": pace}))
    assert contents.accepted("step_count")["step_count"].to_list() == [84, 0, 80]


def test_a_resting_heart_rate_of_both_is_that_of_json(tmp_path: Path) -> None:
    def known(day: int, value: float) -> dict[str, object]:
        at = f"10/{day:02}/25"
        return {"dateTime": f"{at} 00:00:00", "value": {"date": at, "value": value, "error": 6}}

    google = "timestamp,beats per minute,data source\n" + "".join(
        f"2025-10-0{day}T00:00:00Z,62,Google Fitbit Air\n" for day in range(1, 5)
    )
    entries = {
        "resting_heart_rate-2025-10-01.json": json.dumps([known(1, 61.6), known(2, 0.0), known(3, 60.4)]),
        "daily_resting_heart_rate.csv": google,
    }
    contents = read(zipped(tmp_path / "a.zip", entries))
    values = contents.accepted("daily_total").sort("date").select("date", "value").rows()
    assert values == [
        (date(2025, 10, 1), 61.6),
        (date(2025, 10, 2), 62),
        (date(2025, 10, 3), 60.4),
        (date(2025, 10, 4), 62),
    ]
    assert [ignored.rows for ignored in contents.ignored if "JSON files" in ignored.reason] == [2]


# --- exercise ---

EXERCISES = (FIXTURES / "UserExercises_2025-10-01.csv").read_text()


def test_google_exercise_is_utc_with_its_offset() -> None:
    sessions = read(FIXTURES / "UserExercises_2025-10-01.csv", settings(zone="America/New_York"))
    columns = (
        "session_id", "device", "exercise_type", "start_at", "end_at", "utc_offset_min", "duration_min", "distance_m",
        "energy_kcal", "heart_rate_bpm",
    )  # fmt: skip
    assert sessions.accepted("exercise_session").select(columns).rows() == [
        ("9000000000000000001", "google", "walking", datetime(2025, 10, 1, 15, 5, tzinfo=UTC),
         datetime(2025, 10, 1, 15, 50, tzinfo=UTC), 120, 45, 3150, 210, 104),
        ("9000000000000000002", "google", "yoga", datetime(2025, 10, 3, 5, 0, tzinfo=UTC),
         datetime(2025, 10, 3, 5, 30, tzinfo=UTC), 120, 30, None, 95, None),
    ]  # fmt: skip
    assert sessions.rejected() == []


def test_an_exercise_of_both_is_that_of_json(tmp_path: Path) -> None:
    log = {
        "logId": 7,
        "activityName": "Walk",
        "startTime": "10/01/25 15:05:02",
        "duration": 2_700_000,
        "activeDuration": 2_400_000,
    }
    entries = {"exercise-0.json": json.dumps([log]), "UserExercises_2025-10-01.csv": EXERCISES}
    contents = read(zipped(tmp_path / "a.zip", entries))
    sessions = contents.accepted("exercise_session").select("session_id", "duration_min").rows()
    assert sessions == [("7", 40), ("9000000000000000002", 30)]
    assert [ignored.rows for ignored in contents.ignored if "JSON files" in ignored.reason] == [1]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("2025-10-03T05:00:00Z", "soon", "exercise_start"),
        ("2025-10-03T05:30:00Z", "later", "exercise_end"),
        (",95,0,", ",95,0", "(whole row)"),
    ],
)
def test_an_exercise_that_cannot_be_read_is_rejected_alone(tmp_path: Path, old: str, new: str, column: str) -> None:
    contents = read(written(tmp_path / "UserExercises.csv", EXERCISES.replace(old, new)))
    assert [(line, where) for _, line, where, _ in contents.rejected()] == [(3, column)]
    assert contents.accepted("exercise_session").height == 1


# --- stages of sleep ---

STAGES = "sleep_id,sleep_stage_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end\n" + (
    "".join(
        f"1110000000000000001,{number},{stage},+02:00,2025-10-04 {start}:00+0000,+02:00,2025-10-04 {end}:00+0000\n"
        for number, (stage, start, end) in enumerate(
            [("LIGHT", "20:30", "21:00"), ("DEEP", "21:00", "21:50"), ("REM", "21:50", "22:10"),
             ("AWAKE", "22:10", "22:20"), ("DEEP", "22:20", "22:45")]
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("stages", "deep_and_rem"),
    [
        (STAGES, [(75, 20), (None, None)]),
        (STAGES.replace("REM", "LIGHT"), [(75, 0), (None, None)]),
        (STAGES + STAGES.splitlines()[2] + "\n", [(75, 20), (None, None)]),
        (STAGES.replace("22:45:00", "22:75:00"), [(None, None), (None, None)]),
        (STAGES.splitlines()[0] + "\n1110000000000000001,0,ASLEEP,+02:00,2025-10-04T20:30:00Z,+02:00,2025-10-05T04:30:00Z\n",
         [(None, None), (None, None)]),
    ],
)  # fmt: skip
def test_stages_of_google_are_summed_up_into_their_night(
    tmp_path: Path, stages: str, deep_and_rem: list[tuple[float | None, float | None]]
) -> None:
    entries = {"UserSleeps_2025-10-01.csv": NIGHTS, "UserSleepStages_2025-10-01.csv": stages}
    contents = read(zipped(tmp_path / "a.zip", entries))
    assert contents.accepted("sleep_episode").select("deep_sleep_min", "rem_sleep_min").rows() == deep_and_rem
    n_stages = stages.count("\n") - 1
    assert [(ignored.rows, ignored.reason[:12]) for ignored in contents.ignored] == [(n_stages, "sleep stages")]


def test_a_classic_night_of_google_is_another_device(tmp_path: Path) -> None:
    path = written(tmp_path / "UserSleeps.csv", NIGHTS.replace("STAGES", "CLASSIC"))
    assert read(path).accepted("sleep_episode")["device"].to_list() == ["google-classic"] * 2


# --- which clock, by Google's own ---


@pytest.mark.parametrize(("shift_h", "said"), [(0, "UTC"), (-4, "local time")])
def test_google_tables_show_the_clock_of_the_json_files(tmp_path: Path, shift_h: int, said: str) -> None:
    first = datetime(2025, 10, 5, 14, 7)
    starts = [first + timedelta(days=day) for day in range(6)]
    logs = [
        {
            "logId": number,
            "activityName": "Walk",
            "startTime": f"{at + timedelta(hours=shift_h):%m/%d/%y %H:%M:%S}",
            "duration": 2_700_000,
        }
        for number, at in enumerate(starts)
    ]
    sessions = "exercise_id,exercise_start,exercise_end,utc_offset,activity_name\n" + "".join(
        f"9{number},{at:%Y-%m-%dT%H:%M:%SZ},{at + timedelta(minutes=45):%Y-%m-%dT%H:%M:%SZ},-04:00,Walk\n"
        for number, at in enumerate(starts)
    )
    entries = {
        "steps-2025-10-05.json": json_minutes(first + timedelta(hours=shift_h), 20, step=1),
        "steps_2025-10-05.csv": csv_minutes(first, 20).replace(":00Z", ":30.250Z"),
        "exercise-0.json": json.dumps(logs),
        "UserExercises.csv": sessions,
    }
    contents = read(zipped(tmp_path / "a.zip", entries), settings(zone="America/New_York"))
    assert contents.accepted("step_count")["start_at"].min() == first.replace(tzinfo=UTC)
    assert contents.accepted("exercise_session").select("session_id", "start_at").rows() == [
        (str(number), at.replace(tzinfo=UTC)) for number, at in enumerate(starts)
    ]
    assert [note.message.split(":")[0] for note in contents.notes] == [
        f"step times are {said}",
        f"exercise times are {said}",
    ]
