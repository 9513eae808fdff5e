"""Erasure: remove a person from the database, the reports and their inbox folder, rewrite the file, and look again.

DuckDB keeps deleted text in its file; only a copy into a new file leaves it behind. So the rows are deleted, the
database is copied, the copy takes its place, and every file of the study is searched for the person's id.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.connection import LOCK_FILE, SPILL_FOLDER, Store, locked, opened, transaction
from painstats.store.forgotten import participant_hash

SHORT_ID_LENGTH = 8

RESULT_TABLES = (
    "daily_summary", "step_by_device", "sleep_by_device", "device_change", "source_agreement", "model_frame",
    "treatment_phase", "participant_summary", "finding", "person_fit", "cohort_fit", "coefficient", "model_fit",
    "robustness",
)  # fmt: skip
"""Derived tables: they rest on everybody's data, so all of them go and are computed again by the next run."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed, and what a search for the id still finds.

    ``kept`` names files that painstats did not write and that are the user's own to edit (the plan, shared exports).
    """

    rows_removed: int
    tables_touched: int
    files_removed: tuple[str, ...]
    files_searched: int
    traces: tuple[str, ...] = field(default=())
    kept: tuple[str, ...] = field(default=())

    @property
    def is_proven(self) -> bool:
        """Whether no trace is left in anything that painstats wrote."""
        return not self.traces


def forget_participant(study: Study, participant_id: str) -> Erasure:
    """Remove one person from everything.

    Raises
    ------
    StudyError
        The study does not know the person.
    """
    own_folder = study.inbox / participant_id
    with locked(study):
        with opened(study) as store:
            own_files = _own_files(store, participant_id)
            rows, tables = _delete_rows(store, participant_id, is_known=own_folder.is_dir())
            fresh = _rewritten(store)
        # Files first, the database last: after a crash in between the person can be forgotten again.
        removed = _remove_files(study, own_folder, own_files)
        os.replace(fresh, study.database)
        study.database.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        return _searched(study, participant_id, rows, tables, removed)


def _delete_rows(store: Store, participant_id: str, *, is_known: bool) -> tuple[int, int]:
    """Delete a person's rows and all results; a person who is not known leaves everything as it was."""
    named = _sql_pattern(participant_id)
    with transaction(store) as connection:
        rows = tables = 0
        connection.execute(
            "DELETE FROM quarantine WHERE regexp_matches(text, ?) "
            "OR import_id IN (SELECT import_id FROM import WHERE participant_id = ?)",
            [named, participant_id],
        )
        connection.execute(
            "DELETE FROM ignored WHERE import_id IN (SELECT import_id FROM import WHERE participant_id = ?)",
            [participant_id],
        )
        for table in _tables_with_participants(connection):
            if table in RESULT_TABLES:
                continue
            row = connection.execute(f"DELETE FROM {table} WHERE participant_id = ?", [participant_id]).fetchone()
            count = int(row[0]) if row else 0
            rows, tables = rows + count, tables + bool(count)
        if not rows and not is_known:
            raise StudyError(
                f"{store.study.folder.name} has no participant of that id; see: painstats status {store.study.folder}"
            )
        for table in RESULT_TABLES:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DELETE FROM stage_done")
        connection.execute("DELETE FROM daily_built")
        connection.execute("DELETE FROM import WHERE status = 'refused' AND regexp_matches(file_name, ?)", [named])
        connection.execute(
            "INSERT INTO forgotten (participant_hash) VALUES (?)", [participant_hash(store.study, participant_id)]
        )
    return rows, tables


def _tables_with_participants(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "SELECT table_name FROM duckdb_columns() WHERE column_name = 'participant_id' AND NOT internal "
        "AND database_name = current_database() AND table_name IN (SELECT table_name FROM duckdb_tables()) "
        "ORDER BY table_name"
    ).fetchall()
    return [row[0] for row in found]


def _rewritten(store: Store) -> Path:
    fresh = store.study.database.with_suffix(".rewritten")
    fresh.unlink(missing_ok=True)
    connection = store.connection
    name = connection.execute("SELECT current_database()").fetchone()
    connection.execute("CHECKPOINT")
    connection.execute(f"ATTACH '{_quoted(fresh)}' AS rewritten")
    connection.execute(f'COPY FROM DATABASE "{name[0] if name else ""}" TO rewritten')
    connection.execute("DETACH rewritten")
    return fresh


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _own_files(store: Store, participant_id: str) -> list[Path]:
    """List the exports that are this person's alone, wherever in the inbox they lie and whatever their name is now."""
    rows = store.connection.execute(
        "SELECT DISTINCT content_hash FROM import WHERE participant_id = ?", [participant_id]
    ).fetchall()
    own = {row[0] for row in rows}
    return [path for path in sorted(store.study.inbox.rglob("*")) if path.is_file() and _content(path) in own]


def _content(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _remove_files(study: Study, own_folder: Path, own_files: list[Path]) -> tuple[str, ...]:
    """Remove the person's exports, every report and every published file."""
    doomed = [folder for folder in (own_folder, study.reports, study.folder / SPILL_FOLDER) if folder.is_dir()]
    files = {path for folder in doomed for path in folder.rglob("*") if path.is_file()} | set(own_files)
    for path in own_files:
        path.unlink()
    for folder in doomed:
        shutil.rmtree(folder)
    return tuple(sorted(str(path.relative_to(study.folder)) for path in files))


def _searched(study: Study, participant_id: str, rows: int, tables: int, removed: tuple[str, ...]) -> Erasure:
    """Search every file of the study for the id, in its content and in its name."""
    pattern = _pattern(participant_id)
    traces: list[str] = []
    kept: list[str] = []
    searched = 0
    for path in sorted(path for path in study.folder.rglob("*") if path.is_file() and path.name != LOCK_FILE):
        searched += 1
        if pattern.search(path.name.encode()) or any(
            pattern.search(chunk) for chunk in _chunks(path, len(participant_id.encode()) + 1)
        ):
            (traces if _is_written_by_painstats(study, path) else kept).append(str(path.relative_to(study.folder)))
    return Erasure(rows, tables, removed, searched, tuple(traces), tuple(kept))


def _is_written_by_painstats(study: Study, path: Path) -> bool:
    below = path.relative_to(study.folder).parts
    return path.name.startswith(study.database.name) or below[0] == study.reports.name or below[0].startswith(".")


def _pattern(participant_id: str) -> re.Pattern[bytes]:
    """Match the id anywhere; a short one, which is part of other words, only where it stands alone."""
    needle = re.escape(participant_id.encode())
    if len(participant_id) < SHORT_ID_LENGTH:
        needle = rb"(?<![A-Za-z0-9_])" + needle + rb"(?![A-Za-z0-9_])"
    return re.compile(needle)


def _sql_pattern(participant_id: str) -> str:
    """Return the same for DuckDB, whose expressions know no look-behind."""
    escaped = re.escape(participant_id)
    if len(participant_id) < SHORT_ID_LENGTH:
        return f"(^|[^A-Za-z0-9_]){escaped}([^A-Za-z0-9_]|$)"
    return escaped


def _chunks(path: Path, overlap: int, size: int = 1 << 20) -> Iterator[bytes]:
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield tail + chunk
            tail = chunk[-overlap:]
