"""No real export of a device or an app is taken for a diary kept by hand, if such exports are on this machine."""

from __future__ import annotations

from datetime import date

import pytest

from painstats.archive.archive import open_archive
from painstats.sources.diaries.conclusion import conclude
from tests.test_real_input import REAL

TABLES = sorted(path for path in (REAL / "real").rglob("*.csv") if path.is_file())


@pytest.mark.skipif(not TABLES, reason="the real exports are not on this machine")
def test_no_real_export_is_taken_for_a_diary_kept_by_hand() -> None:
    taken = [path.name for path in TABLES if conclude(open_archive(path).entries[0], {}, date(2026, 1, 1)).is_diary]
    assert taken == []
