"""Cross-products from a DuckDB query or a frame: the database sums, and no row reaches Python.

Rows are counted, the first few thousand are inspected, and all are summed once. The sums then give means, SDs and
whether the rows are valid; only if they are not are the rows inspected again, to find out why.
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
from painstats.mixedlm.sql.column_roles import ColumnRoles
from painstats.mixedlm.sql.scaled_products import SummedPairs, means_and_variances, pairs_from, products_from
from painstats.mixedlm.sql.sums_query import (
    UNSTABLE_QUERY,
    Limits,
    Relation,
    blocks_of,
    head_summary,
    summed_pairs,
)
from painstats.mixedlm.sql.unusable_columns import refuse_unusable_columns

COLLINEAR_VARIANCE = 1e-12
"""Columns, each scaled to SD 1, are collinear when some combination of them has a variance below this. ``engine.rows``
allows a hundredth of it: sums of products determine a column only to half of its digits.
"""

MIN_RELATIVE_SD = 1e-9
"""A column with a smaller SD, relative to its mean, is inspected again."""

MAX_SQUARED_MEAN = 1e4
"""If the squared mean of a column shifted by the mean of the first rows exceeds this multiple of its variance, rows are
summed again after subtracting the mean of all.
"""

WHOLE_DAYS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "DATE")
"""Types allowed for the column of calendar days."""

NUMBERS = ("DOUBLE", "FLOAT", "BOOLEAN", "HUGEINT", "UBIGINT", *WHOLE_DAYS[:-1])
"""Types allowed for the outcome and the columns, besides decimals."""


def cross_products_of(connection: duckdb.DuckDBPyConnection, query: str, roles: ColumnRoles) -> CrossProducts:
    """Sum the rows of a DuckDB query for ``fit_cross_products``.

    Rows in the order of participants and days are fastest; others have to be sorted. One thread sums a block of about
    ``ROWS_AT_ONCE`` rows in order, so sums are the same for any number of threads up to two; with more, in blocks with
    more than about 16,000 (participant, gap) pairs, their last digits may change (1e-12).

    Parameters
    ----------
    connection
        An open connection; nothing is written.
    query
        A query with one row per participant and day: a ``SELECT``, or ``FROM 'days.parquet'``.
    roles
        The role of the query's columns in the model; days are whole numbers or dates.

    Raises
    ------
    PainstatsError
        If a column is missing or not numeric, a value is missing or not finite, a day is not a whole number, or a
        participant has two rows for one day.
    NotEnoughData
        If there are fewer rows than the model needs, the outcome or a column is constant, or columns are collinear.
    """
    types = _types(connection, query)
    relation = Relation(connection, query, roles, types.get(roles.day) == "DATE")
    _check_names(relation, types)
    blocks, rows = blocks_of(relation)
    pairs = _pairs(relation, blocks, rows)
    products, spread = products_from(pairs, relation)
    _check_collinear(relation, spread)
    return products


def cross_products_of_frame(frame: pl.DataFrame | pl.LazyFrame, roles: ColumnRoles) -> CrossProducts:
    """Sum the rows of a polars frame; roles and errors are those of ``cross_products_of``."""
    wanted = [roles.participant, roles.day, roles.outcome, *roles.columns]
    _check_known(wanted, frame.collect_schema().names())
    rows = frame.lazy().select(list(dict.fromkeys(wanted))).collect()
    day = rows[roles.day]
    return cross_products(
        model_rows(
            y=rows[roles.outcome],
            predictors={name: rows[name] for name in roles.columns},
            participant=rows[roles.participant],
            day=day.cast(pl.Int32) if day.dtype == pl.Date else day,
            random=roles.random,
            intercept=roles.intercept,
        )
    )


def _check_known(wanted: Sequence[str], known: Sequence[str]) -> None:
    for name in wanted:
        if name not in known:
            raise PainstatsError(f"the query has no column {name!r}; it has {', '.join(known)}")


def _types(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    described = connection.sql(f"DESCRIBE SELECT * FROM ({query})").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def _check_names(relation: Relation, types: dict[str, str]) -> None:
    roles = relation.roles
    _check_known([roles.participant, roles.day, roles.outcome, *roles.columns], list(types))
    names = roles.names
    column_positions(roles.random, names)
    if len(set(roles.random)) < len(roles.random):
        raise PainstatsError("a column is listed twice in 'random'")
    if len(set(names)) < len(names):
        raise PainstatsError("a column is listed twice in 'columns'")
    if types[roles.day] not in WHOLE_DAYS:
        raise PainstatsError(f"column {roles.day!r} must contain whole calendar day numbers or dates")
    for name in (roles.outcome, *roles.columns):
        if not (types[name].startswith("DECIMAL") or types[name] in NUMBERS):
            raise PainstatsError(f"column {name!r} must contain numbers, not {types[name]}")


def _pairs(relation: Relation, blocks: Sequence[Limits], rows: int) -> SummedPairs:
    """Sum the rows shifted by the means of the first rows, and again by those of all rows if they differ too much."""
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
    """Refuse collinear columns, naming those involved."""
    if not relation.roles.columns:
        return
    size = np.sqrt(np.diag(second))
    spread, directions = np.linalg.eigh(second / np.outer(size, size))
    involved = np.abs(directions[:, spread < COLLINEAR_VARIANCE]).max(axis=1, initial=0.0) > 0.01
    if involved.any():
        names = ", ".join(repr(str(name)) for name in np.array(relation.roles.columns)[involved])
        raise NotEnoughData(f"columns {names} carry the same information; leave one of them out")
