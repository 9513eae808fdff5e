"""Fitbit: files found anywhere in the archive, clocks decided by the nights, JSON read without forgiveness."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from painstats.errors import ExportRefused
from tests.sources.reading import FIXTURES, read, refusal_of, settings, written, zipped

NEW_YORK = settings(zone="America/New_York")
FIRST = datetime(2024, 3, 1)
US, ISO = "%m/%d/%y %H:%M:%S", "%Y-%m-%d %H:%M:%S"


def values(rows: Iterable[tuple[str, object]]) -> str:
    return json.dumps([{"dateTime": at, "value": value} for at, value in rows])


def sleep_log(number: int, start: datetime, hours: float, **changes: object) -> dict[str, object]:
    end = start + timedelta(hours=hours)
    return {
        "logId": number,
        "dateOfSleep": str(end.date()),
        "startTime": start.isoformat() + ".000",
        "endTime": end.isoformat() + ".000",
        "minutesAsleep": int(hours * 60) - 30,
        "timeInBed": int(hours * 60),
        "levels": {"data": []},
        "mainSleep": True,
    } | changes


def walks(days: int, clock: str, utc: bool = False) -> list[tuple[str, object]]:
    """Write a minute with steps at each hour from 8 to 22 on the clock of New York, as it is or in UTC."""
    hours = [FIRST + timedelta(days=day, hours=hour) for day in range(days) for hour in range(8, 23)]
    if utc:
        hours = [at.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC) for at in hours]
    return [(at.strftime(clock), "60") for at in hours]


def nights(days: int) -> list[dict[str, object]]:
    return [sleep_log(day, FIRST + timedelta(days=day, hours=-1), 8.5) for day in range(days)]


def rule_of(path: Path) -> str:
    with pytest.raises(ExportRefused) as refusal:
        read(path)
    return refusal.value.rule


# --- real excerpts ---


def test_step_minutes_are_utc_and_one_minute_long() -> None:
    contents = read(FIXTURES / "GGIRread_steps-1995-06-23_Fitbit.json")
    steps = contents.accepted("step_count")
    walked = steps.filter(pl.col("step_count") > 0)
    assert walked["step_count"].to_list() == [7, 44, 12, 58, 79, 95, 98, 102, 90, 22]
    idle = steps.filter(pl.col("step_count") == 0)
    assert (idle["end_at"] - idle["start_at"]).sum() == timedelta(minutes=24)  # joined into intervals, none lost
    assert idle.height == 5
    assert steps["start_at"][0] == datetime(1995, 6, 24, 16, 17, tzinfo=UTC)
    assert steps["end_at"][0] == datetime(1995, 6, 24, 16, 18, tzinfo=UTC)
    assert steps.select("participant_id", "source", "device", "device_kind").unique().rows() == [
        ("ann", "fitbit", "fitbit", "tracker")
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (24 - 5, "minutes without steps, kept as one interval with the minute before")
    ]


def test_sleep_logs_are_local_time() -> None:
    path = FIXTURES / "GGIRread_sleep-1995-06-23_Fitbit.json"
    sleep = read(path, settings(zone="Australia/Perth")).accepted("sleep_episode")
    columns = (
        "episode_id", "date", "start_at", "end_at", "total_sleep_time_min", "time_in_bed_min", "is_main_sleep",
    )  # fmt: skip
    assert sleep.select(columns).rows() == [
        (
            "12345 1995-07-11T02:28:30",
            date(1995, 7, 11),
            datetime(1995, 7, 10, 18, 28, 30, tzinfo=UTC),
            datetime(1995, 7, 10, 22, 57, tzinfo=UTC),
            236.0,
            268.0,
            True,
        ),
        (
            "12345",
            date(1995, 6, 25),
            datetime(1995, 6, 24, 14, 47, 30, tzinfo=UTC),
            datetime(1995, 6, 24, 16, 6, 30, tzinfo=UTC),
            73.0,
            79.0,
            False,
        ),
    ]


# --- where files lie and what they are called ---


@pytest.mark.parametrize(
    "name",
    [
        "Ann/user-site-export/steps-2024-03-01.json",
        "MyFitbitData/Ann/Physical Activity/steps-2024-03-01.json",
        "Takeout/Fitbit/Global Export Data/steps-2024-03-01.json",
        "Takeout\\Fitbit\\Global Export Data\\steps-2024-03-01.json",
        "steps.json",
        "steps-2024-03-01 (1).json",
    ],
)
def test_step_files_are_found_anywhere(tmp_path: Path, name: str) -> None:
    contents = read(
        zipped(tmp_path / "takeout.zip", {name: values([("03/01/24 10:00:00", "5")]), "README.txt": "hello"})
    )
    assert contents.accepted("step_count")["step_count"].to_list() == [5]
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


def test_the_name_of_a_person_in_a_folder_is_not_kept(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"MyFitbitData/AnnSmith/steps-2024-03-01.json": values([("03/01/24 10:00:00", "x")])}
    )
    contents = read(path)
    assert "AnnSmith" not in contents.frame("step_count").write_csv() + str(contents.notes) + str(contents.ignored)


def test_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    entries = {
        "Takeout/Fitbit/sleep_score.csv": "timestamp,overall_score",
        "Takeout/Fitbit/UserActivityProbabilities-2024.json": "not even JSON",
        "Takeout/Fitbit/heart_rate-2024-03-01.json": "[{",
        "Takeout/Fitbit/time_in_heart_rate_zones-2024-03-01.json": "[{",
        "Takeout/Fitbit/steps-2024-03-01.json": values([("03/01/24 10:00:00", "5")]),
        "Takeout/Fitbit/sleep-2024-03-01.json": "no data",
    }
    contents = read(zipped(tmp_path / "takeout.zip", entries))
    assert contents.accepted("step_count").height == 1
    assert [ignored.reason for ignored in contents.ignored] == [
        "holds no data",
        "4 other file(s) of the archive: not used",
    ]


def test_an_archive_with_nothing_to_read_is_not_recognised(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"heart_rate-2024-03-01.json": '[{"dateTime":"03/01/24 00:00:10","value":{"bpm":60}}]'}
    )
    assert rule_of(path) == "not_recognised"


def test_a_single_sleep_file_is_known_by_its_keys_alone(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "download.json", json.dumps([sleep_log(1, FIRST, 8)])))
    assert contents.accepted("sleep_episode").height == 1


def test_a_step_file_is_not_taken_by_its_name_alone(tmp_path: Path) -> None:
    assert rule_of(written(tmp_path / "steps.json", '[{"date": "2024-03-01", "steps": 5}]')) == "not_recognised"


# --- which clock ---


def test_nights_show_that_step_times_are_utc(tmp_path: Path) -> None:
    entries = {
        "steps-2024-03-01.json": values(walks(14, US, utc=True)),
        "sleep-2024-03-01.json": json.dumps(nights(14)),
    }
    contents = read(zipped(tmp_path / "a.zip", entries), NEW_YORK)
    assert contents.accepted("step_count")["start_at"][0] == datetime(2024, 3, 1, 13, tzinfo=UTC)
    [note] = contents.notes
    assert note.message.startswith("step times are UTC: read as UTC, 0 minutes")


def test_nights_show_that_step_times_are_local(tmp_path: Path) -> None:
    entries = {"steps-2024-03-01.json": values(walks(14, US)), "sleep-2024-03-01.json": json.dumps(nights(14))}
    contents = read(zipped(tmp_path / "a.zip", entries), NEW_YORK)
    assert contents.accepted("step_count")["start_at"][0] == datetime(2024, 3, 1, 13, tzinfo=UTC)
    [note] = contents.notes
    assert note.message.startswith("step times are local time: read as UTC")


def test_few_nights_do_not_decide(tmp_path: Path) -> None:
    entries = {"steps-2024-03-01.json": values(walks(5, US)), "sleep-2024-03-01.json": json.dumps(nights(5))}
    contents = read(zipped(tmp_path / "a.zip", entries), NEW_YORK)
    assert contents.accepted("step_count")["start_at"][0] == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert "the nights do not decide it" in contents.notes[0].message


@pytest.mark.parametrize("clock", [US, ISO, "%Y-%m-%dT%H:%M:%S.000"])
def test_without_nights_step_times_are_utc_however_they_are_written(tmp_path: Path, clock: str) -> None:
    contents = read(written(tmp_path / "steps.json", values(walks(1, clock))), NEW_YORK)
    assert contents.accepted("step_count")["start_at"][0] == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert contents.notes[0].message.endswith("there are no nights to check it by")


# --- sums by day ---


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("very_active_minutes", "very_active_time_min"),
        ("moderately_active_minutes", "moderately_active_time_min"),
        ("lightly_active_minutes", "lightly_active_time_min"),
        ("sedentary_minutes", "sedentary_time_min"),
    ],
)
def test_sums_by_day_stay_on_their_local_date(tmp_path: Path, kind: str, measure: str) -> None:
    path = written(
        tmp_path / f"{kind}-2024-03-01.json", values([("03/01/24 00:00:00", "23"), ("03/02/24 00:00:00", "0")])
    )
    totals = read(path, NEW_YORK).accepted("daily_total")
    assert totals.select("date", "measure", "value").rows() == [
        (date(2024, 3, 1), measure, 23.0),
        (date(2024, 3, 2), measure, 0.0),
    ]


# --- rows that cannot be ---


@pytest.mark.parametrize(
    ("at", "value", "column", "rule"),
    [
        ("13/01/24 10:00:00", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00:60", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00:00", "five", "value", "unreadable"),
        ("03/01/24 10:00:00", "5.5", "value", "unreadable"),
        ("03/01/24 10:00:00", None, "value", "unreadable"),
        ("03/01/24 10:00:00", True, "value", "unreadable"),
        ("03/01/24 10:00:00", {"bpm": 5}, "value", "unreadable"),
        ("03/01/24 10:00:00", "-5", "step_count", "steps_negative"),
        ("03/01/24 10:00:00", 40_000, "step_count", "steps_implausible"),
        ("03/01/30 10:00:00", "5", "start_at", "date_range"),
    ],
)
def test_a_minute_that_cannot_be_is_rejected_alone(
    tmp_path: Path, at: str, value: object, column: str, rule: str
) -> None:
    good = ("03/01/24 09:00:00", "7")
    contents = read(written(tmp_path / "steps-2024-03-01.json", values([good, (at, value), good])))
    assert contents.accepted("step_count").height == 2
    assert contents.rejected() == [("steps-2024-03-01.json", 2, column, rule)]


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"startTime": "2024-03-01 22:00"}, "startTime", "unreadable"),
        ({"startTime": "2024-03-10T02:30:00.000"}, "startTime", "unreadable"),
        ({"dateOfSleep": "03/02/24"}, "dateOfSleep", "unreadable"),
        ({"minutesAsleep": None}, "minutesAsleep", "unreadable"),
        ({"mainSleep": "yes"}, "mainSleep", "unreadable"),
        ({"logId": None}, "logId", "unreadable"),
        ({"minutesAsleep": 500, "timeInBed": 480}, "total_sleep_time_min", "asleep_longer_than_in_bed"),
        ({"endTime": "2024-03-03T06:00:00.000"}, "end_at", "interval_too_long"),
    ],
)
def test_a_sleep_log_that_cannot_be_is_rejected_alone(
    tmp_path: Path, changes: dict[str, object], column: str, rule: str
) -> None:
    logs = [sleep_log(1, FIRST, 8), sleep_log(2, FIRST, 8, **changes)]
    contents = read(written(tmp_path / "sleep-2024-03-01.json", json.dumps(logs)), NEW_YORK)
    assert contents.accepted("sleep_episode").height == 1
    assert contents.rejected() == [("sleep-2024-03-01.json", 2, column, rule)]


def test_the_web_interface_writes_the_same_in_other_words(tmp_path: Path) -> None:
    log = sleep_log(1, FIRST, 8)
    log["isMainSleep"] = log.pop("mainSleep")
    contents = read(written(tmp_path / "sleep.json", json.dumps({"sleep": [log]})))
    assert contents.accepted("sleep_episode")["is_main_sleep"].to_list() == [True]


def test_a_night_over_the_clock_change_keeps_its_true_length(tmp_path: Path) -> None:
    log = sleep_log(1, datetime(2024, 3, 9, 22), 8)
    sleep = read(written(tmp_path / "sleep.json", json.dumps([log])), NEW_YORK).accepted("sleep_episode")
    assert sleep["end_at"][0] - sleep["start_at"][0] == timedelta(hours=7)


# --- JSON ---

GOOD = '{"dateTime": "03/01/24 10:00:00", "value": "5"}'


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (f"[{GOOD},\n{GOOD}", "json_truncated"),
        (f"[{GOOD},\n" + '{"dateTime": "03/0', "json_truncated"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": "5", "value": "6"}]', "json_duplicate_key"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": NaN}]', "json_not_a_number"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": -Infinity}]', "json_not_a_number"),
        (f"[{GOOD},\n" + "[" * 3000 + "]" * 3000 + "]", "json_depth"),
        (f"[{GOOD},\n" + '{"value": ' + "9" * 5000 + "}]", "json_malformed"),
        (f"[{GOOD},\n" + '{"value": "\\ud800"}]', "json_malformed"),
        (f"[{GOOD},\n{GOOD},]", "json_malformed"),
        (f"[{GOOD}\n{GOOD}]", "json_malformed"),
        (f"[{GOOD}]\n[{GOOD}]", "json_malformed"),
        (f"{GOOD},\n{GOOD}", "json_shape"),
        (f"[{GOOD},\n".encode() + b'{"value": "\xff"}]', "encoding"),
    ],
)  # fmt: skip
def test_json_is_read_without_forgiveness(tmp_path: Path, content: str | bytes, rule: str) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(zipped(tmp_path / "a.zip", {"steps-2024-03-01.json": content}))
    assert refusal.value.rule == rule
    assert "a.zip › steps-2024-03-01.json" in str(refusal.value)
    assert rule == "json_shape" or "byte" in str(refusal.value)
    if rule not in ("json_shape", "encoding"):
        assert "line 2" in str(refusal.value)


def test_pairs_of_surrogates_and_byte_order_marks_are_fine(tmp_path: Path) -> None:
    content = "\ufeff[" + GOOD.replace('"5"', '"5", "note": "\\ud83d\\ude00"') + "]"
    assert read(written(tmp_path / "steps.json", content)).accepted("step_count").height == 1


def test_elements_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "steps.json", f"[{GOOD}, 7, null]"))
    assert [line for _, line, _, _ in contents.rejected()] == [2, 3]


# --- which clock of exercise ---


def workouts(days: int, clock_of: str, hour: int = 18) -> str:
    starts = [FIRST + timedelta(days=day, hours=hour) for day in range(days)]
    if clock_of == "utc":
        starts = [at.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC) for at in starts]
    return json.dumps(
        [
            {"logId": number, "activityName": "Walk", "startTime": at.strftime(US), "duration": 1_800_000}
            for number, at in enumerate(starts)
        ]
    )


def exercise_of(tmp_path: Path, **files: str) -> tuple[datetime, str]:
    """Return when the first session began by the reader, and what is said about its clock."""
    entries = {
        f"{kind}-2024-03-01.json" if kind != "exercise" else "exercise-0.json": text for kind, text in files.items()
    }
    contents = read(zipped(tmp_path / "a.zip", entries), NEW_YORK)
    [note] = [note for note in contents.notes if note.message.startswith("exercise times")]
    return contents.accepted("exercise_session")["start_at"][0], note.message


def test_exercise_follows_the_clock_that_nights_show_for_steps(tmp_path: Path) -> None:
    start_at, note = exercise_of(
        tmp_path, steps=values(walks(14, US)), sleep=json.dumps(nights(14)), exercise=workouts(3, "local")
    )
    assert start_at == datetime(2024, 3, 1, 23, tzinfo=UTC)
    assert note.startswith("exercise times were read as local time, as is shown for the steps of the export; the")


def test_exercise_is_utc_where_nights_show_it_for_steps(tmp_path: Path) -> None:
    start_at, note = exercise_of(
        tmp_path, steps=values(walks(14, US, utc=True)), sleep=json.dumps(nights(14)), exercise=workouts(3, "utc")
    )
    assert start_at == datetime(2024, 3, 1, 23, tzinfo=UTC)
    assert note.startswith("exercise times were read as UTC, as is shown for the steps")


@pytest.mark.parametrize(("clock_of", "said"), [("utc", "UTC"), ("local", "local time")])
def test_nights_may_show_the_clock_of_exercise_itself(tmp_path: Path, clock_of: str, said: str) -> None:
    hour = 21 if clock_of == "utc" else 8  # read by the other clock it falls into the night
    start_at, note = exercise_of(
        tmp_path,
        steps=values(walks(14, US, utc=clock_of == "local")),
        sleep=json.dumps(nights(14)),
        exercise=workouts(14, clock_of, hour),
    )
    assert start_at == datetime(2024, 3, 1 + (hour + 5) // 24, (hour + 5) % 24, tzinfo=UTC)
    assert note.startswith(f"exercise times are {said}: ")


def test_exercise_is_utc_where_nothing_shows_its_clock(tmp_path: Path) -> None:
    start_at, note = exercise_of(tmp_path, exercise=workouts(3, "utc"))
    assert start_at == datetime(2024, 3, 1, 23, tzinfo=UTC)
    assert note == "exercise times were read as UTC, as Fitbit writes them; there are no nights to check it by"


# --- nights of one logId, and nights told in two ways ---


def episodes(tmp_path: Path, *files: list[dict[str, object]]) -> pl.DataFrame:
    entries = {f"sleep-2024-03-{number:02}.json": json.dumps(logs) for number, logs in enumerate(files, 1)}
    return read(zipped(tmp_path / "a.zip", entries)).accepted("sleep_episode")


def test_nights_that_share_a_log_id_are_told_apart_by_their_start(tmp_path: Path) -> None:
    logs = [sleep_log(7, FIRST + timedelta(days=day), 8) for day in range(3)]
    in_order, split = episodes(tmp_path, logs), episodes(tmp_path, [logs[2]], [logs[0], logs[1]])
    assert sorted(in_order["episode_id"]) == ["7", "7 2024-03-02T00:00:00", "7 2024-03-03T00:00:00"]
    assert sorted(split.select("episode_id", "date").rows()) == sorted(in_order.select("episode_id", "date").rows())


def test_a_night_that_is_told_again_keeps_its_id(tmp_path: Path) -> None:
    told = episodes(tmp_path, [sleep_log(7, FIRST, 8)], [sleep_log(7, FIRST + timedelta(minutes=5), 8)])
    assert told["episode_id"].to_list() == ["7", "7"]


def test_stages_are_taken_from_the_sums_of_the_log(tmp_path: Path) -> None:
    sums = {"deep": {"minutes": 70}, "rem": {"minutes": 0}, "light": {"minutes": 380}}
    logs = [
        sleep_log(1, FIRST, 8, type="stages", levels={"summary": sums, "data": [{"level": "deep", "seconds": 30}]}),
        sleep_log(2, FIRST + timedelta(days=1), 8, type="classic", levels={"summary": {"deep": {"minutes": 70}}}),
        sleep_log(3, FIRST + timedelta(days=2), 8, type="stages", levels={"summary": {}}),
        sleep_log(4, FIRST + timedelta(days=3), 8, type="stages"),
    ]
    stages = episodes(tmp_path, logs).select("deep_sleep_min", "rem_sleep_min").rows()
    assert stages == [(70, 0), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize(
    ("logs", "devices"),
    [
        ([("classic", True)], ["fitbit-classic"]),
        ([("stages", True)], ["fitbit"]),
        ([(None, True)], ["fitbit"]),
        ([("stages", True), ("classic", False)], ["fitbit", "fitbit"]),
        ([("classic", True), ("classic", False)], ["fitbit-classic", "fitbit-classic"]),
        ([("classic", True), ("stages", False)], ["fitbit-classic", "fitbit-classic"]),
        ([("classic", True), ("stages", True), ("classic", False)], ["fitbit-classic", "fitbit", "fitbit"]),
        ([("classic", False)], ["fitbit-classic"]),
    ],
)
def test_a_classic_night_is_another_device_and_naps_go_with_the_night(
    tmp_path: Path, logs: list[tuple[str | None, bool]], devices: list[str]
) -> None:
    told = [
        sleep_log(number, FIRST + timedelta(hours=number), 4, type=way, mainSleep=is_main)
        for number, (way, is_main) in enumerate(logs)
    ]
    assert episodes(tmp_path, told)["device"].to_list() == devices


# --- files under another name ---

MINUTES = values([("03/01/24 10:00:00", "5"), ("03/01/24 10:01:00", "7")])
EXERCISE = json.dumps([{"logId": 1, "activityName": "Walk", "startTime": "03/01/24 10:00:00", "duration": 60_000}])
RESTING = json.dumps([{"dateTime": "03/01/24 00:00:00", "value": {"date": "03/01/24", "value": 61.5, "error": 6}}])
GOOGLE_RESTING = "timestamp,beats per minute,data source\n2024-03-01T00:00:00Z,62,x\n2024-03-02T00:00:00Z,61,x\n"
NAMED_OTHERWISE = [
    ("my steps.json", MINUTES, "step_count", 2),
    ("Ann's Steps.JSON", MINUTES, "step_count", 2),
    ("steps-2024-03-01 (1).json", MINUTES, "step_count", 2),
    ("my very_active_minutes.json", values([("03/01/24 00:00:00", "5")]), "daily_total", 1),
    ("copy of exercise.json", EXERCISE, "exercise_session", 1),
    ("steps.json", EXERCISE, "exercise_session", 1),
    ("download.json", RESTING, "daily_total", 1),
    ("download.csv", GOOGLE_RESTING, "daily_total", 2),
]


@pytest.mark.parametrize(("name", "content", "table", "rows"), NAMED_OTHERWISE)
def test_files_under_another_name_are_known_by_what_they_hold(
    tmp_path: Path, name: str, content: str, table: str, rows: int
) -> None:
    assert read(written(tmp_path / name, content)).accepted(table).height == rows
    small = zipped(tmp_path / "a.zip", {f"Ann/{name}": content, "notes.json": "[{}]"})
    assert read(small).accepted(table).height == rows


@pytest.mark.parametrize(("content", "table"), [(EXERCISE, "exercise_session"), (GOOGLE_RESTING, "daily_total")])
def test_a_bare_file_needs_no_ending(tmp_path: Path, content: str, table: str) -> None:
    assert read(written(tmp_path / "x.bin", content)).accepted(table).height > 0


@pytest.mark.parametrize("name", ["x.bin", "download.json", "steps and calories.json"])
def test_values_by_time_that_no_name_explains_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    for path in (written(tmp_path / name, MINUTES), zipped(tmp_path / "a.zip", {"download.json": MINUTES})):
        refusal = refusal_of(read, path)
        assert refusal.rule == "unclear_values"
        assert "such as steps-2024-03-01.json" in str(refusal)


def test_beside_others_a_file_that_no_name_explains_is_counted_with_its_reason(tmp_path: Path) -> None:
    contents = read(zipped(tmp_path / "a.zip", {"download.json": MINUTES, "my steps.json": MINUTES}))
    assert contents.accepted("step_count").height == 2
    assert [(found.rows, found.reason[:14]) for found in contents.ignored] == [(2, "values by time")]


def test_calories_are_known_and_samples_of_heart_rate_are_no_resting_heart_rate(tmp_path: Path) -> None:
    calories = read(FIXTURES / "GGIRread_calories-1995-06-23_Fitbit.json")
    assert (calories.batches, calories.ignored[0].reason) == ([], "a file of a Fitbit export that is not used")
    samples = GOOGLE_RESTING.replace("02T00:00:00", "01T00:00:05")
    for content in (samples, samples.rstrip()):
        assert rule_of(written(tmp_path / "heart.csv", content)) == "not_recognised"


# --- years that no calendar of Python has ---


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
def test_a_year_of_zero_is_rejected_alone(tmp_path: Path, zone: str) -> None:
    odd = datetime(2024, 3, 1, 23)
    log = sleep_log(1, odd, 8)
    zero = {key: str(value).replace("2024", "0000") for key, value in log.items() if key.endswith(("Time", "Sleep"))}
    zero.pop("mainSleep")
    entries = {
        "steps-2024-03-01.json": values([("0000-03-01 10:00:00", "5"), ("2024-03-01 10:00:00", "5")]),
        "sleep-2024-03-01.json": json.dumps([log | zero | {"logId": 2}, log]),
        "resting_heart_rate-2024-03-01.json": RESTING.replace('"03/01/24 00', '"0000-03-01 00', 1),
        "exercise-0.json": json.dumps([json.loads(EXERCISE)[0] | {"startTime": "0000-03-01 10:00:00"}]),
        "steps.csv": "timestamp,steps\n0000-03-01T12:00:00Z,5\n2024-03-01T11:00:00Z,5\n",
        "daily_resting_heart_rate.csv": GOOGLE_RESTING.replace("2024-03-02", "0000-03-02"),
    }
    contents = read(zipped(tmp_path / "a.zip", entries), settings(zone=zone))
    assert contents.accepted("step_count").height == 2
    assert contents.accepted("sleep_episode").height == 1
    assert {rule for *_, rule in contents.rejected()} == {"date_range"}
    assert len(contents.rejected()) == 6
