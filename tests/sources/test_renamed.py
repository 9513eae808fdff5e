"""Files under other names than their apps gave them are recognised by their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from painstats.records import RECORD_TABLES
from tests.sources.reading import FIXTURES, read, zipped
from tests.sources.test_contract import DECLARED, FILES

BY_CONTENT = (
    "oura", "health_connect", "visible", "bearable", "daylio", "fhir", "treatments", "rapids", "google_fit",
    "sleep_cycle", "sleep_as_android", "zepp_life", "autosleep", "workout_table",
)  # fmt: skip
NEEDS_ITS_NAME = ("google_fit_2024-03-01.csv", "2024-03-02T00_10_00+01_00_SLEEP.json")
"""The date of the one and the UTC offset of the other are only there; without the date a file is refused."""


@pytest.mark.parametrize("other_name", ["x.bin", "x.csv", "x.json"])
@pytest.mark.parametrize(
    "name", [name for name, (source, _) in FILES.items() if source in BY_CONTENT and name not in NEEDS_ITS_NAME]
)
def test_a_renamed_file_is_read_the_same_bare_and_in_a_zip(name: str, other_name: str, tmp_path: Path) -> None:
    whole, content = read(FIXTURES / name, DECLARED), (FIXTURES / name).read_bytes()
    bare = tmp_path / other_name
    bare.write_bytes(content)
    for path in (bare, zipped(tmp_path / "download", {other_name: content})):
        renamed = read(path, DECLARED)
        assert renamed.source == FILES[name][0]
        for table in RECORD_TABLES:
            assert renamed.accepted(table).equals(whole.accepted(table))
        assert renamed.n_rows == whole.n_rows
