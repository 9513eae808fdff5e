"""Copy a database that another process has open: the copy is what a kill at that moment would leave.

DuckDB appends commits to a write-ahead log. A checkpoint writes them to blocks of the database that its header does not
use yet, then replaces the header, and then empties the log. So the log as it was, and a database whose header has not
changed since before the log was read, have every commit up to then and no part of a later one. Rows that are written
to the database before their commit are in it before the log names them, because the log is read first.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from time import sleep

import duckdb

from painstats.errors import StorageError, StudyInUse
from painstats.plan.study import Study
from painstats.store.checksum import checksum_of, file_digest, log_of, read_record
from painstats.store.connection import close, connect
from painstats.store.damage import read_mark
from painstats.store.durable import sync_folder, write_durably

HEADER_BYTES = 12_288
"""The headers of a DuckDB file: that of the file, and two that checkpoints replace in turn."""

ATTEMPTS = 60
PAUSE_S = 0.5
"""How often, and after what pause, a copy is begun again because a checkpoint came in between."""


def copy_in_use(study: Study, place: Path) -> None:
    """Copy the database of a study while another process may write to it, with its SHA-256 next to the copy.

    This process must not have the database open: closing a file gives up DuckDB's lock on it.

    Raises
    ------
    StudyInUse
        The database was rewritten all the time.
    StorageError
        The copy cannot be written, or lacks a commit that was acknowledged before it began.
    """
    unfinished = place.with_name(f"{place.name}.unfinished")
    try:
        acknowledged = _copied(study, unfinished)
        with_log = connect(study, unfinished, spill=place.parent)
        try:
            with_log.execute("CHECKPOINT")
            commits = read_mark(with_log).commits
        finally:
            close(with_log)
        if commits < acknowledged:
            raise StorageError(f"{place} lacks commits of the database; make the backup again")
        write_durably(checksum_of(place), f"{file_digest(unfinished)}  {place.name}\n".encode())
        os.replace(unfinished, place)
        sync_folder(place.parent)
    except (OSError, duckdb.Error) as error:
        raise StorageError(f"{place} cannot be written ({type(error).__name__}); nothing was changed") from None
    finally:
        for left in (unfinished, log_of(unfinished)):
            left.unlink(missing_ok=True)


def _copied(study: Study, unfinished: Path) -> int:
    """Copy the database and its log; return the number of the last commit that was acknowledged before."""
    for _ in range(ATTEMPTS):
        record = read_record(study)
        with suppress(FileNotFoundError):  # the log, if a checkpoint ends; the database, if an erasure replaces it
            if _copied_at_once(study.database, unfinished):
                return (record.commits if record else None) or 0
        sleep(PAUSE_S)
    raise StudyInUse(f"{study.folder.name} is being rewritten; wait until the run has finished, and make the backup")


def _copied_at_once(database: Path, unfinished: Path) -> bool:
    """Copy the log and then the database; return whether no checkpoint came in between."""
    before = _checkpointed(database)
    log = log_of(database)
    if log.exists():
        _copy_privately(log, log_of(unfinished))
    else:
        log_of(unfinished).unlink(missing_ok=True)
    _copy_privately(database, unfinished)
    return _checkpointed(database) == before and not _is_in_checkpoint(database)


def _checkpointed(database: Path) -> tuple[int, bytes]:
    """Return what changes with every checkpoint and with every replacement of the file."""
    with database.open("rb") as file:
        return os.fstat(file.fileno()).st_ino, file.read(HEADER_BYTES)


def _is_in_checkpoint(database: Path) -> bool:
    """Whether a checkpoint is under way: commits then go to a second log."""
    return any(database.parent.glob(f"{log_of(database).name}.*"))


def _copy_privately(source: Path, destination: Path) -> None:
    descriptor = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as original, os.fdopen(descriptor, "wb") as copy:
        shutil.copyfileobj(original, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
