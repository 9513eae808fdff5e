"""Back up, verify and restore a study's database, and set a database aside to import everything again.

A database that is replaced is renamed, never deleted: ``painstats.duckdb.set-aside-<time>``. Backups without a given
destination, and those made before a migration, are next to it as ``painstats.duckdb.backup-…``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from painstats.errors import StorageError, StudyError, StudyInUse
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
from painstats.store.connection import (
    Connection,
    Store,
    close,
    connect,
    connected_for_reading,
    holder_of,
    locked,
    opened,
    transaction,
)
from painstats.store.damage import check_all_blocks, explained, newer_duckdb
from painstats.store.drawn import Drawn, add_drawn, read_drawn
from painstats.store.durable import sync_folder
from painstats.store.erase_files import replacement_of
from painstats.store.forget import finish_erasures
from painstats.store.forgotten import hashes_in_table, remember_forgotten
from painstats.store.live_copy import copy_in_use
from painstats.store.migrations import earlier_version, migrate
from painstats.store.plan_ledger import add_to_mirror, read_mirror
from painstats.store.runs import check_plan
from painstats.store.shards import MOVE_SHARDS, dealt

_WITHDRAWN = "participant_id, file_name, content_hash, reading_hash, source, status, painstats_version"


@dataclass(frozen=True, slots=True)
class Contents:
    """Numbers of imports and of record rows in a database, or in all databases of a study in shards.

    The import of a file of several participants then counts once for each shard.
    """

    imports: int
    rows: int


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What a replaced database contains beyond the files in the inbox, as far as it can still be read."""

    withdrawn: list[tuple[Any, ...]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    loaded: list[tuple[str, str]] = field(default_factory=list)
    drawn: Drawn = field(default_factory=dict)
    plan_ledger: list[str] = field(default_factory=list)


# --- making ---


def back_up(study: Study, destination: Path | None) -> tuple[Path, Contents]:
    """Copy the database, and verify the copy by its checksum and by reading all of it.

    While no other process uses the study, the counts of the copy are compared too. While a run is going, the copy is
    what a kill at that moment would leave (:mod:`painstats.store.live_copy`); the run is not disturbed.

    Parameters
    ----------
    study
        The study. One in shards has a database of its own for each (:mod:`painstats.store.backup_folder`).
    destination
        A new file, or a folder for one; None for a file next to the database. For a study in shards a new folder is
        made in its place.

    Raises
    ------
    StudyError
        There is nothing to back up, or the destination exists already.
    StorageError
        The copy could not be written, or differs from the database.
    """
    from painstats.store.backup_folder import back_up_shards

    shards = dealt(study)
    place = _place(study, destination, "" if shards else ".duckdb")
    if not any(path.exists() for path in (study.database, study.folder / CHECKSUM_FILE)):
        raise StudyError(f"{study.folder} has no database to back up; create one with: painstats run {study.folder}")
    back_up_all = back_up_shards if shards else _back_up_one
    try:
        with locked(study):
            return place, back_up_all(study, place, _copy_closed)
    except StudyInUse:
        if holder_of(study.folder) == str(os.getpid()):  # to close a file here gives up DuckDB's lock on it
            raise
        return place, back_up_all(study, place, _copy_in_use)


Copy = Callable[[Study, Path], Contents]
"""Copies the database of a study to a place, verifies the copy, and returns its counts."""


def _back_up_one(study: Study, place: Path, copy: Copy) -> Contents:
    return copy(study, place)


def _copy_closed(study: Study, place: Path) -> Contents:
    with opened(study, with_shards=False) as store:
        contents = _contents(store.connection)
    copy_with_checksum(study.database, place)
    if verify_backup(study, place) != contents:
        raise StorageError(f"{place} differs from the database; make the backup again")
    return contents


def _copy_in_use(study: Study, place: Path) -> Contents:
    copy_in_use(study, place)
    return verify_backup(study, place)


def _place(study: Study, destination: Path | None, suffix: str) -> Path:
    if destination is None:
        return _beside(study, "backup")
    if destination.is_dir():
        return destination / f"{study.folder.name}-{_stamp()}{suffix}"
    if destination.exists():
        raise StudyError(f"{destination} exists already; give the backup another name")
    if not destination.parent.is_dir():
        raise StudyError(f"{destination.parent} is not a folder; create it first")
    return destination


def _beside(study: Study, kind: str) -> Path:
    return study.database.with_name(f"{study.database.name}.{kind}-{_stamp()}")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def verify_backup(study: Study, backup: Path) -> Contents:
    """Read all of a backup and count its contents.

    Raises
    ------
    StudyError
        There is no such file.
    StorageError
        The backup is damaged, was copied while the database was in use, or is of a newer version.
    """
    if not backup.is_file():
        raise StudyError(f"{backup} is not a file; name the backup to restore")
    if log_of(backup).exists():
        raise StorageError(
            f"{backup} was copied while the database was in use; use a backup made with: painstats backup"
        )
    if checksum_of(backup).exists() and checksum_of(backup).read_text().split()[:1] != [file_digest(backup)]:
        raise StorageError(f"{backup} is damaged: its content does not match its checksum; use another backup")
    try:
        with connected_for_reading(study, backup) as connection:
            check_all_blocks(connection)
            return _contents(connection)
    except duckdb.Error as error:
        if "newer version of DuckDB" in str(error):
            raise newer_duckdb(backup) from None
        raise StorageError(f"{backup} is damaged or not a painstats database; use another backup") from None


def _contents(connection: duckdb.DuckDBPyConnection) -> Contents:
    counts = [
        row[0]
        for name in ("import", *RECORD_TABLES)
        for row in connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    ]
    return Contents(counts[0], sum(counts[1:]))


# --- restoring ---


def restore(study: Study, backup: Path) -> tuple[Contents, tuple[Path, ...]]:
    """Replace the database by a verified backup; return its counts and where the previous databases are.

    Participants who were forgotten since the backup was made are forgotten again. Experiments that were planned since
    then stay, as far as the previous database can be read.

    Raises
    ------
    StudyError
        There is no such backup, or it is of a study with another number of shards.
    StorageError
        The backup is damaged, was copied while the database was in use, or is of a newer version.
    """
    from painstats.store.backup_folder import restore_shards

    with locked(study):
        check_plan(study, read_record(study))
        if backup.is_dir():
            return restore_shards(study, backup)
        if shards := dealt(study):
            raise StudyError(f"{backup} is the backup of one database, but the study has {len(shards)}; {MOVE_SHARDS}")
        contents, aside = verify_backup(study, backup), put_back(study, backup)
    return contents, (aside,) if aside else ()


def put_back(study: Study, backup: Path) -> Path | None:
    """Replace one database, which this process has locked, by a verified backup; return where the previous one is."""
    aside, _ = _replaced(study, backup)
    finish_erasures(study)
    return aside


def _replaced(study: Study, backup: Path | None) -> tuple[Path | None, Salvaged]:
    """Replace the database by a backup, or by a new one, with what the old one has and the inbox lacks.

    The new database is complete before the old one is touched: a kill at any moment leaves one of the two, with every
    experiment, every withdrawal and the whole mirror of the plan ledger.
    """
    kept = salvage(study, study.database)
    remember_forgotten(study, kept.forgotten)
    fresh = replacement_of(study)
    with _removed_on_failure(fresh):
        if backup is not None:
            copy_with_checksum(backup, fresh)
            checksum_of(fresh).unlink()
        _add_salvaged(study, fresh, kept, is_new=backup is None)
        aside = set_aside(study)
        replace_database(study, fresh)
    return aside, kept


def _add_salvaged(study: Study, fresh: Path, kept: Salvaged, *, is_new: bool) -> None:
    """Migrate a database that will replace the study's, or create it, and add what was salvaged."""
    with explained(study), _connected(study, fresh) as connection:
        earlier_version(connection, study, "a newer painstats")
        migrate(connection)
        store = Store(study, connection)
        if is_new:
            _store_withdrawn(store, kept)
        add_drawn(store, kept.drawn)
        add_to_mirror(store, kept.plan_ledger)
        connection.execute("CHECKPOINT")


@contextmanager
def _connected(study: Study, database: Path) -> Iterator[Connection]:
    connection = connect(study, database)
    try:
        yield connection
    finally:
        close(connection)


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    """Remove a database and what belongs to it: what a killed process left, and all of it if the block fails."""
    parts = (path, path.with_name(f"{path.name}.unfinished"), checksum_of(path), log_of(path))
    try:
        for part in parts:
            part.unlink(missing_ok=True)
        yield
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise


# --- starting again from the inbox ---


def start_again(study: Study) -> tuple[tuple[Path, ...], Salvaged]:
    """Set the databases aside and create empty ones; return where the old ones are and what could be read from them.

    If an old database can be read, withdrawn imports stay withdrawn, forgotten participants stay forgotten,
    experiments stay planned, and the lines of the plan ledger are known. Shards stay as they were dealt.
    """
    with locked(study):
        check_plan(study, read_record(study))
        started = [_replaced(study, None)]
        for shard in dealt(study):
            with locked(shard):
                started.append(_replaced(shard, None))
    return tuple(aside for aside, _ in started if aside), _together([kept for _, kept in started])


def _together(kept: Sequence[Salvaged]) -> Salvaged:
    """Put together what several databases had; a file that several shards read counts once."""
    return Salvaged(
        withdrawn=list(dict.fromkeys(row for each in kept for row in each.withdrawn)),
        loaded=sorted({file for each in kept for file in each.loaded}),
    )


def set_aside(study: Study) -> Path | None:
    """Give the database, with its write-ahead log, a second name; return that, None if there is no database.

    It keeps its own name until another database takes it, so that a kill in between leaves a study with a database.
    """
    aside = _beside(study, "set-aside")
    if log_of(study.database).exists():
        os.replace(log_of(study.database), log_of(aside))
    if not study.database.exists():
        return None
    study.database.chmod(0o600)
    for left in study.folder.glob(f"{study.database.name}.set-aside-*"):
        if left.samefile(study.database):  # by a process that was killed before it could replace the database
            left.unlink()
    try:
        os.link(study.database, aside)
    except OSError:  # some network and USB file systems have no hard links
        os.replace(study.database, aside)
    sync_folder(study.folder)
    return aside


def salvage(study: Study, database: Path) -> Salvaged:
    """Read from a database, damaged or not, what is not in the inbox."""
    kept = Salvaged()
    if not database.exists():
        return kept
    with suppress(duckdb.Error), connected_for_reading(study, database) as connection:
        kept = Salvaged(drawn=read_drawn(connection), plan_ledger=read_mirror(connection))
        for rows, query in (
            (kept.withdrawn, f"SELECT {_WITHDRAWN} FROM import WHERE status = 'withdrawn' ORDER BY import_id"),
            (kept.loaded, "SELECT DISTINCT file_name, content_hash FROM import WHERE status = 'loaded' ORDER BY ALL"),
        ):
            with suppress(duckdb.Error):
                rows += connection.execute(query).fetchall()
        with suppress(duckdb.Error):
            kept.forgotten.extend(hashes_in_table(connection))
    return kept


def _store_withdrawn(store: Store, kept: Salvaged) -> None:
    with transaction(store) as connection:
        for withdrawn in kept.withdrawn:
            connection.execute(f"INSERT INTO import ({_WITHDRAWN}) VALUES (?, ?, ?, ?, ?, ?, ?)", list(withdrawn))


def not_imported_again(store: Store, kept: Salvaged) -> list[str]:
    """List the files that the old database had imported but that were not imported again, unchanged, from the inbox."""
    rows = store.connection.execute("SELECT content_hash FROM import WHERE status = 'loaded'").fetchall()
    present = {row[0] for row in rows}
    return sorted({name for name, content in kept.loaded if content not in present})
