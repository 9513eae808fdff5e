"""Time in bed is a measure of its own, also where no sleep was recorded, and never sleep."""

import pytest

from painstats.commands.status import status
from painstats.daily import build_daily_table
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.frame import Exposure, build_model_frame
from painstats.frame.participants import summarise
from painstats.reports.data_used import night_rules
from painstats.store import open_store
from tests.conftest import frame, put, table

BED = (
    "SELECT day(date) AS day, time_in_bed_min AS bed, time_in_bed_min_missing AS missing, total_sleep_time_min AS sleep, "
    "total_sleep_time_min_missing AS no_sleep, sleep_efficiency_percent AS efficiency, time_in_bed_rule AS rule "
    "FROM daily_summary WHERE has_record ORDER BY date"
)
WITHOUT_SLEEP = "in bed as recorded, without sleep"


def beds(store, text):
    put(store, "sleep_segment", text)
    build_daily_table(store)
    return table(store, BED)


def test_a_night_in_bed_without_sleep_has_its_time_in_bed(store):
    assert beds(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        phone-1 | phone       | 2026-01-10 23:00:00+00 | 2026-01-11 03:00:00+00 | in_bed
        phone-1 | phone       | 2026-01-11 02:00:00+00 | 2026-01-11 04:00:00+00 | in_bed
        phone-1 | phone       | 2026-01-11 05:00:00+00 | 2026-01-11 07:00:00+00 | in_bed
    """,
    ) == [
        {"day": 11, "bed": 420.0, "missing": None, "sleep": None, "no_sleep": "in_bed_only", "efficiency": None, "rule": WITHOUT_SLEEP}
    ]  # fmt: skip


def test_a_time_in_bed_of_the_day_does_not_replace_the_night(store):
    [night] = beds(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | in_bed
        2026-01-11 13:00:00+00 | 2026-01-11 15:30:00+00 | in_bed
    """,
    )
    assert night["bed"] == 480.0


def test_recorded_sleep_goes_before_the_time_in_bed_of_a_phone(store):
    [night] = beds(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-10 23:30:00+00 | 2026-01-11 06:30:00+00 | core
        phone-1 | phone       | 2026-01-10 23:45:00+00 | 2026-01-11 07:00:00+00 | in_bed
    """,
    )
    assert (night["sleep"], night["bed"], night["rule"]) == (420.0, 420.0, "from first to last sleep")


def test_a_recorded_nap_does_not_hide_the_night_in_bed(store):
    [night] = beds(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-11 14:00:00+00 | 2026-01-11 14:40:00+00 | core
        phone-1 | phone       | 2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | in_bed
    """,
    )
    assert (night["sleep"], night["bed"], night["efficiency"]) == (None, 480.0, None)


@pytest.mark.parametrize(
    ("end_at", "missing"), [("01:59", "implausible"), ("02:00", None), ("20:00", None), ("20:01", "implausible")]
)
def test_a_time_in_bed_that_no_night_has_is_missing(store, end_at, missing):
    [night] = beds(store, f"start_at | end_at | stage\n2026-01-11 00:00:00+00 | 2026-01-11 {end_at}:00+00 | in_bed")
    assert (night["missing"], night["bed"] is None) == (missing, missing is not None)


def test_the_offset_that_was_recorded_dates_it(store):
    rows = beds(
        store,
        """
        start_at               | end_at                 | utc_offset_min | stage
        2026-01-10 14:00:00+00 | 2026-01-10 21:00:00+00 | 540            | in_bed
    """,
    )
    assert [row["day"] for row in rows] == [11]


def test_nights_in_bed_start_no_device_era(store):
    put(store, "sleep_segment", "start_at | end_at | stage\n2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | core")
    beds(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        phone-1 | phone       | 2026-01-11 23:00:00+00 | 2026-01-12 07:00:00+00 | in_bed
        phone-1 | phone       | 2026-01-12 23:00:00+00 | 2026-01-13 07:00:00+00 | in_bed
    """,
    )
    assert table(store, "SELECT * FROM device_change") == []


def test_a_report_says_how_many_nights_have_only_a_time_in_bed(store):
    beds(store, "start_at | end_at | stage\n2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | in_bed")
    [line] = night_rules(frame(store, "SELECT * FROM daily_summary"))
    assert line.startswith("1 night with only a time in bed")


def test_status_says_how_many_nights_have_only_a_time_in_bed(make_study, capsys):
    study = make_study()
    (study.folder / "study.toml").write_text('[study]\nname = "Bed"\ntime_zone = "UTC"\n')
    with open_store(study) as store:
        beds(store, "start_at | end_at | stage\n2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | in_bed")
        build_model_frame(store, [Exposure("time_in_bed_min", 0)])
        summarise(store)
        put_import(store)
    assert status(study.folder, as_json=False) == NEEDS_HAND_EXIT_CODE
    assert (
        'ann: 1 night with only a time in bed, which never counts as sleep. To use it, ask about measure = "time_in_bed_min"'
        in (capsys.readouterr().out)
    )


def put_import(store):
    store.connection.execute(
        "INSERT INTO import (file_name, content_hash, reading_hash, status, painstats_version) "
        "VALUES ('bed.csv', '', '', 'loaded', '0')"
    )
