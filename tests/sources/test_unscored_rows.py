"""Rows of a hand-made diary without a score: an entry of its day, unless only the date is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.sources.reading import PAIN, plan, read, settings, written

ROWS = "date,pain,note\n2025-03-01,4,ok\n2025-03-02,,rested\n2025-03-03,,\n2025-03-04,NA,walked\n2025-03-02,,again\n"


def test_a_row_with_a_note_and_no_score_is_an_entry_of_its_day(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "diary.csv", ROWS), settings(diaries=[plan()]))
    totals = contents.accepted("daily_total")
    assert totals.select("date", "source", "measure", "value").rows() == [
        (date(2025, 3, 2), "diary", "unscored_entries", 1.0),
        (date(2025, 3, 4), "diary", "unscored_entries", 1.0),
    ]
    assert contents.n_rows == 5
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(2, "blank")]


def test_rows_about_other_items_are_entries_of_a_long_diary(tmp_path: Path) -> None:
    rows = "date,what,score\n2025-03-01,pain,4\n2025-03-01,fog,2\n2025-03-02,fog,3\n2025-03-02,dizzy,1\n"
    mapping = plan(layout="long", item_column="what", value_column="score", items=[PAIN | {"named": "pain"}])
    contents = read(written(tmp_path / "diary.csv", rows), settings(diaries=[mapping]))
    days = contents.accepted("daily_total").select("date", "measure").rows()
    assert days == [(date(2025, 3, 1), "unscored_entries"), (date(2025, 3, 2), "unscored_entries")]
    assert contents.n_rows == 4
