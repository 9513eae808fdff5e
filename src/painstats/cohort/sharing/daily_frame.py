"""The daily frame under pseudonyms, and the rows and columns of each primary model, exact so that fits can be repeated.

Day 1 is each participant's first day, and a weekday is 1 (Monday) to 7: dates, and with them the season, holidays and
who took part at the same time, are lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.cohort.baseline import PARTICIPANT
from painstats.cohort.models.cohort_model import CohortModel, Fitted
from painstats.cohort.models.moderators import product
from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import INTERCEPT
from painstats.plan.formula import PHASE
from painstats.questions.daily.columns import EPOCH_DAYS, TIME

ID, DAY, SCORE, DATE = "id", "day", "score", "date"

Pseudonyms = Mapping[str, str]
Shifts = Mapping[str, int]
"""Participant to the number of weeks by which their dates are shifted."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A reported effect, as a coefficient of the exported columns.

    Parameters
    ----------
    name
        What is estimated.
    column
        Whose coefficient it is.
    estimate, se
        The effect, and its standard error for known variance parameters.
    reported_se, df
        Those that are reported, by Kenward and Roger or Satterthwaite.
    """

    name: str
    column: str
    estimate: float
    se: float
    reported_se: float
    df: float


@dataclass(frozen=True, slots=True, eq=False)
class ModelData:
    """The rows of a primary model with the guard columns of its last fit, what that gave, and the headline.

    Parameters
    ----------
    name
        Of the file, such as ``model_1``.
    title
        The model's name.
    frame
        ``id``, ``day``, ``score`` and a column for each coefficient but the intercept.
    columns, random
        Names of the coefficients and of the random effects, without the intercept, which both have.
    white_share, rho, log_likelihood
        Of the fit; with a white share of 0 residuals are CAR(1) alone.
    estimates, standard_errors
        Of the intercept and of ``columns``, for known variance parameters.
    held, prior_means
        The columns whose coefficients are then held by a prior, and its mean, which is also its SD, of each.
    headlines
        The reported effects, with those coefficients held.
    is_singular
        Whether some random effects have no variance; other programs may then stop elsewhere.
    """

    name: str
    title: str
    frame: pl.DataFrame
    columns: tuple[str, ...]
    random: tuple[str, ...]
    white_share: float
    rho: float
    log_likelihood: float
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    held: tuple[str, ...]
    prior_means: tuple[float, ...]
    headlines: tuple[Headline, ...]
    is_singular: bool


def daily_frame(
    every_day: pl.DataFrame, exposures: Sequence[Exposure], names: Pseudonyms, shifts: Shifts | None = None
) -> pl.DataFrame:
    """Return a row for each participant and calendar day, in the order of pseudonyms and days.

    Columns: ``id``, ``day``, ``weekday``, with shifts also ``date``, which is off by whole weeks, ``score``, of each
    exposure its value and the parts within and between participants and whether it is unknown, ``phase`` where there is
    one, and ``left_out``, the reason for which a day is not analysed.
    """
    parts = [column for each in exposures for column in (each.name, each.within, each.between, each.unknown)]
    more = [PHASE] if PHASE in every_day.columns else []
    first = pl.col("date").min().over(PARTICIPANT)
    dates = [(pl.col("date") + pl.duration(weeks=_weeks(shifts))).alias(DATE)] if shifts else []
    return every_day.select(
        pl.col(PARTICIPANT).replace_strict(names, return_dtype=pl.String).alias(ID),
        ((pl.col("date") - first).dt.total_days() + 1).alias(DAY),
        pl.col("date").dt.weekday().cast(pl.Int64).alias("weekday"),
        *dates,
        pl.col("outcome_score").alias(SCORE),
        *parts,
        TIME,
        *more,
        "left_out",
    ).sort(ID, DAY)


def _weeks(shifts: Shifts) -> pl.Expr:
    return pl.col(PARTICIPANT).replace_strict(shifts, return_dtype=pl.Int64)


def participants_frame(variables: pl.DataFrame, names: Pseudonyms) -> pl.DataFrame:
    """Return a row for each participant, in the order of pseudonyms: ``id`` and the shared variables."""
    renamed = pl.col(PARTICIPANT).replace_strict(names, return_dtype=pl.String).alias(ID)
    return variables.select(renamed, pl.exclude(PARTICIPANT)).sort(ID)


def model_data(models: Sequence[CohortModel], every_day: pl.DataFrame, names: Pseudonyms) -> list[ModelData]:
    """Return the data of each primary model."""
    first = dict(every_day.group_by(PARTICIPANT).agg(EPOCH_DAYS.min().alias("first")).iter_rows())
    return [
        _of_model(f"model_{number}", model, model.fitted, first, names)
        for number, model in enumerate(models, start=1)
        if model.fitted is not None
    ]


def _of_model(name: str, model: CohortModel, fitted: Fitted, first: Mapping[str, int], names: Pseudonyms) -> ModelData:
    rows, fit, held = fitted.last_rows, fitted.last_fit, fitted.prior_means
    own_first = np.array([first[str(who)] for who in rows.participant])
    columns = {column: rows.X[:, place] for place, column in enumerate(rows.names) if column != INTERCEPT}
    frame = pl.DataFrame(
        {ID: [names[str(who)] for who in rows.participant], DAY: rows.day - own_first + 1, SCORE: rows.y, **columns}
    )
    order = [fit.names.index(column) for column in (INTERCEPT, *columns)]
    errors = np.sqrt(np.diag(fit.covariance))
    return ModelData(
        name=name,
        title=model.name,
        frame=frame.sort(ID, DAY),
        columns=tuple(columns),
        random=tuple(column for column in rows.random if column != INTERCEPT),
        white_share=fit.white_share,
        rho=fit.rho,
        log_likelihood=fit.log_likelihood,
        estimates=tuple(fit.coefficients[order].tolist()),
        standard_errors=tuple(errors[order].tolist()),
        held=tuple(held),
        prior_means=tuple(held.values()),
        headlines=tuple(_headlines(model, fitted)),
        is_singular=fit.is_singular,
    )


def _headlines(model: CohortModel, fitted: Fitted) -> Iterator[Headline]:
    """Yield the effects that are coefficients: an exposure's, or for each arm that of its product with the phase."""
    effects, of_arms = model.effects, product(PHASE, "")
    columns = [effect.name for effect in effects]
    if model.kind == "arms":
        columns = [name for name in fitted.rows.names if name.startswith(of_arms)]
        effects = effects[-len(columns) :]
    for effect, column in zip(effects, columns, strict=True):
        se = fitted.plain_error(column)
        yield Headline(effect.name, column, effect.estimate, se, effect.se, effect.df)
