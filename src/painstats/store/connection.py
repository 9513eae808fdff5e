"""Open a study's database: one writer behind an operating-system lock, private files, no network."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from painstats.errors import StorageError, StudyInUse
from painstats.plan.study import Study
from painstats.store.migrations import migrate

LOCK_FILE = ".painstats.lock"
SPILL_FOLDER = ".spill"
STAGING_FOLDER = ".reading"
PRIVATE_UMASK = 0o077

_STORAGE_FAULTS = (
    duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException, duckdb.TransactionException,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Store:
    """An open study database. Made by :func:`open_store`; valid inside its ``with`` block."""

    study: Study
    connection: duckdb.DuckDBPyConnection


@contextmanager
def open_store(study: Study) -> Iterator[Store]:
    """Open the study's database for this process alone, making or migrating it when needed.

    Raises
    ------
    StudyInUse
        Another process holds the study; its process id is named.
    StorageError
        The file cannot be opened, or was written by a newer version.
    """
    with locked(study), opened(study) as store:
        yield store


@contextmanager
def opened(study: Study) -> Iterator[Store]:
    """Open the database of a study whose lock this process holds."""
    connection = _connect(study.database)
    try:
        migrate(connection)
        yield Store(study, connection)
    finally:
        connection.close()


@contextmanager
def transaction(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run statements all or nothing; any exception rolls back and is raised again.

    Raises
    ------
    StorageError
        In place of DuckDB's own word for a disk that is full or broken, which a commit says in yet another way.
    """
    connection = store.connection
    connection.execute("BEGIN TRANSACTION")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException as error:
        # After a full disk the connection is dead and cannot roll back; its transaction is gone all the same.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, _STORAGE_FAULTS):
            raise StorageError(
                f"{store.study.database}: writing failed and nothing of it is stored; "
                "make space on the disk and run again"
            ) from None
        raise


def _connect(database: Path) -> duckdb.DuckDBPyConnection:
    """Connect with DuckDB's doors shut: no extension downloads, no Python variables as tables, encrypted spill."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_file_encryption": True,
        "enable_external_file_cache": False,  # it takes a new file for an old one of that name, size and second
        "write_buffer_row_group_count": 1,  # what waits to be written takes memory
        "temp_directory": str(database.parent / SPILL_FOLDER),
    }
    try:
        connection = duckdb.connect(str(database), config=settings)
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _explained(database, str(error).splitlines()[0]) from None
    os.chmod(database, 0o600)
    return connection


@contextmanager
def locked(study: Study) -> Iterator[None]:
    """Keep every other process out of a study.

    Raises
    ------
    StudyInUse
        Another process holds it.
    """
    os.umask(PRIVATE_UMASK)
    with _open_lock(study.folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise StudyInUse(
                f"{study.folder.name} is in use by process {lock.read().strip() or 'unknown'}; "
                "wait until it is done and run again"
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        for left in (SPILL_FOLDER, STAGING_FOLDER):  # by a run that was killed
            shutil.rmtree(study.folder / left, ignore_errors=True)
        yield


def _open_lock(folder: Path) -> IO[str]:
    try:
        return open(folder / LOCK_FILE, "a+", encoding="ascii")
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written ({error.strerror}); check the permissions") from None


def _explained(database: Path, problem: str) -> StudyInUse | StorageError:
    if "lock" in problem:
        return StudyInUse(f"{database.name} is open in another program; close it and run again")
    if "Permission denied" in problem or "read-only" in problem:
        return StorageError(f"{database}: cannot be opened; check the disk and the permissions")
    return StorageError(f"{database}: cannot be used ({problem}); restore it from a backup, or remove it and run again")
