"""No CSV that painstats writes has a cell that a spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from painstats.cohort.result_tables import write_tables
from painstats.store.csv_cells import as_csv

FORMULAS = [
    "=HYPERLINK('http://evil.example','x')", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "  =1",
    "\"=1", "'=1", "＝1", "＋1", "－1", "＠SUM(1)", "\n=1", "\u00a0=1",
]  # fmt: skip
PLAIN = ["", "swimming", "10 minutes of stretching", "3=3", "a-b", "o'clock", "'tis", "'n' roll", "5 + 5", '"quoted"']


def read(written: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode(), newline=""), delimiter=separator))


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_formula_gets_an_apostrophe_and_can_be_had_back(separator):
    header, *rows = read(as_csv(pl.DataFrame({"text": FORMULAS}), separator), separator)
    assert header == ["text"]
    assert [row[0] for row in rows] == ["'" + text for text in FORMULAS]


def test_other_text_and_numbers_stay_as_they_are():
    table = pl.DataFrame({"text": PLAIN, "number": [-3.5] * len(PLAIN), "day": [date(2026, 1, 5)] * len(PLAIN)})
    _, *rows = read(as_csv(table))
    assert rows == [[text, "-3.5", "2026-01-05"] for text in PLAIN]


def test_a_cell_that_is_not_known_stays_empty():
    assert as_csv(pl.DataFrame({"text": [None, "a"], "n": [None, -1]})) == b"text,n\n,\na,-1\n"


def test_names_of_columns_are_cells_too():
    table = pl.DataFrame({"=1+1": ["x"], "site": pl.Series(["-1+1"], dtype=pl.Categorical)})
    assert read(as_csv(table)) == [["'=1+1", "site"], ["x", "'-1+1"]]


def test_results_of_a_cohort_analysis_have_no_formula(tmp_path):
    csv_file, parquet = write_tables({"effect": pl.DataFrame({"model": ["=1+1"], "estimate": [-0.5]})}, tmp_path / "r")
    assert csv_file.read_text() == "model,estimate\n'=1+1,-0.5\n"
    assert pl.read_parquet(parquet)["model"].to_list() == ["=1+1"]


def test_nothing_else_writes_csv():
    """Every CSV goes through :func:`as_csv`; what is hashed is no file."""
    root = Path(__file__).parents[2]
    files = [path for folder in ("src", "dashboards", "flows") for path in (root / folder).rglob("*.py")]
    writing = {path.name for path in files if ".write_csv(" in path.read_text(encoding="utf-8")}
    assert writing == {"csv_cells.py", "looks.py"}
