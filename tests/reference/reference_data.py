"""The data and R's results for them, and how closely our results must agree."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from painstats.mixedlm import ModelRows, model_rows
from painstats.mixedlm.engine.rows import Floats

HERE = Path(__file__).parent

LOG_LIKELIHOOD = 1e-8
"""Absolute. Both maximise the same function, and lme4 was polished until it stood still."""

COEFFICIENT = 1e-6
"""In standard errors: far below anything that is printed."""

STANDARD_ERROR = 1e-6
"""Relative. R's own optimum is no sharper."""

COVARIANCE = 1e-5
"""Relative to the largest element: a deviance is flat at its minimum, so its place is known to half the digits."""

PERSON_EFFECT = 1e-5
"""Absolute, in outcome points; person effects move with the covariance."""

CONDITIONAL_VARIANCE = 1e-6
"""Relative to the largest element."""

DEGREES_OF_FREEDOM = 2e-5
"""Relative. lmerTest differentiates numerically."""

KENWARD_ROGER_DF = 1e-5
"""Relative; pbkrtest's derivatives are exact, its optimum is lme4's."""

NLME_SHORTFALL = 1e-6
"""nlme stops short: we may be higher, but not lower than this."""

COHORT_COLUMNS = ("sleep_w", "steps_lag_w", "sleep_bc", "steps_bc", "time30", "weekend")


@cache
def results(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


@cache
def table(name: str) -> pl.DataFrame:
    return pl.read_csv(HERE / "data" / name)


def matrix(entry: dict[str, Any]) -> Floats:
    """Return a matrix that R wrote with the names of its rows and columns."""
    return np.array(entry["data"], dtype=np.float64)


def column(entry: dict[str, Any], name: str) -> Floats:
    return matrix(entry)[:, entry["cols"].index(name)]


def sleepstudy(*random: str) -> ModelRows:
    data = table("sleepstudy.csv")
    days = data["Days"]
    return model_rows(
        y=data["Reaction"], predictors={"Days": days}, participant=data["Subject"], day=days, random=random
    )


def diary(*random: str, file: str = "diary30x60.csv") -> ModelRows:
    """Return pain on sleep and steps; the intercept is random too."""
    data = table(file)
    return model_rows(
        y=data["pain"],
        predictors={name: data[name] for name in COHORT_COLUMNS},
        participant=data["id"],
        day=data["day"],
        random=("intercept", *random),
    )


def one_person(participant: int, *columns: str) -> ModelRows:
    """Return one person of the diary, with a phase from day 30 on."""
    data = table("diary30x60.csv").filter(pl.col("id") == participant)
    data = data.with_columns(phase=(pl.col("day") >= 30).cast(pl.Float64))
    return model_rows(
        y=data["pain"],
        predictors={name: data[name] for name in columns},
        participant=data["id"],
        day=data["day"],
    )


def ovary(*random: str) -> ModelRows:
    """Return follicles on a cycle; rows of a mare count as days."""
    data = table("ovary.csv").with_columns(row=pl.int_range(pl.len()).over("Mare"))
    angle = 2 * np.pi * data["Time"].to_numpy()
    return model_rows(
        y=data["follicles"],
        predictors={"sin": np.sin(angle), "cos": np.cos(angle)},
        participant=data["Mare"],
        day=data["row"],
        random=random,
    )


def bodyweight(*random: str) -> ModelRows:
    """Return weight on time, diet and their product; gaps of one, six and seven days."""
    data = table("bodyweight.csv")
    time = data["Time"].to_numpy()
    diet = {f"Diet{k}": (data["Diet"].to_numpy() == k).astype(float) for k in (2, 3)}
    products = {f"Time:{name}": time * values for name, values in diet.items()}
    return model_rows(
        y=data["weight"],
        predictors={"Time": time, **diet, **products},
        participant=data["Rat"],
        day=data["Time"],
        random=random,
    )


def white_diary(name: str) -> ModelRows:
    """Return a diary simulated with white noise beside CAR(1); with several people, slopes are random."""
    data = table(f"white_{name}.csv")
    predictors = [column for column in data.columns if column not in ("id", "day", "pain")]
    return model_rows(
        y=data["pain"],
        predictors={column: data[column] for column in predictors},
        participant=data["id"],
        day=data["day"],
        random=("intercept", "sleep", "steps") if data["id"].n_unique() > 1 else (),
    )


def simulated_diary(seed: int) -> ModelRows:
    """Return 12 participants and 60 days: white noise, CAR(1), or both with rho and w of each participant's own."""
    rng = np.random.default_rng(seed)
    kind, n, days = seed % 3, 12, 60
    rho = np.select([kind == 0, kind == 1], [np.zeros(n), np.full(n, 0.4)], rng.uniform(0.5, 0.95, n))[:, None]
    w = np.where(kind == 2, rng.uniform(0.2, 0.8, n), 0.0)[:, None]
    slow = rng.standard_normal((n, days))
    for day in range(1, days):
        slow[:, [day]] = rho * slow[:, [day - 1]] + np.sqrt(1 - rho**2) * slow[:, [day]]
    sleep = rng.standard_normal((n, days))
    noise = np.sqrt(1 - w) * slow + np.sqrt(w) * rng.standard_normal((n, days))
    pain = rng.standard_normal((n, 1)) + (0.3 * rng.standard_normal((n, 1)) - 0.2) * sleep + 1.5 * noise
    kept = rng.random((n, days)) > 0.2
    participant, day = np.nonzero(kept)
    return model_rows(
        y=pain[kept],
        predictors={"sleep": sleep[kept]},
        participant=participant.astype(str),
        day=day,
        random=("intercept", "sleep"),
    )
