"""Withings: instants are right whatever the offset, a block of zeros is no night awake, sums are checked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.sources.reading import FIXTURES, Contents, plan, read, refusal_of, settings, written, zipped

CALIFORNIA = settings(zone="America/Los_Angeles")
BERLIN = settings(zone="Europe/Berlin")
STATES = FIXTURES / "withings_raw_tracker_sleep-state.csv"
SLEEP_HEADER = (FIXTURES / "withings_sleep.csv").read_text().splitlines()[0]


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def states(path: Path, *rows: str) -> Contents:
    return read(
        written(path / "raw_tracker_sleep-state.csv", "\n".join(("start,duration,value", *rows)) + "\n"), BERLIN
    )


def nights(path: Path, header: str, *rows: str) -> Contents:
    return read(written(path / "sleep.csv", "\n".join((header, *rows)) + "\n"), BERLIN)


# --- steps ---


def test_daily_steps_of_a_real_export() -> None:
    contents = read(FIXTURES / "withings_aggregates_steps.csv", CALIFORNIA)
    totals = contents.accepted("daily_total")
    assert totals.filter(date=date(2025, 7, 11))["value"].to_list() == [19297.0]
    assert totals["measure"].unique().to_list() == ["step_count"]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "days of 0 steps: tracker not worn")
    ]


def test_step_intervals_follow_each_other_in_a_row() -> None:
    contents = read(FIXTURES / "withings_raw_tracker_steps.csv", CALIFORNIA)
    assert contents.accepted("step_count").select("start_at", "end_at", "step_count").rows() == [
        (at(2025, 3, 1, 8, 0), at(2025, 3, 1, 8, 1), 40),
        (at(2025, 3, 1, 8, 2), at(2025, 3, 1, 8, 4), 95),
        (at(2025, 3, 1, 22, 50), at(2025, 3, 1, 23, 0), 300),
    ]
    # A whole day of no steps would hide every step of that day.
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(2, "intervals without steps")]


@pytest.mark.parametrize(
    "name", ["aggregates_calories.csv", "aggregates_elevation.csv", "raw_tracker_hr.csv", "raw_location_latitude.csv"]
)
def test_other_tables_of_the_same_shape_are_counted(tmp_path: Path, name: str) -> None:
    header = "date,value" if "aggregates" in name else "start,duration,value"
    row = "2025-03-01,5" if "aggregates" in name else "2025-03-01T00:00:00+01:00,[60],[70]"
    contents = read(written(tmp_path / name, f"{header}\n{row}\n{row}\n"), BERLIN)
    assert (contents.source, contents.batches, contents.n_ignored) == ("withings", [], 2)


@pytest.mark.parametrize(("zone", "n_days"), [("Europe/Berlin", 24), ("America/Los_Angeles", 23)])
def test_a_day_cut_in_another_zone_gives_way_to_its_intervals(tmp_path: Path, zone: str, n_days: int) -> None:
    names = ("aggregates_steps.csv", "raw_tracker_steps.csv")
    entries: dict[str, str | bytes] = {name: (FIXTURES / f"withings_{name}").read_bytes() for name in names}
    entries[names[0]] = bytes(str(entries[names[0]], "utf-8") + "2025-03-01,450\n", "utf-8")
    contents = read(zipped(tmp_path / "data.zip", entries), settings(zone=zone))
    assert contents.accepted("daily_total").height == n_days
    assert contents.accepted("step_count").height == 3
    assert contents.n_rows == 25 + 5
    assert [note.message for note in contents.notes if "add up" in note.message] == [
        "1 days have a sum and intervals, which add up to 96.7% of Withings' own sums, and to 96.7% without steps that "
        "overlapping intervals count twice; the intervals count"
    ]


# --- states ---


def test_states_of_a_real_night_lie_where_another_device_saw_it() -> None:
    # A WHOOP on the same person had 8:53:30 to 17:28:31 UTC; the export writes the European home zone of the account.
    segments = read(STATES, CALIFORNIA).accepted("sleep_segment")
    night = segments.filter(pl.col("start_at").is_between(at(2025, 7, 18), at(2025, 7, 18, 17, 30)))
    assert (night["start_at"].min(), night["end_at"].max()) == (at(2025, 7, 18, 8, 58, 57), at(2025, 7, 18, 17, 32))
    assert set(night["stage"]) == {"awake", "light", "deep"}
    assert night["utc_offset_min"].null_count() == night.height


def test_a_block_awake_around_the_clock_does_not_wipe_out_the_night_in_it() -> None:
    contents = read(STATES, CALIFORNIA)
    day_long = contents.accepted("sleep_segment").filter(pl.col("end_at") - pl.col("start_at") > pl.duration(hours=5))
    assert day_long.is_empty()
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "sleep states of unknown meaning": 1,
        "states of a row without any sleep: awake around a night, or not worn": 1,
    }
    assert [note.message for note in contents.notes] == [
        "sleep state 3, which the export does not describe, was read as REM"
    ]


def test_states_are_read_beside_the_sums_of_other_nights_as_another_device(tmp_path: Path) -> None:
    entries = {
        "sleep.csv": (FIXTURES / "withings_sleep.csv").read_bytes(),
        "raw_tracker_sleep-state.csv": STATES.read_bytes(),
    }
    contents = read(zipped(tmp_path / "data.zip", entries), BERLIN)
    assert contents.accepted("sleep_episode")["date"].dt.month().unique().to_list() == [3]
    alone = read(STATES, BERLIN).accepted("sleep_segment")
    assert contents.accepted("sleep_segment").equals(alone)
    assert set(alone["device"]).isdisjoint(contents.accepted("sleep_episode")["device"])
    assert contents.n_rows == 4 + 74


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("yesterday,[60],[1]", "start"),
        ("2025-03-01T23:00:00,[60],[1]", "start"),  # without an offset the instant is unknown
        ("2025-03-01T23:00:00+01:00,60,1", "duration"),
        ('2025-03-01T23:00:00+01:00,"[60,60]",[1]', "duration"),
        ("2025-03-01T23:00:00+01:00,[NaN],[1]", "duration"),
        ("2025-03-01T23:00:00+01:00,[-60],[1]", "duration"),
        ("2025-03-01T23:00:00+01:00,[9999999],[1]", "duration"),
    ],
)
def test_an_array_that_cannot_be_read_is_rejected_with_its_row(tmp_path: Path, row: str, column: str) -> None:
    contents = states(tmp_path, row, "2025-03-01T23:00:00+01:00,[60],[1]")
    assert contents.rejected() == [("raw_tracker_sleep-state.csv", 2, column, "unreadable")]
    assert contents.accepted("sleep_segment").height == 1


# --- sleep.csv ---


def test_nights_are_dated_where_the_person_woke() -> None:
    # 16:10 in Paris is 7:10 in California, and 2 March 15:10 UTC is already 3 March in Auckland.
    path = FIXTURES / "withings_sleep.csv"
    for zone, day in (("America/Los_Angeles", 2), ("Europe/Paris", 2), ("Pacific/Auckland", 3)):
        first = read(path, settings(zone=zone)).accepted("sleep_episode").row(0, named=True)
        assert first["end_at"] == at(2025, 3, 2, 15, 10)
        assert first["date"] == date(2025, 3, day)


def test_sums_of_a_night_and_which_one_is_the_main_sleep() -> None:
    contents = read(FIXTURES / "withings_sleep.csv", BERLIN)
    columns = ("date", "total_sleep_time_min", "time_in_bed_min", "wake_after_sleep_onset_min", "is_main_sleep")
    assert contents.accepted("sleep_episode").select(columns).rows() == [
        (date(2025, 3, 2), 450.0, 480.0, 15.0, True),
        (date(2025, 3, 2), 35.0, 40.0, 3.0, False),
        (date(2025, 3, 3), 420.0, 450.0, 15.0, True),
    ]
    assert contents.ignored[0].reason == "nights of 0 minutes asleep"
    told = [note.message for note in contents.notes]
    assert told[0] == "times have the UTC offset of the account; days are those of the participant's time zone"
    assert told[1].startswith("sleep and time awake add up to the time in bed")


def test_time_awake_is_missing_if_the_parts_do_not_add_up(tmp_path: Path) -> None:
    row = "2025-03-01T22:00:00+01:00,2025-03-02T06:00:00+01:00,14400,7200,0,60,0,0,0,0,0,0,0,0,,"
    contents = nights(tmp_path, SLEEP_HEADER, row)
    assert contents.accepted("sleep_episode")["wake_after_sleep_onset_min"].to_list() == [None]
    assert "do not add up" in contents.notes[-1].message


@pytest.mark.parametrize(
    "header",
    [
        "von,bis,leicht (s),tief (s),rem (s),wach (s),Aufwachen",
        "de,a,ligero (s),profundo (s),rem (s),despierto (s),despertar",
        "to,from,light (s),deep (s),rem (s),wakeup (s),more",
    ],
)
def test_headers_in_other_languages_and_orders(tmp_path: Path, header: str) -> None:
    start, end = "2025-03-01 22:00:00", "2025-03-02 06:00:00"
    first, second = (end, start) if header.startswith("to") else (start, end)
    contents = nights(tmp_path, header, f"{first},{second},14400,7200,3600,3600,2")
    episode = contents.accepted("sleep_episode").row(0, named=True)
    assert episode["start_at"] == at(2025, 3, 1, 21, 0)  # without an offset: the clock of Berlin
    assert episode["end_at"] - episode["start_at"] == timedelta(hours=8)
    assert episode["total_sleep_time_min"] == 420
    assert contents.notes[0].message == "1 rows have times without an offset, read in the participant's time zone"


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("once,2025-03-02T06:00:00+01:00,14400,7200,0,0", "from", "unreadable"),
        ("2025-03-01T22:00:00+01:00,later,14400,7200,0,0", "to", "unreadable"),
        ("2025-03-01T22:00:00+01:00,2025-03-02T06:00:00+01:00,NaN,7200,0,0", "light (s)", "unreadable"),
        ("2025-03-01T22:00:00+01:00,2025-03-02T06:00:00+01:00,14400,-1e99,0,0", "deep (s)", "unreadable"),
        (
            "2025-03-01T22:00:00+01:00,2025-03-02T06:00:00+01:00,54400,7200,0,0",
            "total_sleep_time_min",
            "asleep_longer_than_in_bed",
        ),
    ],
)
def test_a_night_that_cannot_be_is_rejected(tmp_path: Path, row: str, column: str, rule: str) -> None:
    contents = nights(tmp_path, "from,to,light (s),deep (s),rem (s),awake (s)", row)
    assert contents.rejected() == [("sleep.csv", 2, column, rule)]


# --- activities ---


def test_activities_keep_no_places() -> None:
    contents = read(FIXTURES / "withings_activities.csv", BERLIN)
    columns = ("start_at", "exercise_type", "duration_min", "distance_m", "energy_kcal", "heart_rate_bpm")
    assert contents.accepted("exercise_session").select(columns).rows() == [
        (at(2025, 3, 1, 16, 0), "walking", 45.0, 3600.0, 180.0, None),
        (at(2025, 3, 2, 9, 0), "pilates", 30.0, None, None, None),
    ]
    assert not any("48.1" in text for batch in contents.batches for text in batch.frame["text"])


def test_a_whole_export_has_other_files_that_are_counted(tmp_path: Path) -> None:
    entries = {
        "README.txt": "hello",
        "weight.csv": "Date,Weight (kg)\n2025-03-01,70\n",
        "sleep.csv": SLEEP_HEADER + "\n",
    }
    contents = read(zipped(tmp_path / "data.zip", entries), BERLIN)
    assert [(ignored.entry, ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        ("weight.csv", 1, "an unknown table"),
        ("data.zip", 0, "1 other file(s) of the archive: not used"),
    ]
    assert "it has a header but no rows" in [note.message for note in contents.notes]


# --- names ---


@pytest.mark.parametrize("name", ["x.csv", "x.bin", "x.zip"])
@pytest.mark.parametrize("kind", ["aggregates_steps", "raw_tracker_steps", "raw_tracker_sleep-state"])
def test_a_file_that_only_its_name_tells_is_refused_with_the_name_that_it_needs(
    tmp_path: Path, kind: str, name: str
) -> None:
    content = (FIXTURES / f"withings_{kind}.csv").read_bytes()
    path = zipped(tmp_path / name, {"x.csv": content}) if name == "x.zip" else written(tmp_path / name, content)
    refusal = refusal_of(read, path, BERLIN)
    assert refusal.rule == "name_needed"
    assert ("aggregates_steps.csv" if "aggregates" in kind else "raw_tracker_sleep-state.csv") in str(refusal)


def test_a_nameless_file_beside_others_is_counted(tmp_path: Path) -> None:
    entries = {
        "x.csv": (FIXTURES / "withings_aggregates_steps.csv").read_bytes(),
        "sleep.csv": (FIXTURES / "withings_sleep.csv").read_bytes(),
    }
    contents = read(zipped(tmp_path / "data.zip", entries), BERLIN)
    assert contents.accepted("daily_total").is_empty()
    assert contents.n_rows == 24 + 4


def test_a_table_of_the_same_columns_that_may_be_a_diary_is_left_alone(tmp_path: Path) -> None:
    rating = {"item": "pain", "column": "value", "scale": (0, 1000), "higher_is": "worse", "recall": "today"}
    declared = settings(diaries=[plan(file="diary.csv", items=[rating])])
    path = written(tmp_path / "diary.csv", "date,value\n2024-03-01,250\n2024-03-02,7\n")
    assert read(path, declared).source == "diary"
    path = written(tmp_path / "x.csv", "date,value\n2024-03-01,100\n2024-03-02,7\n")
    assert refusal_of(read, path).rule == "not_recognised"
