"""The reference pages that follow from the code: commands, keys of the plan, functions, tables.

``python -m reference_pages`` writes them into ``docs/reference/``; a test fails if they are out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference_pages.command_line import command_line_page
from reference_pages.plan_keys import plan_page
from reference_pages.published_tables import tables_page
from reference_pages.python_api import python_page

FOLDER = Path(__file__).parents[1] / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "command_line.md": command_line_page,
    "plan.md": plan_page,
    "python.md": python_page,
    "tables.md": tables_page,
}
"""File name to the function that returns the page as Markdown."""
