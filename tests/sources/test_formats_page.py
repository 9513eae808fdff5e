"""docs/reference/formats.md lists exactly the sources that exist."""

from __future__ import annotations

import re
from pathlib import Path

from painstats.sources import SOURCES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")


def test_the_table_names_exactly_the_sources_that_there_are() -> None:
    named = re.findall(r"^\| (.+?) \|", PAGE, re.MULTILINE)
    assert sorted(named[1:]) == sorted(source.title for source in SOURCES)
