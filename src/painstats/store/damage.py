"""Detect damage to a study's database, and say what is wrong and what to do about it.

A closed database is compared with its checksum before DuckDB opens it. A database that a killed run left open is read
completely without changing it, and must contain every acknowledged commit.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from painstats.errors import PainstatsError, StorageError, StudyInUse
from painstats.operating_system import lock_for_this_process
from painstats.plan.study import Study
from painstats.store.checksum import CommitMark, Record, file_digest, file_state, is_verified, log_of

SPILL_FOLDER = ".spill"
MAGIC_PLACE = slice(8, 12)
MAGIC = b"DUCK"
LIBRARY_PLACE = slice(52, 84)
FULL_DISK_BYTES = 1 << 20

STORAGE_FAULTS = (
    duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException, duckdb.TransactionException,
    duckdb.SerializationException,
)  # fmt: skip


class DamagedError(StorageError):
    """The database or a file that belongs to it is not as painstats left it."""


def damaged(study: Study, problem: str) -> DamagedError:
    """Say what is damaged, what to do, and what cannot be recovered."""
    return DamagedError(
        f"{study.database} is damaged: {problem}. Nothing was changed. Restore a backup with: "
        f"painstats restore {study.folder} BACKUP\n"
        f"Without a backup, import everything in the inbox again with: painstats rebuild {study.folder}\n"
        "Rebuilding keeps the damaged file under another name. It cannot recover data from files that are no longer "
        "in the inbox."
    )


# --- before opening ---


def check_closed(study: Study, record: Record) -> None:
    """Compare a closed database with its checksum, unless this process closed it and it is unchanged.

    Raises
    ------
    DamagedError
        They differ; the message says how.
    StudyInUse
        They differ because another program is writing.
    """
    if log_of(study.database).exists():
        raise _unless_in_use(study, "there is a write-ahead log next to it that does not belong to it")
    if is_verified(study):
        return
    problem = _difference(study, record)
    if problem:
        raise _unless_in_use(study, problem)


def _difference(study: Study, record: Record) -> str | None:
    state = file_state(study.database)
    if state is None:
        return "the file is missing"
    left = f"painstats left {record.size} bytes on {moment(record.written_at)}"
    if state[1] == 0:
        return f"the file is empty; {left}"
    if _head(study.database)[MAGIC_PLACE] != MAGIC:
        return "the file is not a DuckDB database"
    if record.size is not None and state[1] != record.size:
        return f"the file is {'truncated' if state[1] < record.size else 'too long'}: {state[1]} bytes; {left}"
    if file_digest(study.database) != record.sha256:
        return (
            f"its content has changed since painstats closed it on {moment(record.written_at)}, "
            "because of a disk fault or another program"
        )
    return None


def moment(written_at: str) -> str:
    """Format an ISO 8601 time in UTC for messages."""
    return f"{written_at[:10]} {written_at[11:16]} UTC"


def _unless_in_use(study: Study, problem: str) -> StorageError | StudyInUse:
    return open_elsewhere(study) if _is_locked(study.database) else damaged(study, problem)


def open_elsewhere(study: Study) -> StudyInUse:
    """Say that the database is open in another program."""
    return StudyInUse(f"{study.database.name} is open in another program; close it and run again")


def _is_locked(database: Path) -> bool:
    """Whether another process holds DuckDB's lock. Must not be called with the database open: it would be unlocked."""
    with suppress(FileNotFoundError, PermissionError), database.open("r+b") as file:
        try:
            lock_for_this_process(file)
        except OSError:
            return True
    return False


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LIBRARY_PLACE.stop)


# --- after a kill ---


def check_left_open(study: Study, record: Record | None, connection: duckdb.DuckDBPyConnection) -> None:
    """Check a database that was not closed for all acknowledged commits, and read all of it.

    The connection must be read-only: opening for writing would truncate a damaged write-ahead log.

    Raises
    ------
    DamagedError
        A block or the write-ahead log is damaged, belongs to another database, or lacks acknowledged commits.
    """
    mark = read_mark(connection)
    if record and record.commits is not None:
        if mark.commits < record.commits:
            raise damaged(
                study,
                f"it lacks {record.commits - mark.commits} of the {record.commits} commits that were acknowledged "
                "(its write-ahead log was truncated or lost, or the file is an older copy)",
            )
        if mark.commits > record.base.commits and mark.session != record.session:
            raise damaged(study, "its write-ahead log belongs to another database")
    try:
        check_all_blocks(connection)
    except duckdb.InternalException:
        raise damaged(study, "DuckDB finds an error in the file") from None


def read_mark(connection: duckdb.DuckDBPyConnection) -> CommitMark:
    """Return the last commit in a database."""
    with suppress(duckdb.CatalogException):
        row = connection.execute("SELECT commits, session FROM commit_mark").fetchone()
        if row:
            return CommitMark(*row)
    return CommitMark()


def check_all_blocks(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every value of every table once, so that DuckDB checks every block with data."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    for (table,) in tables:
        connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" AS t').fetchall()


# --- DuckDB's errors ---


@contextmanager
def explained(study: Study) -> Iterator[None]:
    """Replace DuckDB's storage errors by ours, which say what is wrong; other errors pass."""
    try:
        yield
    except STORAGE_FAULTS as error:
        raise fault_of(study, error) from None


def fault_of(study: Study, error: duckdb.Error) -> PainstatsError:
    """Return our error for a storage error of DuckDB, without its text, which may contain values."""
    text = str(error)
    if "Could not set lock" in text or "Conflicting lock" in text:
        return open_elsewhere(study)
    if "newer version of DuckDB" in text:
        return newer_duckdb(study.database)
    if re.search("replaying WAL|Corrupt WAL", text):
        return damaged(study, "its write-ahead log cannot be read")
    if isinstance(error, duckdb.SerializationException) or re.search(
        "Corrupt database|computed checksum|not a valid DuckDB", text
    ):
        return damaged(study, "DuckDB finds an error in the file")
    return _lack_of_room(study, error) or StorageError(
        f"{study.database} cannot be read or written; check the disk and the permissions, and run again"
    )


def newer_duckdb(database: Path) -> StorageError:
    """Say which DuckDB wrote a file that this one cannot read."""
    written = _head(database)[LIBRARY_PLACE].rstrip(b"\0").decode("ascii", "replace").removeprefix("v")
    return StorageError(
        f"{database} was written by DuckDB {written}; this painstats uses DuckDB {duckdb.__version__}, which "
        "cannot read it. Use the painstats that wrote it, or a newer one"
    )


def _lack_of_room(study: Study, error: duckdb.Error) -> StorageError | None:
    text, spill = str(error), study.folder / SPILL_FOLDER
    is_full = "No space left" in text or shutil.disk_usage(study.folder).free < FULL_DISK_BYTES
    if f"/{SPILL_FOLDER}/" in text or "max_temp_directory_size" in text:
        return StorageError(
            f"{spill}: no space left for temporary data, which is written there when memory runs short; "
            "make space on its disk and run again. Nothing of the failed step was stored"
        )
    if is_full:
        return StorageError(
            f"{study.database}: the disk is full, and nothing of the failed step was stored; "
            "make space on the disk and run again"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return StorageError(
            "DuckDB ran out of memory (it may use 80% of the machine's memory); close other programs and run again. "
            f"Temporary data is written to {spill}"
        )
    return None
