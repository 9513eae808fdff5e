"""A file is recognised by its content: under another name, alone or in a zip, it is read the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from painstats.records import RECORD_TABLES
from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped
from tests.sources.test_contract import FILES

SOURCES = ("withings", "whoop", "ggir", "garmin", "samsung_health", "fitabase")
NAMED = [name for name, (source, _) in FILES.items() if source in SOURCES]

ONLY_BY_NAME = {
    "withings_aggregates_steps.csv": "aggregates_steps.csv",
    "withings_raw_tracker_steps.csv": "raw_tracker_sleep-state.csv",
    "withings_raw_tracker_sleep-state.csv": "raw_tracker_sleep-state.csv",
    "ggir_part5_daysummary_WW_L30M100V400_T5A5.csv": "part5_daysummary_WW_",
}
"""Files whose content does not tell what they are, and what their refusal asks for."""

OTHERS = [
    ("x.csv", False),
    ("x.json", False),
    ("x.bin", False),
    ("x", False),
    ("x.csv", True),
    ("x.bin", True),
    ("x.json", True),
    ("x", True),
]
"""Other names, and whether they stand in a zip."""

KNOWN = settings(zone="Europe/Berlin")


def told(contents: Contents) -> tuple[object, ...]:
    """Return what was read. GGIR's thresholds, which are a device, stand in the name of a file alone."""
    tables = {table: [*contents.accepted(table).drop("device", strict=False).iter_rows()] for table in RECORD_TABLES}
    return contents.source, tables, len(contents.rejected()), contents.n_ignored


@cache
def as_it_is(file: str) -> tuple[object, ...]:
    """Return what is read from a file under its own name."""
    return told(read(FIXTURES / file, KNOWN))


def again(name: str) -> str:
    """Name a file as a browser does that has it already."""
    stem, _, ending = name.rpartition(".")
    return f"{stem} (1).{ending}"


def put(path: Path, file: str, name: str, in_zip: bool) -> Path:
    content = (FIXTURES / file).read_bytes()
    return zipped(path / "a.zip", {name: content}) if in_zip else written(path / name, content)


@pytest.mark.parametrize(("name", "in_zip"), OTHERS)
@pytest.mark.parametrize("file", [name for name in NAMED if name not in ONLY_BY_NAME])
def test_a_renamed_file_is_read_the_same(file: str, name: str, in_zip: bool, tmp_path: Path) -> None:
    assert told(read(put(tmp_path, file, name, in_zip), KNOWN)) == as_it_is(file)


@pytest.mark.parametrize("in_zip", [False, True], ids=["bare", "zip"])
@pytest.mark.parametrize("file", NAMED)
def test_a_copy_is_read_the_same(file: str, in_zip: bool, tmp_path: Path) -> None:
    assert told(read(put(tmp_path, file, again(file), in_zip), KNOWN)) == as_it_is(file)


@pytest.mark.parametrize(("name", "in_zip"), OTHERS)
@pytest.mark.parametrize("file", ONLY_BY_NAME)
def test_where_only_the_name_tells_the_refusal_says_which(file: str, name: str, in_zip: bool, tmp_path: Path) -> None:
    refusal = refusal_of(read, put(tmp_path, file, name, in_zip), KNOWN)
    assert refusal.rule == "name_needed"
    assert ONLY_BY_NAME[file] in str(refusal)
