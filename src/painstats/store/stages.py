"""What the stored results rest on: a run whose inputs have not changed has nothing to do."""

from __future__ import annotations

import hashlib

from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.ledger import RECORD_LEDGER_TABLES


def inputs_hash(store: Store, version: str) -> str:
    """Hash the plan, the version and the imports that hold data."""
    imports = store.connection.execute(
        "SELECT import_id, rows_new, rows_corrected FROM import WHERE status = 'loaded' "
        "AND rows_new + rows_corrected + rows_quarantined > 0 ORDER BY import_id"
    ).fetchall()
    facts = (store.study.plan_hash, version, imports)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def was_done(store: Store, stage: str, inputs: str) -> bool:
    """Whether a stage was already done on exactly these inputs."""
    row = store.connection.execute(
        "SELECT count(*) FROM stage_done WHERE stage = ? AND inputs_hash = ?", [stage, inputs]
    ).fetchone()
    return bool(row and row[0])


def mark_done(store: Store, stage: str, inputs: str) -> None:
    """Remember what a stage was done on."""
    with transaction(store) as connection:
        connection.execute("DELETE FROM stage_done WHERE stage = ?", [stage])
        connection.execute("INSERT INTO stage_done VALUES (?, ?)", [stage, inputs])


def clear_records(store: Store) -> None:
    """Remove every record and every import, so that the inbox is read anew."""
    with transaction(store) as connection:
        for table in (*RECORD_TABLES, *RECORD_LEDGER_TABLES, "stage_done"):
            connection.execute(f"DELETE FROM {table}")
