"""Find out which column of a query is unusable, once its sums have shown that something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.sql.sums_query import Relation, quoted

CONSTANT = 1e-10
"""A column is constant if its range, relative to its largest absolute value, is at most this."""


def refuse_unusable_columns(relation: Relation) -> None:
    """Raise an error that names the column with a missing or infinite value, or with a constant value."""
    (missing,) = _only_row(relation, [f"count(*) - count({quoted(relation.roles.day)})"])
    if missing:
        raise PainstatsError(f"column {relation.roles.day!r} is missing in {missing} rows")
    names = [*relation.roles.columns, relation.roles.outcome]
    measures = ("min({})", "max({})", "avg({} * {})")
    asked = [f"count(*) - count({quoted(name)})" for name in names]
    asked += [measure.replace("{}", f"{quoted(name)}::DOUBLE") for name in names for measure in measures]
    found = _only_row(relation, asked)
    values = np.array(found[len(names) :], dtype=np.float64).reshape(-1, len(measures))
    if any(found[: len(names)]) or not np.isfinite(values).all():
        _refuse_not_finite(relation, names)
    for name, (low, high, _) in zip(names, values, strict=True):
        if high - low <= CONSTANT * max(abs(low), abs(high)):
            if name == relation.roles.outcome:
                raise NotEnoughData("the outcome has the same value on every day; there is nothing to explain")
            raise NotEnoughData(f"column {name!r} has the same value on every day; leave it out")


def _refuse_not_finite(relation: Relation, names: Sequence[str]) -> NoReturn:
    finite = [f"count(*) FILTER (WHERE isfinite({quoted(name)}::DOUBLE))" for name in names]
    n, *counts = _only_row(relation, ["count(*)", *finite])
    for name, count in zip(names, counts, strict=True):
        if count < n:
            raise PainstatsError(f"column {name!r} is not a finite number in {n - count} rows")
    raise PainstatsError("a column has values too large to be squared; change its unit")


def _only_row(relation: Relation, asked: Sequence[str]) -> tuple[Any, ...]:
    row = relation.connection.execute(f"SELECT {', '.join(asked)} FROM ({relation.query})").fetchone()
    assert row is not None  # an aggregate without groups has a row
    return tuple(row)
