"""One participant alone: least squares with CAR(1) residuals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import MixedFit, Residuals, fit_mixed
from painstats.mixedlm.engine.rows import (
    INTERCEPT,
    ModelRows,
    is_constant,
    model_rows,
    participant_slices,
    without_repeats,
)
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.satterthwaite import satterthwaite


@dataclass(frozen=True, slots=True)
class ParticipantFit:
    """One participant's own model.

    Parameters
    ----------
    participant
        The participant.
    table
        Coefficients with Satterthwaite's degrees of freedom.
    rho
        Residual correlation one day apart.
    residual_sd
        Marginal SD of the residuals, in outcome units.
    n_rows
        Number of days.
    fit, rows
        The fit itself, and the rows it was fitted to.
    """

    participant: str
    table: CoefficientTable
    rho: float
    residual_sd: float
    n_rows: int
    fit: MixedFit = field(repr=False)
    rows: ModelRows = field(repr=False)


def participant_rows(rows: ModelRows, participant: str) -> ModelRows:
    """Return one participant's rows, without columns that are constant for them or that duplicate another column.

    Raises
    ------
    PainstatsError
        If there is no such participant.
    NotEnoughData
        If too few rows are left, or columns are collinear within this participant.
    """
    own = np.flatnonzero(rows.participant == participant)
    if not own.size:
        raise PainstatsError("the rows have no such participant")
    return rows_at(rows, slice(int(own[0]), int(own[-1]) + 1))


def rows_at(rows: ModelRows, where: slice) -> ModelRows:
    """Return the rows of the participant at a place of ``participant_slices``, as ``participant_rows`` does.

    Looking through all rows for each participant would cost the square of their number.

    Raises
    ------
    NotEnoughData
        As ``participant_rows``.
    """
    changing = {
        name: column[where].copy()
        for name, column in zip(rows.names, rows.X.T, strict=True)
        if name != INTERCEPT and not is_constant(column[where])
    }
    return model_rows(
        y=rows.y[where],
        predictors=without_repeats(changing, rows.dispensable),
        participant=rows.participant[where],
        day=rows.day[where],
        intercept=INTERCEPT in rows.names,
    )


def fit_one_participant(rows: ModelRows, residuals: Residuals = "car1", near: MixedFit | None = None) -> ParticipantFit:
    """Fit one participant's own model by restricted maximum likelihood.

    Parameters
    ----------
    rows
        One participant, without random effects.
    residuals, near
        As in ``fit_mixed``.

    Raises
    ------
    PainstatsError
        If there are several participants or random effects.
    """
    if rows.random or len(set(rows.participant)) > 1:
        raise PainstatsError("fit_one_participant needs the rows of one participant, without random effects")
    fit = fit_mixed(rows, residuals=residuals, near=near)
    return ParticipantFit(fit.participants[0], satterthwaite(fit), fit.rho, fit.residual_sd, fit.n_rows, fit, rows)


def fit_each_participant(
    rows: ModelRows, residuals: Residuals = "car1", advance: Callable[[], None] = lambda: None
) -> tuple[tuple[ParticipantFit, ...], Mapping[str, str]]:
    """Fit every participant's own model; return the fits, and the reason for each participant without one.

    ``residuals`` are as in ``fit_mixed``; ``advance`` is called after each participant, to show progress.
    """
    fits: list[ParticipantFit] = []
    refused: dict[str, str] = {}
    for participant, where in participant_slices(rows):
        try:
            fits.append(fit_one_participant(rows_at(rows, where), residuals))
        except (PainstatsError, np.linalg.LinAlgError) as error:
            refused[participant] = str(error)
        advance()
    converged = tuple(own for own in fits if own.fit.converged)
    refused |= {own.participant: "no certified optimum was reached" for own in fits if not own.fit.converged}
    return converged, refused
