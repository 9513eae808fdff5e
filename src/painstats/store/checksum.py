"""A record of the database's state, kept next to it, with which the next opening can tell damage from a killed run.

The record is marked open before a writer starts, and closed with a SHA-256 of the database after it has finished. In
between, each commit is acknowledged by its number, so that a lost commit is noticed after a kill.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.durable import replace_durably, sync_folder, write_durably

CHECKSUM_FILE = ".painstats.checksum"

FileState = tuple[int, int, int]
"""Inode, size in bytes, and time of last modification in nanoseconds."""

_verified: dict[Path, FileState] = {}
"""Databases that this process closed and need not verify again; one flow opens a study many times."""


@dataclass(frozen=True, slots=True)
class CommitMark:
    """The number of the last commit and its session; (0, "") for a database without commit counts."""

    commits: int = 0
    session: str = ""


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """The ``study.toml`` of the last run: the hash of its settings, and a salted digest up to the end of each line."""

    plan_hash: str
    salt: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Record:
    """The content of ``.painstats.checksum``.

    ``size`` and ``sha256`` are those of the closed database; None while it is open. ``base`` is the last commit before
    ``session`` began, ``commits`` the number of the last acknowledged commit (None if unknown). ``plan`` is None if the
    last run had no ``study.toml``.
    Times are ISO 8601 in UTC.
    """

    is_open: bool = True
    written_at: str = ""
    size: int | None = None
    sha256: str | None = None
    base: CommitMark = CommitMark()
    session: str = ""
    commits: int | None = None
    plan: KeptPlan | None = None
    run_started_at: str | None = None
    run_finished_at: str | None = None
    painstats: str = field(default_factory=lambda: version("painstats"))
    duckdb: str = duckdb.__version__


def read_record(study: Study) -> Record | None:
    """Return the record; None if there is none, and an empty open record if it is unreadable."""
    try:
        content = json.loads((study.folder / CHECKSUM_FILE).read_bytes())
        plan = content["plan"] and KeptPlan(**content["plan"])
        return Record(**{**content, "base": CommitMark(**content["base"]), "plan": plan})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        return Record()


def update_record(study: Study, **changes: Any) -> None:
    """Change some fields of the record; when this returns, it is on the disk."""
    _write(study, replace(read_record(study) or Record(), written_at=now(), **changes))


def _write(study: Study, record: Record) -> None:
    path = study.folder / CHECKSUM_FILE
    try:
        write_durably(path, json.dumps(asdict(record), indent=1).encode())
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}); check the disk and run again") from None


def now() -> str:
    """Return the current time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat()


# --- open and closed ---


def mark_open(study: Study, base: CommitMark) -> None:
    """Record that a writer is about to start, and name its session."""
    update_record(
        study, is_open=True, base=base, session=secrets.token_hex(8), commits=base.commits,
        painstats=version("painstats"), duckdb=duckdb.__version__,
    )  # fmt: skip


def acknowledge(study: Study, commits: int) -> None:
    """Record that the database contains a commit, which must not be missing from now on."""
    update_record(study, commits=commits)


def close_record(study: Study, before: Record | None, file_before: FileState | None) -> None:
    """Write the checksum of a database that was just closed; an unchanged database keeps its checksum."""
    record = read_record(study) or Record()
    state = file_state(study.database)
    if before is None or before.is_open or state != file_before or record.commits != before.commits:
        renew_checksum(study)
        return
    _write(
        study,
        replace(
            before,
            plan=record.plan,
            run_started_at=record.run_started_at,
            run_finished_at=record.run_finished_at,
        ),
    )
    _remember(study, state)


def renew_checksum(study: Study) -> None:
    """Close the record with the checksum of the database as it is now (about 1 s for 1.5 GB)."""
    state = file_state(study.database)
    update_record(study, is_open=False, size=state[1] if state else None, sha256=file_digest(study.database))
    _remember(study, state)


def replace_database(study: Study, fresh: Path) -> None:
    """Replace the database by another file, remove its write-ahead log, and renew the checksum.

    The study must be locked and no connection open. A kill at any moment leaves the old or the new database, and a
    record that matches either.
    """
    update_record(study, is_open=True, base=CommitMark(), session="", commits=None)
    replace_durably(fresh, study.database)
    log_of(study.database).unlink(missing_ok=True)
    sync_folder(study.folder)
    renew_checksum(study)


def is_verified(study: Study) -> bool:
    """Whether the database is unchanged since this process closed it."""
    return file_state(study.database) == _verified.get(study.database, ())


def _remember(study: Study, state: FileState | None) -> None:
    if state:
        _verified[study.database] = state


def file_state(path: Path) -> FileState | None:
    """Return values that change when a file changes; None if it does not exist."""
    with suppress(FileNotFoundError):
        stat = path.stat()
        return stat.st_ino, stat.st_size, stat.st_mtime_ns
    return None


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_with_checksum(source: Path, destination: Path) -> None:
    """Make a private copy of a closed database, with its SHA-256 in a file that ``sha256sum --check`` reads."""
    unfinished = destination.with_name(f"{destination.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with source.open("rb") as original, os.fdopen(descriptor, "wb") as copy:
            shutil.copyfileobj(original, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        write_durably(checksum_of(destination), f"{file_digest(source)}  {destination.name}\n".encode())
        os.replace(unfinished, destination)
        sync_folder(destination.parent)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StorageError(f"{destination} cannot be written ({error.strerror}); nothing was changed") from None


def checksum_of(backup: Path) -> Path:
    """Return the path of a backup's SHA-256 file."""
    return backup.with_name(f"{backup.name}.sha256")


def log_of(database: Path) -> Path:
    """Return the path of a database's write-ahead log."""
    return database.with_name(f"{database.name}.wal")
