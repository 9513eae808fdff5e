"""The SQL pass: the database joins each row to its previous row and sums products by participant and gap.

Rows in the order of participants and days need no sorting: a window without ORDER BY follows the order of the rows. The
result shows whether they were in order (one first row per participant, no negative gap); if not, blocks of participants
are sorted first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.scaling import FAR_FROM_ZERO
from painstats.mixedlm.sql.column_roles import ColumnRoles

ROWS_AT_ONCE = 500_000
"""Rows of a block of whole participants, so it may be somewhat larger. One thread sums a block, in order, whatever the
number of threads. Above about 16,000 (participant, gap) pairs, DuckDB splits the sum if it has more than two threads.
"""

SORTED_BLOCKS = 8
"""Blocks that are sorted together, at about a hundred bytes per row."""

HEAD_ROWS = 10_000
"""Rows that are inspected first: their means are subtracted from the columns, and their order is assumed for the
others.
"""

FIRST_ROW_STEP = 1
"""The step of a participant's first row; all other steps are even, or 3."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A query, and the role of its columns in the model."""

    connection: duckdb.DuckDBPyConnection
    query: str
    roles: ColumnRoles
    day_is_date: bool


@dataclass(frozen=True, slots=True)
class HeadSummary:
    """Of the first rows: the shift of columns and outcome (m,), and whether the rows are in order."""

    centre: Floats
    in_order: bool


UNSTABLE_QUERY = "the query returns different rows each time; store its result in a table first"

Limits = tuple[Any, Any]
"""First and last participant of a block."""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def blocks_of(relation: Relation) -> tuple[list[Limits], int]:
    """Return the limits of blocks of participants, and the total number of rows.

    If rows are stored in the order of participants, the database reads only a block's own rows.

    Raises
    ------
    PainstatsError
        If a participant is missing.
    NotEnoughData
        If there are no more rows than columns.
    """
    blocks = f"""
        SELECT min(participant), max(participant), sum(n)::BIGINT, sum(if(participant IS NULL, n, 0))::BIGINT
        FROM (
            SELECT participant, n, (sum(n) OVER (ORDER BY participant) - 1)::BIGINT // ? AS block
            FROM (
                SELECT {quoted(relation.roles.participant)} AS participant, count(*) AS n
                FROM ({relation.query})
                GROUP BY ALL
            )
        )
        GROUP BY block
        ORDER BY block
    """
    found = relation.connection.execute(blocks, [ROWS_AT_ONCE]).fetchall()
    rows, missing = (sum(block[place] for block in found) for place in (2, 3))
    if not rows:
        raise NotEnoughData("there are no complete days to fit a model to")
    if missing:
        raise PainstatsError(f"column {relation.roles.participant!r} is missing in {missing} rows")
    p = len(relation.roles.names)
    if rows <= p:
        raise NotEnoughData(f"{rows} complete days are too few for {p} coefficients; at least {p + 1} are needed")
    return [(first, last) for first, last, *_ in found], rows


def head_summary(relation: Relation) -> HeadSummary:
    """Inspect the first rows; a mean is subtracted where squares would otherwise lose digits."""
    follows, x = "participant = participant_before", _numbered("x", relation)
    summary = f"""
        SELECT count(*) FILTER (WHERE {follows} AND day < day_before) = 0
                AND count(*) FILTER (WHERE {follows}) = count(*) - count(DISTINCT participant),
            {", ".join(f"avg({name}), avg({name} * {name})" for name in x)}
        FROM ({_with_previous_row(relation, f"SELECT * FROM ({relation.query}) LIMIT {HEAD_ROWS}", np.zeros(len(x)))})
    """
    row = relation.connection.execute(summary).fetchone()
    assert row is not None  # an aggregate without groups has a row
    mean, square = np.array(row[1:], dtype=np.float64).reshape(-1, 2).T
    with np.errstate(invalid="ignore", over="ignore"):
        is_far = np.isfinite(mean) & ~(mean**2 <= FAR_FROM_ZERO**2 * (square - mean**2))
    return HeadSummary(np.where(is_far, mean, 0.0), bool(row[0]))


def summed_pairs(relation: Relation, blocks: Sequence[Limits], centre: Floats, *, in_order: bool) -> pl.DataFrame:
    """Sum differences d and sums s of successive rows, and their products, for columns shifted by ``centre`` (m,).

    Returns
    -------
    One row per ``participant`` and ``step``, in no order: ``n`` rows without a missing value, sums ``d0``, …, ``s0``, …
    and sums of products ``d0_0``, ``d1_0``, …. A step is twice the gap; gaps of one day are split into two steps, 2 and
    3, for even and odd days, because each addition to a sum waits for the one before. A participant's first row has
    ``FIRST_ROW_STEP``, and follows the last row of another participant or a row of zeros. A row without a day, and the
    next one, have no step.
    """
    found, waiting = [], list(blocks)
    threads = int(relation.connection.execute("SELECT current_setting('threads')::BIGINT").fetchall()[0][0])
    while waiting:
        size = 2 * threads if in_order else SORTED_BLOCKS
        some = waiting[:size] if in_order else [(waiting[0][0], waiting[:size][-1][1])]
        sums = _sums_of(relation, some, centre, is_sorted=in_order)
        if _are_in_order(sums):
            found.append(sums)
            waiting = waiting[size:]
        elif in_order:
            in_order = False
        else:
            raise PainstatsError(UNSTABLE_QUERY)
    return pl.concat(found)


def _sums_of(relation: Relation, blocks: Sequence[Limits], centre: Floats, *, is_sorted: bool) -> pl.DataFrame:
    """Sum blocks in parallel, one thread each."""
    parameters = {f"centre_{i}": float(number) for i, number in enumerate(centre) if number}
    for place, (first, last) in enumerate(blocks):
        parameters |= {f"first_{place}": first, f"last_{place}": last}
    every = " UNION ALL ".join(_steps(relation, place, centre, is_sorted=is_sorted) for place in range(len(blocks)))
    return relation.connection.execute(_summing(relation, every), parameters).pl()


def _are_in_order(sums: pl.DataFrame) -> bool:
    """Return whether each participant has one first row, and no step is negative."""
    again = (pl.col("step") == FIRST_ROW_STEP) & (pl.col("n") > 1)
    return not sums.select((again | (pl.col("step") < 0)).any()).item()


def _summing(relation: Relation, steps: str) -> str:
    """Return the SQL that sums steps; a product that is summed anyway is NULL where one of its columns is."""
    d, s = _numbered("d", relation), _numbered("s", relation)
    sums = [f"sum({name}) AS {name}" for name in (*d, *s)]
    sums += [
        f"sum({kind[i]} * {kind[j]}) AS {kind[i]}_{j}"
        for kind in (d, s)
        for i in range(len(kind))
        for j in range(i + 1)
    ]
    complete = " + ".join(f"{d[i]} * {d[max(i - 1, 0)]}" for i in range(len(d) - 1, -1, -2))
    return f"""
        SELECT participant::VARCHAR AS participant, step, count({complete}) AS n, {", ".join(sums)}
        FROM ({steps})
        GROUP BY participant, step
    """


def _steps(relation: Relation, block: int, centre: Floats, *, is_sorted: bool) -> str:
    """Return the SQL of one block's differences and sums."""
    participant, numbers = quoted(relation.roles.participant), range(len(relation.roles.columns) + 1)
    rows = f"SELECT * FROM ({relation.query}) WHERE {participant} BETWEEN $first_{block} AND $last_{block}"
    if not is_sorted:
        rows += f" ORDER BY {participant}, {quoted(relation.roles.day)}"
    return f"""
        SELECT participant,
            CASE WHEN is_first THEN if(day IS NULL, NULL, {FIRST_ROW_STEP})
                WHEN gap = 1 THEN 2 + (day & 1) ELSE 2 * gap END AS step,
            {", ".join(f"x{i} - b{i} AS d{i}, x{i} + b{i} AS s{i}" for i in numbers)}
        FROM (
            SELECT *, participant IS DISTINCT FROM participant_before AS is_first, day - day_before AS gap
            FROM ({_with_previous_row(relation, rows, centre)})
        )
    """


def _with_previous_row(relation: Relation, rows: str, centre: Floats) -> str:
    """Return the SQL that joins each row to the one before it, in the order they come."""
    participant, day = quoted(relation.roles.participant), quoted(relation.roles.day)
    number = f"{day} - DATE '1970-01-01'" if relation.day_is_date else f"{day}::BIGINT"
    x = _numbered("x", relation)
    columns = [
        f"{quoted(name)}::DOUBLE{f' - $centre_{i}::DOUBLE' if centre[i] else ''} AS x{i}"
        for i, name in enumerate((*relation.roles.columns, relation.roles.outcome))
    ]
    return f"""
        SELECT participant, day, lag(participant) OVER () AS participant_before, lag(day) OVER () AS day_before,
            {", ".join(x)}, {", ".join(f"lag({name}, 1, 0.0) OVER () AS b{i}" for i, name in enumerate(x))}
        FROM (SELECT {participant} AS participant, {number} AS day, {", ".join(columns)} FROM ({rows}))
    """


def _numbered(letter: str, relation: Relation) -> list[str]:
    """Return the names of numbered columns, outcome last."""
    return [f"{letter}{i}" for i in range(len(relation.roles.columns) + 1)]
