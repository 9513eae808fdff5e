"""Diaries are read exactly as they are declared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from painstats.plan.time_zones import Journey
from tests.sources.reading import (
    FIXTURES,
    PAIN,
    PAIN_DIARY,
    SYMPTOMS_LONG,
    TWO_DAYS,
    Contents,
    answers,
    plan,
    read,
    refusal_of,
    settings,
    written,
    zipped,
)

# --- the two layouts ---


def test_a_wide_diary() -> None:
    contents = read(FIXTURES / "pain_diary.csv", settings(diaries=[PAIN_DIARY]))
    assert answers(contents) == [
        (date(2024, 3, 1), "pain", 4.0),
        (date(2024, 3, 1), "fatigue", 6.0),
        (date(2024, 3, 2), "pain", 5.0),
        (date(2024, 3, 3), "fatigue", 7.0),
        (date(2024, 3, 4), "fatigue", 5.0),
        (date(2024, 3, 5), "pain", 3.0),
    ]
    assert contents.rejected() == [
        ("pain_diary.csv", 5, "pain", "unreadable"),
        ("pain_diary.csv", 7, "value", "outside_scale"),
        ("pain_diary.csv", 8, "(whole row)", "ragged_row"),
        ("pain_diary.csv", 8, "(whole row)", "ragged_row"),
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(2, "blank")]
    reports = contents.accepted("self_report")
    assert reports["reported_at"][0] == datetime(2024, 3, 1, 21, 10, tzinfo=UTC)
    assert reports.filter(date=date(2024, 3, 3))["reported_at"].to_list() == [None]
    assert contents.frame("self_report").filter(line=5)["text"][0] == '2024-03-04,20:55,seven,5,"two\nlines"'


def test_a_long_diary_of_several_people() -> None:
    contents = read(FIXTURES / "symptoms_long.csv", settings(participant=None, diaries=[SYMPTOMS_LONG]))
    assert contents.accepted("self_report").select("participant_id", "date", "item", "site", "value").rows() == [
        ("007", date(2024, 3, 1), "pain", "back", 3.5),
        ("007", date(2024, 3, 2), "pain", "back", 4.0),
        ("007", date(2024, 3, 2), "fatigue", "", 6.0),
        ("1e5", date(2024, 3, 2), "pain", "back", 7.25),
    ]
    # A row about an item that is not declared shows that the diary was kept on its day.
    assert contents.accepted("daily_total")["measure"].to_list() == ["unscored_entries"]


def test_what_is_declared_of_an_item_goes_with_each_answer(diary: Callable[..., Contents]) -> None:
    item = PAIN | {"scale": (1, 5), "higher_is": "better", "recall": "now", "site": "knee"}
    reports = diary(TWO_DAYS, items=[item], filled="morning").accepted("self_report")
    assert reports.select("source", "site", "recall", "filled", "scale_low", "scale_high", "higher_is_worse").row(0) == (
        "diary", "knee", "now", "morning", 1.0, 5.0, False,
    )  # fmt: skip


def test_answers_that_nothing_else_tells_apart_are_counted(diary: Callable[..., Contents]) -> None:
    reports = diary("date,pain\n2024-03-01,4\n2024-03-02,5\n2024-03-01,x\n2024-03-01,6\n").accepted("self_report")
    assert reports.select("date", "entry_number", "value").rows() == [
        (date(2024, 3, 1), 1, 4.0),
        (date(2024, 3, 2), 1, 5.0),
        (date(2024, 3, 1), 2, 6.0),
    ]


def test_a_diary_may_come_alone_in_a_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "download.zip", {"folder/diary.csv": TWO_DAYS})
    assert len(answers(read(path, settings(diaries=[plan()])))) == 2


def test_the_first_mapping_with_all_its_columns_is_used(tmp_path: Path) -> None:
    other = plan(items=[PAIN | {"column": "Schmerz"}])
    contents = read(written(tmp_path / "diary.csv", TWO_DAYS), settings(diaries=[other, plan()]))
    assert len(answers(contents)) == 2


def test_columns_that_are_not_declared_are_noted(diary: Callable[..., Contents]) -> None:
    [note] = diary("date,pain,weather,note\n2024-03-01,4,rain,\n").notes
    assert note.message == "columns that were not used: weather, note"


# --- the same file written in other ways ---


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (TWO_DAYS.replace("\n", "\r\n"), {}),
        (TWO_DAYS.replace("\n", "\r"), {}),
        ("date,pain\r\n2024-03-01,4\r2024-03-02,5\n\n\n", {}),
        (TWO_DAYS.encode("utf-8-sig"), {}),
        (TWO_DAYS.encode("utf-16"), {"encoding": "utf-16"}),
        (TWO_DAYS.rstrip(), {}),
        ("pain,date\n4,2024-03-01\n5,2024-03-02\n", {}),
        ("date;pain\n2024-03-01;4\n2024-03-02;5\n", {"delimiter": ";"}),
        ("date\tpain\n2024-03-01\t4,0\n2024-03-02\t5,0\n", {"delimiter": "\t", "decimal": ","}),
        ('"date" ,"pain"\n"2024-03-01"," 4 "\n2024-03-02,5.0\n'.replace('" ,', '",'), {}),
        (" date , pain \n 2024-03-01 , 4 \n 2024-03-02 , 5 \n", {}),
        ("date,pain\n01.03.2024,4\n2.3.2024,5\n", {"date_format": "%d.%m.%Y"}),
        ("date,pain\n3/1/24,4\n3/2/24,5\n", {"date_format": "%m/%d/%y"}),
    ],
)
def test_the_same_diary_in_other_clothes(
    diary: Callable[..., Contents], content: str | bytes, changes: dict[str, object]
) -> None:
    as_usual = diary(TWO_DAYS).accepted("self_report")
    assert diary(content, **changes).accepted("self_report").equals(as_usual)


def test_nul_characters_are_replaced_and_counted(diary: Callable[..., Contents]) -> None:
    contents = diary("date,pain,note\n2024-03-01,4,a\0b\n")
    assert len(answers(contents)) == 1
    assert contents.notes[-1].message == "1 NUL characters were replaced by spaces"


def test_letters_of_another_encoding_are_read_as_declared(diary: Callable[..., Contents]) -> None:
    content = "date,Müdigkeit\n2024-03-01,4\n".encode("cp1252")
    item = PAIN | {"item": "fatigue", "column": "Müdigkeit"}
    assert len(answers(diary(content, encoding="cp1252", items=[item]))) == 1


# --- numbers and blanks ---


@pytest.mark.parametrize(
    "text", ["seven", "7/10", "7,5", "٧", "1_0", "1e1", "+7", ".5", "7.", "NaN", "inf", "1e999", "0x7", "7 5", "1 002"]
)
def test_what_is_no_plain_number_is_rejected(diary: Callable[..., Contents], text: str) -> None:
    contents = diary(f'date,pain\n2024-03-01,"{text}"\n2024-03-02,5\n')
    assert contents.rejected() == [("diary.csv", 2, "pain", "unreadable")]


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7.0), ("07", 7.0), ("7.0", 7.0), ("6.25", 6.25), (" 7 ", 7.0), ("-0", 0.0)]
)
def test_plain_numbers_are_read(diary: Callable[..., Contents], text: str, value: float) -> None:
    assert answers(diary(f"date,pain\n2024-03-01,{text}\n")) == [(date(2024, 3, 1), "pain", value)]


def test_a_decimal_point_is_no_number_where_a_comma_is_declared(diary: Callable[..., Contents]) -> None:
    contents = diary("date;pain\n2024-03-01;3.5\n2024-03-02;3,5\n", delimiter=";", decimal=",")
    assert answers(contents) == [(date(2024, 3, 2), "pain", 3.5)]


def test_blank_and_declared_missing_cells_are_no_zeros(diary: Callable[..., Contents]) -> None:
    contents = diary("date,pain\n2024-03-01,\n2024-03-02,-99\n2024-03-03, \n2024-03-04,0\n", missing=["-99"])
    assert answers(contents) == [(date(2024, 3, 4), "pain", 0.0)]
    assert contents.n_ignored == 3
    assert contents.rejected() == []


@pytest.mark.parametrize("row", ["2024-03-02,#VALUE!", "2024-03-02,#####", "45353,5"])
def test_what_excel_left_behind_is_named_as_such(diary: Callable[..., Contents], row: str) -> None:
    [(_, line, _, rule)] = diary(f"date,pain\n2024-03-01,4\n{row}\n2024-03-03,4\n").rejected()
    assert (line, rule) == (3, "excel_artifact")


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "1899-12-31", "9999-01-01", "2026-02-01", "infinity"])
def test_days_that_cannot_be_are_rejected(diary: Callable[..., Contents], day: str) -> None:
    contents = diary(f"date,pain\n2024-03-01,4\n{day},5\n2024-02-29,4\n")
    assert [line for _, line, _, _ in contents.rejected()] == [3]
    assert len(answers(contents)) == 2


# --- when ---


def test_a_time_column_makes_an_instant(diary: Callable[..., Contents]) -> None:
    known = settings(zone="America/New_York", diaries=[plan(time_column="at")])
    reports = diary("date,at,pain\n2024-03-01,22:30,4\n2024-07-01,22:30,4\n", known).accepted("self_report")
    assert reports["date"].to_list() == [date(2024, 3, 1), date(2024, 7, 1)]
    assert reports["reported_at"].to_list() == [
        datetime(2024, 3, 2, 3, 30, tzinfo=UTC),
        datetime(2024, 7, 2, 2, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S.%fZ"])
def test_a_stamp_in_utc_belongs_to_the_local_date(diary: Callable[..., Contents], form: str) -> None:
    declared = plan(date_format=form, times_are="utc")
    abroad = {"ann": (Journey(date(2024, 3, 5), date(2024, 3, 9), "Asia/Tokyo"),)}
    known = settings(zone="America/New_York", diaries=[declared], journeys=abroad)
    reports = diary("date,pain\n2024-03-02T03:30:00.000Z,4\n2024-03-06T16:30:00.000Z,5\n", known).accepted(
        "self_report"
    )
    assert reports["date"].to_list() == [date(2024, 3, 1), date(2024, 3, 7)]
    assert reports["reported_at"][0] == datetime(2024, 3, 2, 3, 30, tzinfo=UTC)


def test_a_day_alone_does_not_fit_a_stamp_and_a_stamp_does_not_fit_a_day(diary: Callable[..., Contents]) -> None:
    content = "date,pain\n2024-03-01,4\n2024-03-02T08:00:00,5\n2024-03-03,5\n"
    assert diary(content).rejected() == [("diary.csv", 3, "date", "unreadable")]


@pytest.mark.parametrize("clock", ["25:00", "9 pm", "24:00", "02:30"])
def test_clock_times_that_cannot_be_are_rejected(diary: Callable[..., Contents], clock: str) -> None:
    known = settings(zone="America/New_York", diaries=[plan(time_column="at")])
    contents = diary(f"date,at,pain\n2024-03-09,21:00,4\n2024-03-10,{clock},5\n", known)
    assert contents.rejected() == [("diary.csv", 3, "at", "unreadable")]


def test_a_diary_of_several_people_in_several_zones(diary: Callable[..., Contents]) -> None:
    known = settings(
        None, "Europe/London", [plan(participant_column="who", time_column="at")],
        {"b": (Journey(date(2024, 1, 1), date(2024, 12, 31), "Asia/Tokyo"),)},
    )  # fmt: skip
    reports = diary("who,date,at,pain\na,2024-03-01,21:00,4\nb,2024-03-01,21:00,5\n", known).accepted("self_report")
    assert reports.select("participant_id", pl.col("reported_at").dt.hour()).rows() == [("a", 21), ("b", 12)]


# --- participants ---


@pytest.mark.parametrize("name", ["007", "1e5", "NA", "null", "true", "x'; DROP TABLE pain; --", " 12 "])
def test_ids_are_kept_byte_for_byte(diary: Callable[..., Contents], name: str) -> None:
    contents = diary(f"who,date,pain\n{name},2024-03-01,4\n", participant_column="who")
    assert contents.accepted("self_report")["participant_id"].to_list() == [name]


def test_a_blank_id_is_rejected(diary: Callable[..., Contents]) -> None:
    contents = diary("who,date,pain\na,2024-03-01,4\n ,2024-03-01,4\n", participant_column="who")
    assert contents.rejected() == [("diary.csv", 3, "who", "unreadable")]


@pytest.mark.parametrize("other", ["ANN", "ann ", "Ann"])
def test_ids_that_differ_in_dress_only_are_refused(diary: Callable[..., Contents], other: str) -> None:
    content = f"who,date,pain\nann,2024-03-01,4\nbob,2024-03-01,4\n{other},2024-03-02,4\n"
    refusal = refusal_of(diary, content, participant_column="who")
    assert refusal.rule == "id_collision"
    assert "lines 2 and 4" in str(refusal)


def test_a_diary_without_a_participant_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "diary.csv", TWO_DAYS)
    assert refusal_of(read, path, settings(participant=None, diaries=[plan()])).rule == "no_participant"


# --- filled in long after ---

LATE = "date,pain,saved\n2024-03-01,4,2024-03-01 21:00\n2024-03-02,5,2024-03-20 09:00\n2024-03-03,6,\n"
SAVED = {"entered_column": "saved", "entered_format": "%Y-%m-%d %H:%M"}


def test_scores_filled_in_weeks_later_are_noted(diary: Callable[..., Contents]) -> None:
    contents = diary(LATE, **SAVED)
    assert len(answers(contents)) == 3
    [note] = [note.message for note in contents.notes]
    assert note.startswith("backfilled: 1 of 3 rows were written more than 7 days after their day")


def test_they_are_left_out_where_the_plan_says_so(diary: Callable[..., Contents]) -> None:
    contents = diary(LATE, **SAVED, max_days_late=2)
    assert [day for day, *_ in answers(contents)] == [date(2024, 3, 1), date(2024, 3, 3)]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "written more than 2 days after their day")
    ]
    assert contents.notes == []


def test_without_a_column_of_when_it_was_written_nothing_can_be_late() -> None:
    with pytest.raises(ValueError, match="max_days_late needs entered_column"):
        plan(max_days_late=2)
