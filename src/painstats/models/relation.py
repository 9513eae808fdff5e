"""Cross-products straight from a DuckDB query or a frame: the database sums up, and no row comes to Python.

One pass looks at the columns (moments, limits, values that are no numbers). The other sorts each participant's days,
puts every row beside the one before it, and sums products of differences and of sums by participant and gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import duckdb
import numpy as np
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.models.cross_products import FIRST, CrossProducts, cross_products, unpacked, with_first_rows
from painstats.models.rows import INTERCEPT, Floats, Integers, column_positions, model_rows
from painstats.models.scaling import Moments, Scaling, scaling_from

COLLINEAR_IN_SQUARES = 1e-12
"""Columns are collinear when a combination of them, each scaled to SD 1, has a variance below this. ``rows`` allows a
hundredth of it: sums of products know a column only to half its digits."""

CONSTANT = 1e-10
"""Largest range, relative to the largest value, of a column that counts as constant."""

FAR_IN_SQUARES = 100.0
"""Squared mean, relative to the variance, beyond which a variance is not taken from the mean of squares."""

ROWS_AT_ONCE = 1_000_000
"""Rows that are sorted together, a few hundred bytes each; whole people, so it may be some more."""

WHOLE_DAYS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "DATE")
"""Types of a column of calendar days."""

NUMBERS = ("DOUBLE", "FLOAT", "BOOLEAN", "HUGEINT", "UBIGINT", *WHOLE_DAYS[:-1])
"""Types of the outcome and of columns, beside decimals."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A query and what its columns are to the model; ``columns`` do not include the intercept."""

    connection: duckdb.DuckDBPyConnection
    query: str
    outcome: str
    columns: tuple[str, ...]
    participant: str
    day: str
    random: tuple[str, ...]
    intercept: bool


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

    Sums depend on how DuckDB shares out rows to threads in the last digits (1e-12), as all floating-point sums do.

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
    relation = Relation(connection, query, outcome, tuple(columns), participant, day, tuple(random), bool(intercept))
    _check_names(relation)
    moments = _moments(relation)
    scaling = scaling_from(moments, _names(relation), relation.random)
    products = _products(relation, scaling)
    _check_collinear(products, moments)
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


def _names(relation: Relation) -> tuple[str, ...]:
    return (INTERCEPT, *relation.columns) if relation.intercept else relation.columns


def _quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _check_known(wanted: Sequence[str], known: Sequence[str]) -> None:
    for name in wanted:
        if name not in known:
            raise PainstatsError(f"the rows have no column {name!r}; they have {', '.join(known)}")


def _check_names(relation: Relation) -> None:
    described = relation.connection.sql(f"DESCRIBE SELECT * FROM ({relation.query})").fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    _check_known([relation.participant, relation.day, relation.outcome, *relation.columns], list(types))
    names = _names(relation)
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


def _moments(relation: Relation) -> Moments:
    """Look at every column once: refuse what no model can be fitted to, and return means and SDs."""
    names = [*relation.columns, relation.outcome]
    keys = [relation.participant, relation.day]
    looks = ("min({})", "max({})", "avg({})", "avg({} * {})")
    asked = [f"count(*) - count({_quoted(name)})" for name in [*keys, *names]]
    asked += [look.replace("{}", f"{_quoted(name)}::DOUBLE") for name in names for look in looks]
    n, *found = _only_row(relation, ["count(*)", *asked])
    if n == 0:
        raise NotEnoughData("there are no complete days to fit a model to")
    for name, count in zip(keys, found, strict=False):
        if count:
            raise PainstatsError(f"column {name!r} is missing on {count} rows")
    values = np.array(found[2 + len(names) :], dtype=np.float64).reshape(-1, len(looks))
    if any(found[2 : 2 + len(names)]) or not np.isfinite(values).all():
        _refuse_not_finite(relation, names)
    low, high, mean, square = values.T
    _check_range(relation, dict(zip(names, zip(low, high, strict=True), strict=True)), int(n))
    sd = _deviations(relation, names, mean, square - mean**2)
    one, outcome = int(relation.intercept), (float(mean[-1]), float(sd[-1]))
    return Moments(np.append(np.ones(one), mean[:-1]), np.append(np.zeros(one), sd[:-1]), *outcome)


def _only_row(relation: Relation, asked: Sequence[str]) -> tuple[Any, ...]:
    row = relation.connection.execute(f"SELECT {', '.join(asked)} FROM ({relation.query})").fetchone()
    assert row is not None  # an aggregate without groups has a row
    return tuple(row)


def _deviations(relation: Relation, names: Sequence[str], mean: Floats, variance: Floats) -> Floats:
    """Return SDs; those of columns far from zero, whose squares have lost digits, are asked for anew."""
    doubtful = np.flatnonzero(~(variance * FAR_IN_SQUARES > mean**2))
    if doubtful.size:
        asked = [f"var_pop({_quoted(names[int(place)])}::DOUBLE)" for place in doubtful]
        variance[doubtful] = _only_row(relation, asked)
    return np.sqrt(variance)


def _refuse_not_finite(relation: Relation, names: Sequence[str]) -> NoReturn:
    finite = [f"count(*) FILTER (WHERE isfinite({_quoted(name)}::DOUBLE))" for name in names]
    n, *counts = _only_row(relation, ["count(*)", *finite])
    for name, count in zip(names, counts, strict=True):
        if count < n:
            raise PainstatsError(f"column {name!r} is not a finite number on {n - count} rows")
    raise PainstatsError("a column has values whose squares are no finite numbers; change its unit")


def _check_range(relation: Relation, ranges: dict[str, tuple[float, float]], n: int) -> None:
    p = len(_names(relation))
    if n <= p:
        raise NotEnoughData(f"{n} complete days are too few for {p} coefficients; at least {p + 1} are needed")
    for name, (low, high) in ranges.items():
        if high - low <= CONSTANT * max(abs(low), abs(high)):
            if name == relation.outcome:
                raise NotEnoughData("the outcome has the same value on every day; there is nothing to explain")
            raise NotEnoughData(f"column {name!r} has the same value on every day; leave it out")


def _scaled(relation: Relation, scaling: Scaling) -> tuple[list[str], list[float]]:
    """Return the SQL of each scaled column, outcome last, without the intercept, and the parameters in it."""
    skipped = int(relation.intercept)
    centres = [*scaling.centre[skipped:], scaling.outcome_centre]
    scales = [*scaling.scale[skipped:], scaling.outcome_scale]
    columns = [f"({_quoted(name)}::DOUBLE - ?::DOUBLE) / ?::DOUBLE" for name in (*relation.columns, relation.outcome)]
    return columns, [float(number) for pair in zip(centres, scales, strict=True) for number in pair]


def _summing_query(relation: Relation, columns: Sequence[str]) -> str:
    """Return the SQL that sums differences d and sums s of successive rows, and their products, by participant and gap.

    The first row of a participant has no gap and follows a row of zeros.
    """
    numbers = range(len(columns))
    scaled = ", ".join(f"{column} AS x{i}" for i, column in enumerate(columns))
    before = ", ".join(f"lag(x{i}, 1, 0.0) OVER in_order AS b{i}" for i in numbers)
    steps = ", ".join(f"x{i} - b{i} AS d{i}, x{i} + b{i} AS s{i}" for i in numbers)
    sums = [f"sum({kind}{i}) AS {kind}{i}" for kind in "ds" for i in numbers]
    sums += [f"sum({kind}{i} * {kind}{j}) AS {kind}{i}_{j}" for kind in "ds" for i in numbers for j in range(i + 1)]
    return f"""
        SELECT participant::VARCHAR AS participant, gap::BIGINT AS gap, count(*) AS n, {", ".join(sums)}
        FROM (
            SELECT participant, gap, {steps}
            FROM (
                SELECT participant, day - lag(day) OVER in_order AS gap, {", ".join(f"x{i}" for i in numbers)}, {before}
                FROM (
                    SELECT {_quoted(relation.participant)} AS participant, {_quoted(relation.day)} AS day, {scaled}
                    FROM ({relation.query})
                    WHERE {_quoted(relation.participant)} BETWEEN ? AND ?
                )
                WINDOW in_order AS (PARTITION BY participant ORDER BY day)
            )
        )
        GROUP BY participant, gap
    """


def _blocks(relation: Relation) -> list[tuple[Any, Any]]:
    """Return the first and last participant of blocks of people, so small that their rows are sorted in memory.

    Where the rows lie in the order of participants, a database reads no more than a block's own.
    """
    participant = _quoted(relation.participant)
    blocks = f"""
        SELECT min(participant), max(participant)
        FROM (
            SELECT participant, (sum(n) OVER (ORDER BY participant) - 1)::BIGINT // ? AS block
            FROM (SELECT {participant} AS participant, count(*) AS n FROM ({relation.query}) GROUP BY ALL)
        )
        GROUP BY block
        ORDER BY block
    """
    return relation.connection.execute(blocks, [ROWS_AT_ONCE]).fetchall()


def _summed(relation: Relation, scaling: Scaling) -> pl.DataFrame:
    """Return the sums of every participant and gap, in order; a participant's first row, without a gap, first."""
    columns, parameters = _scaled(relation, scaling)
    query = _summing_query(relation, columns)
    blocks = [relation.connection.execute(query, [*parameters, *limits]).pl() for limits in _blocks(relation)]
    return pl.concat(blocks).sort("participant", "gap", nulls_last=False)


def _products(relation: Relation, scaling: Scaling) -> CrossProducts:
    found = _summed(relation, scaling)
    repeated = found.filter(pl.col("gap") == 0)["n"].sum()
    if repeated:
        raise PainstatsError(
            f"{repeated} rows repeat the {relation.participant!r} and {relation.day!r} of another; keep one row a day"
        )
    rows_per_gap = found["n"].to_numpy().astype(np.int64)
    first_pair = found["gap"].is_null().arg_true().to_numpy().astype(np.int64)
    people = found["participant"].gather(first_pair)
    names = _names(relation)
    return CrossProducts(
        sums=_pair_sums(found, relation, first_pair),
        gap=found["gap"].fill_null(FIRST).to_numpy().astype(np.int64),
        rows_per_gap=rows_per_gap,
        first_pair=first_pair,
        participants=tuple(people.to_list()),
        rows_per_participant=np.add.reduceat(rows_per_gap, first_pair),
        residual_scale=np.ones(len(first_pair)),
        names=names,
        random=relation.random,
        positions=column_positions(relation.random, names),
        scaling=scaling,
    )


def _pair_sums(found: pl.DataFrame, relation: Relation, first_pair: Integers) -> Floats:
    """Return (2, J, K) from the sums of the query.

    A participant's last row is the first plus all differences.
    """
    m, one = len(relation.columns) + 1, int(relation.intercept)
    k = m + one
    sums = np.empty((2, found.height, k * (k + 1) // 2))
    place = {(i, j): i * (i + 1) // 2 + j for i in range(k) for j in range(i + 1)}
    for kind, name in enumerate("ds"):
        for i in range(m):
            for j in range(i + 1):
                sums[kind, :, place[i + one, j + one]] = found[f"{name}{i}_{j}"].to_numpy() / 2
            if one:  # the intercept differs by 0 and adds up to 2
                sums[kind, :, place[i + one, 0]] = found[f"s{i}"].to_numpy() if name == "s" else 0.0
        if one:
            sums[kind, :, 0] = 2.0 * found["n"].to_numpy() if name == "s" else 0.0
    first = _with_intercept(found, first_pair, "s", one)
    last = _with_intercept(found, first_pair, "d", one)
    return with_first_rows(sums, first_pair, first, last)


def _with_intercept(found: pl.DataFrame, first_pair: Integers, kind: str, one: int) -> Floats:
    """Return (N, k): each participant's first row (``kind`` s) or last row (d), outcome last."""
    m = sum(name.startswith("d") and "_" not in name for name in found.columns)
    columns = [found[f"{kind}{i}"].to_numpy() for i in range(m)]
    values = [column[first_pair] if kind == "s" else np.add.reduceat(column, first_pair) for column in columns]
    return np.column_stack([np.ones(len(first_pair))] * one + values)


def _check_collinear(products: CrossProducts, moments: Moments) -> None:
    """Refuse columns of which one is a combination of others, naming those that take part."""
    others = np.array([name != INTERCEPT for name in products.names])
    if not others.any():
        return
    p, scaling = len(products.names), products.scaling
    squares = unpacked(products.sums.sum(axis=(0, 1)))  # of all rows: the whitened sums at rho = 0
    mean = (moments.mean - scaling.centre) / scaling.scale if INTERCEPT in products.names else np.zeros(p)
    second = squares[:p, :p] / products.rows_per_participant.sum() - np.outer(mean, mean)
    second = second[np.ix_(others, others)]
    size = np.sqrt(np.diag(second))
    spread, directions = np.linalg.eigh(second / np.outer(size, size))
    involved = np.abs(directions[:, spread < COLLINEAR_IN_SQUARES]).max(axis=1, initial=0.0) > 0.01
    if involved.any():
        names = ", ".join(repr(str(name)) for name in np.array(products.names)[others][involved])
        raise NotEnoughData(f"columns {names} carry the same information; leave one of them out")
