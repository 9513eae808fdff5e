"""Treatments on the cohort page: how many changes got each verdict, without anything about few participants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from painstats.findings.catalogue.treatment_averages import COUNTS_CAPTION
from painstats.findings.change_names import treatment_key
from painstats.questions.phrases import label_text, whole
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.reports.pages import Cell, Table, named
from painstats.store.connection import Store
from painstats.store.rows import read_rows
from painstats.store.tables import table_exists

SMALL_CELL = 5
"""Fewest participants that a count about health may be of: fewer could be recognised."""

CHANGES = {"start": "start", "stop": "end", "dose": "new dose", "on_off": "days on against days off"}

VERDICT_HEADS = {
    Verdict.LOWER: "Lower",
    Verdict.HIGHER: "Higher",
    Verdict.AT_MOST_SMALL: "At most small",
    Verdict.NOT_DETERMINED: "Not determined",
    Verdict.NOT_JUDGED: "Not judged",
}


def counts_table(store: Store) -> Table | None:
    """Count the verdicts on changes of one treatment alone; None where no treatment has enough participants."""
    changes = read_rows(store, "change_finding", ChangeFinding) if table_exists(store, "change_finding") else []
    alone = sorted((change for change in changes if len(treatment_key(change)) == 1), key=_row_key)
    rows = tuple(row for _, own in groupby(alone, key=_row_key) if (row := _row(list(own))))
    head = ("Treatment", "Change", "Participants", *VERDICT_HEADS.values())
    return Table(COUNTS_CAPTION.format(fewest=SMALL_CELL), head, rows) if rows else None


def _row_key(change: ChangeFinding) -> tuple[str, str]:
    [name] = treatment_key(change)
    return name, CHANGES.get(change.change, "new dose")


def _row(changes: Sequence[ChangeFinding]) -> tuple[Cell, ...] | None:
    """Count the changes of one kind of a treatment; None where few participants have any."""
    participants = {change.participant_id for change in changes}
    if len(participants) < SMALL_CELL:
        return None
    cells = [_cell([change for change in changes if change.verdict is verdict]) for verdict in VERDICT_HEADS]
    return (named(label_text(changes[0].names[0])), _row_key(changes[0])[1], whole(len(participants)), *cells)


def _cell(changes: Sequence[ChangeFinding]) -> str:
    """Write a number of changes, if it is none or if enough participants have one."""
    participants = len({change.participant_id for change in changes})
    return f"< {SMALL_CELL}" if 0 < participants < SMALL_CELL else whole(len(changes))
