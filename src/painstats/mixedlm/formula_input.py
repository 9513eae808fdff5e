"""The input of a formula and a frame, converted to checked rows of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.formula_columns import FormulaColumns, formula_columns, used_columns
from painstats.mixedlm.model_input import (
    DROP,
    NO_ROWS,
    ModelInput,
    as_pandas,
    column_of,
    complete,
    engine_names,
    random_names,
    sorted_input,
    who_and_when,
)


@dataclass(frozen=True, slots=True, eq=False)
class FormulaInput:
    """Checked input of a model, the frame it was made from, and what statsmodels needs for new rows."""

    given: ModelInput
    frame: pd.DataFrame
    spec: Any


@dataclass(frozen=True, slots=True)
class Formulas:
    """The formula of the model, that of the random effects, and values of names that are not columns."""

    model: str
    effects: str | None
    names: Mapping[str, object]


def formula_input(
    formulas: Formulas, data: Any, subset: Any, groups: Any, days: Any, *, needs_days: bool, drop: bool
) -> FormulaInput:
    """Evaluate formulas, and check and convert their columns for the engine.

    Parameters
    ----------
    formulas
        What to evaluate.
    data, subset, groups, days
        As in ``CAR1MixedLM.from_formula``.
    needs_days
        Whether days must be given.
    drop
        Whether rows with missing values are dropped; they are refused otherwise.

    Raises
    ------
    PainstatsError
        As for ``model_input``, and if ``groups`` or ``days`` name no column.
    """
    texts = [formulas.model, formulas.effects or ""]
    frame = _frame_of(data, texts, [name for name in (groups, days) if isinstance(name, str)])
    frame = frame if subset is None else frame.loc[subset]
    who = column_of(frame, "groups", groups)
    when = None if days is None else column_of(frame, "days", days)
    used = used_columns(frame.columns, texts)
    if len(set(used)) < len(used):
        repeated = sorted({str(name) for name in used if used.count(name) > 1})
        raise PainstatsError(f"the frame has more than one column {', '.join(map(repr, repeated))}; names must differ")
    if drop:
        kept = complete([frame[used], who, when])
        frame, who, when = frame.loc[kept], who[kept], None if when is None else when[kept]
    variables = {name: frame[name] for name in used}
    _refuse_missing(variables, len(frame))
    columns = formula_columns(formulas.model, formulas.effects, frame, variables, formulas.names)
    intercepts = groups if isinstance(groups, str) else "Group"  # as statsmodels names them
    given = _checked(columns, frame.index, intercepts, who, when, needs_days=needs_days)
    return FormulaInput(given, frame, columns.spec)


def _checked(
    columns: FormulaColumns, index: pd.Index[Any], intercepts: str, who: Any, when: Any, *, needs_days: bool
) -> ModelInput:
    names = engine_names(list(columns.names), columns.X)
    if columns.effects is not None or not columns.effect_names:
        random = random_names(columns.X, names, columns.effects, columns.effect_names)
    else:
        random = [names[columns.names.index(name)] for name in columns.effect_names]
    participants, day = who_and_when(who, when, needs_days=needs_days)
    rows, order = sorted_input(columns.outcome, columns.X, names, random, participants, day)
    endog = pd.Series(columns.outcome, index=index, name=columns.outcome_name, copy=False)
    exog = pd.DataFrame(columns.X, index=index, columns=list(columns.names), copy=False)
    effect_names = tuple(name.replace("Intercept", intercepts) for name in columns.effect_names or ["Intercept"])
    return ModelInput(endog, exog, participants.labels, participants.codes, day, order, rows, effect_names)


def _frame_of(data: Any, formulas: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Return data as a pandas frame; of a polars frame only the columns that are used."""
    if isinstance(data, (pl.DataFrame, pl.LazyFrame)):
        known = data.collect_schema().names()
        wanted = [*used_columns(known, formulas), *(name for name in others if name in known)]
        data = data.select(list(dict.fromkeys(wanted)))
    data = as_pandas(data)
    return data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)


def _refuse_missing(variables: Mapping[Any, pd.Series[Any]], n: int) -> None:
    """Refuse columns without rows, or with missing values; the error names the first."""
    if n == 0:
        raise NotEnoughData(NO_ROWS)
    for name, column in variables.items():
        count = _missing_in(column)
        if count:
            raise PainstatsError(f"column {name!r} is missing in {count} rows; {DROP}")


def _missing_in(column: pd.Series[Any]) -> int:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":  # much faster than pandas' own count
        return int(np.count_nonzero(np.isnan(column.to_numpy()))) if column.dtype.kind == "f" else 0
    return int(np.count_nonzero(pd.isna(column)))
