"""Google Fit's sleep sessions: UTC in the file, the participant's clock in its name, and no stages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped

FOLDER = "Takeout/Fit/All Sessions/"
LONDON = settings(zone="Europe/London")


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def session(start: str, end: str, length: int | str | None, activity: str = "sleep", **more: object) -> str:
    duration = {} if length is None else {"duration": f"{length}s"}
    return json.dumps({"fitnessActivity": activity, "startTime": start, "endTime": end, **duration, **more})


def takeout(path: Path, **files: str) -> Path:
    named = {f"{FOLDER}{name.replace('plus', '+').replace('m_', '-')}_SLEEP.json": text for name, text in files.items()}
    return zipped(path / "takeout.zip", named)


def sleeps(contents: Contents) -> list[tuple[object, ...]]:
    columns = ("start_at", "utc_offset_min", "date", "total_sleep_time_min", "is_main_sleep")
    return contents.accepted("sleep_episode").select(columns).rows()


NIGHT = {"2024-07-01T23_30_00+01_00": session("2024-07-01T22:30:00Z", "2024-07-02T06:30:00Z", 28800)}


def test_a_session_has_the_offset_of_its_name_and_the_date_of_waking() -> None:
    contents = read(FIXTURES / "2024-03-02T00_10_00+01_00_SLEEP.json", settings(zone="America/New_York"))
    assert sleeps(contents) == [(at(2024, 3, 1, 23, 10), 60, date(2024, 3, 2), 450.0, True)]
    assert "all the time from start to end counts as sleep" in contents.notes[0].message


def test_a_nap_and_a_night_that_crosses_midnight_have_one_date(tmp_path: Path) -> None:
    nap = {"2024-07-02T14_00_00+01_00": session("2024-07-02T13:00:00Z", "2024-07-02T14:00:00Z", 3600)}
    contents = read(takeout(tmp_path, **nap, **NIGHT), settings(zone="Asia/Tokyo"))
    assert sleeps(contents) == [
        (at(2024, 7, 1, 22, 30), 60, date(2024, 7, 2), 480.0, True),
        (at(2024, 7, 2, 13), 60, date(2024, 7, 2), 60.0, False),
    ]


@pytest.mark.parametrize("name", ["2024-07-01T22_30_00Z", "renamed", "2024-07-01T20_30_00+01_00"])
def test_without_a_local_time_in_the_name_the_zone_of_the_participant_counts(name: str, tmp_path: Path) -> None:
    contents = read(takeout(tmp_path, **{name: NIGHT["2024-07-01T23_30_00+01_00"]}), settings(zone="Asia/Tokyo"))
    assert sleeps(contents) == [(at(2024, 7, 1, 22, 30), None, date(2024, 7, 2), 480.0, True)]
    assert contents.notes[-1].message.startswith("times of sleep have no local offset")


def test_a_name_in_utc_beside_others_with_an_offset_is_the_winter_of_the_same_clock(tmp_path: Path) -> None:
    winter = {"2024-01-01T23_30_00Z": session("2024-01-01T23:30:00Z", "2024-01-02T00:10:00Z", 2400)}
    offsets = read(takeout(tmp_path, **winter, **NIGHT), LONDON).accepted("sleep_episode")["utc_offset_min"]
    assert offsets.to_list() == [0, 60]


def test_the_hour_that_the_clocks_skip_is_not_slept(tmp_path: Path) -> None:
    night = {"2024-03-30T23_30_00Z": session("2024-03-30T23:30:00Z", "2024-03-31T06:30:00Z", 25200)}
    assert sleeps(read(takeout(tmp_path, **night, **NIGHT), LONDON))[0][2:4] == (date(2024, 3, 31), 420.0)


def test_a_second_app_that_wrote_the_same_night_does_not_make_it_a_nap(tmp_path: Path) -> None:
    other = {"2024-07-01T23_50_00+01_00": session("2024-07-01T22:50:00Z", "2024-07-02T06:00:00Z", 25800)}
    contents = read(takeout(tmp_path, **other, **NIGHT), LONDON)
    assert [row[3] for row in sleeps(contents)] == [480.0]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "sleep sessions during a longer one, as a second app writes them")
    ]


def test_dates_with_sessions_are_not_read_from_the_daily_metrics_too(tmp_path: Path) -> None:
    daily = "Date,Step count,Sleep duration (ms)\n2024-07-02,5000,28000000\n2024-07-03,6000,27000000\n"
    files = {f"{FOLDER}{name}_SLEEP.json": text for name, text in NIGHT.items()}
    contents = read(zipped(tmp_path / "t.zip", {**files, "Takeout/Fit/Daily activity metrics.csv": daily}), LONDON)
    totals = contents.accepted("daily_total").filter(measure="total_sleep_time_min")
    assert totals.select("date", "value").rows() == [(date(2024, 7, 3), 450.0)]
    assert (1, "dates that sleep sessions cover") in [(ignored.rows, ignored.reason) for ignored in contents.ignored]


def test_walks_are_not_read(tmp_path: Path) -> None:
    walk = session("2024-07-02T12:00:00Z", "2024-07-02T12:30:00Z", 1800, "walking")
    night = session("2024-07-02T22:30:00Z", "2024-07-03T06:30:00Z", None)
    contents = read(takeout(tmp_path, **NIGHT, **{"2024-07-02T13_00_00+01_00": walk, "x": night}), LONDON)
    assert [row[3] for row in sleeps(contents)] == [480.0, 480.0]  # without a duration: from start to end
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


def piece(start: str, end: str, activity: str | None = "sleep") -> dict[str, str]:
    named = {} if activity is None else {"fitnessActivity": activity}
    return {**named, "startTime": f"2024-07-0{start}:00Z", "endTime": f"2024-07-0{end}:00Z"}


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([piece("1T22:30", "2T06:30")], (480.0, 0.0, None, None)),
        (
            [piece("1T22:40", "2T02:30"), piece("2T02:30", "2T03:00", "sleep.awake"), piece("2T03:00", "2T06:30")],
            (440.0, 30.0, None, None),  # ten minutes until sleep are not waking after it
        ),
        ([piece("2T03:00", "2T06:30", None), piece("1T22:30", "2T02:30", None)], (450.0, 30.0, None, None)),
        (
            [
                piece("1T22:30", "2T00:30", "sleep.light"),
                piece("2T00:30", "2T01:30", "sleep.deep"),
                piece("2T01:00", "2T01:45", "sleep.deep"),
                piece("2T01:45", "2T02:15", "sleep.rem"),
            ],
            (225.0, 0.0, 75.0, 30.0),
        ),
        ([], (480.0, None, None, None)),
    ],
)
def test_time_awake_in_the_segments_is_not_sleep(pieces: list, expected: tuple[object, ...], tmp_path: Path) -> None:
    night = session("2024-07-01T22:30:00Z", "2024-07-02T06:30:00Z", 28800, segment=pieces)
    episode = read(written(tmp_path / "x_SLEEP.json", night), LONDON).accepted("sleep_episode")
    columns = ("total_sleep_time_min", "wake_after_sleep_onset_min", "deep_sleep_min", "rem_sleep_min")
    assert episode.select(columns).rows() == [expected]
    assert episode["time_in_bed_min"].to_list() == [480.0]


def test_a_session_of_which_every_segment_is_awake_is_counted(tmp_path: Path) -> None:
    pieces = [piece("1T22:30", "2T06:30", "sleep.awake")]
    night = session("2024-07-01T22:30:00Z", "2024-07-02T06:30:00Z", 28800, segment=pieces)
    contents = read(written(tmp_path / "x_SLEEP.json", night), LONDON)
    assert [ignored.reason for ignored in contents.ignored] == ["sleep sessions without sleep"]


@pytest.mark.parametrize("broken", [{}, "sleep", {"startTime": "2024-07-01T22:30:00"}, piece("2T06:30", "1T22:30")])
def test_a_session_with_an_unreadable_segment_is_rejected(broken: object, tmp_path: Path) -> None:
    night = session("2024-07-01T22:30:00Z", "2024-07-02T06:30:00Z", 28800, segment=[broken])
    contents = read(written(tmp_path / "x_SLEEP.json", night), LONDON)
    assert contents.rejected() == [("x_SLEEP.json", 1, "segment", "unreadable")]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (session("yesterday", "2024-07-02T06:30:00Z", 1), "startTime"),
        (session("2024-07-01T22:30:00Z", "", 1), "endTime"),
        (session("2024-07-01T22:30:00Z", "2024-07-02T06:30:00Z", "long"), "duration"),
    ],
)
def test_a_session_that_cannot_be_read_is_rejected(text: str, column: str, tmp_path: Path) -> None:
    path = written(tmp_path / "x_SLEEP.json", text)
    assert read(path, LONDON).rejected() == [("x_SLEEP.json", 1, column, "unreadable")]


def test_a_session_cut_short_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path / "x_SLEEP.json", NIGHT["2024-07-01T23_30_00+01_00"][:-1])
    assert refusal_of(read, path).rule == "json_truncated"
