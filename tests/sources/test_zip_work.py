"""A zip of many entries is cheap: every entry is opened a fixed number of times."""

from __future__ import annotations

import zipfile
from collections import Counter

import pytest

from painstats.archive import entries
from painstats.archive.archive import open_archive
from painstats.intake.parts import parts_of_zip
from painstats.plan.time_zones import TimeZones
from painstats.sources import ReadSettings


@pytest.mark.parametrize("size", [10, 20_000])
def test_each_entry_of_a_zip_is_unpacked_at_most_twice(tmp_path, monkeypatch, size):
    path = tmp_path / "takeout.zip"
    names = [f"{first}{second}{'x' * 9}.{kind}" for first in "ghij" for second in "klmn" for kind in ("csv", "json")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            archive.writestr(name, "a,b\n" + "1,2\n" * (size // 4))
    opened = Counter()
    original = entries._packed
    monkeypatch.setattr(
        entries, "_packed", lambda entry, member: opened.update([entry.name]) or original(entry, member)
    )
    parts_of_zip(open_archive(path), ReadSettings("anna", TimeZones("UTC", {}, {})))
    assert opened.keys() == set(names)
    assert max(opened.values()) <= 2
