"""Search for a participant id wherever painstats, or a program that it uses, may have written it.

The search covers the values in the database (DuckDB compresses text), the names and bytes of all other files of the
study, zips entry by entry, and outside the study the home folders of Prefect and Streamlit and our temporary folders.
"""

from __future__ import annotations

import gzip
import os
import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import duckdb

from painstats.plan.study import Study
from painstats.store.connection import LOCK_FILE
from painstats.store.erase_files import regular_files
from painstats.store.erasure_journal import JOURNAL_FILE
from painstats.store.forgotten import FORGOTTEN_FILE, KEY_FILE
from painstats.store.id_pattern import IdPattern
from painstats.store.plan_ledger import LEDGER_FILE, PLANS_FOLDER

NOT_SEARCHED = (LOCK_FILE, KEY_FILE, FORGOTTEN_FILE, JOURNAL_FILE, LEDGER_FILE, PLANS_FOLDER)
"""They contain a process id, random bytes, keyed hashes, and plans without participants; the journal is removed after
the search."""

TEMPORARY_FOLDER = re.compile(r"painstats-[a-z0-9_]{8}")
"""Names that Python gives to temporary folders with the prefix ``painstats-``."""

MAX_ZIP_DEPTH = 3

OWN_WORDS = frozenset({
    "source", "device_kind", "stage", "measure", "table_name", "rule", "status", "painstats_version", "reading_hash",
    "content_hash", "participant_hash", "inputs_hash", "exercise_type", "recall", "filled", "plan_hash", "imports_hash",
    "fingerprint", "outcome", "line_hash", "ledger_line", "ledger_head",
    "files_read", "daily_table_built", "model_frame_built", "questions_fitted", "findings_made", "pages_written",
})  # fmt: skip
"""Text columns that only contain painstats' own words."""

COLUMNS_WITH_IDS = ("participant_id", "record")


@dataclass(slots=True)
class Traces:
    """Where an id was found.

    ``ours``: what painstats or a program that it uses wrote; ``yours``: files that are the user's to edit;
    ``unreadable``: files that could not be searched.
    """

    searched: int = 0
    ours: list[str] = field(default_factory=list)
    yours: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def find_traces(study: Study, pattern: IdPattern, connection: duckdb.DuckDBPyConnection) -> Traces:
    """Search the open database, all files of the study, and the folders outside it."""
    traces = Traces()
    traces.ours += [f"{study.database.name}: {place}" for place in columns_naming(connection, pattern)]
    _search_copies(study, pattern, traces, connection)
    _search_study(study, pattern, traces)
    if pattern.is_distinctive:
        _search_elsewhere(study, pattern, traces)
    return traces


def columns_naming(connection: duckdb.DuckDBPyConnection, pattern: IdPattern) -> list[str]:
    """List the columns that contain an id, as ``table.column``; a very short id is searched only in columns of ids."""
    columns = text_columns(connection)
    if not pattern.is_distinctive:
        columns = [(table, column) for table, column in columns if column in COLUMNS_WITH_IDS]
    return [f"{table}.{column}" for table, column in columns if rows_naming(connection, table, column, pattern)]


def text_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """List the columns of all tables that may contain imported text, including lists and JSON."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = current_database() "
        "AND table_name IN (SELECT table_name FROM duckdb_tables()) "
        "AND regexp_matches(data_type, 'VARCHAR|JSON|BLOB|ENUM') ORDER BY ALL"
    ).fetchall()
    return [(table, column) for table, column in rows if column not in OWN_WORDS]


def rows_naming(connection: duckdb.DuckDBPyConnection, table: str, column: str, pattern: IdPattern) -> list[int]:
    """Return the ids of the rows that name the participant in a column."""
    found = connection.execute(
        f'SELECT rowid, "{column}"::VARCHAR FROM "{table}" WHERE regexp_matches("{column}"::VARCHAR, ?)', [pattern.sql]
    ).fetchall()
    return [row for row, text in found if pattern.is_in_text(text)]


def _search_copies(study: Study, pattern: IdPattern, traces: Traces, connection: duckdb.DuckDBPyConnection) -> None:
    """Search the values of other databases in the study folder, such as copies made by the user."""
    for path in sorted(study.folder.glob(f"{study.database.name}?*")):
        with path.open("rb") as file:
            if file.read(12)[8:] != b"DUCK":
                continue
        quoted = str(path).replace("'", "''")
        try:
            connection.execute(f"ATTACH '{quoted}' AS a_copy (READ_ONLY)")
        except duckdb.Error:
            traces.unreadable.append(path.name)
            continue
        main = connection.execute("SELECT current_database()").fetchone()
        connection.execute("USE a_copy")
        traces.ours += [f"{path.name}: {place}" for place in columns_naming(connection, pattern)]
        connection.execute(f'USE "{main[0] if main else ""}"')
        connection.execute("DETACH a_copy")


# --- files ---


def _search_study(study: Study, pattern: IdPattern, traces: Traces) -> None:
    """Search names and contents; links are followed only in the inbox, as imports do."""
    in_folder = regular_files(study.folder, through_links=False)
    written = [path for path in in_folder if not path.is_relative_to(study.inbox)]
    for path in (*written, *regular_files(study.inbox)):
        below = path.relative_to(study.folder)
        if below.parts[0] in NOT_SEARCHED:
            continue
        is_ours = below.parts[0].startswith((study.database.name, "."))
        if _found_in(path, str(below), pattern, traces, is_binary=is_ours):
            (traces.ours if is_ours else traces.yours).append(str(below))


def _found_in(path: Path, name: str, pattern: IdPattern, traces: Traces, *, is_binary: bool) -> bool:
    """Whether the name or content of a file contains the id; unreadable files are recorded."""
    traces.searched += 1
    if pattern.is_in_text(name):
        return True
    if is_binary and not pattern.is_distinctive:
        return False
    try:
        with path.open("rb") as file:
            return _is_in_file(file, pattern)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        traces.unreadable.append(name)
        return False


def _is_in_file(file: BinaryIO, pattern: IdPattern, depth: int = 0) -> bool:
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK\x03\x04") and depth < MAX_ZIP_DEPTH:
        return _is_in_zip(file, pattern, depth)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(file) as unpacked:
            return pattern.is_in_stream(cast(BinaryIO, unpacked))
    return pattern.is_in_stream(file)


def _is_in_zip(file: BinaryIO, pattern: IdPattern, depth: int) -> bool:
    """Whether a zip names the participant in its own bytes (names of entries, comments) or in its entries."""
    if pattern.is_distinctive and pattern.is_in_stream(file):
        return True
    with zipfile.ZipFile(file) as packed:
        for entry in packed.infolist():
            with packed.open(entry) as content:
                if pattern.is_in_text(entry.filename) or _is_in_file(cast(BinaryIO, content), pattern, depth + 1):
                    return True
    return False


# --- outside the study ---


def _search_elsewhere(study: Study, pattern: IdPattern, traces: Traces) -> None:
    for folder in _places_elsewhere():
        real = folder.resolve()
        if real.is_relative_to(study.folder) or study.folder.is_relative_to(real):
            continue
        for path in regular_files(folder, through_links=False):
            if _found_in(path, str(path.relative_to(folder)), pattern, traces, is_binary=False):
                traces.ours.append(str(path))


def _places_elsewhere() -> list[Path]:
    """List the folders outside the study in which Prefect, Streamlit and painstats leave files."""
    home = Path.home()
    named = os.environ.get("PREFECT_HOME")
    places = [Path(named)] if named else []
    places += [home / ".painstats", home / ".prefect", home / ".streamlit"]
    temporary = sorted(Path(tempfile.gettempdir()).iterdir())
    places += [path for path in temporary if TEMPORARY_FOLDER.fullmatch(path.name)]
    return [place for place in dict.fromkeys(places) if place.is_dir() and os.access(place, os.R_OK | os.X_OK)]
