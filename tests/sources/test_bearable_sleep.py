"""Bearable's rows of sleep: times asleep, bed times alone, hours alone, and what contradicts itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from tests.sources.reading import Contents, read, written

HEADER = "date,weekday,time of day,category,rating/amount,detail,notes\n"


def bearable(folder: Path, *rows: str) -> Contents:
    return read(written(folder / "bearable.csv", HEADER + "".join(f"{row}\n" for row in rows)))


def test_a_night_ends_on_the_date_of_its_row_and_keeps_its_time_in_bed(tmp_path: Path) -> None:
    row = '11th Feb 2025,Tuesday,,Sleep,7:15,"Asleep 23:30 - 06:45. In bed 22:50 - 07:10. Nap 2h (mid)",'
    contents = bearable(tmp_path, row)
    [night] = contents.accepted("sleep_episode").rows(named=True)
    assert (night["date"], night["device_kind"], night["is_main_sleep"]) == (date(2025, 2, 11), "app", True)
    assert night["start_at"] == datetime(2025, 2, 10, 23, 30, tzinfo=UTC)
    assert night["end_at"] == datetime(2025, 2, 11, 6, 45, tzinfo=UTC)
    assert (night["total_sleep_time_min"], night["time_in_bed_min"]) == (435.0, 500.0)
    assert any("naps were not read (1 rows)" in note.message for note in contents.notes)


def test_bed_times_alone_are_time_in_bed_and_not_sleep(tmp_path: Path) -> None:
    contents = bearable(tmp_path, "11th Feb 2025,Tuesday,,Sleep,8:00,In bed 23:00 - 07:00,")
    assert contents.accepted("sleep_episode").is_empty()
    assert contents.accepted("daily_total").is_empty()
    assert contents.accepted("sleep_segment").select("stage", "start_at").rows() == [
        ("in_bed", datetime(2025, 2, 10, 23, tzinfo=UTC))
    ]


def test_hours_alone_are_a_total_of_the_day(tmp_path: Path) -> None:
    contents = bearable(tmp_path, "11th Feb 2025,Tuesday,,Sleep,7:30,,", "12th Feb 2025,Wednesday,,Sleep,,,")
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2025, 2, 11), "total_sleep_time_min", 450.0)
    ]
    assert ("Sleep: without hours and times", 1) in [(ignored.reason, ignored.rows) for ignored in contents.ignored]


def test_sleep_that_contradicts_itself_is_rejected(tmp_path: Path) -> None:
    contents = bearable(
        tmp_path,
        "11th Feb 2025,Tuesday,,Sleep,7:00,Asleep 12:15 - 19:15. In bed 02:00 - 12:30,",
        "12th Feb 2025,Wednesday,,Sleep,9:00,Asleep 01:00 - 08:00. In bed 00:30 - 08:30,",
        "13th Feb 2025,Thursday,,Sleep,many,Asleep 01:00 - 08:00,",
    )
    assert contents.rejected() == [
        ("bearable.csv", 2, "detail", "sleep_outside_bed"),
        ("bearable.csv", 3, "total_sleep_time_min", "asleep_longer_than_in_bed"),
        ("bearable.csv", 4, "rating/amount", "unreadable"),
    ]


def test_entries_without_a_score_show_that_the_diary_was_kept(tmp_path: Path) -> None:
    rows = ("11th Feb 2025,Tuesday,am,Factors,,walk,", "11th Feb 2025,Tuesday,am,Meds/Supplements,50,a (mg),")
    totals = bearable(tmp_path, *rows).accepted("daily_total")
    assert totals.select("date", "measure", "value").rows() == [(date(2025, 2, 11), "unscored_entries", 2.0)]
