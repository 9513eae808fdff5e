"""The columns that formulas make of a frame, each evaluated once for outcome, fixed and random effects together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import patsy
from statsmodels.formula._manager import FormulaManager

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.rows import Floats

NOTHING_MISSING = patsy.NAAction(NA_types=[])
"""Missing values were refused or dropped before; patsy need not search for them again."""


@dataclass(frozen=True, slots=True, eq=False)
class FormulaColumns:
    """The columns of n rows.

    Parameters
    ----------
    outcome : (n,)
        The left side of the formula.
    outcome_name
        Its name.
    X : (n, p)
        The right side.
    names
        Names of the p columns.
    effects : (n, q) or None
        The random effects' columns, where a name is not among ``names``; None if all are.
    effect_names
        Names of the q columns with random effects; empty for random intercepts.
    spec
        What statsmodels needs to evaluate the right side for new rows.
    """

    outcome: Floats
    outcome_name: str
    X: Floats
    names: tuple[str, ...]
    effects: Floats | None
    effect_names: tuple[str, ...]
    spec: Any


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """Formulas whose terms are products of columns: the outcome's column, and the columns of each term."""

    outcome: str
    terms: tuple[tuple[str, ...], ...]
    variables: frozenset[str]
    effect_names: tuple[str, ...]
    spec: patsy.DesignInfo


def formula_columns(
    formula: str,
    re_formula: str | None,
    frame: pd.DataFrame,
    variables: Mapping[Any, pd.Series[Any]],
    names: Mapping[str, object],
) -> FormulaColumns:
    """Evaluate the formula of the model and that of the random effects.

    Terms that are columns of numbers, or their products, are taken from the frame; other formulas are evaluated by
    statsmodels' formula engine.

    Parameters
    ----------
    formula, re_formula
        As in ``CAR1MixedLM.from_formula``.
    frame
        Without missing values in the columns that the formulas name.
    variables
        Those columns.
    names
        Values of names in formulas that are not columns of the frame.

    Raises
    ------
    PainstatsError
        If the formula has no outcome, or not one column of numbers.
    """
    if FormulaManager().engine != "patsy":
        return _by_formulaic(formula, re_formula, frame, names)
    simple = _as_products(formula, re_formula)
    if simple is not None and all(_is_numeric(variables.get(name)) for name in simple.variables):
        return _by_products(simple, variables, len(frame))
    return _by_patsy(formula, re_formula, frame, names)


def used_columns(columns: Iterable[Any], formulas: Sequence[str]) -> list[Any]:
    """Return the columns that formulas name."""
    text = " ".join(formulas)
    named = (name for name in columns if str(name) in text)
    return [name for name in named if re.search(rf"(?<!\w){re.escape(str(name))}(?!\w)", text)]


def _is_numeric(column: pd.Series[Any] | None) -> bool:
    """Return whether there is such a column, of floats or integers; patsy treats booleans as categories."""
    return isinstance(column, pd.Series) and isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiu"


def _by_products(simple: _Products, variables: Mapping[Any, pd.Series[Any]], n: int) -> FormulaColumns:
    values = {name: variables[name].to_numpy() for name in simple.variables}
    X = np.empty((len(simple.terms), n)).T  # column-major, which makes sums fast
    for place, term in enumerate(simple.terms):
        X[:, place] = values[term[0]] if term else 1.0
        for name in term[1:]:
            X[:, place] *= values[name]
    return FormulaColumns(
        outcome=np.array(values[simple.outcome], dtype=np.float64),
        outcome_name=simple.outcome,
        X=X,
        names=tuple(simple.spec.column_names),
        effects=None,
        effect_names=simple.effect_names,
        spec=simple.spec,
    )


@lru_cache(maxsize=64)
def _as_products(formula: str, re_formula: str | None) -> _Products | None:
    """Return the terms of formulas that need nothing but columns; None for other formulas."""
    description, effects = _descriptions(formula, re_formula)
    term_lists = [description.lhs_termlist, description.rhs_termlist, effects]
    factors = {factor.name() for terms in term_lists for term in terms for factor in term.factors}
    [outcome, *others] = description.lhs_termlist or [None]
    if outcome is None or others or len(outcome.factors) != 1 or not all(map(str.isidentifier, factors)):
        return None
    data = {name: np.zeros(1) for name in factors}
    designs = patsy.build.design_matrix_builders(
        term_lists, lambda: iter([data]), patsy.EvalEnvironment([{}]), NOTHING_MISSING
    )
    if not set(designs[2].column_names) <= set(designs[1].column_names):
        return None
    return _Products(
        outcome=outcome.name(),
        terms=tuple(tuple(factor.name() for factor in term.factors) for term in designs[1].terms),
        variables=frozenset(factors),
        effect_names=tuple(designs[2].column_names),
        spec=designs[1],
    )


def _by_patsy(formula: str, re_formula: str | None, frame: pd.DataFrame, names: Mapping[str, object]) -> FormulaColumns:
    description, effects = _descriptions(formula, re_formula)
    texts = {name: object for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)}
    data = frame.astype(texts) if texts else frame  # patsy does not know pandas' type for text
    designs = patsy.build.design_matrix_builders(
        [description.lhs_termlist, description.rhs_termlist, effects],
        lambda: iter([data]),
        patsy.EvalEnvironment([names]),
        NOTHING_MISSING,
    )
    outcome, X, Z = patsy.build_design_matrices(designs, data, NA_action=NOTHING_MISSING)
    return _of_matrices(outcome, X, Z, names=[design.column_names for design in designs], spec=designs[1])


def _by_formulaic(
    formula: str, re_formula: str | None, frame: pd.DataFrame, names: Mapping[str, object]
) -> FormulaColumns:
    """Evaluate by statsmodels' manager, one formula at a time."""
    manager = FormulaManager()
    sides = manager.get_matrices(formula, frame, eval_env=dict(names))
    if not isinstance(sides, tuple):
        raise PainstatsError(f"the formula {formula!r} has no outcome: write 'outcome ~ columns'")
    spec = manager.spec
    matrices = [*sides, pd.DataFrame(index=frame.index)]
    if re_formula is not None:
        matrices[2] = manager.get_matrices(re_formula, frame, eval_env=dict(names))
    return _of_matrices(*map(np.asarray, matrices), names=[list(each.columns) for each in matrices], spec=spec)


def _of_matrices(outcome: Any, X: Any, Z: Any, *, names: Sequence[Sequence[str]], spec: Any) -> FormulaColumns:
    if outcome.shape[1] != 1:
        raise PainstatsError(
            f"the outcome of the formula has {outcome.shape[1]} columns ({', '.join(names[0])}); it must be one column "
            "of numbers"
        )
    known = set(names[2]) <= set(names[1])
    return FormulaColumns(
        outcome=np.array(outcome, dtype=np.float64)[:, 0],
        outcome_name=names[0][0],
        X=np.array(X, dtype=np.float64, order="F"),
        names=tuple(names[1]),
        effects=None if known else np.array(Z, dtype=np.float64),
        effect_names=tuple(names[2]),
        spec=spec,
    )


def _descriptions(formula: str, re_formula: str | None) -> tuple[patsy.ModelDesc, list[patsy.Term]]:
    """Return the parsed formula, and the terms of the random effects."""
    description = patsy.ModelDesc.from_formula(formula)
    if not description.lhs_termlist:
        raise PainstatsError(f"the formula {formula!r} has no outcome: write 'outcome ~ columns'")
    return description, [] if re_formula is None else patsy.ModelDesc.from_formula(re_formula).rhs_termlist
