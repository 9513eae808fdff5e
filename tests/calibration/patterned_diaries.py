"""Diaries whose residuals follow the model, or a pattern that it does not describe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm import ModelRows, model_rows
from painstats.mixedlm.engine.rows import Floats

WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

RESIDUAL_SD, SECOND_RHO, MISSING = 1.2, 0.4, 0.2


@dataclass(frozen=True)
class Pattern:
    """Residuals with an SD of 1.2 points; ranges are of values drawn for each participant.

    ``second`` is the share of the slow variance with an autocorrelation of 0.4 instead of rho, ``weekly`` the SD in
    points of a weekly rhythm of each participant's own.
    """

    rho: tuple[float, float]
    white: tuple[float, float] = (0.0, 0.0)
    second: float = 0.0
    weekly: float = 0.0


WHITE = Pattern(rho=(0.0, 0.0), white=(1.0, 1.0))

OF_THE_MODEL = {
    "CAR(1)": Pattern(rho=(0.4, 0.4)),
    "CAR(1) and white noise": Pattern(rho=(0.9, 0.9), white=(0.6, 0.6)),
    "rho differs": Pattern(rho=(0.0, 0.8)),
    "rho and white share differ": Pattern(rho=(0.5, 0.95), white=(0.2, 0.8)),
}

TWO_PARTS = Pattern(rho=(0.95, 0.95), second=0.5)

WEEKLY = Pattern(rho=(0.4, 0.4), weekly=0.5)


def patterned_diary(pattern: Pattern, participants: int, days: int, seed: int) -> ModelRows:
    """Simulate whole scores from 0 to 10 on sleep and steps, with 20% of the days missing.

    With several participants, their levels and their slopes differ and are random; no slope differs from zero on
    average. Day 0 is a Monday, and the model has columns for the days of the week.
    """
    rng = np.random.default_rng(seed)
    shape = (participants, days)
    sleep, steps = (_autocorrelated(np.full((participants, 1), rho), days, rng) for rho in (0.1, 0.2))
    slopes = rng.standard_normal((2, participants, 1)) * [[[0.17]], [[0.25]]] * (participants > 1)
    pain = 5 + 1.5 * rng.standard_normal((participants, 1)) + slopes[0] * sleep + slopes[1] * steps
    score = np.clip(np.rint(pain + _residuals(pattern, shape, rng)), 0, 10)
    participant, day = np.nonzero(rng.random(shape) >= MISSING)
    weekdays = {name: (day % 7 == place).astype(float) for place, name in enumerate(WEEKDAYS, start=1)}
    columns = {"sleep": sleep[participant, day], "steps": steps[participant, day], **weekdays}
    return model_rows(
        y=score[participant, day],
        predictors=columns | {"time": (day - days / 2) / 30},
        participant=np.array([f"{k:03d}" for k in range(participants)])[participant],
        day=day,
        random=("intercept", "sleep", "steps") if participants > 1 else (),
    )


def residual_parts(pattern: Pattern, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the slow part and the white noise of residuals, in points, each (N, T); neither has a weekly rhythm."""
    participants, days = shape
    rho, white = (rng.uniform(*limits, (participants, 1)) for limits in (pattern.rho, pattern.white))
    slow = np.sqrt(1 - pattern.second) * _autocorrelated(rho, days, rng)
    slow += np.sqrt(pattern.second) * _autocorrelated(np.full_like(rho, SECOND_RHO), days, rng)
    noise = rng.standard_normal(shape)
    return np.asarray(RESIDUAL_SD * np.sqrt(1 - white) * slow), np.asarray(RESIDUAL_SD * np.sqrt(white) * noise)


def _residuals(pattern: Pattern, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    slow, noise = residual_parts(pattern, shape, rng)
    return np.asarray(slow + noise + pattern.weekly * weekly_rhythm(shape, rng))


def weekly_rhythm(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return a rhythm of the week of each participant's own (N, T), with mean 0 and SD 1."""
    rhythm = rng.standard_normal((shape[0], 7))
    rhythm = (rhythm - rhythm.mean(axis=1, keepdims=True)) / rhythm.std(axis=1, keepdims=True)
    return np.asarray(rhythm[:, np.arange(shape[1]) % 7])


def _autocorrelated(rho: Floats, days: int, rng: np.random.Generator) -> Floats:
    """Return (N, days) values of SD 1 with autocorrelation rho (N, 1)."""
    values = rng.standard_normal((len(rho), days))
    for day in range(1, days):
        values[:, [day]] = rho * values[:, [day - 1]] + np.sqrt(1 - rho**2) * values[:, [day]]
    return np.asarray(values)
