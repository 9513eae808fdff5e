"""Participant ids that differ only in spelling: it is unclear whether they mean one participant or two."""

from __future__ import annotations

import unicodedata

import polars as pl

from painstats.archive.entries import Entry, refused


def folded(name: str) -> str:
    """Return an id in lower case, with single spaces and composed accents, for comparison with others."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def refuse_alike(entry: Entry, column: str, ids: pl.Series, lines: pl.Series) -> None:
    """Refuse ids that differ only in capitals, spaces or the encoding of accents.

    Parameters
    ----------
    entry, column
        The file and the column of the ids.
    ids, lines
        The ids as written in the file, and the line of each.

    Raises
    ------
    ExportRefused
        ``id_collision``, with the lines of both.
    """
    first_lines = pl.DataFrame({"id": ids, "line": lines}).unique("id", keep="first", maintain_order=True).drop_nulls()
    known: dict[str, int] = {}
    for name, line in first_lines.rows():
        look = folded(name)
        if known.setdefault(look, line) != line:
            raise refused(
                "id_collision",
                entry,
                f"the ids in {column} on lines {known[look]} and {line} differ only in capitals, spaces or accents; "
                "write them alike if they mean the same participant, otherwise make them clearly different",
                line,
            )
