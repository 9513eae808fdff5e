"""Read published tables that all come from one run, even while another run replaces them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from io import BytesIO

import polars as pl

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.publish import MANIFEST, PUBLISHED_FOLDER

ATTEMPTS = 3
PAUSE_S = 0.05


def read_published(study: Study, tables: Sequence[str]) -> dict[str, pl.DataFrame] | None:
    """Read published tables, all from the same run.

    Returns
    -------
    The tables by name; None if one of them is not published.

    Raises
    ------
    StorageError
        A file differs from what the run wrote.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _read(study, tables)
        except FileNotFoundError:  # nothing is published, or a run has just replaced the folder
            time.sleep(PAUSE_S if attempt + 1 < ATTEMPTS else 0)
    return None


def _read(study: Study, tables: Sequence[str]) -> dict[str, pl.DataFrame]:
    folder = os.open(study.reports, os.O_RDONLY)  # stays the same folder even if it is replaced
    try:
        try:
            files = json.loads(_content(folder, MANIFEST))["files"]
            return {table: _table(folder, f"{PUBLISHED_FOLDER}/{table}.parquet", files) for table in tables}
        except (ValueError, KeyError, TypeError):
            raise StorageError(f"{study.reports / MANIFEST} is damaged; write it again with: painstats run") from None
    finally:
        os.close(folder)


def _table(folder: int, name: str, files: Mapping[str, str]) -> pl.DataFrame:
    content = _content(folder, name)
    if hashlib.sha256(content).hexdigest() != files[name]:
        raise StorageError(f"{name} in reports/ is damaged; write it again with: painstats run")
    return pl.read_parquet(BytesIO(content))


def _content(folder: int, name: str) -> bytes:
    with open(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()
