"""docs/reference/reliability.md names tests that exist, and has each row once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "reliability.md").read_text(encoding="utf-8")
ROWS = {"A": 25, "B": 26, "C": 13, "D": 10, "E": 12, "F": 13, "G": 19, "H": 9, "I": 12, "J": 25, "K": 8}
STATES = ("tested: `", "works, untested: ", "not handled: ", "not applicable: ")


@cache
def defined_tests(path: Path) -> frozenset[str]:
    """Name the tests that a file defines."""
    return frozenset(re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_each_row_is_there_once_and_in_order():
    expected = [f"{letter}{number:02}" for letter, count in ROWS.items() for number in range(1, count + 1)]
    assert re.findall(r"^\| ([A-K]\d\d) \|", PAGE, re.MULTILINE) == expected


def test_each_row_has_a_state_that_says_why():
    for line in re.findall(r"^\| [A-K]\d\d .*$", PAGE, re.MULTILINE):
        *_, happens, state = (cell.strip() for cell in line.strip("| ").split(" | "))
        assert happens, line
        assert state.startswith(STATES), line
        assert "tested: `" not in state or "::test_" in state, line


def test_each_test_that_is_named_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 100
    missing = [f"{file}::{name}" for file, name in named if name not in defined_tests(ROOT / "tests" / file)]
    assert missing == []
