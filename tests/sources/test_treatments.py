"""Treatments: dated medicines, programmes and therapies from a CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, settings, written


def test_medicines_programmes_and_therapies_are_read_with_their_dates() -> None:
    contents = read(FIXTURES / "treatments.csv")
    treatments = contents.accepted("treatment").drop("participant_id", "source")
    assert treatments.rows() == [
        ("medicine", "low-dose naltrexone", date(2024, 1, 8), date(2024, 4, 1), 4.5, "mg", 14, 7),
        ("exercise_programme", "walking group", date(2024, 2, 1), None, None, None, 0, 0),
    ]
    assert contents.rejected() == [("treatments.csv", 4, "end_date", "ends_before_start")]


def test_three_columns_are_enough_and_a_participant_column_wins(tmp_path: Path) -> None:
    text = "participant_id;kind;name;start_date\nbob;therapy;massage;2024-01-02\n;therapy;massage;2024-01-02\n"
    path = written(tmp_path / "t.csv", text)
    assert read(path).accepted("treatment")["participant_id"].to_list() == ["bob", "ann"]
    assert read(path, settings(participant=None)).batches[0].frame["participant_id"].to_list() == ["bob", None]


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("prayer,x,2024-01-02,,,", "kind", "unknown_treatment"),
        ("medicine,,2024-01-02,,,", "name", "missing_key"),
        ("medicine,x,02/01/2024,,,", "start_date", "unreadable"),
        ("medicine,x,2024-01-02,soon,,", "end_date", "unreadable"),
        ("medicine,x,2024-01-02,,half,", "dose", "unreadable"),
        ("medicine,x,2024-01-02,,-1,", "dose", "dose_implausible"),
        ("medicine,x,2024-01-02,,1,2.5", "ramp_days", "unreadable"),
    ],
)
def test_rows_that_cannot_be_are_rejected(row: str, column: str, rule: str, tmp_path: Path) -> None:
    header = "kind,name,start_date,end_date,dose,ramp_days\n"
    assert read(written(tmp_path / "t.csv", header + row + "\n")).rejected() == [("t.csv", 2, column, rule)]


@pytest.mark.parametrize(
    ("dose", "unit", "kept"),
    [("4.5", "mg", 4.5), ('"4,5"', "mg", 4.5), ("4500", "mg", 4500.0), ("30", "drops", 30.0), ("900", "IU", 900.0)],
)
def test_doses_are_read_with_a_point_or_a_comma(dose: str, unit: str, kept: float, tmp_path: Path) -> None:
    text = f"kind,name,start_date,dose,dose_unit\nmedicine,x,2024-01-02,{dose},{unit}\n"
    assert read(written(tmp_path / "t.csv", text)).accepted("treatment")["dose"].to_list() == [kept]


@pytest.mark.parametrize(
    ("dose", "unit", "rule"),
    [("4500", "g", "dose_impossible"), ("1", "kg", "dose_impossible"), ('"4,500"', "mg", "unreadable")],
)
def test_impossible_and_ambiguous_doses_are_rejected(dose: str, unit: str, rule: str, tmp_path: Path) -> None:
    text = f"kind,name,start_date,dose,dose_unit\nmedicine,x,2024-01-02,{dose},{unit}\n"
    assert read(written(tmp_path / "t.csv", text)).rejected() == [("t.csv", 2, "dose", rule)]


def test_unknown_kinds_are_named_beside_the_known_ones(tmp_path: Path) -> None:
    text = "kind,name,start_date\nInjection,x,2024-01-02\nmedicine,y,2024-01-02\n"
    [note] = read(written(tmp_path / "t.csv", text)).notes
    assert note.message == (
        "kinds of treatment that are not known: injection; write one of: medicine, exercise_programme, therapy"
    )
