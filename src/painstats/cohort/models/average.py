"""The average effect of an exposure: the primary model, and the same adjusted for baseline variables."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import (
    CohortModel,
    Effect,
    Fitted,
    fitted_model,
    guarded_model,
    unguarded_model,
)
from painstats.cohort.models.variable import Variable, columns_of, known_rows
from painstats.mixedlm.engine.rows import ModelRows
from painstats.questions.daily.guarded import with_columns

NO_OWN_TREND = "participants' own trends over time do not vary and were left out"
SINGULAR = "some combination of participants' own effects does not vary between participants"
NOT_GUARDED = "the columns that protect against feedback could not be estimated"


def primary_fit(days: CohortDays) -> tuple[Fitted, tuple[str, ...]]:
    """Fit the model of the average effect; without participants' own trends where only they make it singular.

    Returns
    -------
    The fit, and notes about it.

    Raises
    ------
    NotEnoughData
        If there are too few participants or days.
    """
    fitted, notes = unguarded_model(days.rows(own_trend=days.has_own_trends)), list[str]()
    if fitted.fit.is_singular and days.has_own_trends:
        simpler = unguarded_model(days.rows(own_trend=False))
        if not simpler.fit.is_singular:
            fitted, notes = simpler, [NO_OWN_TREND]
    fitted = guarded_model(fitted, days.guards)
    return fitted, (*notes, *notes_of(fitted))


def average_model(days: CohortDays) -> CohortModel:
    """Estimate the average effect of an exposure: the headline."""
    fitted, notes = primary_fit(days)
    return _of_average("primary", fitted, fitted.effect(days.exposure.within), notes)


def adjusted_model(days: CohortDays, primary: Fitted, covariates: Sequence[Variable]) -> CohortModel:
    """Estimate the average effect of an exposure beside baseline variables.

    Participants without a known value of every covariate are left out; the result says how many remain.

    Parameters
    ----------
    days
        The days and the exposure.
    primary
        The primary model's fit, from ``average_model``.
    covariates
        Baseline variables, each with its own columns.
    """
    fitted = fitted_model(rows_with(known_rows(primary.rows, covariates), covariates), days.guards)
    return _of_average("adjusted", fitted, fitted.effect(days.exposure.within), notes_of(fitted))


def _of_average(name: str, fitted: Fitted, effect: Effect, notes: tuple[str, ...]) -> CohortModel:
    return CohortModel(
        name, "average", (effect,), (), effect.p, fitted.participants, fitted.fit.n_rows, notes, fitted=fitted
    )


def rows_with(rows: ModelRows, variables: Sequence[Variable]) -> ModelRows:
    """Add the columns of baseline variables."""
    added = {name: values for each in variables for name, values in columns_of(each, rows).items()}
    return with_columns(rows, added)


def notes_of(fitted: Fitted) -> tuple[str, ...]:
    """Return what a reader has to know of a fit."""
    notes = []
    if fitted.fit.is_singular:
        notes.append(SINGULAR)
    if fitted.was_to_be_guarded and fitted.guard is None:
        notes.append(NOT_GUARDED)
    return tuple(notes)
