"""Tables of daily values, read only as study.toml declares them."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from painstats.intake.read_settings import reading_hash
from painstats.plan.study import Plan, Study
from painstats.plan.tables import TablePlan
from tests.sources.reading import FIXTURES, LIFESNAPS, PAIN_DIARY, Contents, read, refusal_of, settings, written

NIGHT = (
    {"column": "slept", "measure": "total_sleep_time_min", "unit": "hours"},
    {"column": "bed", "measure": "bed_time", "format": "%H:%M"},
    {"column": "up", "measure": "wake_time", "format": "%H:%M"},
)


def declared(*columns: dict[str, object], **keys: object) -> TablePlan:
    return TablePlan.model_validate(
        {"file": "t.csv", "nights_dated_by": "waking", "columns": [*columns] or [*NIGHT], **keys}
    )


@pytest.fixture
def reading(tmp_path: Path):
    def of(content: str, *columns: dict[str, object], **keys: object) -> Contents:
        known = settings(zone="Europe/Berlin", tables=(declared(*columns, **keys),))
        return read(written(tmp_path / "t.csv", content), known)

    return of


def totals(contents: Contents) -> list[tuple[object, ...]]:
    return contents.accepted("daily_total").select("date", "measure", "value").rows()


def test_a_table_in_the_layout_of_lifesnaps_is_read_in_its_units() -> None:
    contents = read(FIXTURES / "lifesnaps_daily.csv", settings(tables=(LIFESNAPS,)))
    found = contents.accepted("daily_total").filter(participant_id="5f00000000000000000000aa", date=date(2021, 5, 24))
    assert found.select("device_kind", "measure", "value").rows() == [
        ("tracker", "step_count", 8833.0),
        ("tracker", "total_sleep_time_min", 430.0),
        ("tracker", "time_in_bed_min", 480.0),
        ("tracker", "resting_heart_rate_bpm", 62.5),
    ]
    assert "columns that were not used: nightly_temperature, rmssd" in contents.notes[0].message


@pytest.mark.parametrize(("dated_by", "night"), [("waking", date(2024, 3, 1)), ("evening", date(2024, 3, 2))])
def test_a_night_is_stored_under_the_date_of_waking(dated_by: str, night: date, reading) -> None:
    steps = {"column": "steps", "measure": "step_count"}
    slept = {"column": "slept", "measure": "total_sleep_time_min", "unit": "hours:minutes"}
    contents = reading("date,slept,steps\n2024-03-01,7:30,9000\n", slept, steps, nights_dated_by=dated_by)
    assert totals(contents) == [(night, "total_sleep_time_min", 450.0), (date(2024, 3, 1), "step_count", 9000.0)]


def test_nights_with_times_are_sleeps_at_their_instants_and_not_totals_too(reading) -> None:
    contents = reading("date,slept,bed,up\n2024-03-02,7,22:30,06:30\n2024-03-03,6.5,00:15,07:15\n2024-03-04,6,,\n")
    sleeps = contents.accepted("sleep_episode").select("date", "start_at", "end_at", "time_in_bed_min").rows()
    assert sleeps == [
        (date(2024, 3, 2), datetime(2024, 3, 1, 21, 30, tzinfo=UTC), datetime(2024, 3, 2, 5, 30, tzinfo=UTC), 480.0),
        (date(2024, 3, 3), datetime(2024, 3, 2, 23, 15, tzinfo=UTC), datetime(2024, 3, 3, 6, 15, tzinfo=UTC), 420.0),
    ]
    assert totals(contents) == [(date(2024, 3, 4), "total_sleep_time_min", 360.0)]


def test_times_alone_are_time_in_bed_and_never_sleep(reading) -> None:
    contents = reading("date,bed,up\n2024-03-02,22:30,06:30\n", *NIGHT[1:])
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["in_bed"]
    assert contents.accepted("sleep_episode").is_empty()


def test_dates_of_waking_that_contradict_the_declaration_are_refused(tmp_path: Path) -> None:
    whole = "%Y-%m-%d %H:%M"
    columns = (NIGHT[0], {**NIGHT[1], "format": whole}, {**NIGHT[2], "format": whole})
    path = written(tmp_path / "t.csv", "date,slept,bed,up\n2024-03-01,7,2024-03-01 23:00,2024-03-02 07:00\n")
    refusal = refusal_of(read, path, settings(tables=(declared(*columns),)))
    assert refusal.rule == "night_dates"
    assert read(path, settings(tables=(declared(*columns, nights_dated_by="evening"),))).n_rows == 1


@pytest.mark.parametrize(
    ("content", "keys", "rule", "told"),
    [
        ("date,slept\n2024-03-01,420\n", {}, "duration_unit", "correct the unit of this column"),
        ("date,sleep\n2024-03-01,7\n", {}, "header", "it lacks the column slept; found date, sleep"),
        ("date,slept\n01.03.2024,7\n14.03.2024,7\n", {}, "date_format", 'date_format = "%d.%m.%Y"'),
        ("id,date,slept\nAnn,2024-03-01,7\nann ,2024-03-01,7\n", {"participant_column": "id"}, "id_collision", "alike"),
    ],
)
def test_declarations_that_cannot_be_right_are_refused(
    content: str, keys, rule: str, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "t.csv", content)
    refusal = refusal_of(read, path, settings(tables=(declared(NIGHT[0], **keys),)))
    assert refusal.rule == rule
    assert told in str(refusal)
    assert "[[diaries]]" not in str(refusal)


def test_missing_codes_unreadable_cells_and_decimal_commas(reading) -> None:
    steps = {"column": "steps", "measure": "step_count", "missing": ["0"]}
    rhr = {"column": "rhr", "measure": "resting_heart_rate_bpm"}
    content = "date;steps;rhr\n2024-03-01;0;61,5\n2024-03-02;many;NA\n2024-03-03;700;-9\n"
    contents = reading(content, steps, rhr, delimiter=";", decimal=",", missing=["NA", "-9"])
    assert totals(contents) == [
        (date(2024, 3, 3), "step_count", 700.0),
        (date(2024, 3, 1), "resting_heart_rate_bpm", 61.5),
    ]
    assert contents.rejected() == [("t.csv", 3, "steps", "unreadable")]


def test_a_file_that_is_declared_as_a_diary_too_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "pain_diary.csv", "date,steps\n")
    table = declared({"column": "steps", "measure": "step_count"}, file="pain*.csv")
    assert refusal_of(read, path, settings(tables=(table,), diaries=(PAIN_DIARY,))).rule == "ambiguous"


@pytest.mark.parametrize(
    ("columns", "keys", "told"),
    [
        (({"column": "s", "measure": "total_sleep_time_min"},), {}, "s: total_sleep_time_min needs unit"),
        (({"column": "s", "measure": "step_count", "unit": "hours"},), {}, "s: step_count has no unit"),
        (({"column": "b", "measure": "bed_time"},), {}, "b: bed_time needs format"),
        (NIGHT[:2], {}, "bed_time and wake_time belong together"),
        (NIGHT, {"nights_dated_by": None}, "columns of the night need nights_dated_by"),
        ((NIGHT[0], NIGHT[0]), {}, "two columns are total_sleep_time_min"),
        (({"column": "p", "measure": "pain"},), {}, "'pain' is not known; write one of: step_count"),
    ],
)
def test_an_incomplete_declaration_says_what_it_lacks(columns, keys, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        declared(*columns, **keys)


def test_a_changed_mapping_has_its_files_read_again(tmp_path: Path) -> None:
    plans = [Plan(), Plan(tables=(declared(),)), Plan(tables=(declared(nights_dated_by="evening"),))]
    assert len({reading_hash(Study(folder=tmp_path, plan=plan), "ann") for plan in plans}) == 3


# --- not declared ---


def test_lifesnaps_is_offered_as_a_table_and_never_as_a_diary(tmp_path: Path) -> None:
    path = written(tmp_path / "daily_fitbit.csv", (FIXTURES / "lifesnaps_daily.csv").read_bytes())
    refusal = refusal_of(read, path)
    assert refusal.rule == "table_not_declared"
    block = str(refusal).partition("\n\n")[2]
    assert 'column = "minutesAsleep"\nmeasure = "total_sleep_time_min"\nunit = "minutes"   # check' in block
    assert "[[diaries" not in str(refusal)
    assert "stress_score" not in block


def test_the_block_that_is_offered_reads_the_file(tmp_path: Path) -> None:
    content = "Datum;Schritte;bed time;wake time;hours slept\n02.03.2024;8000;23:10;06:50;7\n03.03.2024;7000;22:50;07:00;7.5\n14.03.2024;1;22:00;06:00;7\n"
    path = written(tmp_path / "sheet.csv", content)
    block = tomllib.loads(str(refusal_of(read, path)).partition("\n\n")[2])["tables"][0]
    contents = read(path, settings(tables=(TablePlan.model_validate(block),)))
    assert contents.accepted("sleep_episode").height == 3
    assert contents.accepted("daily_total")["value"].to_list() == [8000, 7000, 1]


def test_a_diary_with_steps_beside_the_pain_remains_a_diary(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", "date,pain,steps,bed time,hours slept\n2024-03-01,3,5000,23:00,7\n")
    refusal = refusal_of(read, path)
    assert refusal.rule == "diary_not_declared"
    assert "steps" not in str(refusal)
