"""Table 1: who the participants are, by group and in all, with standardised differences beside those of chance.

No p-values: groups that were drawn by lot differ by chance, and for others the size of a difference is what matters.

Main types: :class:`TableOne` of :class:`TableOneRow`, one for each number or level and for missing values;
:func:`table_one_frame` gives the same as a polars frame, one row for each row and group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from painstats.cohort.baseline import PARTICIPANT, Baseline
from painstats.cohort.differences import Difference, Floats, difference_of_levels, difference_of_numbers
from painstats.frame.exposure import Exposure
from painstats.plan.variables import VariablePlan

ALL = "all"
"""The name of the column of all participants."""

RowKind = Literal["number", "level", "missing"]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a group has of a row.

    Parameters
    ----------
    n
        Participants: with a known value for a number, with the level, or with a missing value.
    of
        Those with a known value, of whom ``n`` is a share; for a number and for missing values the whole group.
    mean, sd, median, q1, q3
        Of a number (quartiles of type 7); None of levels, and where ``n`` is too small.
    """

    n: int
    of: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None

    @property
    def share(self) -> float | None:
        """``n / of``; None of an empty group."""
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class TableOneRow:
    """A row of Table 1.

    Parameters
    ----------
    variable, label, unit
        The variable, what it is called, and its unit or None.
    kind
        ``number`` (shown as ``summary`` says), ``level`` or ``missing``.
    level
        The level, else None.
    summary
        ``mean`` for mean (SD), ``median`` for median [Q1, Q3].
    cells
        One for each group of the table, then that of all.
    difference
        In the first row of a variable, if there are groups.
    """

    variable: str
    label: str
    unit: str | None
    kind: RowKind
    level: str | None
    summary: Literal["mean", "median"]
    cells: tuple[Summary, ...]
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class TableOne:
    """Table 1.

    Parameters
    ----------
    by
        The variable that divides the participants into groups, or None.
    groups
        The names of the groups, then ``all``.
    sizes
        Participants of each; those of an unknown group are in ``all`` only.
    rows
        The rows, in the order of the plan, then of the days.
    """

    by: str | None
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    rows: tuple[TableOneRow, ...]


def table_one(
    baseline: Baseline,
    by: str | None = None,
    days: pl.DataFrame | None = None,
    exposures: Sequence[Exposure] = (),
) -> TableOne:
    """Summarise the participants by group and in all.

    Parameters
    ----------
    baseline
        The participants to describe.
    by
        A variable with levels that divides them, such as the arm; None for no groups.
    days
        From :func:`~painstats.cohort.participant_days.participant_days`; None without a daily table.
    exposures
        The exposures whose spread within participants is described.
    """
    group = None if by is None else baseline.values(by).cast(pl.String)
    names = () if by is None else baseline.variables[by].levels
    masks = [group == name for name in names] if group is not None else []
    groups = [mask.fill_null(value=False) for mask in masks]
    everyone = pl.Series([True] * baseline.frame.height, dtype=pl.Boolean)
    columns = [
        (name, plan, baseline.values(name))
        for name, plan in baseline.variables.items()
        if name != by and not plan.identifying
    ]
    if days is not None:
        columns += _of_days(baseline, days, exposures)
    rows = [row for column in columns for row in _rows(*column, names, [*groups, everyone])]
    return TableOne(by, (*names, ALL), tuple(int(mask.sum()) for mask in (*groups, everyone)), tuple(rows))


def table_one_frame(table: TableOne) -> pl.DataFrame:
    """Return the numbers of a table, one row for each of its rows and groups, for CSV and Parquet."""
    return pl.DataFrame(
        [
            {
                "variable": row.variable, "label": row.label, "unit": row.unit, "kind": row.kind, "level": row.level,
                "group": group, "n": cell.n, "of": cell.of, "share": cell.share, "mean": cell.mean, "sd": cell.sd,
                "median": cell.median, "q1": cell.q1, "q3": cell.q3,
                "difference": row.difference.largest if row.difference else None,
                "difference_between": " - ".join(row.difference.pair) if row.difference else None,
                "mean_difference": row.difference.mean if row.difference else None,
                "by_chance": row.difference.by_chance if row.difference else None,
            }
            for row in table.rows
            for group, cell in zip(table.groups, row.cells, strict=True)
        ],
        schema=_SCHEMA,
    )  # fmt: skip


_SCHEMA = {
    **dict.fromkeys(("variable", "label", "unit", "kind", "level", "group"), pl.String),
    **dict.fromkeys(("n", "of"), pl.Int64),
    **dict.fromkeys(("share", "mean", "sd", "median", "q1", "q3", "difference"), pl.Float64),
    "difference_between": pl.String,
    **dict.fromkeys(("mean_difference", "by_chance"), pl.Float64),
}


def _of_days(
    baseline: Baseline, days: pl.DataFrame, exposures: Sequence[Exposure]
) -> list[tuple[str, VariablePlan, pl.Series]]:
    """Return the columns about days, one value for each enrolled participant."""
    number, middle = VariablePlan(kind="continuous"), VariablePlan(kind="continuous", summary="median", unit="days")
    described = [
        ("calendar_days", middle.model_copy(update={"label": "days from first to last"})),
        ("rated_days", middle.model_copy(update={"label": "rated days"})),
        ("complete_days", middle.model_copy(update={"label": "complete days"})),
        ("complete_share", number.model_copy(update={"label": "share of complete days"})),
        ("mean_score", number.model_copy(update={"label": "mean rating", "unit": "points"})),
    ]
    for each in exposures:
        label = f"SD of {each.definition.label} within participants"
        described.append((f"{each.name}_sd", number.model_copy(update={"label": label, "unit": each.definition.unit})))
    joined = baseline.frame.select(PARTICIPANT).join(days, on=PARTICIPANT, how="left", maintain_order="left")
    return [(name, plan, joined[name].cast(pl.Float64)) for name, plan in described]


def _rows(
    name: str, plan: VariablePlan, values: pl.Series, names: Sequence[str], masks: Sequence[pl.Series]
) -> list[TableOneRow]:
    """Return the rows of a variable: a number or its levels, then missing values if there are any."""
    parts = [values.filter(mask) for mask in masks]
    label = plan.label or name

    def row(kind: RowKind, level: str | None, cells: Sequence[Summary]) -> TableOneRow:
        return TableOneRow(name, label, plan.unit, kind, level, plan.summary, tuple(cells))

    missing = [Summary(part.null_count(), len(part)) for part in parts]
    known = [part.drop_nulls() for part in parts]
    if plan.has_levels:
        rows = [
            row("level", level, [Summary(int((part == level).sum()), len(part)) for part in known])
            for level in plan.levels
        ]
        counts = [[cells.n for cells in column] for column in zip(*(each.cells for each in rows), strict=True)]
        difference = difference_of_levels(dict(zip(names, counts[:-1], strict=True)))
    else:
        arrays = [part.to_numpy().astype(np.float64) for part in known]
        rows = [row("number", None, [_number(array, len(part)) for array, part in zip(arrays, parts, strict=True)])]
        difference = difference_of_numbers(dict(zip(names, arrays[:-1], strict=True)))
    first = rows[0]
    rows[0] = TableOneRow(
        first.variable, first.label, first.unit, first.kind, first.level, first.summary, first.cells, difference
    )
    return [*rows, *([row("missing", None, missing)] if any(cell.n for cell in missing) else [])]


def _number(values: Floats, of: int) -> Summary:
    if not values.size:
        return Summary(0, of)
    q1, median, q3 = (float(value) for value in np.quantile(values, [0.25, 0.5, 0.75]))
    sd = float(values.std(ddof=1)) if values.size > 1 else None
    return Summary(int(values.size), of, float(values.mean()), sd, median, q1, q3)
