"""The lines of the plan ledger: a chain in which each line has the hash of the one before, and what it shows.

A line says that a plan was declared (``plan``), that results were opened before the final date (``looked``), or that
results exist (``result``). It is written before a result is shown. Whoever changes or removes a line breaks the chain;
whoever replaces the whole chain leaves results with a hash that the new one lacks. What the chain cannot show is in
docs/method/plan_record.md.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from painstats.plan.canonical import canonical_json, digest

FIRST_PREVIOUS = "0" * 64
"""What the first line has in place of the hash of the line before."""

EntryKind = Literal["plan", "looked", "result"]
RESULTS_SEEN = ("looked", "result")


class Standing(StrEnum):
    """What may be said of a plan."""

    BEFORE_DATA = "declared_before_data"
    BEFORE_RESULTS = "declared_after_data"
    AFTER_RESULTS = "changed_after_results"
    CLOCK = "clock"
    BROKEN = "broken"
    REPLACED = "lost"
    NO_RECORD = "undeclared"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger.

    Parameters
    ----------
    seq
        Its number, from 0.
    kind
        ``plan``, ``looked`` or ``result``.
    plan
        The hash of the plan.
    time
        UTC, such as ``2026-03-01T08:00:00Z``; never earlier than that of the line before.
    previous
        The hash of the line before.
    imported
        The hash of the imported files at that time (key ``import``); None if there were none.
    version
        The version of painstats that wrote it.
    clock
        What the clock said, where that was earlier than the line before; else None.
    """

    seq: int
    kind: EntryKind
    plan: str
    time: str
    previous: str
    imported: str | None = None
    version: str | None = None
    clock: str | None = None


def next_line(lines: Sequence[str], kind: EntryKind, plan: str, time: str, **more: str | None) -> str:
    """Return the line that comes after these.

    Parameters
    ----------
    lines
        All lines so far.
    kind, plan, time
        As in :class:`Entry`; a time earlier than that of the last line is kept as ``clock``.
    more
        Further keys: ``import`` and ``version``.
    """
    entry: dict[str, object] = {"seq": len(lines), "kind": kind, "plan": plan, "time": time, **more}
    entry["previous"] = digest(lines[-1]) if lines else FIRST_PREVIOUS
    before = read_entry(lines[-1]) if lines else None
    if before is not None and time < before.time:
        entry |= {"time": before.time, "clock": time}
    return canonical_json(entry)


def read_entry(line: str) -> Entry | None:
    """Read a line; None if it is not one of a plan ledger."""
    try:
        content = json.loads(line)
        return Entry(
            *(content[key] for key in ("seq", "kind", "plan", "time", "previous")),
            *(content.get(key) for key in ("import", "version", "clock")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def broken_at(lines: Sequence[str]) -> int | None:
    """Return the number, from 0, of the first line that does not follow from the one before; None if all do."""
    previous = FIRST_PREVIOUS
    for number, line in enumerate(lines):
        entry = read_entry(line)
        if entry is None or entry.previous != previous or entry.seq != number or _rewritten(line) != line:
            return number
        previous = digest(line)
    return None


def standing(lines: Sequence[str], plan: str, heads: Collection[str] = (), loaded: str | None = None) -> Standing:
    """Return what may be said of a plan.

    Parameters
    ----------
    lines
        The ledger.
    plan
        The hash of the plan.
    heads
        Hashes of lines that published results and the database have.
    loaded
        When the first file was imported, in the form of ``Entry.time``; None if none was.
    """
    if broken_at(lines) is not None:
        return Standing.BROKEN
    if not set(heads) <= {digest(line) for line in lines}:
        return Standing.REPLACED
    entries = entries_of(lines)
    declared = declaration(entries, plan)
    if declared is None:
        return Standing.NO_RECORD
    until = entries[: declared.seq + 1]
    if any(entry.clock is not None for entry in until):
        return Standing.CLOCK
    if any(entry.kind in RESULTS_SEEN for entry in until):
        return Standing.AFTER_RESULTS
    if (loaded is not None and declared.time > loaded) or any(entry.imported is not None for entry in until):
        return Standing.BEFORE_RESULTS
    return Standing.BEFORE_DATA


def entries_of(lines: Sequence[str]) -> list[Entry]:
    """Read the lines that can be read."""
    return [entry for entry in map(read_entry, lines) if entry is not None]


def declaration(entries: Sequence[Entry], plan: str) -> Entry | None:
    """Return the line with which a plan was declared first; None if there is none."""
    return next((entry for entry in entries if entry.kind == "plan" and entry.plan == plan), None)


def _rewritten(line: str) -> str | None:
    try:
        return canonical_json(json.loads(line))
    except ValueError:
        return None
