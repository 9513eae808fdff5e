"""An archive counts the same as its files alone: nothing that a better file contains too goes uncounted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from painstats.records import RECORD_TABLES
from painstats.sources import SOURCES
from tests.sources.reading import FIXTURES, read, zipped
from tests.sources.test_contract import DECLARED, FILES

ALONE = ("apple_health", "diary")
"""Sources of which an archive holds one file."""

NOT_OPENED = ("GGIRread_calories-1995-06-23_Fitbit.json",)
"""Files of kinds that archives hold by the thousand and that are not read there: they count as files, not by rows."""


@pytest.mark.parametrize("is_unpacked", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("source", [source.name for source in SOURCES if source.name not in ALONE])
def test_an_archive_counts_what_its_files_count_alone(source: str, is_unpacked: bool, tmp_path: Path) -> None:
    names = [name for name, (owner, _) in FILES.items() if owner == source]
    path = zipped(tmp_path / "archive.zip", {f"me/{name}": (FIXTURES / name).read_bytes() for name in names})
    if is_unpacked:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(path.with_suffix(""))
        path = path.with_suffix("")
    contents = read(path, DECLARED)
    accepted = sum(contents.accepted(table).height for table in RECORD_TABLES)
    counted = accepted + len(contents.rejected()) + contents.n_ignored
    assert (contents.source, counted) == (source, sum(FILES[name][1] for name in names if name not in NOT_OPENED))
