"""A diary that contradicts its declaration is refused, with the line to write."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from painstats.plan.diaries import DiaryPlan
from tests.sources.reading import (
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

# --- refused with advice ---


def test_missing_columns_are_named_with_what_to_write(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, "Date,pain_now,mood\n2024-03-01,4,5\n")
    assert refusal.rule == "header"
    assert "expected the columns date, pain; found Date, pain_now, mood" in str(refusal)
    assert 'date_column = "Date"' in str(refusal)
    assert 'column = "pain_now"' in str(refusal)


def test_a_column_is_named_in_its_own_letters(diary: Callable[..., Contents]) -> None:
    assert 'column = "pain_müde"' in str(refusal_of(diary, "date,pain_müde\n2024-03-01,4\n"))
    assert 'column = "…"' in str(refusal_of(diary, "date,Müdigkeit\n2024-03-01,4\n"))


def test_another_delimiter_is_named(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, "date;pain\n2024-03-01;4\n")
    assert refusal.rule == "header"
    assert 'delimiter = ";"' in str(refusal)


def test_a_file_without_header_shows_none_of_its_values(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, "2024-03-01,4711\n2024-03-02,5\n")
    assert refusal.rule == "header"
    assert not re.search("4711|2024", str(refusal))


@pytest.mark.parametrize("header", ["date,pain,pain", "date,pain,Pain", "date,pain, pain "])
def test_columns_of_the_same_name_are_refused(diary: Callable[..., Contents], header: str) -> None:
    assert refusal_of(diary, f"{header}\n2024-03-01,4,5\n").rule == "duplicate_column"


def dates(form: str, days: list[int]) -> str:
    texts = [(date(2024, 3, 1) + timedelta(days=day)).strftime(form) for day in days]
    return "date,pain\n" + "".join(f"{text},4\n" for text in texts)


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %I:%M %p", "%Y/%m/%d"]
)
def test_a_wrong_date_format_is_answered_with_the_right_line(diary: Callable[..., Contents], form: str) -> None:
    content = dates(form, list(range(0, 40, 3)))
    refusal = refusal_of(diary, content)
    assert refusal.rule == "date_format"
    assert "14 of 14 dates" in str(refusal)
    [line] = [line.strip() for line in str(refusal).splitlines() if line.strip().startswith("date_format")]
    advised = tomllib.loads(line)["date_format"]
    assert len(answers(diary(content, date_format=advised))) == 14


def test_two_formats_that_fit_are_both_shown(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, dates("%d/%m/%Y", [0, 1, 2]))
    assert 'date_format = "%d/%m/%Y"   # day first' in str(refusal)
    assert 'date_format = "%m/%d/%Y"   # month first' in str(refusal)


def mixed(n_day_first: int, n_month_first: int) -> str:
    days = [date(2024, 1, 13) + timedelta(days=day) for day in range(n_day_first)]
    others = [date(2024, 5, 20) + timedelta(days=day) for day in range(n_month_first)]
    texts = [f"{day:%d/%m/%Y}" for day in days] + [f"{day:%m/%d/%Y}" for day in others]
    return "date,pain\n" + "".join(f"{text},4\n" for text in texts)


def test_a_column_with_both_orders_of_day_and_month_is_refused_with_its_lines(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, mixed(60, 4), date_format="%d/%m/%Y")
    assert refusal.rule == "date_format"
    assert '4 of 64 dates in date (6%) do not fit date_format = "%d/%m/%Y", the first on line 62, 63, 64, 65' in str(
        refusal
    )
    assert "split the file by format" in str(refusal)
    assert not re.search(r"\d\d/\d\d", str(refusal))


def test_half_of_a_column_in_the_other_order_is_refused(diary: Callable[..., Contents]) -> None:
    days = [date(2024, 1, 1) + timedelta(days=day) for day in range(32)]
    texts = [f"{day:%d/%m/%Y}" if place % 2 else f"{day:%m/%d/%Y}" for place, day in enumerate(days)]
    content = "date,pain\n" + "".join(f"{text},4\n" for text in texts)
    assert refusal_of(diary, content, date_format="%d/%m/%Y").rule == "date_format"


@pytest.mark.parametrize("content", [mixed(60, 3), mixed(5, 1)])
def test_a_few_dates_that_cannot_be_read_are_rejected_alone(diary: Callable[..., Contents], content: str) -> None:
    contents = diary(content, date_format="%d/%m/%Y")
    assert {rule for *_, rule in contents.rejected()} == {"unreadable"}


def test_what_excel_made_of_dates_is_rejected_and_the_others_stand(diary: Callable[..., Contents]) -> None:
    contents = diary(dates("%Y-%m-%d", list(range(20))) + "45292,3\n########,3\n45293,4\n")
    assert [(line, rule) for _, line, _, rule in contents.rejected()] == [
        (line, "excel_artifact") for line in (22, 23, 24)
    ]
    assert len(answers(contents)) == 20


def test_dates_in_no_known_format_are_refused_without_showing_them(diary: Callable[..., Contents]) -> None:
    refusal = refusal_of(diary, "date,pain\nsoonish,4\nlaterish,5\n2024-03-01,4\n")
    assert refusal.rule == "date_format"
    assert "soonish" not in str(refusal)
    assert "line 2" in str(refusal)


def test_a_wrong_scale_is_refused_and_values_are_not_rescaled(diary: Callable[..., Contents]) -> None:
    content = "date,pain\n" + "".join(f"2024-03-{day:02},{day * 4}\n" for day in range(1, 21))
    refusal = refusal_of(diary, content)
    assert refusal.rule == "scale"
    assert "18 of 20 values of pain lie outside its declared scale [0, 10]" in str(refusal)


def test_a_few_values_outside_the_scale_are_rejected_alone(diary: Callable[..., Contents]) -> None:
    content = "date,pain\n" + "".join(f"2024-03-{day:02},{11 if day in (4, 5) else 4}\n" for day in range(1, 31))
    contents = diary(content)
    assert [(line, rule) for _, line, _, rule in contents.rejected()] == [(5, "outside_scale"), (6, "outside_scale")]


# --- no CSV at all ---


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"\n <HTML>", "a web page"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"{\\rtf1 date,pain}", "a word-processing document"),
        (b"SQLite format 3\0", "a database"),
    ],
)
def test_files_in_disguise_are_refused(diary: Callable[..., Contents], content: bytes, what: str) -> None:
    refusal = refusal_of(diary, content)
    assert refusal.rule == "not_csv"
    assert what in str(refusal)


def test_an_excel_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    workbook = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
    for name, advice in (("diary.csv", "in Excel choose Save As, CSV"), ("other.xlsx", "save it as CSV UTF-8")):
        refusal = refusal_of(read, zipped(tmp_path / name, workbook), settings(diaries=[plan()]))
        assert refusal.rule == "not_csv"
        assert advice in str(refusal)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('2024-03-01,4\n2024-03-02,"5\n2024-03-03,4\n', 3),
        ('2024-03-01,"4"5\n', 2),
        ('2024-03-01,"4\n2024-03-02,"5"\n', 2),
    ],
)
def test_quotes_that_are_not_closed_are_refused_where_they_open(
    diary: Callable[..., Contents], rows: str, line: int
) -> None:
    refusal = refusal_of(diary, "date,pain\n" + rows)
    assert refusal.rule == "quote"
    assert f"line {line}" in str(refusal)


def test_quoted_line_ends_and_quotes_are_part_of_a_cell(diary: Callable[..., Contents]) -> None:
    contents = diary('date,note,pain\n2024-03-01,"a\n""b"", c",4\n2024-03-02,5\'11",x\n')
    assert answers(contents) == [(date(2024, 3, 1), "pain", 4.0)]
    assert contents.rejected() == [("diary.csv", 4, "pain", "unreadable")]


def test_endless_lines_are_refused_quickly(diary: Callable[..., Contents]) -> None:
    began = time.perf_counter()
    assert refusal_of(diary, b"date,pain\n" + b"x" * 20_000_000).rule == "line_too_long"
    assert refusal_of(diary, b"date,pain\n2024-03-01," + b"x" * 200_000).rule == "line_too_long"
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("content", [TWO_DAYS.encode("utf-16"), "date,pain\n2024-03-01,Zoë\n".encode("latin-1")])
def test_undeclared_encodings_are_refused(diary: Callable[..., Contents], content: bytes) -> None:
    refusal = refusal_of(diary, content)
    assert refusal.rule == "encoding"
    assert "encoding = " in str(refusal)


def test_a_header_without_rows_is_noted(diary: Callable[..., Contents]) -> None:
    contents = diary("date,pain\n")
    assert contents.batches == []
    assert contents.notes[0].message == "it has a header but no rows"


# --- undeclared diaries ---


@pytest.mark.parametrize(
    ("content", "n_answers"),
    [
        (TWO_DAYS, 2),
        ("Date;Pain now;Mood;Mood note\n1.3.2024;4,5;3;fine\n20.3.2024;5,0;2;\n", 2),
        ("timestamp\tfatigue\n2024-03-01T08:00:00.000Z\t4\n", 1),
        ("date,pain\n2024-03-01,4\n".encode("utf-16"), 1),
    ],
)
def test_an_undeclared_diary_is_answered_with_a_block_that_reads_it(
    tmp_path: Path, content: str | bytes, n_answers: int
) -> None:
    path = written(tmp_path / "my diary [1].csv", content)
    refusal = refusal_of(read, path, settings())
    assert refusal.rule == "diary_not_declared"
    block = tomllib.loads(str(refusal).split("\n\n", 1)[1])
    declared = [DiaryPlan.model_validate(diary) for diary in block["diaries"]]
    assert len(answers(read(path, settings(diaries=declared)))) == n_answers


def test_a_table_without_ratings_is_no_diary(tmp_path: Path) -> None:
    path = written(tmp_path / "table.csv", "date,weight\n2024-03-01,70\n")
    assert refusal_of(read, path, settings()).rule == "not_recognised"


def test_a_diary_that_no_mapping_names_gets_its_block_beside_declared_ones(tmp_path: Path) -> None:
    path = written(tmp_path / "other.csv", TWO_DAYS)
    refusal = refusal_of(read, path, settings(diaries=[plan()]))
    assert refusal.rule == "diary_not_declared"
    assert 'file = "other.csv"' in str(refusal)


def test_unrecognised_utf_16_is_reported_as_such(tmp_path: Path) -> None:
    path = written(tmp_path / "sleeps.csv", "Cycle start time,Nap\n2024-03-01,false\n".encode("utf-16"))
    refusal = refusal_of(read, path, settings())
    assert refusal.rule == "encoding"
    assert "save it as UTF-8" in str(refusal)


@pytest.mark.parametrize(
    "content",
    [
        "date,pain\n01/02/4711,4\n",
        'date,pain\n2024-03-01,4711\n2024-03-01,"4711',
        "date,pain\n2024-03-01,4711\n2024-03-02,4711\n2024-03-03,4711\n",
        "date,pain\n4711,\xe9".encode("latin-1"),
        "date,pain,\n2024-03-01,4711,4711\n" + "x" * 200_000,
    ],
)
def test_refusals_repeat_no_value(diary: Callable[..., Contents], content: str | bytes) -> None:
    assert "4711" not in str(refusal_of(diary, content))
