"""Publish results as Parquet files, each replaced whole, so that dashboards never open the database."""

from __future__ import annotations

import os
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import polars as pl

from painstats.store.connection import Store
from painstats.store.stages import imports_hash
from painstats.store.tables import read_table, table_exists

PUBLISHED_TABLES = (
    "daily_summary", "device_change", "finding", "participant_summary", "import_summary", "robustness",
)  # fmt: skip


def publish_tables(store: Store) -> list[Path]:
    """Write every published table that exists to ``reports/published/<table>.parquet``.

    Returns
    -------
    The files written. Readable by their owner alone; a reader sees the old file or the new one, never half of one.
    """
    store.study.published.mkdir(parents=True, exist_ok=True)
    return [_publish(store, table) for table in PUBLISHED_TABLES if table_exists(store, table)]


def write_privately(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and swap it in whole."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def _publish(store: Store, table: str) -> Path:
    path = store.study.published / f"{table}.parquet"
    content = BytesIO()
    read_table(store, table).with_columns(**_origin(store)).write_parquet(content)
    write_privately(path, content.getvalue())
    return path


def _origin(store: Store) -> dict[str, pl.Expr]:
    """Return the columns that say what a published table was computed from."""
    return {
        "plan_hash": pl.lit(store.study.plan_hash),
        "painstats_version": pl.lit(version("painstats")),
        "imports_hash": pl.lit(imports_hash(store)),
    }
