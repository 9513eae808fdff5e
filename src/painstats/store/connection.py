"""Open a study's database: one writer behind an operating-system lock, private files, no network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import AcquireReturnProxy, FileLock, Timeout

from painstats.errors import StorageError, StudyInUse
from painstats.interruption import removed_if_interrupted
from painstats.plan.study import Study
from painstats.store.checksum import (
    Record,
    acknowledge,
    close_record,
    copy_with_checksum,
    file_state,
    log_of,
    mark_open,
    read_record,
)
from painstats.store.damage import SPILL_FOLDER as SPILL_FOLDER
from painstats.store.damage import (
    STORAGE_FAULTS,
    check_closed,
    check_left_open,
    damaged,
    explained,
    fault_of,
    read_mark,
)
from painstats.store.forgotten import hashes_in_table, remember_forgotten
from painstats.store.migrations import earlier_version, migrate
from painstats.store.runs import check_plan
from painstats.store.shards import attach

LOCK_FILE = ".painstats.lock"
STAGING_FOLDER = ".reading"
PRIVATE_UMASK = 0o077
PRIVATE_FOLDER = 0o700
SMALL_DATABASE = 16_000_000
SMALL_EXPORTS = 2_000_000
"""Bytes up to which one thread is enough: DuckDB divides no fewer than 122,880 rows, so that others only wait."""

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Store:
    """An open study database, from :func:`open_store`; valid inside its ``with`` block.

    ``session`` is the name under which its commits are counted; empty if they are not.
    """

    study: Study
    connection: Connection
    session: str = ""


@contextmanager
def open_store(study: Study) -> Iterator[Store]:
    """Open the study's database for this process alone; create or migrate it if needed.

    Raises
    ------
    StudyInUse
        Another process is using the study; the message has its process id.
    StorageError
        The file is damaged, cannot be opened, or was written by a newer version.
    """
    with held(study), opened(study) as store:
        yield store


@contextmanager
def held(study: Study) -> Iterator[None]:
    """Lock a study for this process, and finish an interrupted erasure.

    Raises
    ------
    StudyInUse
        Another process is using the study; the message has its process id.
    """
    from painstats.store.forget import finish_erasures  # which opens the database itself

    with locked(study):
        finish_erasures(study)
        yield


@contextmanager
def opened(study: Study, *, with_shards: bool = True) -> Iterator[Store]:
    """Open the database of a study that this process has locked; closing it without an error writes its checksum.

    The tables of a study's shards are seen as one, for reading; ``with_shards=False`` leaves them closed.
    """
    before = _checked(study)
    with explained(study):
        connection = _connect_migrated(study, before)
        file_before = file_state(study.database)
        is_sound = True
        try:
            # An older database may still contain hashes that are not in the list next to it.
            remember_forgotten(study, hashes_in_table(connection))
            if with_shards:
                attach(study, connection)
            yield Store(study, connection, (read_record(study) or Record()).session)
        except (StorageError, duckdb.Error):
            is_sound = False  # the record stays open, so that the next opening reads the whole database
            raise
        finally:
            if _closed(study, connection) and is_sound:
                with suppress(StorageError):
                    close_record(study, before, file_before)


def _closed(study: Study, connection: Connection) -> bool:
    """Close the database; return whether it is complete without a write-ahead log."""
    with suppress(duckdb.Error):  # on a full disk, committed data stay in the log
        connection.execute("CHECKPOINT")
    close(connection)
    return not log_of(study.database).exists()


@contextmanager
def transaction(store: Store) -> Iterator[Connection]:
    """Run statements in one transaction; any exception rolls it back and is raised again.

    Raises
    ------
    StorageError
        Instead of DuckDB's various errors for a full or broken disk.
    """
    connection = store.connection
    connection.execute("BEGIN TRANSACTION")
    try:
        yield connection
        number = _counted(connection, store.session)
        connection.execute("COMMIT")
    except BaseException as error:
        # If the disk is full, the connection is broken and cannot roll back, but the transaction is lost anyway.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, STORAGE_FAULTS):
            raise fault_of(store.study, error) from None
        raise
    if number is not None:
        acknowledge(store.study, number)


def _counted(connection: Connection, session: str) -> int | None:
    """Count a commit within its transaction; return its number."""
    if not session:
        return None
    row = connection.execute(
        "UPDATE commit_mark SET commits = commits + 1, session = ? RETURNING commits", [session]
    ).fetchone()
    return int(row[0]) if row else None


# --- opening ---


def _checked(study: Study) -> Record | None:
    """Check the database against the study's record; return the record."""
    record = read_record(study)
    check_plan(study, record)
    if record and not record.is_open:
        check_closed(study, record)
    elif study.database.exists():
        with explained(study), connected_for_reading(study, study.database) as connection:
            check_left_open(study, record, connection)
    elif record:
        raise damaged(study, "the file is missing")
    return record


def _connect_migrated(study: Study, before: Record | None) -> Connection:
    """Open the database for writing with the newest schema; back it up first if it has an earlier one."""
    if not study.database.exists():
        _create(study)
    connection = connect(study, study.database)
    try:
        earlier = earlier_version(connection, study, f"painstats {before.painstats}" if before else "a newer painstats")
        if earlier:
            connection.execute("CHECKPOINT")
            close(connection)
            copy_with_checksum(study.database, study.database.with_name(f"{study.database.name}.backup-v{earlier:04d}"))
            connection = connect(study, study.database)
        os.chmod(study.database, 0o600)
        mark_open(study, read_mark(connection))
        migrate(connection)
    except BaseException:
        close(connection)
        raise
    return connection


def _create(study: Study) -> None:
    """Create an empty database under a temporary name first, so that a kill does not leave an incomplete one.

    One that had only the first tables would be taken for that of an earlier version, and backed up.
    """
    unfinished = study.database.with_name(f"{study.database.name}.unfinished")
    for left in (unfinished, log_of(unfinished)):
        left.unlink(missing_ok=True)
    connection = connect(study, unfinished)
    try:
        migrate(connection)
        connection.execute("CHECKPOINT")
    finally:
        close(connection)
    os.replace(unfinished, study.database)


def connect(study: Study, database: Path, *, read_only: bool = False, spill: Path | None = None) -> Connection:
    """Connect with restrictions: no extension downloads, no Python variables as tables, spill files in the study.

    ``spill`` is another folder for spill files, where the study's own is in use. Spill files are not encrypted:
    DuckDB's encryption needs an extension that its wheel lacks.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_file_encryption": False,
        "enable_external_file_cache": False,  # it mistakes a new file for an old one of the same name, size and second
        "write_buffer_row_group_count": 1,  # buffered rows take memory
        "temp_directory": str((spill or study.folder) / SPILL_FOLDER),
    }
    if not database.exists() or database.stat().st_size <= SMALL_DATABASE:
        settings["threads"] = 1
    connection = duckdb.connect(str(database), read_only=read_only, config=settings)
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


def use_threads_for(connection: Connection, n_bytes: int) -> None:
    """Let DuckDB use all processors if the exports that are about to be stored, ``n_bytes`` on the disk, are large."""
    if n_bytes > SMALL_EXPORTS:
        connection.execute("RESET threads")


@contextmanager
def connected_for_reading(study: Study, database: Path) -> Iterator[Connection]:
    """Connect to a database that nothing changes, such as a backup, and close the connection at the end."""
    connection = connect(study, database, read_only=True)
    try:
        yield connection
    finally:
        close(connection)


def close(connection: Connection) -> None:
    """Close a connection after DuckDB's own threads have ended.

    One that is still ending a task when the database is destroyed can crash the process (seen once, DuckDB 1.5.6).
    """
    with suppress(duckdb.Error):  # a connection that a full disk has broken
        connection.execute("SET threads = 1")
    connection.close()


@contextmanager
def locked(study: Study) -> Iterator[None]:
    """Lock a study for this process.

    Raises
    ------
    StudyInUse
        Another process is using it.
    """
    os.umask(PRIVATE_UMASK)
    with _lock(study.folder):
        temporary = [study.folder / name for name in (SPILL_FOLDER, STAGING_FOLDER)]
        _remove(temporary)  # left by a killed run
        (study.folder / SPILL_FOLDER).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        with removed_if_interrupted(*temporary):
            try:
                yield
            finally:
                _remove(temporary)


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _lock(folder: Path) -> AcquireReturnProxy[FileLock]:
    """Take the lock of a study folder; the operating system releases it if this process is killed."""
    path = folder / LOCK_FILE
    # Where files cannot be locked, filelock would otherwise use a marker file, which outlives a killed process.
    lock = FileLock(path, blocking=False, thread_local=False, fallback_to_soft=False, on_acquired=_write_process_id)
    try:
        return lock.acquire()
    except Timeout:
        holder = holder_of(folder) or "unknown"
        raise StudyInUse(
            f"{folder.name} is in use by process {holder}; wait until it has finished and run again"
        ) from None
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be locked ({error.strerror}); check the permissions; the file system must support locks"
        ) from None


def holder_of(folder: Path) -> str:
    """Return the id of the process that took the lock of a study folder last; empty if it is not known."""
    return (folder / LOCK_FILE).read_text(encoding="ascii").strip()


def _write_process_id(descriptor: int) -> None:
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
