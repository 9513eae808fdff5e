"""Residuals of simulated diaries: those of the model, and others that it does not describe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from painstats.mixedlm.engine.rows import Floats
from tests.calibration.patterned_diaries import RESIDUAL_SD, Pattern, residual_parts, weekly_rhythm

SEASON_DAYS = 60
TAILS_DF = 3


@dataclass(frozen=True)
class Process:
    """Residuals of a pattern, and what is added to its slow part.

    Parameters
    ----------
    pattern
        Autocorrelation, white noise, and a weekly rhythm of each participant's own.
    season
        SD in points of a wave of 60 days, at a phase of each participant's own.
    walk
        SD in points of the daily steps of a random walk.
    spread
        SD over participants of their log residual SD.
    has_heavy_tails
        Whether what is new each day has a t distribution with 3 degrees of freedom; not with white noise.
    """

    pattern: Pattern
    season: float = 0.0
    walk: float = 0.0
    spread: float = 0.0
    has_heavy_tails: bool = False


def draw_residuals(process: Process, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the slow part and the noise of single days, in points, each (N, T); day 0 is a Monday."""
    slow, noise = residual_parts(process.pattern, shape, rng)
    if process.has_heavy_tails:
        slow = _with_heavy_tails(process.pattern, shape, rng)
    slow += process.pattern.weekly * weekly_rhythm(shape, rng) + process.season * season(shape, rng)
    slow += process.walk * walk(shape, rng)
    sizes = np.exp(process.spread * rng.standard_normal((shape[0], 1)))
    return np.asarray(sizes * slow), np.asarray(sizes * noise)


def season(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return a wave (N, T) with SD 1 and a phase of each participant's own."""
    phase = rng.uniform(0, 2 * np.pi, (shape[0], 1))
    return np.asarray(np.sqrt(2) * np.sin(2 * np.pi * np.arange(shape[1]) / SEASON_DAYS + phase))


def walk(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return random walks (N, T) with steps of SD 1, 0 on average over the days."""
    steps = np.cumsum(rng.standard_normal(shape), axis=1)
    return np.asarray(steps - steps.mean(axis=1, keepdims=True))


def _with_heavy_tails(pattern: Pattern, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return CAR(1) residuals (N, T) with heavy tails and the SD of all patterns."""
    rho = pattern.rho[0]
    new = rng.standard_t(TAILS_DF, shape) * np.sqrt((TAILS_DF - 2) / TAILS_DF)
    return np.asarray(RESIDUAL_SD * signal.lfilter([np.sqrt(1 - rho**2)], [1, -rho], new, axis=1))
