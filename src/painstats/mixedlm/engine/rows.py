"""The rows that a model is fitted to: outcome, columns, participants and days, checked and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from painstats.errors import NotEnoughData, PainstatsError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

INTERCEPT = "intercept"

BLOCK = 16_384
"""Rows processed at a time, so that a block stays in the CPU cache."""

COLLINEAR_SD = 1e-7
"""Columns, each scaled to SD 1, are collinear when some combination of them has an SD below this."""

SAFE_VARIANCE = 1e-6
"""Above this smallest variance of a combination of scaled columns, sums of products are precise enough to rule out
collinearity.
"""


LEAST_OWN_SHARE = 1e-6
"""Share of its variance that a dispensable column must have beyond a linear function of the other columns."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelRows:
    """Complete participant-days, sorted by participant and day.

    Parameters
    ----------
    y : (n,)
        The outcome.
    X : (n, p)
        The columns of the model; the first is the intercept if there is one.
    names
        Names of the p columns.
    random
        Names of the columns with random effects; may be empty.
    participant : (n,) of str
        The participant of each row.
    day : (n,) of int
        Calendar day number; only differences matter.
    dispensable
        Names of columns that may be dropped from a fit to one participant's rows when they duplicate another column.
    """

    y: Floats
    X: Floats
    names: tuple[str, ...]
    random: tuple[str, ...]
    participant: npt.NDArray[np.str_]
    day: Integers
    dispensable: tuple[str, ...] = ()


def model_rows(
    *,
    y: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    participant: npt.ArrayLike,
    day: npt.ArrayLike,
    random: Sequence[str] = (),
    intercept: bool = True,
    dispensable: Sequence[str] = (),
) -> ModelRows:
    """Check and sort rows for a model.

    Parameters
    ----------
    y : (n,)
        The outcome.
    predictors
        Column name to n values.
    participant : (n,)
        The participant of each row.
    day : (n,) of int
        Calendar day number.
    random
        Columns with random effects: names of predictors, or ``"intercept"``.
    intercept
        Whether to add a column of ones, named ``"intercept"``, as the first column.
    dispensable
        As in :class:`ModelRows`.

    Raises
    ------
    PainstatsError
        If lengths differ, a value is not finite, a day is not a whole number, a participant has two rows for one day,
        or ``random`` names an unknown column.
    NotEnoughData
        If there are fewer rows than the model needs, the outcome or a column is constant, or columns are collinear.
    """
    participants, days = np.asarray(participant, dtype=np.str_), _whole_days(day)
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in predictors.items()}
    outcome = np.array(y, dtype=np.float64)
    if intercept:
        columns = {INTERCEPT: np.ones(len(days))} | columns
    _check_lengths(columns | {"y": outcome}, participants, days)
    names, codes = _names_and_codes(participants)
    X = np.array([*columns.values()]).reshape(len(columns), -1).T
    rows, _ = sorted_rows(outcome, X, tuple(columns), random, participants=names, codes=codes, days=days)
    return replace(rows, dispensable=tuple(dispensable)) if dispensable else rows


def sorted_rows(
    y: Floats,
    X: Floats,
    names: Sequence[str],
    random: Sequence[str],
    *,
    participants: npt.NDArray[np.str_],
    codes: Integers,
    days: npt.ArrayLike,
) -> tuple[ModelRows, Integers]:
    """Check and sort rows whose participants are numbered; errors are those of ``model_rows``.

    Parameters
    ----------
    y : (n,)
    X : (n, p)
        Column-major, which makes sums fast; with ``y`` it becomes part of the result if rows are in order already.
    names, random
        As in ``ModelRows``.
    participants : (N,)
        The participants, sorted.
    codes : (n,)
        The position of each row's participant.
    days : (n,) of int

    Returns
    -------
    The rows, and (n,) where each of them was among the given ones.
    """
    day = _whole_days(days)
    _check_lengths({"y": y, **dict(zip(names, X.T, strict=True))}, codes, day)
    _check_random(random, names)
    order = _order(codes, day)
    if order is None:
        order = np.arange(len(day))
    else:
        y, day = y[order], day[order]
        X = np.array([column[order] for column in X.T]).T
    counts = np.bincount(codes)
    rows = ModelRows(y, X, tuple(names), tuple(random), np.repeat(participants[: len(counts)], counts), day)
    _check_values(rows, np.cumsum(counts[:-1]))
    return rows, order


def participant_slices(rows: ModelRows) -> Iterator[tuple[str, slice]]:
    """Yield each participant with the slice of their rows, in order."""
    starts = np.flatnonzero(is_first_row(rows))
    for start, stop in zip(starts, [*starts[1:], len(rows.y)], strict=True):
        yield str(rows.participant[start]), slice(int(start), int(stop))


def of_some_participants(rows: ModelRows, most: int) -> ModelRows:
    """Return the rows of at most ``most`` participants, evenly spread."""
    first = is_first_row(rows)
    count = int(first.sum())
    if count <= most:
        return rows
    own = np.isin(np.cumsum(first) - 1, np.linspace(0, count - 1, most).astype(int))
    return replace(rows, y=rows.y[own], X=rows.X[own], participant=rows.participant[own], day=rows.day[own])


def is_first_row(rows: ModelRows) -> npt.NDArray[np.bool_]:
    """Return (n,) whether a row is the first of its participant."""
    return np.concatenate([[True], rows.participant[1:] != rows.participant[:-1]])


def is_constant(values: Floats) -> bool:
    """Return whether values differ by no more than rounding."""
    return _is_constant(float(values.min()), float(values.max()))


def _is_constant(low: float, high: float) -> bool:
    return high - low <= 1e-10 * max(abs(low), abs(high))


def without_repeats(columns: Mapping[str, Floats], dispensable: Sequence[str]) -> dict[str, Floats]:
    """Drop the dispensable columns that are a linear function of the other columns, the last ones first."""
    kept = dict(columns)
    for name in [name for name in reversed(dispensable) if name in columns]:
        others = [values for other, values in kept.items() if other != name]
        if others and _is_linear_function(kept[name], np.column_stack(others)):
            del kept[name]
    return kept


def _is_linear_function(column: Floats, others: Floats) -> bool:
    """Return whether a column (n,) varies less than ``LEAST_OWN_SHARE`` around its regression on others (n, k)."""
    centred, predictors = column - column.mean(), others - others.mean(axis=0)
    size = np.sqrt(np.mean(predictors**2, axis=0))
    predictors = predictors[:, size > 0] / size[size > 0]
    left = centred - predictors @ np.linalg.lstsq(predictors, centred, rcond=None)[0]
    return bool(left @ left <= LEAST_OWN_SHARE * (centred @ centred))


def column_positions(wanted: Sequence[str], names: Sequence[str]) -> Integers:
    """Return the positions of some columns.

    Raises
    ------
    PainstatsError
        If a name is unknown.
    """
    for name in wanted:
        if name not in names:
            raise PainstatsError(f"the model has no column {name!r}; it has {', '.join(names)}")
    return np.array([list(names).index(name) for name in wanted], dtype=np.int64)


def _whole_days(day: npt.ArrayLike) -> Integers:
    days = np.asarray(day)
    if not np.issubdtype(days.dtype, np.integer) and days.size:
        raise PainstatsError("column 'day' must contain whole calendar day numbers")
    return days.astype(np.int64)


def _names_and_codes(participants: npt.NDArray[np.str_]) -> tuple[npt.NDArray[np.str_], Integers]:
    """Return the sorted participants (N,), and each row's position among them (n,).

    Only the first of successive rows of a participant are compared with all others.
    """
    starts = np.flatnonzero(np.append(True, participants[1:] != participants[:-1]))
    names, codes = np.unique(participants[starts], return_inverse=True)
    return names, np.repeat(codes, np.diff(starts, append=len(participants)))


def _order(codes: Integers, days: Integers) -> Integers | None:
    """Return (n,) the order by participant and day; None if rows are in order.

    Rows are not compared one by one when each participant's rows are contiguous and in order of days.
    """
    starts = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    goes_back = days[1:] < days[:-1]
    goes_back[starts - 1] = False
    runs = codes[np.append(0, starts)]
    if goes_back.any() or len(np.unique(runs)) < len(runs):
        return np.asarray(np.lexsort((days, codes)))
    by_code = np.argsort(runs)
    if (by_code[1:] > by_code[:-1]).all():
        return None
    lengths = np.diff(starts, prepend=0, append=len(days))[by_code]
    moved: Integers = np.append(0, starts)[by_code] - (np.cumsum(lengths) - lengths)
    return np.arange(len(days)) + np.repeat(moved, lengths)


def _check_lengths(columns: Mapping[str, Floats], participants: npt.NDArray[Any], days: Integers) -> None:
    if len(days) == 0:
        raise NotEnoughData("there are no complete days to fit a model to")
    for name, values in {**columns, "participant": participants, "day": days}.items():
        if values.shape != days.shape:
            raise PainstatsError(f"column {name!r} has shape {values.shape} where 'day' has {days.shape}")


def _check_random(random: Sequence[str], names: Sequence[str]) -> None:
    column_positions(random, tuple(names))
    if len(set(random)) < len(random):
        raise PainstatsError("a column is listed twice in 'random'")


def _check_values(rows: ModelRows, starts: Integers) -> None:
    """Refuse rows that a model cannot be fitted to; ``starts`` (N - 1,) are the first rows of all but the first."""
    columns = {**dict(zip(rows.names, rows.X.T, strict=True)), "y": rows.y}
    ranges = {name: (float(values.min()), float(values.max())) for name, values in columns.items()}
    for name, (low, high) in ranges.items():
        if not np.isfinite(high - low):  # a missing value is the smallest and the largest
            count = np.sum(~np.isfinite(columns[name]))
            if count:
                raise PainstatsError(f"column {name!r} is not a finite number in {count} rows")
    same_day = rows.day[1:] == rows.day[:-1]
    same_day[starts - 1] = False
    repeated = np.count_nonzero(same_day)
    if repeated:
        raise PainstatsError(f"{repeated} rows repeat the 'participant' and 'day' of another row; keep one row per day")
    n, p = rows.X.shape
    if n <= p:
        raise NotEnoughData(f"{n} complete days are too few for {p} coefficients; at least {p + 1} are needed")
    for name in ("y", *rows.names):
        if name == INTERCEPT or not _is_constant(*ranges[name]):
            continue
        if name == "y":
            raise NotEnoughData("the outcome has the same value on every day; there is nothing to explain")
        raise NotEnoughData(f"column {name!r} has the same value on every day; leave it out")
    _check_collinear(rows)


def _check_collinear(rows: ModelRows) -> None:
    """Refuse collinear columns, naming those involved."""
    others = [place for place, name in enumerate(rows.names) if name != INTERCEPT]
    if not others:
        return
    has_intercept = len(others) < len(rows.names)
    mean = np.array([rows.X[:, place].mean() if has_intercept else 0.0 for place in others])
    products = np.zeros((len(others), len(others)))
    for start in range(0, len(rows.y), BLOCK):
        block = np.array([rows.X[start : start + BLOCK, place] for place in others])
        block -= mean[:, None]
        products += block @ block.T
    size = np.sqrt(np.diag(products))
    if np.linalg.eigvalsh(products / np.outer(size, size))[0] > SAFE_VARIANCE:
        return
    columns = rows.X[:, others] - mean
    columns = columns / np.sqrt(np.mean(columns**2, axis=0))
    _, spread, directions = np.linalg.svd(columns / np.sqrt(len(columns)), full_matrices=False)
    involved = np.abs(directions[spread < COLLINEAR_SD]).max(axis=0, initial=0.0) > 0.01
    if involved.any():
        names = ", ".join(repr(str(name)) for name in np.array(rows.names)[others][involved])
        raise NotEnoughData(f"columns {names} carry the same information; leave one of them out")
