"""Diaries with known truth: one predictor, autocorrelated residuals, and optional feedback from yesterday's pain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm import ModelRows, model_rows
from painstats.mixedlm.engine.rows import Floats


@dataclass(frozen=True)
class Truth:
    """What a cohort is made from; slopes are in points for one hour of sleep.

    ``feedback`` is what a point of pain above usual does to the sleep of the following night, in hours; ``noise_spread``
    the SD over participants of their log residual SD. Sleep of ``flat_sleepers``, the first participants, varies only a
    twentieth as much.
    """

    participants: int
    days: int
    slope: float = 0.0
    slope_sd: float = 0.15
    rho: float = 0.4
    residual_sd: float = 1.2
    sleep_sd: float = 1.1
    feedback: float = 0.0
    missing: float = 0.2
    noise_spread: float = 0.0
    flat_sleepers: int = 0


@dataclass(frozen=True)
class Cohort:
    """Simulated rows and each participant's true slope, in the order of the participants."""

    rows: ModelRows
    slopes: Floats


def simulate(truth: Truth, seed: int) -> Cohort:
    """Simulate day by day: sleep of the night, then pain; some days are missing at random."""
    rng = np.random.default_rng(seed)
    participants, days = truth.participants, truth.days
    slopes = truth.slope + truth.slope_sd * rng.standard_normal(participants)
    noise = truth.residual_sd * np.exp(truth.noise_spread * rng.standard_normal(participants))
    sleep, pain = np.zeros((participants, days)), np.zeros((participants, days))
    sleep_sd = np.where(np.arange(participants) < truth.flat_sleepers, truth.sleep_sd / 20, truth.sleep_sd)
    residual, departure = noise * rng.standard_normal(participants), np.zeros(participants)
    for day in range(days):
        sleep[:, day] = truth.feedback * departure + sleep_sd * rng.standard_normal(participants)
        fresh = np.sqrt(1 - truth.rho**2) * noise * rng.standard_normal(participants)
        residual = truth.rho * residual + fresh
        departure = slopes * sleep[:, day] + residual
        pain[:, day] = departure
    pain += 5 + 1.5 * rng.standard_normal((participants, 1))
    kept = rng.random((participants, days)) >= truth.missing
    within = sleep - np.sum(sleep * kept, axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
    participant, day = np.nonzero(kept)
    rows = model_rows(
        y=pain[kept],
        predictors={"sleep": within[kept]},
        participant=np.array([f"{k:03d}" for k in range(participants)])[participant],
        day=day,
        random=("intercept", "sleep"),
    )
    return Cohort(rows, slopes)
