"""What could not be read, in the words of ``painstats me``: files, and rows by file and reason."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from painstats.commands.my_words import in_my_words
from painstats.commands.printing import printable, printable_lines
from painstats.intake.candidates import FileOutcome
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.questions.phrases import counted
from painstats.reports.data_used import rule_words
from painstats.store import Store
from painstats.store.rows import select

MOST_SHOWN = 8
"""Kinds of rejected rows that are shown, those with the most rows first."""


@dataclass(frozen=True, slots=True)
class _Rejected:
    """Rows of one file that break the same rule: how many, and where the first one is."""

    file_name: str
    rule: str
    rows: int
    line: int | None
    column_name: str | None


def problem(outcome: FileOutcome) -> str:
    """Say why a file could not be read."""
    name = own_name(outcome.file.name)
    message = in_my_words(outcome.message or "", outcome.rule).removeprefix(f"{name}: ")
    return f"  {outcome.status}: {printable(name)}: {printable_lines(message)}"


def rejected(outcome: FileOutcome) -> str:
    """Say that rows of a file could not be used."""
    rows = counted(outcome.summary.quarantined if outcome.summary else 0, "row")
    name = printable(own_name(outcome.file.name))
    return f"  {name}: {rows} could not be used; see why with: painstats inspect {shlex.quote(name)}"


def own_name(name: str) -> str:
    """Return the name of a file as the person gave it."""
    return name.removeprefix(f"{SOLE_PARTICIPANT}/")


def rejected_lines(store: Store) -> Iterator[str]:
    """Say by file and reason how many rows could not be used, and where the first one is.

    A long export can have thousands of them, each with its text; ``painstats inspect`` shows them one by one.
    """
    found = select(
        store,
        _Rejected,
        "SELECT i.file_name, q.rule, count(*) AS rows, arg_min(q.line, q.line) AS line, "
        "arg_min(q.column_name, q.line) AS column_name FROM quarantine AS q JOIN import AS i USING (import_id) "
        "GROUP BY i.file_name, q.rule ORDER BY rows DESC, i.file_name, q.rule",
    )
    for each in found[:MOST_SHOWN]:
        name, rows = printable(own_name(each.file_name)), counted(each.rows, "row")
        yield f"  {name}: {rows}: {rule_words(each.rule)}{_place(each)}"
    if len(found) > MOST_SHOWN:
        yield f"  and {counted(len(found) - MOST_SHOWN, 'further reason')}"


def _place(each: _Rejected) -> str:
    if each.line is None:
        return ""
    column = f", column {printable(each.column_name)}" if each.column_name else ""
    return f" ({'line' if each.rows == 1 else 'first in line'} {each.line}{column})"
