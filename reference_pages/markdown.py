"""Markdown for generated pages."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 116


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; ``|`` in cells is escaped."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """Return text as code."""
    return f"`{text}`"


def paragraph(text: str) -> str:
    """Return text broken into lines."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def page(*parts: str) -> str:
    """Join the parts of a page."""
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"
