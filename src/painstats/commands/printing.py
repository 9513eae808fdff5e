"""Print results as JSON or as tables: plain text in columns, in a terminal fitted to the window."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

LONGEST_WORD = 40
"""Words longer than this, such as the text of a rejected row, are broken over several lines."""


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
    cells = [[_text(row.get(key)) for key in headings] for row in rows]
    if sys.stdout.isatty():
        _print_in_terminal(cells, [_is_number(rows, key) for key in headings], list(headings.values()))
        return
    lines = [list(headings.values()), *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _is_number(rows: Sequence[Mapping[str, Any]], key: str) -> bool:
    values = [row.get(key) for row in rows if row.get(key) is not None]
    return bool(values) and all(isinstance(value, int | float) for value in values)


def _print_in_terminal(cells: Sequence[Sequence[str]], are_numbers: Sequence[bool], headings: Sequence[str]) -> None:
    """Print cells in columns that fit the window; square brackets and colons in them mean nothing."""
    from rich.console import Console  # only for terminals: it takes longer to load than a table to print
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    columns = list(zip(*cells, strict=True))
    widths = [_longest_word([heading, *column]) for heading, column in zip(headings, columns, strict=True)]
    for heading, column, is_number, width in zip(headings, columns, are_numbers, widths, strict=True):
        table.add_column(
            Text(textwrap.fill(heading, width)),
            justify="right" if is_number else "left",
            overflow="fold",
            min_width=width,
            no_wrap=all(len(cell) <= width for cell in column),
        )
    for row in cells:
        table.add_row(*map(Text, row))
    console = Console(highlight=False)
    console.width = max(console.width, sum(width + 2 for width in widths))  # wider than the window rather than cut
    console.print(table)


def _longest_word(texts: Sequence[str]) -> int:
    """Return the length of the longest word, up to which a column need not be broken inside words."""
    return max((min(len(word), LONGEST_WORD) for text in texts for word in text.split()), default=1)


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
