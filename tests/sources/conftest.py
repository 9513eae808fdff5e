"""A diary that is written and read in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from painstats.sources import ReadSettings
from tests.sources.reading import Contents, plan, read, settings, written


@pytest.fixture
def diary(tmp_path: Path) -> Callable[..., Contents]:
    """Read a text as a diary that is declared with these changes."""

    def read_diary(content: str | bytes, known: ReadSettings | None = None, **changes: object) -> Contents:
        return read(written(tmp_path / "diary.csv", content), known or settings(diaries=[plan(**changes)]))

    return read_diary
