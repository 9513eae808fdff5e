"""The input of a statsmodels user, arrays or frames, converted to checked rows of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, Integers, ModelRows, sorted_rows

Mask = npt.NDArray[np.bool_]

DROP = "pass missing='drop' to drop such rows"

NO_ROWS = "there are no complete days to fit a model to"


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """Checked input of a model, in the order in which it was given.

    Parameters
    ----------
    endog, exog
        As given (pandas objects or arrays), without dropped rows.
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
    effect_names
        Names of the q columns with random effects, as given.
    """

    endog: Any
    exog: Any
    labels: npt.NDArray[Any]
    codes: Integers
    days: npt.NDArray[Any]
    order: Integers
    rows: ModelRows
    effect_names: tuple[str, ...]


def model_input(
    endog: Any, exog: Any, groups: Any, exog_re: Any, days: Any, *, needs_days: bool, drop: bool
) -> ModelInput:
    """Check arrays or columns and convert them for the engine.

    Raises
    ------
    PainstatsError
        If something is missing, has the wrong type or length, or is named twice, or a column of ``exog_re`` is not in
        ``exog``; and as for ``model_rows``.
    """
    endog, exog, exog_re = (as_pandas(values) for values in (endog, exog, exog_re))
    groups, days = _flat(groups), None if days is None else _flat(days)
    if drop:
        kept = complete([endog, exog, exog_re, groups, days])
        endog, exog, exog_re, groups, days = (
            None if values is None else _rows_of(values, kept) for values in (endog, exog, exog_re, groups, days)
        )
    y, X = _numbers("endog", endog).squeeze(), _two_dimensional(_numbers("exog", exog))
    given_names = [str(name) for name in exog.columns] if isinstance(exog, pd.DataFrame) else None
    names = engine_names(given_names, X)
    effects = None if exog_re is None else _two_dimensional(_numbers("exog_re", exog_re))
    effect_names = _names_of_effects(exog_re)
    random = random_names(X, names, effects, effect_names)
    who, day = who_and_when(groups, days, needs_days=needs_days)
    rows, order = sorted_input(y, X, names, random, who, day)
    return ModelInput(endog, exog, who.labels, who.codes, day, order, rows, effect_names)


def as_pandas(values: Any) -> Any:
    """Return polars objects as pandas objects, lists as arrays, and everything else unchanged."""
    if isinstance(values, pl.LazyFrame):
        values = values.collect()
    if isinstance(values, (pl.DataFrame, pl.Series)):
        return values.to_pandas()
    return np.asarray(values) if isinstance(values, (list, tuple)) else values


def column_of(frame: pd.DataFrame, argument: str, values: Any) -> Any:
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


def _flat(values: Any) -> Any:
    """Return (n,): one value per row, as an array; text in a series as pandas' array of text."""
    values = as_pandas(values)
    if isinstance(values, pd.Series):
        return values.array if isinstance(values.dtype, pd.StringDtype) else values.to_numpy()
    flat = np.asarray(values)
    return flat.reshape(-1) if flat.ndim == 2 and flat.shape[1] == 1 else flat


def _rows_of(values: Any, kept: Mask) -> Any:
    return values.loc[kept] if isinstance(values, (pd.DataFrame, pd.Series)) else np.asarray(values)[kept]


def complete(columns: Sequence[Any]) -> Mask:
    """Return (n,) whether no value is missing."""
    present = [np.asarray(pd.notna(column)) for column in columns if column is not None]
    lengths = {len(each) for each in present}
    if len(lengths) > 1:
        raise PainstatsError(f"columns have different lengths: {', '.join(map(str, sorted(lengths)))}")
    complete: Mask = np.logical_and.reduce([each if each.ndim == 1 else each.all(axis=1) for each in present])
    return complete


def _numbers(argument: str, values: Any) -> Floats:
    """Return a copy, column-major as the engine needs it."""
    try:
        return np.array(values, dtype=np.float64, order="F")
    except (ValueError, TypeError) as error:
        raise PainstatsError(f"{argument!r} must contain only numbers") from error


def _two_dimensional(values: Floats) -> Floats:
    return values[:, None] if values.ndim == 1 else values


@dataclass(frozen=True, slots=True, eq=False)
class _Participants:
    """The sorted distinct groups (N,), each row's position among them (n,), and the groups' names as text (N,)."""

    labels: npt.NDArray[Any]
    codes: Integers
    names: npt.NDArray[np.str_]


def who_and_when(groups: Any, days: Any, *, needs_days: bool) -> tuple[_Participants, npt.NDArray[Any]]:
    """Return the participants and the day numbers (n,) of rows."""
    if days is None and needs_days:
        raise PainstatsError("residuals='car1' needs 'days': the calendar day of each row, as a number or a date")
    who = _participants(groups)
    return who, _row_numbers(who.codes) if days is None else day_numbers(days)


def _participants(groups: Any) -> _Participants:
    """Return the participants of rows; only the first of successive rows of a group are compared with all others."""
    starts = np.append(0, np.flatnonzero(np.asarray(groups[1:] != groups[:-1])) + 1)
    codes, labels = pd.factorize(groups[starts], sort=True)
    codes = np.repeat(codes.astype(np.int64, copy=False), np.diff(starts, append=len(groups)))
    if codes.min() < 0:
        raise PainstatsError(f"'groups' is missing in {(codes < 0).sum()} rows; {DROP}")
    labels = np.asarray(labels)
    texts = [str(label) for label in labels]
    if len(set(texts)) < len(texts):
        raise PainstatsError("two of the 'groups' are the same as text; give them different names")
    return _Participants(labels, codes, np.array(texts, dtype=np.str_))


def sorted_input(
    y: Floats, X: Floats, names: Sequence[str], random: Sequence[str], who: _Participants, days: npt.NDArray[Any]
) -> tuple[ModelRows, Integers]:
    """Return the rows, checked and sorted by participants' names, and (n,) where each was among the given ones."""
    by_name, codes = np.argsort(who.names), who.codes
    if (by_name[1:] < by_name[:-1]).any():
        codes = np.argsort(by_name)[codes]
    return sorted_rows(y, X, names, random, participants=who.names[by_name], codes=codes, days=days)


def _row_numbers(codes: Integers) -> Integers:
    """Return (n,): 0, 1, 2 … within each group; without residual correlation days do not matter."""
    return np.asarray(pd.Series(codes).groupby(codes).cumcount(), dtype=np.int64)


def engine_names(given: list[str] | None, X: Floats) -> list[str]:
    """Return the names of the columns, with the engine's name for the column of ones."""
    if len(X) == 0:
        raise NotEnoughData(NO_ROWS)
    ones = [place for place in np.flatnonzero((X[0] == 1.0) & (X[-1] == 1.0)) if (X[:, place] == 1.0).all()][:1]
    if given is not None:
        names = list(given)
    else:  # numbered as in statsmodels
        others = iter(range(1, X.shape[1] + 1))
        names = [INTERCEPT if position in ones else f"x{next(others)}" for position in range(X.shape[1])]
    if ones:
        names[ones[0]] = INTERCEPT
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise PainstatsError(f"'exog' has more than one column {', '.join(map(repr, repeated))}; names must differ")
    if INTERCEPT in names and (not ones or names.index(INTERCEPT) != ones[0]):
        raise PainstatsError("a column named 'intercept' must contain ones; rename it")
    return names


def random_names(X: Floats, names: Sequence[str], effects: Floats | None, effect_names: Sequence[str]) -> list[str]:
    """Return the engine's names of the columns with random effects, found among those of ``X`` by their values."""
    if effects is None:
        if INTERCEPT not in names:
            raise PainstatsError("random intercepts need a column of ones in 'exog'; add one or give 'exog_re'")
        return [INTERCEPT]
    if len(effects) != len(X):
        raise PainstatsError(f"'exog_re' has {len(effects)} rows where 'exog' has {len(X)}")
    found = []
    for label, values in zip(effect_names, effects.T, strict=True):
        same = (name for name, column in zip(names, X.T, strict=True) if _are_equal(column, values))
        name = next(same, None)
        if name is None:
            raise PainstatsError(
                f"column {label!r} of 'exog_re' is not in 'exog'; a random effect needs its fixed effect too"
            )
        found.append(name)
    return found


def _are_equal(one: Floats, other: Floats) -> bool:
    """Return whether two columns are the same; most that are not already differ in their first rows."""
    return all(np.array_equal(one[rows], other[rows], equal_nan=True) for rows in (slice(0, 8), slice(8, None)))


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
