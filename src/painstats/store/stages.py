"""What the stored results rest on: a run whose inputs have not changed has nothing to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.ledger import RECORD_LEDGER_TABLES


@dataclass(frozen=True, slots=True)
class StageDone:
    """What a stage came to: why there is no answer (None if there is one), and the files it wrote."""

    refusal: str | None
    files: tuple[Path, ...]


def inputs_hash(store: Store, version: str) -> str:
    """Hash the plan, the version and the imports that hold data."""
    imports = store.connection.execute(
        "SELECT import_id, rows_new, rows_corrected FROM import WHERE status = 'loaded' "
        "AND rows_new + rows_corrected + rows_quarantined > 0 ORDER BY import_id"
    ).fetchall()
    facts = (store.study.plan_hash, version, imports)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def done_before(store: Store, stage: str, inputs: str) -> StageDone | None:
    """Return what a stage came to on exactly these inputs, unless something it wrote is no longer there."""
    row = store.connection.execute(
        "SELECT refusal, files FROM stage_done WHERE stage = ? AND inputs_hash = ?", [stage, inputs]
    ).fetchone()
    if row is None:
        return None
    done = StageDone(row[0], tuple(Path(name) for name in row[1]))
    return done if all((store.study.folder / path).exists() for path in done.files) else None


def mark_done(store: Store, stage: str, inputs: str, done: StageDone) -> None:
    """Remember what a stage was done on, and what came of it."""
    files = [str(path.relative_to(store.study.folder)) for path in done.files]
    with transaction(store) as connection:
        connection.execute("DELETE FROM stage_done WHERE stage = ?", [stage])
        connection.execute("INSERT INTO stage_done VALUES (?, ?, ?, ?)", [stage, inputs, done.refusal, files])


def clear_records(store: Store) -> None:
    """Remove every record and every import, so that the inbox is read anew; what was withdrawn stays out."""
    with transaction(store) as connection:
        for table in (*RECORD_TABLES, *RECORD_LEDGER_TABLES, "stage_done", "daily_built"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM import WHERE status <> 'withdrawn'")


def imports_hash(store: Store) -> str:
    """Return the first 16 hex digits of a hash over the content of all imported files, in whatever order they came."""
    rows = store.connection.execute(
        "SELECT DISTINCT content_hash, coalesce(participant_id, '') FROM import WHERE status = 'loaded' ORDER BY ALL"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
