"""Table 1, the flow and the effects as a reader sees them: one frame of texts each, for LaTeX and Word."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from painstats.cohort.analyse import CohortAnalysis
from painstats.cohort.paper.description import Description
from painstats.cohort.table_one import Summary, TableOneRow

NONE = "–"


@dataclass(frozen=True, slots=True, eq=False)
class ShownTable:
    """A table of texts: ``name`` of its file, ``title``, ``frame`` with headings as column names, and ``note``."""

    name: str
    title: str
    frame: pl.DataFrame
    note: str


def shown_tables(description: Description, analysis: CohortAnalysis) -> tuple[ShownTable, ...]:
    """Return the tables of a paper."""
    return (shown_flow(description), shown_table_one(description), shown_effects(analysis))


def shown_flow(description: Description) -> ShownTable:
    """Return the flow: a row for each step at which someone is, a column for each group."""
    flow = description.flow
    groups = {arm or "all": {**flow.counts(arm), **flow.remarks(arm)} for arm in (None, *flow.arms)}
    words = flow.words
    steps = [step for step, number in groups["all"].items() if number or step in ("enrolled", "analysed")]
    columns = {group: [str(counts[step]) for step in steps] for group, counts in groups.items()}
    frame = pl.DataFrame({"participants": [words[step] for step in steps], **columns})
    return ShownTable("flow", "Participants", frame, "Each participant is excluded at the first reason that holds.")


def shown_table_one(description: Description) -> ShownTable:
    """Return Table 1; with groups, also the standardised difference and the size that chance alone gives."""
    table = description.table
    rows = [
        {
            "characteristic": _characteristic(row),
            **{
                f"{group} (n = {size})": _cell(row, cell)
                for group, size, cell in zip(table.groups, table.sizes, row.cells, strict=True)
            },
            **({"difference (by chance)": _difference(row)} if table.by else {}),
        }
        for row in table.rows
    ]
    note = "Mean (SD), median [quartiles] or number (share of those known)."
    if table.by:
        note += " Differences are standardised; in brackets is the mean size that chance alone gives."
    return ShownTable("table_one", "Analysed participants", pl.DataFrame(rows), note)


def shown_effects(analysis: CohortAnalysis) -> ShownTable:
    """Return the effects of all models, in points of the outcome per unit."""
    rows = []
    for model in analysis.models:
        family = analysis.family_of(model)
        q = family.q[family.questions.index(model.name)] if family else None
        rows += [
            {
                "model": model.name,
                "effect": effect.name,
                "estimate": f"{effect.estimate:.3f}",
                "95% interval": f"{effect.low:.3f} to {effect.high:.3f}",
                "p": NONE if effect.p is None else f"{effect.p:.3f}",
                "q of the model": NONE if q is None else f"{q:.3f}",
                "participants": str(effect.participants),
                "days": f"{model.days:,}",
            }
            for effect in model.effects
        ]
    columns = ("model", "effect", "estimate", "95% interval", "p", "q of the model", "participants", "days")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return ShownTable("effect", "Effects", frame, "Points of the outcome per unit; q within the family of the model.")


def _characteristic(row: TableOneRow) -> str:
    unit = f", {row.unit}" if row.unit and row.unit not in row.label else ""  # not "rated days, days"
    if row.kind == "missing":
        return f"{row.label}: missing"
    return f"{row.label}: {row.level}" if row.kind == "level" else f"{row.label}{unit}"


def _cell(row: TableOneRow, cell: Summary) -> str:
    if row.kind != "number":
        return f"{cell.n} ({cell.share:.0%})" if cell.share is not None else str(cell.n)
    if row.summary == "median":
        known = cell.median is not None and cell.q1 is not None and cell.q3 is not None
        return f"{cell.median:.4g} [{cell.q1:.4g}, {cell.q3:.4g}]" if known else NONE
    if cell.mean is None:
        return NONE
    return f"{cell.mean:.2f}" + (f" ({cell.sd:.2f})" if cell.sd is not None else "")


def _difference(row: TableOneRow) -> str:
    found = row.difference
    if found is None:
        return ""
    return NONE if found.largest is None else f"{found.largest:.2f} ({found.by_chance:.2f})"
