"""Oura as people have it today: new names in the trends, many endpoints in one file, and CSVs that scripts wrote."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, settings, written

CHICAGO = settings(zone="America/Chicago")
BERLIN = settings(zone="Europe/Berlin")
TRENDS = FIXTURES / "oura_trends_today.csv"
API = json.loads((FIXTURES / "oura_api.json").read_text())
NIGHT = "date", "total_sleep_time_min", "time_in_bed_min", "deep_sleep_min", "rem_sleep_min", "is_main_sleep"


def nights(contents: Contents) -> list[tuple[object, ...]]:
    return contents.accepted("sleep_episode").select(NIGHT).rows()


def totals(contents: Contents, measure: str) -> dict[object, object]:
    return dict(contents.accepted("daily_total").filter(measure=measure).select("date", "value").rows())


# --- trends ---


def test_trends_of_today_are_read_by_their_new_names() -> None:
    contents = read(TRENDS, CHICAGO)
    assert nights(contents) == [
        (date(2025, 3, 8), 411.5, 490.0, pytest.approx(88.17, abs=0.01), 90.0, True),
        (date(2025, 3, 9), 435.0, 480.0, None, None, True),  # the clocks went forward in this night
    ]
    assert totals(contents, "step_count") == {date(2025, 3, 8): 9120, date(2025, 3, 9): 7040, date(2025, 3, 11): 8885}
    assert not contents.rejected()


def test_none_is_a_missing_value_and_not_an_unreadable_one() -> None:
    assert totals(read(TRENDS, CHICAGO), "heart_rate_variability_rmssd_ms") == {date(2025, 3, 8): 38}


def test_rows_in_another_order_and_with_semicolons_give_the_same(tmp_path: Path) -> None:
    header, *rows = TRENDS.read_text().splitlines()
    turned = read(
        written(tmp_path / "t.csv", "\ufeff" + "\r\n".join([header, *reversed(rows)]).replace(",", ";")), CHICAGO
    )
    assert nights(turned) == list(reversed(nights(read(TRENDS, CHICAGO))))


def test_trends_with_few_columns_have_their_time_in_bed_from_the_bedtimes(tmp_path: Path) -> None:
    text = (
        "date,Total Sleep Duration,Bedtime Start,Bedtime End\n"
        "2025-03-08,24690,2025-03-07T22:14:42-06:00,2025-03-08T06:24:42-06:00\n"
    )
    contents = read(written(tmp_path / "oura.csv", text), CHICAGO)
    assert nights(contents) == [(date(2025, 3, 8), 411.5, 490.0, None, None, True)]
    assert contents.notes[0].message == "there are no times in bed; bedtimes give them"


# --- the API ---


def test_endpoints_under_one_root_are_each_read() -> None:
    contents = read(FIXTURES / "oura_api.json", BERLIN)
    assert nights(contents) == [(date(2025, 3, 3), 420.0, 480.0, 80.0, 85.0, True)]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (2, "records that occur again later in the file"),
        (1, "daily_readiness: an Oura table that is not used"),
        (1, "daily_sleep: an Oura table that is not used"),
    ]


def test_a_day_that_was_requested_again_counts_once_and_as_it_was_last() -> None:
    assert totals(read(FIXTURES / "oura_api.json", BERLIN), "step_count") == {
        date(2025, 3, 1): 8100,
        date(2025, 3, 2): 9400,
    }


@pytest.mark.parametrize(
    "shape",
    [
        lambda pages: {"sleep": pages["sleep"]["data"]},
        lambda pages: {"sleep": [pages["sleep"], {"data": [], "next_token": None}]},
        lambda pages: [pages["sleep"]],
        lambda pages: pages["sleep"],
        lambda pages: {**pages, "workout": {"data": []}, "personal_info": {"age": 50}},
    ],
    ids=["array", "pages", "array of pages", "one page", "with empty endpoints"],
)
def test_answers_are_read_however_they_were_put_together(shape, tmp_path: Path) -> None:
    path = written(tmp_path / "oura.json", json.dumps(shape(API)))
    assert nights(read(path, BERLIN)) == nights(read(FIXTURES / "oura_api.json", BERLIN))


def test_scores_of_sleep_without_the_sleep_say_which_endpoint_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path / "oura.json", json.dumps({name: API[name] for name in ("daily_sleep", "daily_activity")}))
    notes = [note.message for note in read(path, BERLIN).notes]
    assert "not read: daily_sleep has scores but no times of sleep; export the endpoint sleep too" in notes


def test_an_api_csv_without_days_is_dated_by_waking() -> None:
    contents = read(FIXTURES / "oura_api_sleep.csv", BERLIN)
    assert nights(contents) == [
        (date(2025, 3, 2), 420.0, 480.0, 80.0, 85.0, True),
        (date(2025, 3, 2), 20.0, 30.0, 0.0, 0.0, False),
        (date(2025, 3, 30), 425.0, 480.0, 85.0, 90.0, True),
    ]
    notes = [note.message for note in contents.notes]
    assert "sleeps have no day; they are dated by waking (bedtime_end)" in notes
    assert not any("is the date of waking in" in note for note in notes)


def test_a_sleep_without_day_and_end_is_rejected_for_its_end(tmp_path: Path) -> None:
    text = (FIXTURES / "oura_api_sleep.csv").read_text().replace("2025-03-30T08:10:00+02:00", "soon")
    contents = read(written(tmp_path / "oura.csv", text), BERLIN)
    assert contents.rejected()[0] == ("oura.csv", 4, "bedtime_end", "unreadable")
    assert len(nights(contents)) == 2


def test_a_lowest_heart_rate_of_255_was_not_measured(tmp_path: Path) -> None:
    night = {**API["sleep"]["data"][0], "lowest_heart_rate": 255}
    contents = read(written(tmp_path / "sleep.json", json.dumps([night])), BERLIN)
    assert totals(contents, "resting_heart_rate_bpm") == {}
    assert not contents.rejected()
