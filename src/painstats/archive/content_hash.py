"""Content hashes of exports: SHA-256 in hex, computed while streaming."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from painstats.archive.entries import Entry, open_file, unreadable


def hash_of_file(path: Path) -> str:
    """Hash the bytes of a file."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None


def hash_of_entry(entry: Entry) -> str:
    """Hash the unpacked bytes of an entry, so that it has the hash that the bare file would have."""
    with entry.open() as stream:
        return hashlib.file_digest(cast(io.BufferedReader, stream), "sha256").hexdigest()


def hash_of_entries(hashes: Iterable[tuple[str, str]]) -> str:
    """Combine the names of entries and their hashes into one, in the order of the entries."""
    whole = hashlib.sha256()
    for name, digest in hashes:
        encoded = name.encode(errors="surrogateescape")
        whole.update(f"{len(encoded)} {digest} ".encode() + encoded)
    return whole.hexdigest()
