"""Record the inputs of stored results, so that a run with unchanged inputs has nothing to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from painstats.errors import StorageError
from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.erase_files import content_of
from painstats.store.ledger import RECORD_LEDGER_TABLES

DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StageDone:
    """The result of a stage.

    Parameters
    ----------
    refusal
        Why there is no result; None if there is one.
    files
        SHA-256 of each file written, by its path in the study folder.
    """

    refusal: str | None
    files: Mapping[str, str] = field(default_factory=dict)


def inputs_hash(store: Store, version: str, due: Sequence[str] = ()) -> str:
    """Hash ``study.toml``, the version, the imports with data, and what changes by the calendar alone.

    Parameters
    ----------
    store
        The open study.
    version
        The version of painstats.
    due
        The stages of experiments on the day of the run.
    """
    imports = store.connection.execute(
        "SELECT import_id, rows_new, rows_corrected FROM import WHERE status = 'loaded' "
        "AND rows_new + rows_corrected + rows_quarantined > 0 ORDER BY import_id"
    ).fetchall()
    facts = (store.study.settings_hash, version, imports, *due)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def done_before(store: Store, stage: str, inputs: str) -> StageDone | None:
    """Return the result of a stage for exactly these inputs, unless a file that it wrote is missing or changed."""
    done = _recorded(store, stage, inputs)
    if done is None or any(content_of(store.study.folder / name) != digest for name, digest in done.files.items()):
        return None
    return done


def damaged_files(store: Store) -> list[str]:
    """List the files of the last run that are missing or changed, by their paths in the study folder."""
    row = store.connection.execute("SELECT inputs_hash FROM stage_done WHERE stage = 'reports'").fetchone()
    done = _recorded(store, "reports", row[0]) if row else None
    files = done.files if done else {}
    return sorted(name for name, digest in files.items() if content_of(store.study.folder / name) != digest)


def mark_done(store: Store, stage: str, inputs: str, done: StageDone) -> None:
    """Record the inputs and the result of a stage.

    Raises
    ------
    StorageError
        The record read back after the commit differs from what was written.
    """
    files = [f"{digest}  {name}" for name, digest in done.files.items()]
    with transaction(store) as connection:
        connection.execute("DELETE FROM stage_done WHERE stage = ?", [stage])
        connection.execute("INSERT INTO stage_done VALUES (?, ?, ?, ?)", [stage, inputs, done.refusal, files])
    if _recorded(store, stage, inputs) != done:
        raise StorageError(f"{store.study.database}: the result of the run was not stored; run again")


def clear_done(store: Store) -> None:
    """Delete all records: results are about to be replaced, and a run killed meanwhile leaves a mixture."""
    with transaction(store) as connection:
        connection.execute("DELETE FROM stage_done")


def _recorded(store: Store, stage: str, inputs: str) -> StageDone | None:
    """Return the record of a stage; None also for a record of an earlier version, which had no digests."""
    row = store.connection.execute(
        "SELECT refusal, files FROM stage_done WHERE stage = ? AND inputs_hash = ?", [stage, inputs]
    ).fetchone()
    if row is None:
        return None
    lines = [line.partition("  ") for line in row[1]]
    if not all(DIGEST.fullmatch(digest) for digest, _, _ in lines):
        return None
    return StageDone(row[0], {name: digest for digest, _, name in lines})


def clear_records(store: Store) -> None:
    """Delete all records and imports, so that the inbox is imported again; withdrawn imports stay withdrawn."""
    with transaction(store) as connection:
        for table in (*RECORD_TABLES, *RECORD_LEDGER_TABLES, "stage_done", "daily_built"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM import WHERE status <> 'withdrawn'")


def imports_hash(store: Store) -> str:
    """Return the first 16 hex digits of a hash of the content of all imported files, whatever their order."""
    rows = store.connection.execute(
        "SELECT DISTINCT content_hash, coalesce(participant_id, '') FROM import WHERE status = 'loaded' ORDER BY ALL"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
