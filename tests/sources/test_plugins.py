"""Sources of other packages: found by their entry point, and only where no source of painstats recognises a file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from painstats.archive.archive import open_archive
from painstats.batch import Rows
from painstats.errors import ExportRefused
from painstats.intake.reading import read_export
from painstats.sources import recognise
from painstats.sources.plugins import load_plugins
from tests.sources.reading import FIXTURES, settings, written

MODULE = """
import polars as pl
from painstats.records import DAILY_TOTAL
from painstats.sources.batching import in_batches
from painstats.sources.contract import Source

def recognises(archive, settings):
    return archive.name.endswith(".watch")

def read(archive, settings):
    [entry] = archive.entries
    row = {
        "participant_id": settings.participant_id, "source": "my_watch", "device": "mine", "device_kind": "watch",
        "date": "2024-03-01", "measure": "step_count", "value": float(entry.head(10)), "entry": entry.name, "line": 1,
        "column": None, "text": entry.head(10).decode(),
    }
    yield from in_batches(DAILY_TOTAL, pl.DataFrame([row]).with_columns(pl.col("date").str.to_date()))

SOURCE = Source("my_watch", 1, "My watch", "steps", "Press the button.", recognises, read)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a small package, as an installer lays it out."""

    def install(module: str, value: str) -> None:
        folder = tmp_path / "site"
        info = folder / "my_package-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / "my_package_source.py").write_text(module)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[painstats.sources]\nmy_watch = {value}\n")
        monkeypatch.syspath_prepend(str(folder))
        load_plugins.cache_clear()

    yield install
    load_plugins.cache_clear()
    sys.modules.pop("my_package_source", None)


def test_a_source_of_another_package_reads_what_no_other_source_recognises(installed, tmp_path):
    installed(MODULE, "my_package_source:SOURCE")
    name, batches = read_export(written(tmp_path / "steps.watch", "4321"), settings())
    assert name == "my_watch"
    [rows] = [batch for batch in batches if isinstance(batch, Rows)]
    assert rows.is_checked
    assert rows.accepted["value"].to_list() == [4321.0]


def test_it_reads_a_table_that_would_otherwise_have_to_be_declared(installed, tmp_path):
    installed(MODULE, "my_package_source:SOURCE")
    table = (FIXTURES / "lifesnaps_daily.csv").read_bytes()
    assert recognise(open_archive(written(tmp_path / "days.watch", table)), settings()).name == "my_watch"
    assert recognise(open_archive(written(tmp_path / "days.csv", table)), settings()).name == "table"


def test_it_is_loaded_only_when_no_other_source_recognises_a_file(installed):
    installed(MODULE, "my_package_source:SOURCE")
    assert recognise(open_archive(FIXTURES / "steps_2025-10-01.csv"), settings()).name == "fitbit"
    assert "my_package_source" not in sys.modules


@pytest.mark.parametrize(
    ("module", "value", "reason"),
    [
        ("1 / 0", "my_package_source:SOURCE", "ZeroDivisionError"),
        ("SOURCE = 5", "my_package_source:SOURCE", "TypeError"),
    ],
)
def test_one_that_cannot_be_loaded_is_named_in_the_refusal(installed, tmp_path, module, value, reason):
    installed(module, value)
    with pytest.raises(ExportRefused, match=f"my_watch of my-package could not be loaded .{reason}.") as refusal:
        recognise(open_archive(written(tmp_path / "steps.watch", "4321")), settings())
    assert refusal.value.rule == "not_recognised"
