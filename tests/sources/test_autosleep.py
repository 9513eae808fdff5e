"""AutoSleep: local times, labels that can name another day, sums of several sleeps; and a table of workouts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

NEW_YORK = settings(zone="America/New_York")
FILE, WORKOUTS = FIXTURES / "autosleep.csv", FIXTURES / "allWorkouts.csv"
TEXT = FILE.read_text()


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def nights(contents: Contents) -> list[tuple[object, ...]]:
    columns = ("date", "start_at", "total_sleep_time_min", "time_in_bed_min", "wake_after_sleep_onset_min")
    return contents.accepted("sleep_episode").select(*columns, "deep_sleep_min").rows()


def notes(contents: Contents) -> list[str]:
    return [note.message for note in contents.notes]


def test_nights_are_dated_by_waking_whatever_their_label_says() -> None:
    contents = read(FILE, NEW_YORK)
    assert nights(contents) == [
        (date(2024, 3, 9), at(2024, 3, 9, 3, 45), 475.0, 495.0, 15.0, 120.5),
        (date(2024, 3, 10), at(2024, 3, 10, 4), 450.0, 480.0, 30.0, None),  # the clocks went forward
        (date(2024, 3, 12), at(2024, 3, 12, 2, 30), 480.0, 480.0, 0.0, 140.0),  # labelled the day after
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "nights without sleep")]
    assert "nights are dated by waking (waketime); ISO8601 names the same date in 3 of 4" in notes(contents)


def test_several_sleeps_in_one_row_are_a_sum_of_the_date_without_bed_times() -> None:
    contents = read(FILE, NEW_YORK)
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2024, 3, 11), "total_sleep_time_min", 360.0),
        (date(2024, 3, 11), "time_in_bed_min", 405.0),
    ]
    assert "1 of 4 rows sum up several sleeps; the sums were read, not the bed times" in notes(contents)


def test_a_night_in_which_the_clocks_changed_shows_a_wrong_zone() -> None:
    changed = "lengths of nights in which the clocks changed: "
    assert changed + "1 fit the time zone America/New_York, 0 do not" in notes(read(FILE, NEW_YORK))
    told = changed + "0 fit the time zone Asia/Tokyo, 1 do not; check the participant's time zone"
    assert told in notes(read(FILE, settings(zone="Asia/Tokyo")))


def test_the_ends_of_days_show_a_wrong_zone() -> None:
    days = "days (ISO8601) end at midnight in the time zone "
    assert days + "America/New_York in 3 of 4 rows" in notes(read(FILE, NEW_YORK))  # not when the clocks changed
    told = "Europe/London in 0 of 4 rows, and with clocks 4 hours behind it (or 20 ahead) in 2; check the participant's"
    assert any(note.startswith(days + told) for note in notes(read(FILE, settings(zone="Europe/London"))))


def test_a_night_in_two_exports_with_two_labels_is_one_night(tmp_path: Path) -> None:
    header, first, *_ = TEXT.splitlines()
    relabelled = first.replace("2024-03-09T", "2024-03-10T").replace("Mar 9, 2024", "Mar 10, 2024")
    files: dict[str, str | bytes] = {"a.csv": f"{header}\n{first}\n", "b.csv": f"{header}\n{relabelled}\n"}
    episodes = read(zipped(tmp_path / "autosleep.zip", files), NEW_YORK).accepted("sleep_episode")
    assert episodes.unique().height == 1


@pytest.mark.parametrize(
    ("found", "changed", "column"),
    [
        ("2024-03-09 23:00:00", "11 pm", "bedtime"),
        ("2024-03-10 08:00:00", "", "waketime"),
        ("08:00:00,00:30:00", "8 h,00:30:00", "inBed"),
        ("1,07:30:00", "1,7.5", "asleep"),
    ],
)
def test_a_night_that_cannot_be_read_is_rejected(found: str, changed: str, column: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "AutoSleep.csv", TEXT.replace(found, changed)), NEW_YORK)
    assert contents.rejected() == [("AutoSleep.csv", 3, column, "unreadable")]


def test_tags_and_notes_are_not_kept(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "AutoSleep.csv", TEXT.replace("2024-03-09 23:00:00", "11 pm")), NEW_YORK)
    assert not any("dinner" in text for batch in contents.batches for text in batch.frame["text"])


# --- workouts ---


def test_workouts_are_local_and_their_units_unknown() -> None:
    contents = read(WORKOUTS, NEW_YORK)
    columns = ("start_at", "exercise_type", "duration_min", "distance_m", "energy_kcal", "heart_rate_bpm")
    assert contents.accepted("exercise_session").select(columns).rows() == [
        (at(2024, 3, 9, 19, 6), "walking", pytest.approx(36.48, abs=0.01), None, None, 96.5),
        (at(2024, 3, 10, 10, 48), "yoga", pytest.approx(24.78, abs=0.01), None, None, None),
    ]
    assert "distances and energy were not read, as the file does not name their units" in notes(contents)[1]


def test_workouts_with_semicolons_and_decimal_commas_are_the_same(tmp_path: Path) -> None:
    text = WORKOUTS.read_text().replace('"', "").replace(",", ";").replace("96.5", "96,5")
    contents = read(written(tmp_path / "allWorkouts.csv", text), NEW_YORK)
    assert contents.accepted("exercise_session").equals(read(WORKOUTS, NEW_YORK).accepted("exercise_session"))


@pytest.mark.parametrize(
    ("found", "changed", "column"),
    [("2024-03-09 14:06", "9 March", "Start"), ("2024-03-09 14:42", "", "End"), ("0:36:29", "36 min", "Duration")],
)
def test_a_workout_that_cannot_be_read_is_rejected(found: str, changed: str, column: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "allWorkouts.csv", WORKOUTS.read_text().replace(found, changed)), NEW_YORK)
    assert contents.rejected() == [("allWorkouts.csv", 2, column, "unreadable")]
