"""Backups of a study's database: make and verify one, restore one, and set a database aside to import everything again.

A database that goes out of use is renamed, never deleted: ``painstats.duckdb.set-aside-<time>``. Backups made without
a destination, and before a migration, lie beside it as ``painstats.duckdb.backup-…``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from painstats.errors import StorageError, StudyError
from painstats.plan.study import Study
from painstats.records import RECORD_TABLES
from painstats.store.checksum import (
    CHECKSUM_FILE,
    checksum_of,
    copy_with_checksum,
    file_digest,
    log_of,
    read_record,
    replace_database,
)
from painstats.store.connection import Store, connect, locked, opened, transaction
from painstats.store.damage import newer_duckdb, read_whole
from painstats.store.durable import sync_folder
from painstats.store.forget import finish_erasures
from painstats.store.forgotten import hashes_in_table, remember_forgotten
from painstats.store.runs import check_plan

_WITHDRAWN = "participant_id, file_name, content_hash, reading_hash, source, status, painstats_version"


@dataclass(frozen=True, slots=True)
class Contents:
    """How many imports a database holds, and how many rows of records."""

    imports: int
    rows: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database that goes out of use says beyond the files in the inbox, as far as it can still be read."""

    withdrawn: list[tuple[Any, ...]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    loaded: list[tuple[str, str]] = field(default_factory=list)


# --- making ---


def back_up(study: Study, destination: Path | None) -> tuple[Path, Contents]:
    """Copy the database, and verify the copy by its checksum, by reading it whole, and by its counts.

    Parameters
    ----------
    destination
        A new file, or a folder to put one in; None for a file beside the database.

    Raises
    ------
    StudyError
        There is nothing to back up, or the destination is taken.
    StorageError
        The copy could not be written, or does not hold what the database holds.
    """
    place = _place(study, destination)
    with locked(study):
        if not any(path.exists() for path in (study.database, study.folder / CHECKSUM_FILE)):
            raise StudyError(f"{study.folder} has no database to back up; make one with: painstats run {study.folder}")
        with opened(study) as store:
            contents = _contents(store.connection)
        copy_with_checksum(study.database, place)
        if verify_backup(study, place) != contents:
            raise StorageError(f"{place} does not hold what the database holds; make the backup again")
    return place, contents


def _place(study: Study, destination: Path | None) -> Path:
    if destination is None:
        return _beside(study, "backup")
    if destination.is_dir():
        return destination / f"{study.folder.name}-{_stamp()}.duckdb"
    if destination.exists():
        raise StudyError(f"{destination} exists already; give the backup another name")
    if not destination.parent.is_dir():
        raise StudyError(f"{destination.parent} is not a folder; make it first")
    return destination


def _beside(study: Study, kind: str) -> Path:
    return study.database.with_name(f"{study.database.name}.{kind}-{_stamp()}")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def verify_backup(study: Study, backup: Path) -> Contents:
    """Read a backup whole and return what it holds.

    Raises
    ------
    StudyError
        There is no such file.
    StorageError
        The backup is damaged, was copied while the database was in use, or is of a newer version.
    """
    if not backup.is_file():
        raise StudyError(f"{backup} is not a file; give the backup to restore")
    if log_of(backup).exists():
        raise StorageError(f"{backup} was copied while the database was in use; give a backup by: painstats backup")
    if checksum_of(backup).exists() and checksum_of(backup).read_text().split()[:1] != [file_digest(backup)]:
        raise StorageError(f"{backup} is damaged: its content is not that of its checksum; give another backup")
    try:
        with closing(connect(study, backup, read_only=True)) as connection:
            read_whole(connection)
            return _contents(connection)
    except duckdb.Error as error:
        if "newer version of DuckDB" in str(error):
            raise newer_duckdb(backup) from None
        raise StorageError(f"{backup} is damaged or not a database of painstats; give another backup") from None


def _contents(connection: duckdb.DuckDBPyConnection) -> Contents:
    counts = [
        row[0]
        for name in ("import", *RECORD_TABLES)
        for row in connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    ]
    return Contents(counts[0], sum(counts[1:]))


# --- restoring ---


def restore(study: Study, backup: Path) -> tuple[Contents, Path | None]:
    """Put a verified backup in the database's place; return what it holds and where the database before it lies.

    Participants who were forgotten since the backup was made are forgotten again.
    """
    with locked(study):
        check_plan(study, read_record(study))
        contents = verify_backup(study, backup)
        fresh = study.database.with_suffix(".restored")
        with _removed_on_failure(fresh):
            copy_with_checksum(backup, fresh)
            checksum_of(fresh).unlink()
            kept = kept_from(study, study.database)
            remember_forgotten(study, kept.forgotten)
            aside = set_aside(study)
            replace_database(study, fresh)
        finish_erasures(study)
        with opened(study):  # brings an older schema up to date
            pass
    return contents, aside


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        checksum_of(path).unlink(missing_ok=True)
        raise


# --- starting again from the inbox ---


def start_again(study: Study) -> tuple[Path | None, Kept]:
    """Set the database aside and make an empty one; return where the old one lies and what could be read from it.

    What was withdrawn stays out, and participants who were forgotten stay so, if the old database can be read.
    """
    with locked(study):
        check_plan(study, read_record(study))
        kept = kept_from(study, study.database)
        remember_forgotten(study, kept.forgotten)
        aside = set_aside(study)
        (study.folder / CHECKSUM_FILE).unlink(missing_ok=True)
        with opened(study) as store:
            _keep(store, kept)
    return aside, kept


def set_aside(study: Study) -> Path | None:
    """Rename the database with its write-ahead log; return its new name, None if there is none."""
    aside = _beside(study, "set-aside")
    if log_of(study.database).exists():
        os.replace(log_of(study.database), log_of(aside))
    if not study.database.exists():
        return None
    os.replace(study.database, aside)
    aside.chmod(0o600)
    sync_folder(study.folder)
    return aside


def kept_from(study: Study, database: Path) -> Kept:
    """Read from a database, damaged or not, what no file in the inbox says."""
    kept = Kept()
    if not database.exists():
        return kept
    with suppress(duckdb.Error), closing(connect(study, database, read_only=True)) as connection:
        for rows, query in (
            (kept.withdrawn, f"SELECT {_WITHDRAWN} FROM import WHERE status = 'withdrawn' ORDER BY import_id"),
            (kept.loaded, "SELECT DISTINCT file_name, content_hash FROM import WHERE status = 'loaded' ORDER BY ALL"),
        ):
            with suppress(duckdb.Error):
                rows += connection.execute(query).fetchall()
        with suppress(duckdb.Error):
            kept.forgotten.extend(hashes_in_table(connection))
    return kept


def _keep(store: Store, kept: Kept) -> None:
    with transaction(store) as connection:
        for withdrawn in kept.withdrawn:
            connection.execute(f"INSERT INTO import ({_WITHDRAWN}) VALUES (?, ?, ?, ?, ?, ?, ?)", list(withdrawn))


def not_imported_again(store: Store, kept: Kept) -> list[str]:
    """Name the files that the old database had imported and that are not in the inbox as they were."""
    rows = store.connection.execute("SELECT content_hash FROM import WHERE status = 'loaded'").fetchall()
    present = {row[0] for row in rows}
    return sorted({name for name, content in kept.loaded if content not in present})
