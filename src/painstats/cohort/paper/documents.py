"""Tables of a paper for LaTeX and for Word. Needs the extra ``paper``, as figures in files do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from painstats.cohort.paper.shown_tables import ShownTable

PAPER = "painstats[paper]"
FIXED_TIME = datetime(2000, 1, 1)


def has_paper_extra() -> bool:
    """Whether the libraries of the extra are installed."""
    return all(find_spec(name) for name in ("great_tables", "docx", "altair", "vl_convert"))


def as_latex(table: ShownTable) -> str:
    """Return a table as LaTeX, for the packages booktabs and caption."""
    from great_tables import GT

    return GT(table.frame).tab_header(title=table.title).tab_source_note(table.note).as_latex()


def as_word(tables: Sequence[ShownTable]) -> bytes:
    """Return a Word document with all tables, each below its title, in the order given."""
    from docx import Document

    document = Document()
    document.core_properties.author = "painstats"
    document.core_properties.created = document.core_properties.modified = FIXED_TIME
    for table in tables:
        document.add_heading(table.title, level=1)
        grid = document.add_table(rows=1, cols=table.frame.width, style="Table Grid")
        for cell, heading in zip(grid.rows[0].cells, table.frame.columns, strict=True):
            cell.text = heading
        for row in table.frame.iter_rows():
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
        document.add_paragraph(table.note)
    content = BytesIO()
    document.save(content)
    return _without_times(content)


def _without_times(archive: BytesIO) -> bytes:
    """Return a zip file whose entries have no time of their own."""
    fixed = BytesIO()
    with ZipFile(archive) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(ZipInfo(entry.filename, FIXED_TIME.timetuple()[:6]), old.read(entry), ZIP_DEFLATED)
    return fixed.getvalue()
