"""GGIR: nights begin on their date, both orders of dates, and days without wear do not count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from painstats.errors import ExportRefused
from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped

NIGHTS = FIXTURES / "ggir_part4_nightsummary_sleep_cleaned.csv"
DAYS = FIXTURES / "ggir_part5_daysummary_MM_L30M100V400_T5A5.csv"
WINDOWS = FIXTURES / "ggir_part5_daysummary_WW_L30M100V400_T5A5.csv"
LONDON = settings(participant=None)
HEADER = (
    "ID,night,sleeponset,wakeup,SptDuration,SleepDurationInSpt,WASO,calendar_date,cleaningcode,fraction_night_invalid"
)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def nights(path: Path, *rows: str, header: str = HEADER) -> Contents:
    return read(written(path / "part4.csv", "\n".join((header, *rows)) + "\n"), LONDON)


# --- nights ---


def test_a_night_begins_on_its_date_and_is_dated_by_waking() -> None:
    contents = read(NIGHTS, settings(participant="ann", zone="Europe/Berlin"))
    columns = ("participant_id", "date", "start_at", "end_at", "total_sleep_time_min", "time_in_bed_min")
    episodes = contents.accepted("sleep_episode")
    assert episodes.select(columns).rows() == [
        ("P1", date(2025, 3, 2), at(2025, 3, 1, 22, 30), at(2025, 3, 2, 6, 15), pytest.approx(414), 465.0),
        ("P1", date(2025, 3, 3), at(2025, 3, 3, 1, 0), at(2025, 3, 3, 8, 0), pytest.approx(372), 420.0),
    ]
    assert episodes["wake_after_sleep_onset_min"].to_list() == pytest.approx([51, 48])
    assert "%d/%m/%Y" in contents.notes[0].message


def test_a_day_sleeper_is_dated_by_waking_too(tmp_path: Path) -> None:
    rows = ("P1,1,32,39,7,6,1,2025-03-01,1,0", "P1,2,20,23.5,3.5,3,0.5,2025-03-03,1,0")
    episodes = nights(tmp_path, *rows).accepted("sleep_episode")
    assert episodes.select("date", "start_at").rows() == [
        (date(2025, 3, 2), at(2025, 3, 2, 8)),
        (date(2025, 3, 3), at(2025, 3, 3, 20)),
    ]


def test_clock_times_of_the_night_on_which_clocks_change(tmp_path: Path) -> None:
    episode = nights(tmp_path, "P1,1,23,31,7,6,1,2025-03-29,0,0").accepted("sleep_episode").row(0, named=True)
    assert (episode["start_at"], episode["end_at"]) == (at(2025, 3, 29, 23), at(2025, 3, 30, 6))


@pytest.mark.parametrize(
    ("code", "invalid", "reason"),
    [
        ("2", "0", "cleaningcode 2: device worn for too little of the night"),
        ("3", "0", "cleaningcode 3: no data"),
        ("9", "0", "cleaningcode other than 0 and 1"),
        ("0", "0.5", "the device not worn for more than a third"),
        ("1.0", "0.34", "the device not worn for more than a third"),
    ],
)
def test_nights_that_do_not_count_are_counted_with_their_reason(
    tmp_path: Path, code: str, invalid: str, reason: str
) -> None:
    good, bad = "P1,1,23,31,8,7,1,2025-03-01,0,0.33", f"P1,2,23,31,8,7,1,2025-03-02,{code},{invalid}"
    contents = nights(tmp_path, good, bad)
    assert contents.accepted("sleep_episode").height == 1
    assert len(contents.ignored) == 1
    assert reason in contents.ignored[0].reason


def test_nights_without_sleep_are_counted(tmp_path: Path) -> None:
    contents = nights(tmp_path, "P1,1,NA,NA,NA,NA,NA,2025-03-01,1,0", "P1,2,23,31,8,7,NA,2025-03-02,1,NA")
    assert contents.ignored[0].reason == "nights without sleep"
    assert contents.accepted("sleep_episode")["wake_after_sleep_onset_min"].to_list() == [None]


def test_time_in_bed_is_the_guiders_where_there_is_one(tmp_path: Path) -> None:
    row = "P1,1,23,31,8,7,1,2025-03-01,1,0,9.5"
    contents = nights(tmp_path, row, header=f"{HEADER},guider_inbedDuration")
    assert contents.accepted("sleep_episode")["time_in_bed_min"].to_list() == [570.0]
    assert "guider" in contents.notes[0].message


@pytest.mark.parametrize("dates", [("2025-03-01", "2025-03-02"), ("1/3/2025", "2/3/2025"), ("1/3/2025", "28/3/2025")])
def test_dates_of_old_and_new_versions(tmp_path: Path, dates: tuple[str, str]) -> None:
    rows = [f"P1,{night},23,31,8,7,1,{day},1,0" for night, day in enumerate(dates)]
    header = HEADER.replace("calendar_date", "calendardate") if "/" in dates[0] else HEADER
    assert nights(tmp_path, *rows, header=header).accepted("sleep_episode")["date"][0] == date(2025, 3, 2)


def test_dates_that_both_orders_fit_are_read_day_first_as_ggir_writes_them(tmp_path: Path) -> None:
    contents = nights(tmp_path, "P1,1,23,31,8,7,1,1/3/2025,1,0", "P2,1,23,31,8,7,1,1/5/2025,1,0")
    assert contents.accepted("sleep_episode")["date"].to_list() == [date(2025, 3, 2), date(2025, 5, 2)]


def test_dates_of_no_known_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refusal:
        nights(tmp_path, "P1,1,23,31,8,7,1,soon,1,0")
    assert refusal.value.rule == "date_format"


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (",1,23,31,8,7,1,2025-03-02,1,0", "participant_id", "missing_participant"),
        ("P1,1,late,31,8,7,1,2025-03-02,1,0", "sleeponset", "unreadable"),
        ("P1,1,23,1e9,8,7,1,2025-03-02,1,0", "wakeup", "unreadable"),
        ("P1,1,23,31,8,x,1,2025-03-02,1,0", "SleepDurationInSpt", "unreadable"),
        ("P1,1,23,31,8,7,x,2025-03-02,1,0", "WASO", "unreadable"),
        ("P1,1,31,23,8,7,1,2025-03-02,1,0", "end_at", "interval_negative"),
        ("P1,1,23,31,8,30,1,2025-03-02,1,0", "time_in_bed_min", "minutes_implausible"),
        ("P1,1,25.5,31,8,7,1,2025-03-29,1,0", "sleeponset", "unreadable"),  # 1:30 never happened that night
    ],
)
def test_a_night_that_cannot_be_is_rejected(tmp_path: Path, row: str, column: str, rule: str) -> None:
    contents = nights(tmp_path, "P0,1,23,31,8,7,1,2025-03-01,1,0", row)
    assert contents.rejected() == [("part4.csv", 3, column, rule)]


@pytest.mark.parametrize("other", ["p1", "P1 ", " P1"])
def test_ids_that_differ_in_dress_only_are_refused(tmp_path: Path, other: str) -> None:
    row = ",1,23,31,8,7,1,2025-03-0{},1,0"
    refusal = refusal_of(nights, tmp_path, "P1" + row.format(1), other + row.format(2))
    assert refusal.rule == "id_collision"
    assert "lines 2 and 3" in str(refusal)


@pytest.mark.parametrize("name", ["007", "1e5", "null", "true", " 12 "])
def test_ids_are_kept_byte_for_byte(tmp_path: Path, name: str) -> None:
    contents = nights(tmp_path, f"{name},1,23,31,8,7,1,2025-03-01,1,0")
    assert contents.accepted("sleep_episode")["participant_id"].to_list() == [name]


# --- days ---


def test_waking_days_give_four_sums_and_their_thresholds_are_the_device() -> None:
    totals = read(DAYS, LONDON).accepted("daily_total")
    assert totals.select("participant_id", "device", "date").unique().rows() == [
        ("P1", "ggir-L30M100V400", date(2025, 3, 1))
    ]
    assert dict(totals.select("measure", "value").rows()) == {
        "sedentary_time_min": 600.5,
        "lightly_active_time_min": 200,
        "moderately_active_time_min": 60,
        "very_active_time_min": 5,
    }


def test_unworn_days_and_windows_that_are_no_days_are_counted() -> None:
    assert [ignored.rows for ignored in read(DAYS, LONDON).ignored] == [1, 1]


def test_a_calendar_day_holds_no_night_and_the_import_says_so() -> None:
    contents = read(DAYS, LONDON)
    assert contents.accepted("sleep_episode").is_empty()
    assert "sleep from midnight to midnight belongs to two nights" in contents.notes[0].message


@pytest.mark.parametrize(
    ("window", "name", "told"),
    [
        ("00:00:00-23:59:55", "x.csv", "MM"),
        ("00:00:00-23:59:55", "part5_daysummary_WW_L30M100V400_T5A5.csv", "MM"),  # content before name
        ("09:00:00-23:59:55", "part5_daysummary_full_MM_L30M100V400_T5A5.csv", "MM"),
        ("07:00:00-07:30:00", "part5_daysummary_WW_L30M100V400_T5A5.csv", "WW"),
        ("23:00:00-22:30:00", "part5_daysummary_OO_L30M100V400_T5A5.csv", "OO"),
    ],
)
def test_the_kind_of_windows_comes_from_their_start_or_the_files_name(
    tmp_path: Path, window: str, name: str, told: str
) -> None:
    header = (
        "ID,start_end_window,calendar_date,nonwear_perc_day,dur_day_total_IN_min,sleeponset,wakeup,dur_spt_sleep_min"
    )
    contents = read(written(tmp_path / name, f"{header}\nP1,{window},2025-03-01,0,600,23,31,400\n"), LONDON)
    assert contents.accepted("daily_total").height == (told == "MM")
    assert contents.accepted("sleep_episode").height == (told == "WW")
    assert contents.n_ignored == (told == "OO")


def test_a_report_of_windows_that_nothing_tells_needs_its_name(tmp_path: Path) -> None:
    refusal = refusal_of(read, written(tmp_path / "x.csv", WINDOWS.read_bytes()), LONDON)
    assert refusal.rule == "name_needed"
    assert "part5_daysummary_WW_" in str(refusal)


# --- nights of part 5 ---


def test_without_part_4_nights_are_those_of_windows_from_waking_to_waking() -> None:
    contents = read(WINDOWS, settings(participant=None, zone="Europe/Berlin"))
    columns = (
        "episode_id", "date", "start_at", "end_at", "total_sleep_time_min", "time_in_bed_min",
        "wake_after_sleep_onset_min",
    )  # fmt: skip
    episodes = contents.accepted("sleep_episode")
    assert episodes.select(columns).rows() == [
        ("night of 2025-03-01", date(2025, 3, 2), at(2025, 3, 1, 22, 30), at(2025, 3, 2, 6, 15), 420.0, 465.0, 45.0),
        ("night of 2025-03-02", date(2025, 3, 3), at(2025, 3, 3, 1, 0), at(2025, 3, 3, 8, 0), 375.0, 420.0, 45.0),
    ]
    assert [(ignored.rows, ignored.reason[:60]) for ignored in contents.ignored] == [
        (1, "nights with the device not worn for more than a third"),
        (1, "windows with other minutes than from sleep onset to waking: "),
    ]
    # The same night has the same name and the same times as in part 4, should both come one after the other.
    same = ["participant_id", "source", "device", "episode_id", "date", "start_at", "end_at"]
    nights_of_4 = read(NIGHTS, settings(participant=None, zone="Europe/Berlin")).accepted("sleep_episode")
    assert episodes.select(same).equals(nights_of_4.select(same))


def test_two_windows_that_begin_on_one_date_are_two_nights_and_a_repeated_one_is_the_same(tmp_path: Path) -> None:
    lines = WINDOWS.read_text().splitlines(keepends=True)
    second = lines[2].replace("2025-03-02", "2025-03-01").replace(",26,", ",35,").replace(",33,", ",42,")
    contents = read(written(tmp_path / WINDOWS.name, "".join([*lines[:2], lines[1], second])), LONDON)
    assert contents.accepted("sleep_episode")["episode_id"].to_list() == [
        "night of 2025-03-01", "night of 2025-03-01", "night of 2025-03-01 (2)"
    ]  # fmt: skip


def test_a_night_that_part_4_tells_is_read_from_there_and_others_from_part_5(tmp_path: Path) -> None:
    lines = NIGHTS.read_text().splitlines(keepends=True)
    entries: dict[str, str | bytes] = {"part4.csv": "".join(lines[:2] + lines[3:]), WINDOWS.name: WINDOWS.read_bytes()}
    contents = read(zipped(tmp_path / "results.zip", entries), LONDON)
    episodes = contents.accepted("sleep_episode").select("date", "total_sleep_time_min").rows()
    assert episodes == [(date(2025, 3, 2), pytest.approx(414)), (date(2025, 3, 3), 375.0)]
    assert (1, "already in the report of part 4") in [(one.rows, one.reason) for one in contents.ignored]
    assert contents.n_rows == 2 + 4


def test_a_night_of_a_window_may_lie_over_a_change_of_the_clocks(tmp_path: Path) -> None:
    text = WINDOWS.read_text().replace("2025-03-01", "2025-03-29", 1).replace(",420,45,", ",360,45,", 1)
    contents = read(written(tmp_path / WINDOWS.name, text.replace(",465,", ",405,", 1)), LONDON)
    first = contents.accepted("sleep_episode").row(0, named=True)
    assert (first["start_at"], first["end_at"]) == (at(2025, 3, 29, 23, 30), at(2025, 3, 30, 6, 15))
    assert first["time_in_bed_min"] == 405


@pytest.mark.parametrize("window", ["OO", "segment1", "MMM"])
def test_windows_that_are_neither_are_counted(tmp_path: Path, window: str) -> None:
    contents = read(written(tmp_path / "part5.csv", DAYS.read_text().replace('"MM"', f'"{window}"', 1)), LONDON)
    assert contents.accepted("daily_total").is_empty()
    assert contents.n_rows == 3


@pytest.mark.parametrize(
    ("cell", "other", "column", "rule"),
    [
        (",420,45,", ",much,45,", "dur_spt_sleep_min", "unreadable"),
        (",465,", ",all,", "dur_spt_min", "unreadable"),
        (",23.5,", ",late,", "sleeponset", "unreadable"),
        (",420,45,", ",480,0,", "total_sleep_time_min", "asleep_longer_than_in_bed"),
    ],
)
def test_a_night_of_a_window_that_cannot_be_is_rejected(
    tmp_path: Path, cell: str, other: str, column: str, rule: str
) -> None:
    contents = read(written(tmp_path / WINDOWS.name, WINDOWS.read_text().replace(cell, other, 1)), LONDON)
    assert contents.rejected() == [(WINDOWS.name, 2, column, rule)]


def test_semicolons_and_decimal_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = DAYS.read_text().replace(".", "§").replace(",", ";").replace("§", ",").replace("\n", "\r\n")
    path = written(tmp_path / DAYS.name, b"\xef\xbb\xbf" + text.encode())
    assert read(path, LONDON).accepted("daily_total").equals(read(DAYS, LONDON).accepted("daily_total"))


def test_a_folder_of_results_as_a_zip(tmp_path: Path) -> None:
    entries: dict[str, str | bytes] = {
        "output_study/results/part4_nightsummary_sleep_cleaned.csv": NIGHTS.read_bytes(),
        "output_study/results/QC/part4_nightsummary_sleep_full.csv": NIGHTS.read_bytes(),
        f"output_study/results/{DAYS.name}": DAYS.read_bytes(),
        "output_study/results/part2_summary.csv": "ID,filename,bodylocation\nP1,a.bin,wrist\n",
        "output_study/results/visualisation.pdf": b"%PDF",
    }
    contents = read(zipped(tmp_path / "results.zip", entries), LONDON)
    assert contents.accepted("sleep_episode").unique().height == 2
    assert contents.accepted("daily_total").height == 4
    assert [ignored.reason for ignored in contents.ignored[-2:]] == [
        "a GGIR report that is not used",
        "1 other file(s) of the archive: not used",
    ]
