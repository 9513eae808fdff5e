"""Estimates of a daily model that are protected against an outcome that acts back on its exposures.

The method is in docs/method/real_diaries.md. The model is fitted three times: without guard columns, with S, and with S
and D. The coefficients of D are then held to what feedback can cause. Neither S nor D is ever reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from painstats.errors import NotEnoughData
from painstats.frame.guard import GuardColumns, day_after_name, sum_name
from painstats.mixedlm.engine.fit import MixedFit, fit_mixed
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, ModelRows, is_constant, model_rows
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.held import (
    FeedbackTest,
    feedback_test,
    held_table,
    hold,
    prior_means,
    without_columns,
)

LEAST_RHO = 0.05
"""With less autocorrelation, the exposures of later days tell nothing about a day's residual."""

WhyUnguarded = Literal["independent_residuals", "low_rho", "no_varying_columns", "too_few_days"]
"""``too_few_days``: for the further columns, or they are collinear."""


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """The coefficients of a model with and without guard columns.

    Parameters
    ----------
    table
        Held coefficients, without those of guard columns; the same as ``unguarded`` where no columns were used.
    unguarded
        Coefficients of the first fit.
    rho, white_share
        Of the first fit.
    exposures
        Names of the columns that have guard columns, in the order of ``test``.
    test
        The F test of the columns S, with h and t of each; None without columns.
    why_unguarded
        Why no columns were used, or None.
    with_sums, with_both
        The fit with S, and that with S and D; the latter only where ``white_share`` is above 0.
    rows
        The rows of the last of these fits; None without columns.
    """

    table: CoefficientTable
    unguarded: CoefficientTable
    rho: float
    white_share: float
    exposures: tuple[str, ...] = ()
    test: FeedbackTest | None = None
    why_unguarded: WhyUnguarded | None = None
    with_sums: MixedFit | None = field(repr=False, default=None)
    with_both: MixedFit | None = field(repr=False, default=None)
    rows: ModelRows | None = field(repr=False, default=None)

    @property
    def last(self) -> MixedFit | None:
        """The fit with the most guard columns; None without columns."""
        return self.with_both or self.with_sums

    @property
    def converged(self) -> bool:
        """Whether the fits with guard columns reached certified optima; true without columns."""
        return all(fit.converged for fit in (self.with_sums, self.with_both) if fit is not None)


def guarded(
    rows: ModelRows, first: MixedFit, unguarded: CoefficientTable, columns: Mapping[str, GuardColumns]
) -> Guarded:
    """Protect the coefficients of a fit, over participants or of one participant, against feedback.

    Parameters
    ----------
    rows
        The rows of the first fit.
    first, unguarded
        The fit, with residuals ``"car1+white"``, and its tests.
    columns
        For each exposure that the outcome can move, by the name of its column: S and D for ``rows``, with rho of
        ``first``. An exposure whose S or D does not vary is not guarded.

    References
    ----------
    docs/method/real_diaries.md, pain that acts back: the steps.
    """
    used = {name: both for name, both in columns.items() if _varies(both)}
    reason = _why_unguarded(first, used)
    if reason is not None:
        return Guarded(unguarded, unguarded, first.rho, first.white_share, why_unguarded=reason)
    sums = {sum_name(name): both.decaying_sum for name, both in used.items()}
    after = {day_after_name(name): both.day_after for name, both in used.items()}
    try:
        rows_with_sums, rows_with_both = with_columns(rows, sums), with_columns(rows, sums | after)
    except NotEnoughData:
        return Guarded(unguarded, unguarded, first.rho, first.white_share, why_unguarded="too_few_days")
    with_sums, sums_table = _fit_near(rows_with_sums, first)
    test = feedback_test(with_sums, list(sums))
    with_both, table, last_rows = None, without_columns(sums_table, sums), rows_with_sums
    if first.white_share > 0:
        with_both, both_table = _fit_near(rows_with_both, with_sums if with_sums.white_share > 0 else first)
        held = hold(with_both, list(after), prior_means(test.coefficients, first.white_share))
        table, last_rows = held_table(held, with_both, both_table, sums_table, sums), rows_with_both
    return Guarded(
        table, unguarded, first.rho, first.white_share, tuple(used), test, None, with_sums, with_both, last_rows
    )


def _why_unguarded(first: MixedFit, used: Mapping[str, GuardColumns]) -> WhyUnguarded | None:
    if first.rho == 0.0:
        return "independent_residuals"
    if first.rho <= LEAST_RHO:
        return "low_rho"
    return None if used else "no_varying_columns"


def _varies(columns: GuardColumns) -> bool:
    return not (is_constant(columns.decaying_sum) or is_constant(columns.day_after))


def with_columns(rows: ModelRows, more: Mapping[str, Floats]) -> ModelRows:
    """Return rows with further columns (n,), by name.

    Raises
    ------
    NotEnoughData
        If there are too few rows for them, or they are collinear with the others.
    """
    predictors = {name: values for name, values in zip(rows.names, rows.X.T, strict=True) if name != INTERCEPT}
    return model_rows(
        y=rows.y,
        predictors=predictors | {name: np.asarray(values) for name, values in more.items()},
        participant=rows.participant,
        day=rows.day,
        random=rows.random,
        intercept=INTERCEPT in rows.names,
        dispensable=rows.dispensable,
    )


def _fit_near(rows: ModelRows, near: MixedFit) -> tuple[MixedFit, CoefficientTable]:
    fit = fit_mixed(rows, residuals="car1+white", reml=near.reml, correlated=near.optimum.correlated, near=near)
    return fit, coefficient_table(fit, rows)
