"""Zips are not trusted: nothing damaged, hidden or oversized is read, and nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from painstats.archive.archive import export_date, open_archive
from painstats.archive.entries import MAX_ENTRIES, Entry, read_whole
from painstats.errors import ExportRefused
from tests.sources.reading import written, zipped

CONTENT = b"".join(b"row %d of a file that packs well\n" % row for row in range(20_000))


@pytest.fixture
def a_zip(tmp_path: Path) -> Path:
    return zipped(tmp_path / "export.zip", {"folder/a.txt": CONTENT})


def rule_of(action: Callable[[], object]) -> str:
    with pytest.raises(ExportRefused) as refusal:
        action()
    assert str(refusal.value)
    return refusal.value.rule


def content_of(entry: Entry) -> bytes:
    with entry.open() as stream:
        return stream.read()


def patched(path: Path, **fields: int) -> Path:
    """Overwrite fields of the central directory's first entry."""
    places = {"flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<I"), "packed": (20, "<I"), "unpacked": (24, "<I")}
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02")
    for name, value in fields.items():
        place, form = places[name]
        struct.pack_into(form, content, start + place, value)
    return written(path, bytes(content))


def test_a_bare_file_is_an_export_with_one_entry(tmp_path: Path) -> None:
    export = open_archive(written(tmp_path / "steps.json", b"[]"))
    assert (export.name, export.is_packed) == ("steps.json", False)
    assert [(entry.name, entry.size_bytes, entry.head(1)) for entry in export.entries] == [("steps.json", 2, b"[")]


def test_an_entry_streams_what_was_packed(a_zip: Path) -> None:
    [entry] = open_archive(a_zip).entries
    assert (entry.name, entry.size_bytes, entry.folders) == ("folder/a.txt", len(CONTENT), ("folder",))
    assert content_of(entry) == CONTENT
    assert entry.head(7) == CONTENT[:7]
    with entry.open() as stream:
        assert b"".join(iter(lambda: stream.read(1000), b"")) == CONTENT


def test_stored_and_empty_entries_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("stored", CONTENT)
        archive.writestr("empty", b"")
    assert [content_of(entry) for entry in open_archive(tmp_path / "a.zip").entries] == [CONTENT, b""]


def test_large_zips_with_64_bit_sizes_are_read(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w", force_zip64=True) as stream,
    ):
        stream.write(CONTENT)
    assert [content_of(entry) for entry in open_archive(tmp_path / "a.zip").entries] == [CONTENT]


def test_the_content_hash_is_sha_256(a_zip: Path) -> None:
    assert open_archive(a_zip).content_hash == hashlib.sha256(a_zip.read_bytes()).hexdigest()


# --- entries that are passed over ---


def test_junk_folders_links_and_nested_zips_are_passed_over(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("folder")
        archive.writestr("folder/a.txt", "a")
        archive.writestr("__MACOSX/folder/._a.txt", "junk")
        archive.writestr("more.ZIP", "PK")
        archive.writestr(link, "/etc/passwd")
    export = open_archive(tmp_path / "a.zip")
    assert [entry.name for entry in export.entries] == ["folder/a.txt"]
    assert {skipped.name: skipped.reason.split(",")[0] for skipped in export.skipped} == {
        "__MACOSX/folder/._a.txt": "written by macOS for itself",
        "more.ZIP": "a zip inside the zip",
        "link.xml": "a link",
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../evil.txt", "evil.txt"),
        ("/etc/evil.txt", "evil.txt"),
        ("C:\\evil.txt", "evil.txt"),
        ("Name of a Person/evil.txt", "evil.txt"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        ("evil\x1b[31m.txt", "evil\\x1b[31m.txt"),
        ("e" * 300, "e" * 100 + "…"),
    ],
)
def test_entry_names_are_shown_safely_and_never_used_as_paths(tmp_path: Path, name: str, label: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    [entry] = open_archive(zipped(folder / "a.zip", {name: "a"})).entries
    assert content_of(entry) == b"a"
    assert entry.label == label
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inner"]


# --- refusals ---


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert rule_of(lambda: open_archive(tmp_path / "absent.zip")) == "file_unreadable"
    assert rule_of(lambda: open_archive(tmp_path)) == "empty_folder"
    assert rule_of(lambda: open_archive(tmp_path / "absent.zip").content_hash) == "file_unreadable"
    assert rule_of(lambda: open_archive(written(tmp_path / "empty.zip", b""))) == "empty_file"


def test_a_file_that_goes_away_is_refused(a_zip: Path) -> None:
    [entry] = open_archive(a_zip).entries
    a_zip.unlink()
    assert rule_of(lambda: content_of(entry)) == "file_unreadable"


def test_a_zip_cut_off_is_refused(a_zip: Path) -> None:
    assert rule_of(lambda: open_archive(written(a_zip, a_zip.read_bytes()[:-30]))) == "zip_broken"


def test_a_locked_zip_is_refused_with_advice(a_zip: Path) -> None:
    with pytest.raises(ExportRefused, match="password; unzip it with your system's own tool") as refusal:
        open_archive(patched(a_zip, flags=1))
    assert refusal.value.rule == "zip_encrypted"


@pytest.mark.parametrize("method", [9, 12, 14, 99], ids=["deflate64", "bzip2", "lzma", "aes"])
def test_unusual_packing_is_refused(a_zip: Path, method: int) -> None:
    assert rule_of(lambda: open_archive(patched(a_zip, method=method))) == "zip_compression"


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "other")
    assert rule_of(lambda: open_archive(tmp_path / "a.zip")) == "zip_duplicate"


def test_entries_that_share_bytes_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": CONTENT, "b.txt": CONTENT})
    content = bytearray(path.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", content, second + 42, 0)
    assert rule_of(lambda: open_archive(written(path, bytes(content)))) in ("zip_overlap", "zip_broken")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    assert rule_of(lambda: open_archive(crowded(tmp_path / "a.zip", MAX_ENTRIES + 1))) == "zip_entries"


def crowded(path: Path, n_entries: int) -> Path:
    """Write a zip of empty entries, by hand because a library takes its time."""
    local, central = bytearray(), bytearray()
    for number in range(n_entries):
        name = b"%06d" % number
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0)
        central += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name
        local += b"PK\x03\x04" + common + name
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, n_entries, n_entries, len(central), len(local))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(local) + len(central), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return written(path, bytes(local + central) + end64 + locator + end)


def test_the_crowded_zip_itself_is_well_formed(tmp_path: Path) -> None:
    assert len(open_archive(crowded(tmp_path / "a.zip", 3)).entries) == 3


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    [entry] = open_archive(zipped(tmp_path / "a.zip", {"a.txt": b"\0" * 3_000_000})).entries
    assert rule_of(entry.open) == "zip_ratio"


def test_a_bomb_that_is_not_read_does_no_harm(tmp_path: Path) -> None:
    entries = open_archive(zipped(tmp_path / "a.zip", {"bomb": b"\0" * 3_000_000, "a.txt": b"a"})).entries
    assert content_of(entries[1]) == b"a"


@pytest.mark.parametrize("lie", [1000, len(CONTENT) - 1, len(CONTENT) + 1, 4_000_000])
def test_a_size_that_is_not_true_is_refused(a_zip: Path, lie: int) -> None:
    [entry] = open_archive(patched(a_zip, unpacked=lie)).entries
    assert rule_of(lambda: content_of(entry)) == "zip_size"


def test_a_wrong_checksum_is_refused_before_the_last_bytes_are_handed_out(a_zip: Path) -> None:
    [entry] = open_archive(patched(a_zip, crc=1)).entries
    received = bytearray()

    def take_all() -> None:
        with entry.open() as stream:
            while chunk := stream.read(1000):
                received.extend(chunk)

    assert rule_of(take_all) == "zip_crc"
    assert len(received) < len(CONTENT)


def test_no_flipped_byte_changes_what_is_read(a_zip: Path) -> None:
    whole = a_zip.read_bytes()
    for position in range(4, len(whole), len(whole) // 150):  # without its first four bytes it is no zip at all
        flipped = bytearray(whole)
        flipped[position] ^= 0x10
        try:
            read = [content_of(entry) for entry in open_archive(written(a_zip, bytes(flipped))).entries]
        except ExportRefused:
            continue
        assert read in ([], [CONTENT])


def test_a_whole_entry_is_read_only_up_to_a_limit(a_zip: Path) -> None:
    [entry] = open_archive(a_zip).entries
    assert read_whole(entry, len(CONTENT)) == CONTENT
    assert rule_of(lambda: read_whole(entry, len(CONTENT) - 1)) == "too_large"


# --- when it was exported ---


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([(2026, 1, 5, 8, 0, 0), (2026, 1, 5, 9, 30, 2)], (datetime(2026, 1, 5, 9, 30, 2, tzinfo=UTC), True)),
        ([(1980, 1, 1, 0, 0, 0)], (datetime(2025, 6, 1, tzinfo=UTC), False)),  # no date was written
        ([(2107, 12, 31, 23, 59, 58)], (datetime(2025, 6, 1, tzinfo=UTC), False)),
        ([(2026, 0, 0, 0, 0, 0)], (datetime(2025, 6, 1, tzinfo=UTC), False)),
    ],
)
def test_the_latest_entry_dates_a_zip_and_its_last_change_one_without_dates(
    tmp_path: Path, dates: list[tuple[int, ...]], expected: tuple[datetime, bool]
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, date_time in enumerate(dates):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt", (2026, 1, 1, 0, 0, 0)), "x")
            archive.infolist()[-1].date_time = date_time
    os.utime(path, (expected_mtime := datetime(2025, 6, 1, tzinfo=UTC).timestamp(), expected_mtime))
    assert export_date(open_archive(path)) == expected


def test_a_folder_is_as_new_as_its_newest_file(tmp_path: Path) -> None:
    for number in (1, 3, 2):
        path = written(tmp_path / f"{number}.txt", "x")
        os.utime(path, (number * 1_000_000_000 / 2, number * 1_000_000_000 / 2))
    assert export_date(open_archive(tmp_path)) == (datetime.fromtimestamp(1_500_000_000, UTC), False)
    assert export_date(open_archive(tmp_path).without({"3.txt"})) == (datetime.fromtimestamp(1_000_000_000, UTC), False)
