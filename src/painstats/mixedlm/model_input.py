"""The input of a statsmodels user, arrays or frames, converted to checked rows of a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, Integers, ModelRows, model_rows

Mask = npt.NDArray[np.bool_]

DROP = "pass missing='drop' to drop such rows"


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """Checked input of a model, in the order in which it was given.

    Parameters
    ----------
    endog, exog, exog_re
        As given (pandas objects or arrays), without dropped rows; ``exog_re`` may be None.
    groups : (n,)
        The participant of each row.
    labels : (N,)
        The distinct groups, sorted.
    codes : (n,)
        Position of each row's group among the labels.
    days : (n,)
        Calendar day numbers.
    order : (n,)
        Position among the given rows of each of the sorted ``rows``.
    rows
        The same, checked and sorted for the engine. The column of ones is named ``"intercept"`` there.
    random_names
        Names of the q columns with random effects, as given.
    """

    endog: Any
    exog: Any
    exog_re: Any
    groups: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    codes: Integers
    days: npt.NDArray[Any]
    order: Integers
    rows: ModelRows
    random_names: tuple[str, ...]


def model_input(
    endog: Any, exog: Any, groups: Any, exog_re: Any, days: Any, *, needs_days: bool, drop: bool
) -> ModelInput:
    """Check the input and convert it for the engine.

    Raises
    ------
    PainstatsError
        If something is missing, has the wrong type or length, or is named twice, or a column of ``exog_re`` is not in
        ``exog``; and as for ``model_rows``.
    """
    if days is None and needs_days:
        raise PainstatsError("residuals='car1' needs 'days': the calendar day of each row, as a number or a date")
    endog, exog, exog_re = (as_pandas(values) for values in (endog, exog, exog_re))
    groups, days = _flat(groups), None if days is None else _flat(days)
    if drop:
        kept = _complete([endog, exog, exog_re, groups, days])
        endog, exog, exog_re, groups, days = (
            None if values is None else _rows_of(values, kept) for values in (endog, exog, exog_re, groups, days)
        )
    y, X = _numbers("endog", endog).squeeze(), _two_dimensional(_numbers("exog", exog))
    labels, codes, participants = _participants(groups)
    day = _row_numbers(codes) if days is None else day_numbers(days)
    names = _engine_names(exog, X)
    random = _random_names(X, names, exog_re)
    rows = model_rows(
        y=y,
        predictors=dict(zip(names, X.T, strict=True)),
        participant=participants,
        day=day,
        random=random,
        intercept=False,
    )
    order = np.lexsort((day, participants))
    return ModelInput(endog, exog, exog_re, groups, labels, codes, day, order, rows, _names_of_effects(exog_re))


def as_pandas(values: Any) -> Any:
    """Return polars objects as pandas objects, lists as arrays, and everything else unchanged."""
    if isinstance(values, pl.LazyFrame):
        values = values.collect()
    if isinstance(values, (pl.DataFrame, pl.Series)):
        return values.to_pandas()
    return np.asarray(values) if isinstance(values, (list, tuple)) else values


def column_of(frame: pd.DataFrame, argument: str, values: Any) -> npt.NDArray[Any]:
    """Return a column by its name, or the values themselves.

    Raises
    ------
    PainstatsError
        If the frame has no such column, or the number of values differs from the number of rows.
    """
    if isinstance(values, str):
        if values not in frame.columns:
            raise PainstatsError(f"{argument!r} names the column {values!r}, which the frame does not have")
        return _flat(frame[values])
    column = _flat(values)
    if len(column) != len(frame):
        raise PainstatsError(f"{argument!r} has {len(column)} values for the {len(frame)} rows of the frame")
    return column


def complete_rows(frame: pd.DataFrame, formulas: Sequence[str], others: Mapping[str, npt.NDArray[Any]]) -> Mask:
    """Return (n,) whether a row has a value in every column that the formulas name, and in the others."""
    text = " ".join(formulas)
    used = [name for name in frame.columns if re.search(rf"(?<!\w){re.escape(str(name))}(?!\w)", text)]
    return _complete([frame[used], *others.values()])


def refuse_missing(frame: pd.DataFrame, formulas: Sequence[str]) -> None:
    """Refuse a frame without rows, or with missing values in a column that the formulas name.

    Raises
    ------
    NotEnoughData
        If there are no rows.
    PainstatsError
        If values are missing; it names the first such column.
    """
    if frame.empty:
        raise NotEnoughData("there are no complete days to fit a model to")
    for name in frame.columns:
        count = len(frame) - int(complete_rows(frame[[name]], formulas, {}).sum())
        if count:
            raise PainstatsError(f"column {name!r} is missing in {count} rows; {DROP}")


def day_numbers(days: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return dates as day numbers, and numbers unchanged.

    Raises
    ------
    PainstatsError
        If a day is missing, or a date has a time of day.
    """
    missing = int(pd.isna(days).sum())
    if missing:
        raise PainstatsError(f"'days' is missing in {missing} rows; {DROP}")
    if days.dtype.kind in "OUT":
        days = _dates(days)
    if not np.issubdtype(days.dtype, np.datetime64):
        return days
    whole = days.astype("datetime64[D]")
    if (whole != days).any():
        raise PainstatsError("'days' contains times of day; give calendar dates, in the participant's time zone")
    return whole.astype(np.int64)


def _dates(days: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return objects as dates or as whole numbers; text is not parsed."""
    if all(isinstance(day, date) for day in days):
        return np.asarray(pd.to_datetime(pd.Series(days)).to_numpy())
    if all(isinstance(day, (int, np.integer)) for day in days):
        return days.astype(np.int64)
    raise PainstatsError("'days' must contain whole calendar day numbers or dates")


def _flat(values: Any) -> npt.NDArray[Any]:
    """Return (n,): one value per row."""
    flat = values.to_numpy() if isinstance(values, (pl.Series, pd.Series)) else np.asarray(values)
    return flat.reshape(-1) if flat.ndim == 2 and flat.shape[1] == 1 else flat


def _rows_of(values: Any, kept: Mask) -> Any:
    return values.loc[kept] if isinstance(values, (pd.DataFrame, pd.Series)) else np.asarray(values)[kept]


def _complete(columns: Sequence[Any]) -> Mask:
    """Return (n,) whether no value is missing."""
    present = [np.asarray(pd.notna(column)) for column in columns if column is not None]
    lengths = {len(each) for each in present}
    if len(lengths) > 1:
        raise PainstatsError(f"columns have different lengths: {', '.join(map(str, sorted(lengths)))}")
    complete: Mask = np.logical_and.reduce([each if each.ndim == 1 else each.all(axis=1) for each in present])
    return complete


def _numbers(argument: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise PainstatsError(f"{argument!r} must contain only numbers") from error


def _two_dimensional(values: Floats) -> Floats:
    return values[:, None] if values.ndim == 1 else values


def _participants(groups: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Integers, npt.NDArray[np.str_]]:
    """Return the sorted distinct groups (N,), each row's position among them (n,), and its name as text (n,)."""
    codes, labels = pd.factorize(groups, sort=True)
    if (codes < 0).any():
        raise PainstatsError(f"'groups' is missing in {(codes < 0).sum()} rows; {DROP}")
    names = np.array([str(label) for label in labels], dtype=np.str_)
    if len(set(names)) < len(names):
        raise PainstatsError("two of the 'groups' are the same as text; give them different names")
    return np.asarray(labels), codes.astype(np.int64), names[codes]


def _row_numbers(codes: Integers) -> Integers:
    """Return (n,): 0, 1, 2 … within each group; without residual correlation days do not matter."""
    return np.asarray(pd.Series(codes).groupby(codes).cumcount(), dtype=np.int64)


def _engine_names(exog: Any, X: Floats) -> list[str]:
    """Return the names of the columns, with the engine's name for the column of ones."""
    ones = np.flatnonzero((X == 1.0).all(axis=0))[:1]
    if isinstance(exog, pd.DataFrame):
        names = [str(name) for name in exog.columns]
    else:  # numbered as in statsmodels
        others = iter(range(1, X.shape[1] + 1))
        names = [INTERCEPT if position in ones else f"x{next(others)}" for position in range(X.shape[1])]
    if ones.size:
        names[ones[0]] = INTERCEPT
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise PainstatsError(f"'exog' has more than one column {', '.join(map(repr, repeated))}; names must differ")
    if INTERCEPT in names and (not ones.size or names.index(INTERCEPT) != ones[0]):
        raise PainstatsError("a column named 'intercept' must contain ones; rename it")
    return names


def _random_names(X: Floats, names: Sequence[str], exog_re: Any) -> list[str]:
    """Return the engine's names of the columns of ``exog_re``, found among those of ``exog`` by their values."""
    if exog_re is None:
        if INTERCEPT not in names:
            raise PainstatsError("random intercepts need a column of ones in 'exog'; add one or give 'exog_re'")
        return [INTERCEPT]
    effects = _two_dimensional(_numbers("exog_re", exog_re))
    if len(effects) != len(X):
        raise PainstatsError(f"'exog_re' has {len(effects)} rows where 'exog' has {len(X)}")
    found = []
    for label, values in zip(_names_of_effects(exog_re), effects.T, strict=True):
        same = [name for name, column in zip(names, X.T, strict=True) if np.array_equal(column, values, equal_nan=True)]
        if not same:
            raise PainstatsError(
                f"column {label!r} of 'exog_re' is not in 'exog'; a random effect needs its fixed effect too"
            )
        found.append(same[0])
    return found


def _names_of_effects(exog_re: Any) -> tuple[str, ...]:
    """Return the names of the columns with random effects, as in statsmodels."""
    if exog_re is None:
        return ("Group",)
    if isinstance(exog_re, pd.DataFrame):
        return tuple(str(name) for name in exog_re.columns)
    if isinstance(exog_re, pd.Series) and exog_re.name is not None:
        return (str(exog_re.name),)
    width = 1 if np.ndim(exog_re) == 1 else np.shape(exog_re)[1]
    return tuple(f"x_re{number}" for number in range(1, width + 1))
