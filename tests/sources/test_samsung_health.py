"""Samsung Health: tables named by their first line, a comma too many, and times in UTC or local, as the nights show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

BERLIN = settings(zone="Europe/Berlin")
FILES = {path.stem.removeprefix("samsung_"): path.read_bytes() for path in FIXTURES.glob("samsung_*.csv")}
HEADER = (
    "sleep_duration,efficiency,com.samsung.health.sleep.start_time,com.samsung.health.sleep.end_time,"
    "com.samsung.health.sleep.time_offset,com.samsung.health.sleep.datauuid"
)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def export(path: Path, *kinds: str) -> Contents:
    """Read an export of these tables, named as Samsung names them."""
    entries: dict[str, str | bytes] = {}
    for kind in kinds:
        first_line = FILES[kind].split(b",", 1)[0].decode()
        entries[f"samsunghealth_me_20250401/{first_line}.20250401.csv"] = FILES[kind]
    return read(zipped(path / "samsung.zip", entries), BERLIN)


def sleeps(path: Path, rows: Iterable[str], zone: str = "Europe/Berlin") -> Contents:
    text = "\n".join(("com.samsung.shealth.sleep,7006011,11", HEADER, *rows)) + "\n"
    return read(written(path / "sleep.csv", text), settings(zone=zone))


def nightly(first: datetime, count: int, offset: str, minutes_east: int, written_as: str) -> list[str]:
    """Return sleeps from 23:30 to 7:30 of a person's own clock, written in UTC or in that clock."""
    rows = []
    for night in range(count):
        clock = first.replace(hour=23, minute=30) + timedelta(days=night)
        start = clock - timedelta(minutes=minutes_east if written_as == "utc" else 0)
        end = start + timedelta(hours=8)
        rows.append(f"400,90,{start:%Y-%m-%d %H:%M:%S}.000,{end:%Y-%m-%d %H:%M:%S}.000,{offset},{clock:%y%m%d},")
    return rows


# --- sleep ---


def test_stages_add_up_to_sleep_and_a_night_is_dated_by_its_own_offset(tmp_path: Path) -> None:
    contents = export(tmp_path, "sleep", "sleep_stage")
    columns = ("episode_id", "start_at", "utc_offset_min", "date", "total_sleep_time_min", "time_in_bed_min")
    assert contents.accepted("sleep_episode").select(columns).rows() == [
        ("u1", at(2025, 3, 1, 22, 10), 60, date(2025, 3, 2), 400.0, 430.0),
        ("u2", at(2025, 3, 2, 13, 0), 60, date(2025, 3, 2), 35.0, 45.0),
        ("u4", at(2025, 3, 3, 2, 30), -240, date(2025, 3, 3), 380.0, 420.0),
    ]
    more = contents.accepted("sleep_episode").select("wake_after_sleep_onset_min", "is_main_sleep").rows()
    assert more == [(30.0, True), (None, False), (None, True)]
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "sleep stages, summed for the sleep that they belong to": 3,
    }


def test_stages_alone_are_segments_of_a_device_of_their_own() -> None:
    segments = read(FIXTURES / "samsung_sleep_stage.csv", BERLIN).accepted("sleep_segment")
    assert segments.select("start_at", "end_at", "stage").rows() == [
        (at(2025, 3, 1, 22, 10), at(2025, 3, 2, 1, 10), "light"),
        (at(2025, 3, 2, 1, 10), at(2025, 3, 2, 1, 40), "awake"),
        (at(2025, 3, 2, 1, 40), at(2025, 3, 2, 5, 20), "rem"),
    ]
    nights = read(FIXTURES / "samsung_sleep.csv", BERLIN).accepted("sleep_episode")
    assert set(segments["device"]).isdisjoint(nights["device"])


def test_a_duration_that_is_the_whole_time_is_not_time_asleep(tmp_path: Path) -> None:
    times = "2025-03-01 22:00:00.000,2025-03-02 06:00:00.000,UTC+0100"
    contents = sleeps(tmp_path, [f"480,90,{times},a,", f"480,,{times},b,"])
    assert contents.accepted("sleep_episode").select("episode_id", "total_sleep_time_min").rows() == [("a", 432.0)]
    assert contents.accepted("sleep_segment").select("stage", "end_at").rows() == [("in_bed", at(2025, 3, 2, 6))]
    assert any("whole time" in note.message for note in contents.notes)


def test_bed_times_without_a_measure_of_sleep_are_time_in_bed_and_counted(tmp_path: Path) -> None:
    rows = [  # an efficiency of 0 was not measured
        ",0.0,2025-03-01 22:10:00.000,2025-03-02 05:20:00.000,UTC+0100,a,",
        ",,2025-03-29 22:00:00.000,2025-03-30 05:00:00.000,UTC+0100,b,",
        ",0.0,2025-03-30 22:00:00.000,2025-03-31 05:00:00.000,,c,",
        ",91,2025-04-01 22:00:00.000,2025-04-02 05:00:00.000,UTC+0200,d,",
    ]
    contents = sleeps(tmp_path, rows)
    assert contents.accepted("sleep_segment").select("start_at", "end_at", "stage", "utc_offset_min").rows() == [
        (at(2025, 3, 1, 22, 10), at(2025, 3, 2, 5, 20), "in_bed", 60),
        (at(2025, 3, 29, 22), at(2025, 3, 30, 5), "in_bed", 60),
    ]
    assert contents.accepted("sleep_episode")["episode_id"].to_list() == ["d"]
    assert contents.rejected() == [("sleep.csv", 5, "time_offset", "unreadable")]
    told = "3 of 4 sleeps have bed times but no measure of sleep; they were read as time in bed, not as sleep"
    assert told in [note.message for note in contents.notes]


def test_a_night_with_only_time_awake_in_its_stages_is_read_by_its_duration(tmp_path: Path) -> None:
    night = "480,90,2025-03-01 22:00:00.000,2025-03-02 06:30:00.000,UTC+0100,a,"
    stage = "2025-03-01 22:00:00.000,2025-03-01 22:30:00.000,40001,a,"
    entries: dict[str, str | bytes] = {
        "sleep.csv": f"com.samsung.shealth.sleep,1,1\n{HEADER}\n{night}\n",
        "stage.csv": f"com.samsung.health.sleep_stage,1,1\nstart_time,end_time,stage,sleep_id\n{stage}\n",
    }
    contents = read(zipped(tmp_path / "samsung.zip", entries), BERLIN)
    assert contents.accepted("sleep_episode")["total_sleep_time_min"].to_list() == [480.0]


def test_stages_of_an_unlisted_sleep_are_segments(tmp_path: Path) -> None:
    rows = FILES["sleep_stage"].replace(b",u1,,40001", b",u1,,40009")
    extra = b"2025-03-08 22:00:00.000,u9,,40002,UTC+0100,w,2025-03-08 23:00:00.000,s4,\n"
    contents = read(zipped(tmp_path / "samsung.zip", {"a.csv": FILES["sleep"], "b.csv": rows + extra}), BERLIN)
    staged = contents.accepted("sleep_segment").filter(stage="light")
    assert staged["start_at"].to_list() == [at(2025, 3, 8, 22)]
    assert contents.rejected() == [("b.csv", 4, "stage", "unreadable")]  # no stage has the number 40009
    assert contents.n_rows == 4 + 4


# --- UTC or local? ---


@pytest.mark.parametrize("written_as", ["utc", "local"])
def test_far_from_greenwich_the_hours_of_sleep_tell_the_clock(tmp_path: Path, written_as: str) -> None:
    contents = sleeps(tmp_path, nightly(datetime(2025, 6, 1), 12, "UTC+0900", 540, written_as), "Asia/Seoul")
    first = contents.accepted("sleep_episode").row(0, named=True)
    assert first["start_at"] == at(2025, 6, 1, 14, 30)
    assert first["date"] == date(2025, 6, 2)
    assert contents.notes[0].message.startswith(f"times are {'UTC' if written_as == 'utc' else 'local time'}")


@pytest.mark.parametrize("written_as", ["utc", "local"])
def test_near_greenwich_a_change_of_the_clocks_tells_it(tmp_path: Path, written_as: str) -> None:
    winter = nightly(datetime(2025, 3, 20), 10, "UTC+0100", 60, written_as)
    summer = nightly(datetime(2025, 3, 30), 10, "UTC+0200", 120, written_as)
    contents = sleeps(tmp_path, summer + winter)
    starts = contents.accepted("sleep_episode")["start_at"].sort()
    assert (starts[0], starts[-1]) == (at(2025, 3, 20, 22, 30), at(2025, 4, 8, 21, 30))
    assert "1 changes of the UTC offset" in contents.notes[0].message


def test_midnight_between_the_middles_of_nights_does_not_confuse_the_clock(tmp_path: Path) -> None:
    rows = []
    for night, minutes in enumerate((10, 20, 5, -10, -5, -10, -5, -20, 5, 10)):
        middle = datetime(2025, 3, 25) + timedelta(days=night, minutes=minutes)
        offset = 60 * (night >= 5)
        start, end = (middle + timedelta(hours=hours, minutes=-offset) for hours in (-4, 4))
        rows.append(f"400,90,{start:%Y-%m-%d %H:%M:%S}.000,{end:%Y-%m-%d %H:%M:%S}.000,UTC+0{offset // 60}00,{night},")
    contents = sleeps(tmp_path, rows, "Europe/London")
    assert contents.notes[0].message.startswith("times are UTC: of 1 changes of the UTC offset")


def test_without_evidence_about_the_clock_utc_is_used_and_noted(tmp_path: Path) -> None:
    contents = sleeps(tmp_path, nightly(datetime(2025, 6, 1), 30, "UTC+0100", 60, "local"))
    assert contents.accepted("sleep_episode")["start_at"][0] == at(2025, 6, 1, 23, 30)
    assert contents.notes[0].message == "times were read as UTC; the hours of sleep do not settle it"


# --- steps ---


def test_a_day_has_one_total_over_all_devices() -> None:
    contents = read(FIXTURES / "samsung_step_daily_trend.csv", BERLIN)
    assert contents.accepted("daily_total").select("date", "value").rows() == [(date(2025, 3, 1), 9123.0)]
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "steps of one device; another row has those of all devices": 1,
        "days of 0 steps: no device worn": 1,
    }


def test_days_that_no_row_merges_have_their_largest_count() -> None:
    contents = read(FIXTURES / "samsung_pedometer_day_summary.csv", BERLIN)
    assert contents.accepted("daily_total").select("date", "value").rows() == [
        (date(2025, 3, 1), 9123.0),
        (date(2025, 3, 2), 7010.0),
    ]
    assert "no row is marked as merged" in contents.notes[0].message


def test_steps_by_the_minute_are_read_where_there_are_no_days(tmp_path: Path) -> None:
    alone = read(FIXTURES / "samsung_pedometer_step_count.csv", settings(zone="Asia/Tokyo")).accepted("step_count")
    assert alone.select("start_at", "end_at", "utc_offset_min", "step_count").rows() == [
        (at(2025, 3, 1, 22, 58), at(2025, 3, 1, 22, 59), 60, 62),
        (at(2025, 3, 1, 23, 1), at(2025, 3, 1, 23, 2), 60, 31),
    ]
    days = read(FIXTURES / "samsung_step_daily_trend.csv", BERLIN).accepted("daily_total")
    kinds = [*days["device_kind"].unique(), *alone["device_kind"].unique()]
    assert kinds == ["app", "unknown"]  # so that the app's sum counts where both files come on their own
    whole = export(tmp_path, "step_daily_trend", "pedometer_day_summary", "pedometer_step_count")
    assert whole.accepted("step_count").is_empty()
    # A day of 0 steps in the trend has its steps from the summary.
    assert whole.accepted("daily_total").select("date", "value").rows() == [
        (date(2025, 3, 1), 9123.0),
        (date(2025, 3, 2), 7010.0),
    ]
    assert whole.n_rows == 3 + 3 + 2


def test_what_totals_leave_open_is_read_by_the_minute(tmp_path: Path) -> None:
    later = FILES["pedometer_step_count"].replace(b"2025-03-01 23:01:00", b"2025-03-02 23:01:00")
    entries = {
        "a.csv": FILES["step_daily_trend"],
        "b.csv": later.replace(b"2025-03-01 23:02:00", b"2025-03-02 23:02:00"),
    }
    contents = read(zipped(tmp_path / "samsung.zip", entries), settings(zone="Asia/Tokyo"))
    # 1 March 22:58 UTC is 23:58 on the clock beside it; the other minute lies on 3 March.
    assert contents.accepted("step_count")["start_at"].to_list() == [at(2025, 3, 2, 23, 1)]
    assert contents.n_rows == 3 + 2


@pytest.mark.parametrize(
    ("day_time", "day"),
    [
        ("1740873600000", date(2025, 3, 2)),  # the UTC midnight of the date
        ("1740870000000", date(2025, 3, 2)),  # midnight in Berlin
        ("2025-03-02 00:00:00.000", date(2025, 3, 2)),
    ],
)
def test_a_day_is_dated_by_the_midnight_that_it_names(tmp_path: Path, day_time: str, day: date) -> None:
    text = f"com.samsung.shealth.step_daily_trend,1,1\nday_time,count,source_type\n{day_time},5000,-2,\n"
    contents = read(written(tmp_path / "trend.csv", text), BERLIN)
    assert contents.accepted("daily_total")["date"].to_list() == [day]
    assert ("other instants" in contents.notes[0].message) == (day_time == "1740870000000")


def test_dates_that_no_row_merges_keep_their_largest_count_beside_others_that_are_merged(tmp_path: Path) -> None:
    rows = "1740787200000,9000,-2,\n1740787200000,4000,0,\n1740873600000,3000,0,\n1740873600000,5000,1,\n"
    text = f"com.samsung.shealth.step_daily_trend,1,1\nday_time,count,source_type\n{rows}"
    contents = read(written(tmp_path / "trend.csv", text), BERLIN)
    assert contents.accepted("daily_total")["value"].to_list() == [9000.0, 5000.0]
    assert contents.n_rows == 4


@pytest.mark.parametrize(("kind", "column"), [("exercise", "start_time"), ("pedometer_step_count", "count")])
def test_a_table_with_other_columns_is_left_out_and_the_rest_is_read(tmp_path: Path, kind: str, column: str) -> None:
    header = FILES[kind].splitlines()[1]
    other = header.replace(f".{column},".encode(), b".renamed,")
    assert other != header
    entries = {"a.csv": FILES["sleep"], "b.csv": FILES[kind].replace(header, other)}
    contents = read(zipped(tmp_path / "samsung.zip", entries), BERLIN)
    assert contents.accepted("sleep_episode").height == 3
    assert contents.rejected() == []
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored if ignored.entry == "b.csv"] == [
        (2, f"not read: missing columns {column}")
    ]


# --- exercise and the rest ---


def test_exercise_without_its_title() -> None:
    contents = read(FIXTURES / "samsung_exercise.csv", BERLIN)
    columns = ("session_id", "start_at", "exercise_type", "duration_min", "distance_m", "energy_kcal", "heart_rate_bpm")
    assert contents.accepted("exercise_session").select(columns).rows() == [
        ("e1", at(2025, 3, 1, 16, 0), "walking", 42.0, 3400.0, 210.0, 101.0),
        ("e2", at(2025, 3, 2, 16, 0), "other", 30.0, None, 90.0, None),
    ]
    told = "durations fit the time from start to end; distances were read as metres, judging by the resulting speed"
    assert contents.notes[-1].message == told
    assert not any("Bo" in text for batch in contents.batches for text in batch.frame["text"])


def test_other_tables_are_recognised_by_their_whole_first_word(tmp_path: Path) -> None:
    # com.samsung.shealth.sleep_combined begins like com.samsung.shealth.sleep.
    combined = FILES["sleep"].replace(b"com.samsung.shealth.sleep,", b"com.samsung.shealth.sleep_combined,")
    entries = {"a.csv": FILES["sleep"], "b.csv": combined, "c.csv": FILES["stress"], "jsons/d.json": "{}"}
    contents = read(zipped(tmp_path / "samsung.zip", entries), BERLIN)
    assert contents.accepted("sleep_episode").height == 3
    wide = read(written(tmp_path / "c.csv", FILES["stress"].decode().encode("utf-16")), BERLIN)
    assert wide.n_ignored == 1
    assert [(ignored.entry, ignored.rows) for ignored in contents.ignored[-3:]] == [
        ("b.csv", 4),
        ("c.csv", 1),
        ("samsung.zip", 0),
    ]


# --- variants ---


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + FILES["sleep"],
        FILES["sleep"].replace(b"\nsleep_score", b"\n\xef\xbb\xbfsleep_score"),
        FILES["sleep"].replace(b"\n", b"\r\n"),
        FILES["sleep"].decode().encode("utf-16"),
        FILES["sleep"].replace(b",\n", b"\n"),
        FILES["sleep"].replace(b"datauuid\n", b"datauuid,\n"),
        FILES["sleep"].replace(b"com.samsung.health.sleep.", b""),
    ],
    ids=["bom", "bom on line 2", "crlf", "utf-16", "no closing comma", "closing comma in the header", "bare names"],
)
def test_ways_to_write_the_same_table(tmp_path: Path, content: bytes) -> None:
    contents = read(written(tmp_path / "sleep.csv", content), BERLIN)
    whole = read(FIXTURES / "samsung_sleep.csv", BERLIN)
    assert contents.accepted("sleep_episode").equals(whole.accepted("sleep_episode"))
    assert contents.rejected() == []


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("400,90,2025-03-01 22:00,2025-03-02 06:00:00.000,UTC+0100,a,", "start_time", "unreadable"),
        ("400,90,2025-03-01 22:00:00.000,,UTC+0100,a,", "end_time", "unreadable"),
        ("400,90,2025-03-01 22:00:00.000,2025-03-02 06:00:00.000,Berlin,a,", "time_offset", "unreadable"),
        ("400,90,2025-03-02 22:00:00.000,2025-03-02 06:00:00.000,UTC+0100,a,", "end_at", "interval_negative"),
        ("400,90,1970-01-01 00:00:00.000,1970-01-01 08:00:00.000,UTC+0000,a,", "start_at", "date_range"),
        ("400,90,2025-03-01 22:00:00.000,2025-03-02 06:00:00.000,UTC+0100,a,,,", "(whole row)", "ragged_row"),
    ],
)
def test_a_sleep_that_cannot_be_is_rejected(tmp_path: Path, row: str, column: str, rule: str) -> None:
    good = "400,90,2025-03-05 22:00:00.000,2025-03-06 06:00:00.000,UTC+0100,b,"
    contents = sleeps(tmp_path, [good, row])
    assert contents.rejected() == [("sleep.csv", 4, column, rule)]
