"""Whether the steps and exercise of a Fitbit export are UTC or local time, decided by the nights."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.sources.fitbit_files import FIRST, ISO, NEW_YORK, US, nights, values, walks
from tests.sources.reading import read, written, zipped

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
    assert "the nights do not settle it" in contents.notes[0].message


@pytest.mark.parametrize("clock", [US, ISO, "%Y-%m-%dT%H:%M:%S.000"])
def test_without_nights_step_times_are_utc_however_they_are_written(tmp_path: Path, clock: str) -> None:
    contents = read(written(tmp_path / "steps.json", values(walks(1, clock))), NEW_YORK)
    assert contents.accepted("step_count")["start_at"][0] == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert contents.notes[0].message.endswith("there are no nights to check this")


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
    assert note.startswith("exercise times were read as local time, like the steps of the export; the")


def test_exercise_is_utc_where_nights_show_it_for_steps(tmp_path: Path) -> None:
    start_at, note = exercise_of(
        tmp_path, steps=values(walks(14, US, utc=True)), sleep=json.dumps(nights(14)), exercise=workouts(3, "utc")
    )
    assert start_at == datetime(2024, 3, 1, 23, tzinfo=UTC)
    assert note.startswith("exercise times were read as UTC, like the steps")


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
    assert note == "exercise times were read as UTC, as Fitbit writes them; there are no nights to check this"
