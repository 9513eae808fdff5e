"""Everything that one person's report is made from, read from the store at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from painstats.store.connection import Store

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class PersonRecord:
    """One person's rows.

    Parameters
    ----------
    participant_id
        Whose they are.
    summary
        The row of ``participant_summary``.
    findings
        The rows of ``finding``, in the order of the plan's predictors.
    everybodys
        All rows of ``finding`` about participants.
    days, frame, phases
        The rows of ``daily_summary``, ``model_frame`` and ``treatment_phase``, by date.
    """

    participant_id: str
    summary: Row
    findings: tuple[Row, ...]
    everybodys: tuple[Row, ...]
    days: pl.DataFrame
    frame: pl.DataFrame
    phases: pl.DataFrame


def person_record(store: Store, summary: Row, everybodys: Sequence[Row]) -> PersonRecord:
    """Read what is stored about the person of one row of ``participant_summary``."""
    person = summary["participant_id"]
    order = [predictor.name for predictor in store.study.plan.predictors]

    def own(table: str, order_by: str) -> pl.DataFrame:
        text = f"SELECT * FROM {table} WHERE participant_id = ? ORDER BY {order_by}"
        return store.connection.execute(text, [person]).pl()

    findings = [row for row in everybodys if row["participant_id"] == person]
    return PersonRecord(
        participant_id=person,
        summary=summary,
        findings=tuple(sorted(findings, key=lambda row: order.index(row["predictor"]))),
        everybodys=tuple(everybodys),
        days=own("daily_summary", "date"),
        frame=own("model_frame", "date"),
        phases=own("treatment_phase", "start_date, name"),
    )
