"""Health Connect: every app apart, by the offset that each record keeps."""

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
    assert refusal_of(read, renamed).rule == "not_health_connect"


def test_an_older_export_without_stages_and_types_of_devices_is_read(tmp_path: Path) -> None:
    path = changed(tmp_path, "DROP TABLE sleep_stages_table", "ALTER TABLE device_info_table DROP COLUMN device_type")
    contents = read(path)
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["asleep", "asleep"]
    assert set(contents.accepted("step_count")["device_kind"]) == {"app"}


@pytest.mark.parametrize("value", ["-1", "5e300", "'x'", "NULL", "9223372036854775807"])
def test_absurd_times_are_rejected_by_name(value: str, tmp_path: Path) -> None:
    path = changed(tmp_path, f"UPDATE steps_record_table SET start_time = {value} WHERE row_id = 1")
    assert ("health_connect_export.db", 1, "start_time", "unreadable") in read(path).rejected()
