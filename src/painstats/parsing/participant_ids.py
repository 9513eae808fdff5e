"""Ids of people that differ in dress alone: nobody can tell whether they are one person or two."""

from __future__ import annotations

import unicodedata

import polars as pl

from painstats.archive.entries import Entry, refused


def folded(name: str) -> str:
    """Return what is left of an id without capitals, spaces around it and ways to encode accents."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def refuse_alike(entry: Entry, column: str, ids: pl.Series, lines: pl.Series) -> None:
    """Refuse ids that differ only in capitals, spaces or the encoding of accents.

    Parameters
    ----------
    entry, column
        Where they stand.
    ids, lines
        The ids as they stand in the file, and the line of each.

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
                "write them alike if they are one person, and differently if they are two",
                line,
            )
