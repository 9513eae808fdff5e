"""Rows of text cells, before a header is known: the common form of everything that a diary is kept in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: its line in the file (1-based), its trimmed cells, and the row as it is in the file."""

    line: int
    cells: tuple[str, ...]
    text: str

    @property
    def first(self) -> str:
        """The first cell that is not blank."""
        return next((cell for cell in self.cells if cell), "")

    def cell(self, place: int) -> str:
        """Return a cell; blank where the row is too short."""
        return self.cells[place] if place < len(self.cells) else ""


def text_row(line: int, cells: Iterable[str], text: str | None = None, mark: str = "\t") -> TextRow:
    """Return a row with trimmed cells."""
    trimmed = tuple(" ".join(cell.split()) for cell in cells)
    return TextRow(line, trimmed, mark.join(trimmed) if text is None else text)


def filled(rows: Iterable[TextRow]) -> list[TextRow]:
    """Leave out rows without any filled cell."""
    return [row for row in rows if row.first]
