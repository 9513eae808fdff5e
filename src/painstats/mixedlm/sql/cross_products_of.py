"""Cross-products straight from a DuckDB query or a frame: the database sums up, and no row comes to Python.

The rows are counted, looked at in their first few thousand, and summed up once. The sums themselves then tell means,
SDs and whether anything is wrong with the rows; only if so are they looked at again, to say what.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.rows import Floats, column_positions, model_rows
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.sql.scaled_products import SummedPairs, means_and_variances, pairs_from, products_from
from painstats.mixedlm.sql.sums_query import (
    UNSTABLE_QUERY,
    Limits,
    Relation,
    blocks_of,
    head_summary,
    names_of,
    summed_pairs,
)
from painstats.mixedlm.sql.unusable_columns import refuse_unusable_columns

COLLINEAR_VARIANCE = 1e-12
"""Columns are collinear when a combination of them, each scaled to SD 1, has a variance below this. ``rows`` allows a
hundredth of it: sums of products know a column only to half its digits."""

MIN_RELATIVE_SD = 1e-9
"""SD, relative to the mean, below which a column is looked at again."""

MAX_SQUARED_MEAN = 1e4
"""Squared mean, relative to the variance, of columns less the mean of the first rows, beyond which rows are summed up
again less the mean of all."""

WHOLE_DAYS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "DATE")
"""Types of a column of calendar days."""

NUMBERS = ("DOUBLE", "FLOAT", "BOOLEAN", "HUGEINT", "UBIGINT", *WHOLE_DAYS[:-1])
"""Types of the outcome and of columns, beside decimals."""


def cross_products_of(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    *,
    outcome: str,
    columns: Sequence[str],
    participant: str,
    day: str,
    random: Sequence[str] = (),
    intercept: bool = True,
) -> CrossProducts:
    """Sum up the rows of a DuckDB query for ``fit_cross_products``.

    Rows in the order of participants and days are quickest: the others have to be sorted. One thread sums up a block of
    about ``ROWS_AT_ONCE`` rows in their order, so that sums are the same for any number of threads up to two; beyond,
    where a block has more than some 16 000 pairs of participant and gap, their last digits may change (1e-12).

    Parameters
    ----------
    connection
        An open connection; nothing is written.
    query
        What gives the rows, one for each participant and day: a ``SELECT``, or ``FROM 'days.parquet'``.
    outcome, participant, day
        Names of the query's columns; days are whole numbers or dates.
    columns
        The columns of the model.
    random
        Columns with person-specific effects: names of ``columns``, or ``"intercept"``.
    intercept
        Whether to put a column of ones, named ``"intercept"``, first.

    Raises
    ------
    PainstatsError
        If a column is missing or no number, a value is missing or not finite, a day is not a whole number, or a
        participant has a day twice.
    NotEnoughData
        If there are fewer rows than the model needs, the outcome or a column never changes, or columns are collinear.
    """
    types = _types(connection, query)
    relation = Relation(
        connection,
        query,
        outcome,
        tuple(columns),
        participant,
        day,
        types.get(day) == "DATE",
        tuple(random),
        bool(intercept),
    )
    _check_names(relation, types)
    blocks, rows = blocks_of(relation)
    pairs = _pairs(relation, blocks, rows)
    products, spread = products_from(pairs, relation)
    _check_collinear(relation, spread)
    return products


def cross_products_of_frame(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    outcome: str,
    columns: Sequence[str],
    participant: str,
    day: str,
    random: Sequence[str] = (),
    intercept: bool = True,
) -> CrossProducts:
    """Sum up the rows of a polars frame; everything as for ``cross_products_of``."""
    wanted = [participant, day, outcome, *columns]
    _check_known(wanted, frame.collect_schema().names())
    rows = frame.lazy().select(list(dict.fromkeys(wanted))).collect()
    days = rows[day].cast(pl.Int32) if rows.schema[day] == pl.Date else rows[day]
    return cross_products(
        model_rows(
            y=rows[outcome],
            predictors={name: rows[name] for name in columns},
            participant=rows[participant],
            day=days,
            random=random,
            intercept=intercept,
        )
    )


def _check_known(wanted: Sequence[str], known: Sequence[str]) -> None:
    for name in wanted:
        if name not in known:
            raise PainstatsError(f"the rows have no column {name!r}; they have {', '.join(known)}")


def _types(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    described = connection.sql(f"DESCRIBE SELECT * FROM ({query})").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def _check_names(relation: Relation, types: dict[str, str]) -> None:
    _check_known([relation.participant, relation.day, relation.outcome, *relation.columns], list(types))
    names = names_of(relation)
    column_positions(relation.random, names)
    if len(set(relation.random)) < len(relation.random):
        raise PainstatsError("a column is named twice among the person-specific effects")
    if len(set(names)) < len(names):
        raise PainstatsError("a column is named twice among the columns of the model")
    if types[relation.day] not in WHOLE_DAYS:
        raise PainstatsError(f"column {relation.day!r} must hold whole calendar day numbers or dates")
    for name in (relation.outcome, *relation.columns):
        if not (types[name].startswith("DECIMAL") or types[name] in NUMBERS):
            raise PainstatsError(f"column {name!r} must hold numbers, not {types[name]}")


def _pairs(relation: Relation, blocks: Sequence[Limits], rows: int) -> SummedPairs:
    """Sum up the rows, columns less the means of the first rows; less those of all, should they be far away."""
    head = head_summary(relation)
    pairs = _checked_pairs(relation, blocks, rows, head.centre, in_order=head.in_order)
    mean, variance = means_and_variances(pairs)
    if (mean**2 > MAX_SQUARED_MEAN * variance).any():
        pairs = _checked_pairs(relation, blocks, rows, head.centre + mean, in_order=head.in_order)
    return pairs


def _checked_pairs(
    relation: Relation, blocks: Sequence[Limits], rows: int, centre: Floats, *, in_order: bool
) -> SummedPairs:
    found = summed_pairs(relation, blocks, centre, in_order=in_order)
    squares = found.select(f"{kind}{i}_{i}" for kind in "ds" for i in range(len(centre))).sum()
    complete = found.select(pl.col("n").filter(pl.col("step").is_not_null()).sum()).item()
    if complete != rows or not np.isfinite(squares.to_numpy()).all():
        refuse_unusable_columns(relation)
        raise PainstatsError(UNSTABLE_QUERY)
    pairs = pairs_from(found, relation, centre)
    mean, variance = means_and_variances(pairs)
    if (variance <= (MIN_RELATIVE_SD * (mean + centre)) ** 2).any():
        refuse_unusable_columns(relation)
    return pairs


def _check_collinear(relation: Relation, second: Floats) -> None:
    """Refuse columns of which one is a combination of others, naming those that take part."""
    if not relation.columns:
        return
    size = np.sqrt(np.diag(second))
    spread, directions = np.linalg.eigh(second / np.outer(size, size))
    involved = np.abs(directions[:, spread < COLLINEAR_VARIANCE]).max(axis=1, initial=0.0) > 0.01
    if involved.any():
        names = ", ".join(repr(str(name)) for name in np.array(relation.columns)[involved])
        raise NotEnoughData(f"columns {names} carry the same information; leave one of them out")
