"""The only trace of a forgotten participant: a keyed hash of their id, by which their rows are kept out.

The list and its key are next to the database, so that they outlive it: a database that is rebuilt from the inbox or
restored from a backup must not bring a forgotten participant back. The key is never in the database, because with the
key a hash can be reversed by trying ids.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256

import duckdb

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.durable import write_durably

KEY_FILE = ".painstats.key"
KEY_BYTES = 32
FORGOTTEN_FILE = ".painstats.forgotten"

_HASH = re.compile(r"[0-9a-f]{64}")


def participant_hash(study: Study, participant_id: str) -> str:
    """Return the HMAC-SHA-256 of a participant id with the study's own key, which is created when first needed.

    Raises
    ------
    StorageError
        The key is missing or damaged although there are forgotten participants, who could no longer be recognised.
    """
    return hmac.new(_key(study), participant_id.encode(), sha256).hexdigest()


def forgotten_hashes(study: Study) -> frozenset[str]:
    """Return the hashes of all forgotten participants.

    Raises
    ------
    StorageError
        The list is damaged.
    """
    path = study.whole / FORGOTTEN_FILE
    try:
        lines = path.read_bytes().decode("ascii", errors="replace").split()
    except FileNotFoundError:
        return frozenset()
    for number, line in enumerate(lines, start=1):
        if not _HASH.fullmatch(line):
            raise StorageError(
                f"{path}, line {number}: expected 64 hexadecimal digits; nothing is imported without this list of "
                "forgotten participants: restore it from a backup"
            )
    return frozenset(lines)


def remember_forgotten(study: Study, hashes: Iterable[str]) -> None:
    """Add hashes to the list of the study; when this returns, it is on the disk."""
    known = forgotten_hashes(study)
    if new := set(hashes) - known:
        write_durably(study.whole / FORGOTTEN_FILE, "".join(f"{each}\n" for each in sorted(known | new)).encode())


def hashes_in_table(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the copy of the list in a database."""
    return frozenset(row[0] for row in connection.execute("SELECT participant_hash FROM forgotten").fetchall())


def copy_to_table(connection: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> None:
    """Add hashes to the copy of the list in a database."""
    for each in sorted(set(hashes) - hashes_in_table(connection)):
        connection.execute("INSERT INTO forgotten (participant_hash) VALUES (?)", [each])


def _key(study: Study) -> bytes:
    path = study.whole / KEY_FILE
    key = path.read_bytes() if path.exists() else b""
    if len(key) == KEY_BYTES:
        return key
    if forgotten_hashes(study):
        raise StorageError(
            f"{path}: the key is missing or damaged, but forgotten participants cannot be recognised without it; "
            "restore it from a backup"
        )
    write_durably(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()
