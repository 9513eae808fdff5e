"""The plan ledger of a study: ``plan_ledger.jsonl``, its mirror in the database, and the plans by their hash.

A line is on the disk before the mirror has it, and both before a result is shown. A process that is killed in between
leaves a mirror that lacks the last lines; the next one adds them. A line that only the mirror has shows that the file
was replaced. Neither holds ids or values of participants, so that erasures leave both alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from painstats.errors import StorageError
from painstats.plan.canonical import canonical_plan, digest
from painstats.plan.ledger_chain import Entry, EntryKind, entries_of, next_line
from painstats.plan.study import Study
from painstats.store.connection import Connection, Store, transaction
from painstats.store.durable import write_durably
from painstats.store.stages import imports_hash
from painstats.store.tables import table_exists

LEDGER_FILE = "plan_ledger.jsonl"
PLANS_FOLDER = "plans"
PUBLISHED_MANIFEST = "manifest.json"
LEDGER_HEAD = "ledger_head"
"""The name under which tables and the list of published files have the hash of the ledger's last line."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class PlanLedger:
    """The lines of a study's ledger, and what else knows of it.

    Parameters
    ----------
    lines
        The lines of the file, in order.
    heads
        Hashes of lines that the database and the published results have.
    loaded
        When the first file was imported, in the form of the lines' times; None if none was.
    """

    lines: tuple[str, ...]
    heads: frozenset[str]
    loaded: str | None

    @property
    def head(self) -> str | None:
        """The hash of the last line; None without any."""
        return digest(self.lines[-1]) if self.lines else None

    @property
    def entries(self) -> list[Entry]:
        """The lines that can be read."""
        return entries_of(self.lines)


def read_plan_ledger(store: Store) -> PlanLedger:
    """Read the ledger of an open study."""
    heads = {digest(line) for line in read_mirror(store.connection)} | _published_heads(store.study)
    return PlanLedger(tuple(_lines(store.study)), frozenset(heads), _first_import(store))


def declare_plan(store: Store) -> None:
    """Write that the plan is declared, unless it is the one that was declared last; keep it in ``plans/``.

    A study whose results are older than its ledger first gets a line that says so.
    """
    lines, plan = _lines(store.study), store.study.plan_hash
    _keep_plan(store.study)
    if not lines and (earlier := _results_without_record(store)):
        _append(store, lines, "result", earlier)
    declared = [entry.plan for entry in entries_of(lines) if entry.kind == "plan"]
    if declared[-1:] != [plan]:
        _append(store, lines, "plan", plan)
    add_to_mirror(store, lines)


def note_result(store: Store) -> None:
    """Write that results of the plan exist; call it before one is stored or shown. The same result is noted once."""
    _note(store, "result")


def note_looked(store: Store) -> None:
    """Write that results were opened before the final date of the plan; call it before they are shown."""
    _note(store, "looked")


def ledger_head(store: Store) -> str | None:
    """Return the hash of the last line, which every result has; None without any."""
    lines = _lines(store.study)
    return digest(lines[-1]) if lines else None


def kept_plan(study: Study, plan_hash: str) -> Mapping[str, object] | None:
    """Return a plan by its hash; None if it is not kept, or not what the hash says."""
    try:
        text = (_plans(study) / f"{plan_hash}.json").read_text(encoding="utf-8")
        content = json.loads(text)
    except (OSError, ValueError):
        return None
    return content if digest(text) == plan_hash and isinstance(content, dict) else None


def read_mirror(connection: Connection) -> list[str]:
    """Return the lines that a database has, as far as they can be read; one of an earlier version has none."""
    with suppress(duckdb.Error):
        rows = connection.execute("SELECT DISTINCT ledger_line FROM plan_ledger ORDER BY ALL").fetchall()
        return [row[0] for row in rows]
    return []


def add_to_mirror(store: Store, lines: Sequence[str]) -> None:
    """Add the lines that the mirror lacks; none is ever removed."""
    missing = sorted(set(lines) - set(read_mirror(store.connection)))
    if missing:
        with transaction(store) as connection:
            connection.executemany("INSERT INTO plan_ledger VALUES (?, ?)", [[digest(line), line] for line in missing])


# --- writing ---


def _note(store: Store, kind: EntryKind) -> None:
    declare_plan(store)
    lines, plan = _lines(store.study), store.study.plan_hash
    last = entries_of(lines[-1:])
    done = (kind, plan, _imported(store), version("painstats"))
    if [(entry.kind, entry.plan, entry.imported, entry.version) for entry in last] != [done]:
        _append(store, lines, kind, plan)
    add_to_mirror(store, lines)


def _append(store: Store, lines: list[str], kind: EntryKind, plan: str) -> None:
    """Add a line to the file and to ``lines``."""
    more = {"import": _imported(store), "version": version("painstats")}
    lines.append(next_line(lines, kind, plan, now().strftime(TIME_FORMAT), **more))
    _write(store.study.folder / LEDGER_FILE, "".join(f"{line}\n" for line in lines))


def _keep_plan(study: Study) -> None:
    path = _plans(study) / f"{study.plan_hash}.json"
    if kept_plan(study, study.plan_hash) is None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, canonical_plan(study.plan))


def _write(path: Path, text: str) -> None:
    try:
        write_durably(path, text.encode())
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}); check the disk and run again") from None


def now() -> datetime:
    """Return the time that a line gets."""
    return datetime.now(UTC)


# --- reading ---


def _plans(study: Study) -> Path:
    return study.folder / PLANS_FOLDER


def _lines(study: Study) -> list[str]:
    path = study.folder / LEDGER_FILE
    try:
        text = path.read_bytes().decode(errors="backslashreplace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}); check the permissions") from None
    return text.removesuffix("\n").split("\n") if text else []


def _published_heads(study: Study) -> set[str]:
    """Return the head that the published results have; empty if there are none, or they are of an earlier version."""
    with suppress(OSError, ValueError, AttributeError):
        head = json.loads((study.published / PUBLISHED_MANIFEST).read_bytes()).get(LEDGER_HEAD)
        return {head} if isinstance(head, str) else set()
    return set()


def _imported(store: Store) -> str | None:
    return imports_hash(store) if _first_import(store) else None


def _first_import(store: Store) -> str | None:
    """Return when the first file was loaded, also of those that were withdrawn since."""
    row = store.connection.execute("SELECT min(imported_at) FROM import WHERE status <> 'refused'").fetchone()
    return row[0].astimezone(UTC).strftime(TIME_FORMAT) if row and row[0] else None


def _results_without_record(store: Store) -> str | None:
    """Return the plan of results that an earlier version stored; None if there are none."""
    if not table_exists(store, "finding"):
        return None
    row = store.connection.execute("SELECT plan_hash FROM finding LIMIT 1").fetchone()
    return str(row[0]) if row else None
