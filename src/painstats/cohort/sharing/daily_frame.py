"""The daily frame under pseudonyms, and the rows and columns of each primary model, exact so that fits can be repeated.

Day 1 is each participant's first day, and a weekday is 1 (Monday) to 7: dates, and with them the season, holidays and
who took part at the same time, are lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.cohort.baseline import PARTICIPANT
from painstats.cohort.models.cohort_model import CohortModel, Fitted
from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import INTERCEPT
from painstats.plan.formula import PHASE
from painstats.questions.daily.columns import EPOCH_DAYS, TIME

ID, DAY, SCORE = "id", "day", "score"

Pseudonyms = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ModelData:
    """The rows of a primary model, and what its fit without guard columns gave.

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
    has_headline
        Whether the fit is the headline itself; otherwise the headline also has guard columns.
    is_singular
        Whether some random effects have no variance; other programs may then not converge.
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
    has_headline: bool
    is_singular: bool


def daily_frame(every_day: pl.DataFrame, exposures: Sequence[Exposure], names: Pseudonyms) -> pl.DataFrame:
    """Return a row for each participant and calendar day, in the order of pseudonyms and days.

    Columns: ``id``, ``day``, ``weekday``, ``score``, of each exposure its value and the parts within and between
    participants and whether it is unknown, ``phase`` where there is one, and ``left_out``, the reason for which a day
    is not analysed.
    """
    parts = [column for each in exposures for column in (each.name, each.within, each.between, each.unknown)]
    more = [PHASE] if PHASE in every_day.columns else []
    first = pl.col("date").min().over(PARTICIPANT)
    return every_day.select(
        pl.col(PARTICIPANT).replace_strict(names, return_dtype=pl.String).alias(ID),
        ((pl.col("date") - first).dt.total_days() + 1).alias(DAY),
        pl.col("date").dt.weekday().cast(pl.Int64).alias("weekday"),
        pl.col("outcome_score").alias(SCORE),
        *parts,
        TIME,
        *more,
        "left_out",
    ).sort(ID, DAY)


def participants_frame(variables: pl.DataFrame, names: Pseudonyms) -> pl.DataFrame:
    """Return a row for each participant, in the order of pseudonyms: ``id`` and the shared variables."""
    renamed = pl.col(PARTICIPANT).replace_strict(names, return_dtype=pl.String).alias(ID)
    return variables.select(renamed, pl.exclude(PARTICIPANT)).sort(ID)


def model_data(models: Sequence[CohortModel], every_day: pl.DataFrame, names: Pseudonyms) -> list[ModelData]:
    """Return the data of each primary model."""
    first = dict(every_day.group_by(PARTICIPANT).agg(EPOCH_DAYS.min().alias("first")).iter_rows())
    return [
        _of_model(f"model_{number}", model.name, model.fitted, first, names)
        for number, model in enumerate(models, start=1)
        if model.fitted is not None
    ]


def _of_model(name: str, title: str, fitted: Fitted, first: Mapping[str, int], names: Pseudonyms) -> ModelData:
    rows, fit = fitted.rows, fitted.fit
    own_first = np.array([first[str(who)] for who in rows.participant])
    columns = {column: rows.X[:, place] for place, column in enumerate(rows.names) if column != INTERCEPT}
    frame = pl.DataFrame(
        {ID: [names[str(who)] for who in rows.participant], DAY: rows.day - own_first + 1, SCORE: rows.y, **columns}
    )
    order = [fit.names.index(column) for column in (INTERCEPT, *columns)]
    errors = np.sqrt(np.diag(fit.covariance))
    return ModelData(
        name=name,
        title=title,
        frame=frame.sort(ID, DAY),
        columns=tuple(columns),
        random=tuple(column for column in rows.random if column != INTERCEPT),
        white_share=fit.white_share,
        rho=fit.rho,
        log_likelihood=fit.log_likelihood,
        estimates=tuple(fit.coefficients[order].tolist()),
        standard_errors=tuple(errors[order].tolist()),
        has_headline=not fitted.is_guarded,
        is_singular=fit.is_singular,
    )
