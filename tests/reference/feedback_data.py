"""Two simulated diaries in which pain acts back on sleep and steps, laid out as the product does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl

from painstats.frame.guard import ExposureDays, GuardColumns, guard_columns
from painstats.mixedlm import MixedFit, ModelRows, fit_mixed, model_rows
from painstats.mixedlm.engine.rows import Floats
from tests.reference.reference_data import table

SETS = ("felt", "plain")
EXPOSURES = {"sleep": 0, "steps": 1}
"""Days from a measure to the score."""


@cache
def diary_days(name: str) -> pl.DataFrame:
    """Return every day: columns id, day, pain, sleep and steps, null where unknown."""
    return table("feedback.csv").filter(pl.col("set") == name).with_columns(id=pl.format("p{}", pl.col("id") + 100))


def exposure_days(name: str, exposure: str) -> ExposureDays:
    days = diary_days(name)
    entered = (days["day"] + EXPOSURES[exposure]).to_numpy()
    values = days[exposure].to_numpy().astype(float)
    return ExposureDays(days["id"].to_numpy().astype(str), entered, values)


@cache
def complete_days(name: str) -> pl.DataFrame:
    """Return complete days with within and between columns, weekend and time."""
    days = diary_days(name).sort("id", "day")
    means = [pl.col(exposure).mean().over("id").alias(f"{exposure}_mean") for exposure in EXPOSURES]
    lagged = pl.col("steps").shift(1).over("id").alias("steps")
    within = [(pl.col(exposure) - pl.col(f"{exposure}_mean")).alias(exposure) for exposure in EXPOSURES]
    rows = days.with_columns(means).with_columns(lagged).with_columns(within).drop_nulls()
    grand = rows.unique("id").select(pl.col("^.*_mean$").mean())
    middle = (pl.col("day").min().over("id") + pl.col("day").max().over("id")) / 2
    return rows.with_columns(
        *((pl.col(f"{exposure}_mean") - grand[f"{exposure}_mean"][0]).alias(f"{exposure}_b") for exposure in EXPOSURES),
        weekend=(pl.col("day") % 7 >= 5).cast(pl.Float64),
        time=(pl.col("day") - middle) / 30,
    )


def feedback_rows(name: str, more: Mapping[str, Floats] | None = None) -> ModelRows:
    rows = complete_days(name)
    columns = {column: rows[column] for column in ("sleep", "steps", "sleep_b", "steps_b", "weekend", "time")}
    return model_rows(
        y=rows["pain"],
        predictors=columns | dict(more or {}),
        participant=rows["id"],
        day=rows["day"],
        random=("intercept", "sleep", "steps"),
    )


@cache
def first_fit(name: str) -> MixedFit:
    return fit_mixed(feedback_rows(name), residuals="car1+white")


@cache
def columns_of(name: str) -> Mapping[str, GuardColumns]:
    rows, rho = feedback_rows(name), first_fit(name).rho
    return {
        exposure: guard_columns(exposure_days(name, exposure), rows.participant, rows.day, rho)
        for exposure in EXPOSURES
    }


def dense_cross_products(fit: MixedFit, rows: ModelRows) -> tuple[np.ndarray, np.ndarray]:
    """Return X' V^-1 X and X' V^-1 y by dense matrices, at the parameters of a fit."""
    places, variance = [rows.names.index(name) for name in rows.random], fit.residual_sd**2
    left, right = np.zeros((len(rows.names),) * 2), np.zeros(len(rows.names))
    for participant in dict.fromkeys(rows.participant):
        own = rows.participant == participant
        X, day = rows.X[own], rows.day[own]
        R = fit.rho ** np.abs(day[:, None] - day).astype(float)
        V = variance * ((1 - fit.white_share) * R + fit.white_share * np.eye(len(day)))
        V += X[:, places] @ fit.random_covariance @ X[:, places].T
        whitened = np.linalg.solve(V, X)
        left, right = left + X.T @ whitened, right + whitened.T @ rows.y[own]
    return left, right
