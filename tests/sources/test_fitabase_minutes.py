"""Fitabase by the minute: steps narrow and wide, and nights joined from their minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, settings, written

NEW_YORK = settings(participant=None, zone="America/New_York")


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2016, 4, 13, hour, minute, second, tzinfo=UTC)


def test_minutes_with_steps_are_local_time_and_those_without_say_nothing() -> None:
    contents = read(FIXTURES / "minuteStepsNarrow.csv", NEW_YORK)
    steps = (
        contents.accepted("step_count").select("participant_id", "device", "start_at", "end_at", "step_count").rows()
    )
    assert steps == [
        ("1000000001", "fitbit-minutes", at(4, 2), at(4, 3), 12),
        ("1000000001", "fitbit-minutes", at(4, 3), at(4, 4), 30),
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(3, "minutes without steps")]
    told = "4 of 4 rows begin 1 min after the participant's previous row, the expected length of a row"
    assert contents.notes[-1].message == told


def test_an_hour_in_one_row_gives_its_sixty_minutes() -> None:
    contents = read(FIXTURES / "minuteStepsWide.csv", NEW_YORK)
    steps = contents.accepted("step_count").select("start_at", "step_count").rows()
    assert steps == [(at(13, 5), 25), (at(13, 59), 25)]
    assert contents.n_ignored == 58


def test_minutes_of_a_night_are_joined_and_dated_by_waking() -> None:
    contents = read(FIXTURES / "minuteSleep.csv", NEW_YORK)
    columns = (
        "episode_id", "date", "start_at", "end_at", "total_sleep_time_min", "time_in_bed_min",
        "wake_after_sleep_onset_min", "is_main_sleep",
    )  # fmt: skip
    assert contents.accepted("sleep_episode").select(columns).rows() == [
        ("11111", date(2016, 4, 13), at(3, 50, 30), at(4, 20, 30), 27.0, 30.0, 1.0, True)
    ]
    assert contents.n_ignored == 29
    assert [note.message for note in contents.notes] == [
        "dates in date were read as %m/%d/%Y, judging by the whole column; times were read in the participant's time "
        "zone",
        "of 30 minutes 27 have the value 1, 2 have 2 and 1 have 3, read as asleep, restless and awake; restless does "
        "not count as asleep",
    ]


def test_values_that_do_not_mean_asleep_are_not_read_as_sleep(tmp_path: Path) -> None:
    rows = "".join(f"1,4/13/2016 2:{minute:02}:00 AM,{1 + (minute > 3)},A\n" for minute in range(10))
    contents = read(written(tmp_path / "minuteSleep.csv", f"Id,date,value,logId\n{rows}"), NEW_YORK)
    assert (contents.batches, contents.n_ignored) == ([], 10)
    assert contents.notes[-1].message.endswith("1 cannot mean asleep, so sleep was not read")


def test_of_two_sleeps_on_a_date_the_longer_is_the_main_one_and_a_minute_counts_once(tmp_path: Path) -> None:
    night = [f"1,4/13/2016 2:{minute:02}:00 AM,1,A" for minute in range(9)]
    nap = [f"1,4/13/2016 2:{minute:02}:00 PM,1,B" for minute in range(4)]
    rows = "\n".join(["Id,date,value,logId", *night, *night[:2], *nap])
    nights = read(written(tmp_path / "minuteSleep.csv", rows), NEW_YORK).accepted("sleep_episode")
    told = nights.select("episode_id", "total_sleep_time_min", "is_main_sleep").sort("episode_id").rows()
    assert told == [("A", 9.0, True), ("B", 4.0, False)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,4/13/2016 2:00:00 AM,4,A", "value"),
        ("1,4/13/2016 2:00:61 AM,1,A", "date"),
        ("1,4/13/2016 2:00:00 AM,1,", "logId"),
    ],
)
def test_minutes_that_cannot_be_read_are_rejected_alone(row: str, column: str, tmp_path: Path) -> None:
    good = "".join(f"1,4/1{day}/2016 2:00:00 AM,1,{day}\n" for day in range(3, 7))
    contents = read(written(tmp_path / "minuteSleep.csv", f"Id,date,value,logId\n{good}{row}\n"), NEW_YORK)
    assert [(line, where) for _, line, where, _ in contents.rejected()] == [(6, column)]
    assert contents.accepted("sleep_episode").height == 4
