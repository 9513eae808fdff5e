"""Print results as JSON or as plain aligned tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any


def print_json(answer: Any) -> None:
    """Print one JSON document, in ASCII if the terminal cannot show other letters."""
    text = json.dumps(answer, indent=2, default=_plain, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(answer, indent=2, default=_plain)
    print(text)


def print_table(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> None:
    """Print rows as a table.

    Parameters
    ----------
    rows
        One mapping for each row.
    headings
        Key to heading, in the order of the columns.
    """
    cells = [list(headings.values())] + [[_text(row.get(key)) for key in headings] for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(headings))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def printable(text: str) -> str:
    """Make text from a file safe for a terminal: control characters become visible marks."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def printable_lines(text: str) -> str:
    """Make a message of several lines safe for a terminal, keeping its lines."""
    return "\n".join(printable(line) for line in text.splitlines())


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    return printable(str(value))


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
