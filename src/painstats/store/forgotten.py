"""The only trace that a forgotten participant leaves: a keyed hash of their id, which keeps their rows out.

The list and its key lie beside the database, so that they outlive it: a database that is rebuilt from the inbox, or
restored from a backup, must not bring a forgotten participant back. The key is never in the database: a hash whose
key is known can be reversed by trying ids.
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
    """Return the HMAC-SHA-256 of a participant id under the study's own key, which is made when first needed.

    Raises
    ------
    StorageError
        The key is gone or damaged although there are forgotten participants, who could not be recognised any more.
    """
    return hmac.new(_key(study), participant_id.encode(), sha256).hexdigest()


def forgotten_hashes(study: Study) -> frozenset[str]:
    """Return the hashes of all forgotten participants.

    Raises
    ------
    StorageError
        The list is damaged.
    """
    path = study.folder / FORGOTTEN_FILE
    try:
        lines = path.read_bytes().decode("ascii", errors="replace").split()
    except FileNotFoundError:
        return frozenset()
    for number, line in enumerate(lines, start=1):
        if not _HASH.fullmatch(line):
            raise StorageError(
                f"{path}, line {number}: expected 64 hexadecimal digits; the file lists the participants who were "
                "forgotten, so nothing is read without it: restore it from a backup"
            )
    return frozenset(lines)


def remember_forgotten(study: Study, hashes: Iterable[str]) -> None:
    """Add hashes to the list beside the study, on the disk before this returns."""
    known = forgotten_hashes(study)
    if new := set(hashes) - known:
        write_durably(study.folder / FORGOTTEN_FILE, "".join(f"{each}\n" for each in sorted(known | new)).encode())


def hashes_in_table(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the copy of the list that a database holds."""
    return frozenset(row[0] for row in connection.execute("SELECT participant_hash FROM forgotten").fetchall())


def copy_to_table(connection: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> None:
    """Note in a database that it knows these participants to be forgotten."""
    for each in sorted(set(hashes) - hashes_in_table(connection)):
        connection.execute("INSERT INTO forgotten (participant_hash) VALUES (?)", [each])


def _key(study: Study) -> bytes:
    path = study.folder / KEY_FILE
    key = path.read_bytes() if path.exists() else b""
    if len(key) == KEY_BYTES:
        return key
    if forgotten_hashes(study):
        raise StorageError(
            f"{path}: the key is missing or damaged, and forgotten participants cannot be recognised without it; "
            "restore it from a backup"
        )
    write_durably(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()
