"""Planned experiments, which are in no file of the inbox: carried over where another database replaces the study's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import duckdb

from painstats.store.connection import Connection, Store, transaction
from painstats.store.forgotten import forgotten_hashes, participant_hash

DRAWN_TABLES = {
    "experiment_plan": "participant_id, fingerprint, canonical, drawn_at, outcome, is_medicine, agreed_on, agreed_by",
    "experiment_end": "participant_id, fingerprint, ended_at",
}
"""The tables and their columns; the first is the participant, the second the plan's fingerprint."""

Drawn = Mapping[str, Sequence[tuple[Any, ...]]]


def read_drawn(connection: Connection) -> Drawn:
    """Return the rows of each table, as far as they can be read; a database of an earlier version has none."""
    drawn: dict[str, list[tuple[Any, ...]]] = {}
    for table, columns in DRAWN_TABLES.items():
        with suppress(duckdb.Error):
            drawn[table] = connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    return drawn


def add_drawn(store: Store, drawn: Drawn) -> None:
    """Add rows that are not there yet, except those of forgotten participants."""
    forgotten = forgotten_hashes(store.study)
    with transaction(store) as connection:
        for table, rows in drawn.items():
            present = connection.execute(f"SELECT fingerprint FROM {table}").fetchall()
            for row in rows:
                is_forgotten = bool(forgotten) and participant_hash(store.study, row[0]) in forgotten
                if (row[1],) not in present and not is_forgotten:
                    marks = ", ".join("?" for _ in row)
                    connection.execute(f"INSERT INTO {table} ({DRAWN_TABLES[table]}) VALUES ({marks})", list(row))
