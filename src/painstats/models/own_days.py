"""One participant alone: least squares with CAR(1) residuals, and a test that assumes nothing about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from painstats.errors import PainstatsError
from painstats.models.inference import CoefficientTable, satterthwaite
from painstats.models.mixed import MixedFit, fit_mixed
from painstats.models.rows import (
    INTERCEPT,
    Floats,
    ModelRows,
    column_positions,
    is_constant,
    model_rows,
    participant_slices,
)


@dataclass(frozen=True, slots=True)
class OwnDaysFit:
    """One participant's own model.

    Parameters
    ----------
    participant
        Who.
    table
        Coefficients with Satterthwaite's degrees of freedom.
    rho
        Residual correlation of days one apart.
    residual_sd
        Marginal SD of the residuals, in outcome units.
    n_rows
        Days.
    fit
        The fit itself.
    """

    participant: str
    table: CoefficientTable
    rho: float
    residual_sd: float
    n_rows: int
    fit: MixedFit = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShiftTest:
    """How unusual a person's correlation is among those with the predictor moved along the days.

    Parameters
    ----------
    name
        The predictor.
    correlation
        With the outcome, both less what the other columns explain.
    p
        Share of all circular shifts, the real one among them, with a correlation at least as large.
    shifts
        How many shifts there are; ``p`` cannot be less than one over this.
    """

    name: str
    correlation: float
    p: float
    shifts: int


def rows_of(rows: ModelRows, participant: str) -> ModelRows:
    """Return one participant's rows, without the columns that never change for them.

    Raises
    ------
    PainstatsError
        If there is no such participant.
    NotEnoughData
        If too few rows are left, or columns are collinear within this participant.
    """
    own = rows.participant == participant
    if not own.any():
        raise PainstatsError("the rows hold no such participant")
    changing = {
        name: column[own]
        for name, column in zip(rows.names, rows.X.T, strict=True)
        if name != INTERCEPT and not is_constant(column[own])
    }
    return model_rows(
        y=rows.y[own],
        predictors=changing,
        participant=rows.participant[own],
        day=rows.day[own],
        intercept=INTERCEPT in rows.names,
    )


def fit_own_days(rows: ModelRows) -> OwnDaysFit:
    """Fit one participant's own model by restricted maximum likelihood.

    Parameters
    ----------
    rows
        One participant, nothing random.

    Raises
    ------
    PainstatsError
        If there are several participants or random columns.
    """
    if rows.random or len(set(rows.participant)) > 1:
        raise PainstatsError(
            "a person's own model is fitted to one participant's days, without person-specific effects"
        )
    fit = fit_mixed(rows)
    return OwnDaysFit(fit.participants[0], satterthwaite(fit), fit.rho, fit.residual_sd, fit.n_rows, fit)


def fit_each_participant(rows: ModelRows) -> tuple[tuple[OwnDaysFit, ...], Mapping[str, str]]:
    """Fit everybody's own model; return the fits, and for each participant without one the reason."""
    fits: list[OwnDaysFit] = []
    refused: dict[str, str] = {}
    for participant, _ in participant_slices(rows):
        try:
            fits.append(fit_own_days(rows_of(rows, participant)))
        except (PainstatsError, np.linalg.LinAlgError) as error:
            refused[participant] = str(error)
    converged = tuple(own for own in fits if own.fit.converged)
    refused |= {own.participant: "no certified optimum was reached" for own in fits if not own.fit.converged}
    return converged, refused


def shift_test(rows: ModelRows, name: str) -> ShiftTest:
    """Compare a predictor's correlation with those of all its circular shifts along the person's rows.

    Shifting keeps the autocorrelation of both series and breaks their link, so nothing is assumed about either. Rows
    count as neighbours across gaps. With fewer than 20 rows the test cannot reach 0.05.

    Parameters
    ----------
    rows
        One participant.
    name
        The predictor.

    References
    ----------
    Harris 2020, arXiv:2012.06862, on shift tests between autocorrelated series.
    """
    if len(set(rows.participant)) > 1:
        raise PainstatsError("the shift test is for one participant's days")
    position = column_positions([name], rows.names)[0]
    others = np.delete(rows.X, position, axis=1)
    x, y = _unexplained(rows.X[:, position], others), _unexplained(rows.y, others)
    size = np.sqrt((x @ x) * (y @ y))
    correlations = np.array([np.roll(x, shift) @ y for shift in range(len(y))]) / size
    as_large = np.abs(correlations) >= np.abs(correlations[0]) - 1e-12
    return ShiftTest(name, float(correlations[0]), float(as_large.mean()), len(y))


def _unexplained(values: Floats, columns: Floats) -> Floats:
    """Return values less their least-squares fit on columns."""
    scale = np.maximum(np.abs(columns).max(axis=0, initial=0.0), np.finfo(float).tiny)
    fitted = columns / scale @ np.linalg.lstsq(columns / scale, values, rcond=None)[0]
    return np.asarray(values - fitted)
