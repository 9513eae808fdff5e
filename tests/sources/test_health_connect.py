"""Health Connect: each app separately, with the offset of each record."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, refusal_of, settings, zipped

EXPORT = FIXTURES / "health_connect_export.db"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def changed(path: Path, *statements: str) -> Path:
    """Copy the export and change it by SQL."""
    copy = path / "health_connect_export.db"
    shutil.copy(EXPORT, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return copy


def test_steps_of_each_app_are_kept_apart_with_their_offset() -> None:
    contents = read(EXPORT, settings(zone="America/New_York"))
    steps = contents.accepted("step_count")
    assert steps.select("device_kind", "start_at", "end_at", "utc_offset_min", "step_count").rows() == [
        ("tracker", at("2024-03-01 18:20"), at("2024-03-01 18:40"), 330, 1200),
        ("phone", at("2024-03-01 18:20"), at("2024-03-01 18:40"), 330, 1100),
    ]
    assert steps["device"].n_unique() == 2
    assert contents.rejected()[0] == ("health_connect_export.db", 3, "count", "unreadable")


def test_a_session_with_stages_is_time_in_bed_and_one_without_is_sleep() -> None:
    contents = read(EXPORT)
    segments = contents.accepted("sleep_segment").select("start_at", "end_at", "stage").sort("start_at", "end_at")
    assert segments.rows() == [
        (at("2024-03-01 17:30"), at("2024-03-01 18:00"), "awake"),
        (at("2024-03-01 17:30"), at("2024-03-02 01:30"), "in_bed"),
        (at("2024-03-01 18:00"), at("2024-03-01 23:00"), "light"),
        (at("2024-03-01 23:00"), at("2024-03-02 00:30"), "deep"),
        (at("2024-03-02 00:30"), at("2024-03-02 01:25"), "rem"),
        (at("2024-03-02 09:00"), at("2024-03-02 09:30"), "asleep"),
    ]
    assert [column for _, _, column, _ in contents.rejected()] == ["count", "stage_type"]  # stage 0 is unknown


def test_exercise_is_known_by_its_title_and_heart_rate_at_rest_is_a_sample() -> None:
    contents = read(EXPORT)
    sessions = contents.accepted("exercise_session").select("exercise_type", "duration_min", "session_id").rows()
    assert sessions == [("yoga", 45.0, "2024-03-02T12:00:00Z")]
    samples = contents.accepted("measurement").select("measure", "value", "utc_offset_min").rows()
    assert samples == [("resting_heart_rate_bpm", 58.0, 330)]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (3, "heart_rate_record_table: not used")
    ]


def test_notes_and_names_of_apps_are_not_kept() -> None:
    for batch in read(EXPORT).batches:
        kept = batch.frame.write_csv()
        assert "private" not in kept
        assert "com.example" not in kept


def test_the_zip_gives_the_same_as_the_bare_database(tmp_path: Path) -> None:
    path = zipped(tmp_path / "Health Connect.zip", {"health_connect_export.db": EXPORT.read_bytes()})
    inside, bare = read(path), read(EXPORT)
    for one, other in zip(inside.batches, bare.batches, strict=True):
        assert one.frame.equals(other.frame)
    assert not list(tmp_path.glob("painstats-*"))


@pytest.mark.parametrize("end", [-1, 3000])
def test_a_database_cut_short_is_refused(end: int, tmp_path: Path) -> None:
    path = tmp_path / "health_connect_export.db"
    path.write_bytes(EXPORT.read_bytes()[:end])
    assert refusal_of(read, path).rule in ("sqlite_truncated", "not_recognised")


def test_another_database_is_not_taken_for_one(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    assert refusal_of(read, other).rule == "not_recognised"
    renamed = zipped(tmp_path / "export.zip", {"health_connect_export.db": other.read_bytes()})
    assert refusal_of(read, renamed).rule == "not_recognised"


def test_an_older_export_without_stages_and_types_of_devices_is_read(tmp_path: Path) -> None:
    path = changed(tmp_path, "DROP TABLE sleep_stages_table", "ALTER TABLE device_info_table DROP COLUMN device_type")
    contents = read(path)
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["asleep", "asleep"]
    assert set(contents.accepted("step_count")["device_kind"]) == {"app"}


def messages(path: Path) -> list[str]:
    return [note.message for note in read(path).notes]


def test_times_and_offsets_are_confirmed_by_the_dates_that_records_keep() -> None:
    assert messages(EXPORT) == [
        "5 of 5 sleep stages lie inside their session",
        "by their stage numbers 1 of 1 sessions are mostly sleep",
        "times are in milliseconds and UTC offsets in seconds: in these units 3 of 3 records are on their local_date",
        "records were read with their own UTC offsets",
        "each app is a separate device",
    ]


OFFSETS_IN_MINUTES = [
    f"UPDATE {table} SET {column} = {column} / 60"
    for table, column in (
        ("steps_record_table", "start_zone_offset"),
        ("sleep_session_record_table", "start_zone_offset"),
        ("exercise_session_record_table", "start_zone_offset"),
        ("resting_heart_rate_record_table", "zone_offset"),
    )
]


def test_offsets_in_minutes_are_read_as_minutes(tmp_path: Path) -> None:
    path = changed(tmp_path, *OFFSETS_IN_MINUTES)
    for table in ("step_count", "sleep_segment", "exercise_session", "measurement"):
        assert read(path).accepted(table).equals(read(EXPORT).accepted(table))
    assert any("UTC offsets in minutes: in these units 3 of 3 records" in message for message in messages(path))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ([statement.replace("/ 60", "/ 3600") for statement in OFFSETS_IN_MINUTES], "offset_unit"),
        (["UPDATE steps_record_table SET local_date = local_date + 1"], "dates_disagree"),
        (["UPDATE steps_record_table SET start_zone_offset = -start_zone_offset"], "dates_disagree"),
        (
            [
                f"UPDATE {table} SET {column} = {column} / 1000"
                for table in ("steps_record_table", "sleep_session_record_table", "exercise_session_record_table")
                for column in ("start_time", "end_time")
            ],
            "time_unit",
        ),
        (["UPDATE sleep_stages_table SET parent_key = 2"], "stages_elsewhere"),
        (["UPDATE sleep_stages_table SET stage_type = 7 - stage_type"], "stage_numbers"),
    ],
)
def test_an_export_that_contradicts_what_is_known_of_it_is_refused(
    changes: list[str], rule: str, tmp_path: Path
) -> None:
    assert refusal_of(read, changed(tmp_path, *changes)).rule == rule


def test_without_dates_to_check_by_and_without_offsets_the_import_says_so(tmp_path: Path) -> None:
    gone = ["ALTER TABLE steps_record_table DROP COLUMN local_date"]
    assert any("there are no dates to check them" in message for message in messages(changed(tmp_path, *gone)))
    gone += ["ALTER TABLE steps_record_table DROP COLUMN start_zone_offset"]
    path = changed(tmp_path, *gone)
    assert read(path).accepted("step_count")["utc_offset_min"].to_list() == [None, None]
    assert any(message.startswith("4 of 7 records were read with their own UTC offsets") for message in messages(path))


def test_stages_without_a_session_are_counted(tmp_path: Path) -> None:
    path = changed(tmp_path, "UPDATE sleep_stages_table SET parent_key = 9 WHERE stage_type = 0")
    assert ("sleep_stages_table: no session with their parent_key", 1) in [
        (ignored.reason, ignored.rows) for ignored in read(path).ignored
    ]


# --- what may be absent ---


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("resting_heart_rate_record_table", "beats_per_minute"),
        ("steps_record_table", "count"),
        ("sleep_session_record_table", "end_time"),
        ("sleep_stages_table", "stage_type"),
        ("exercise_session_record_table", "start_time"),
    ],
)
def test_a_table_without_a_column_is_left_out_alone(table: str, column: str, tmp_path: Path) -> None:
    path = changed(tmp_path, f"ALTER TABLE {table} RENAME COLUMN {column} TO other")
    contents, whole = read(path), read(EXPORT)
    assert f"{table} was not read: missing column {column}" in [note.message for note in contents.notes]
    n_whole = sum(batch.frame.height for batch in whole.batches) + whole.n_ignored
    assert contents.n_rows == n_whole
    assert len(contents.batches) >= 3


def test_another_word_for_heart_rate_variability_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    table = "heart_rate_variability_rmssd_record_table"
    path = changed(
        tmp_path,
        f"CREATE TABLE {table}(row_id INTEGER PRIMARY KEY, time INTEGER, zone_offset INTEGER, rmssd REAL)",
        f"INSERT INTO {table} VALUES (1, 1709344800000, 19800, 41.5)",
    )
    contents = read(path)
    assert f"{table} was not read: missing column heart_rate_variability_millis" in messages(path)
    assert contents.accepted("step_count").equals(read(EXPORT).accepted("step_count"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME COLUMN rmssd TO heart_rate_variability_millis")
    samples = read(path).accepted("measurement").select("measure", "value").rows()
    assert ("heart_rate_variability_rmssd_ms", 41.5) in samples


def test_without_tables_of_devices_and_apps_both_are_unknown(tmp_path: Path) -> None:
    path = changed(tmp_path, "DROP TABLE device_info_table", "DROP TABLE application_info_table")
    steps = read(path).accepted("step_count")
    assert set(steps.select("device", "device_kind").rows()) == {("health-connect-unknown", "app")}
    assert "apps cannot be distinguished without application_info_table" in messages(path)


def test_a_rejected_row_says_what_it_held(tmp_path: Path) -> None:
    path = changed(tmp_path, "UPDATE steps_record_table SET count = 'a lot of them, more than ever' WHERE row_id = 1")
    assert read(path).frame("step_count")["text"].to_list()[::2] == [
        "steps_record_table row 1: start_time 1709317200000, end_time 1709318400000, start_zone_offset 19800, "
        "count 'a lot of them, more than ever",
        "steps_record_table row 3: start_time 1709319600000, end_time 1709319660000, start_zone_offset 19800, "
        "count 'many'",
    ]


@pytest.mark.parametrize("value", ["-1", "5e300", "'x'", "NULL", "9223372036854775807"])
def test_absurd_times_are_rejected_by_name(value: str, tmp_path: Path) -> None:
    path = changed(tmp_path, f"UPDATE steps_record_table SET start_time = {value} WHERE row_id = 1")
    assert ("health_connect_export.db", 1, "start_time", "unreadable") in read(path).rejected()
