"""How likely an experiment is to show an effect of some size, before anything is drawn: by simulation.

Each run draws an order and a series of noise, adds the effect, and tests the order against others as the experiment
will be tested. The noise is that of the participant's own diary, with all that is not known about it, or where there
are too few scores that of a typical diary. Scores are neither rounded nor cut off at the ends of the scale.

Source: docs/method/experiments.md, "What it can show".
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.integrated import SHAPES, TREND_SD, Floats, correlation_matrix, fit_integrated
from painstats.questions.experiment.checks import LEAST_BLOCKS, MOST_BLOCKS, MOST_DAYS
from painstats.questions.experiment.orders import Order, all_orders, count_orders, order_at
from painstats.questions.experiment.randomisation import ALPHA, Places, order_scores

SEED = 20_260_105
RUNS = 500
MOST_ORDERS = 500

LEAST_OWN_DAYS, MOST_OWN_DAYS = 28, 168
"""Fewest days with a score from which a participant's own noise is taken, and most that are used."""

TYPICAL_SD, TYPICAL_CORRELATION = 1.2, 0.6
"""Of a typical diary's residuals, in points of a scale from 0 to 10, and from one day to the next."""

LEAST_POWER = 0.75
"""Power that an experiment should have for the effect it looks for: three of four cases."""


@dataclass(frozen=True, slots=True)
class Design:
    """The parts of a plan that its power depends on."""

    blocks: int
    block_days: int
    dropped_days: int

    def days(self) -> tuple[Places, Floats]:
        """Return the block, from 0, and the number of each day that counts, both (n,)."""
        day = np.arange(self.blocks * self.block_days)
        counts = day % self.block_days >= self.dropped_days
        return day[counts] // self.block_days, day[counts].astype(float)


@dataclass(frozen=True, slots=True)
class Noise:
    """What scores do by themselves: likely shapes of the noise, each with a weight and a variance.

    Parameters
    ----------
    shapes, weights
        Correlation and white share of each shape, and its probability, (K,).
    squares, df
        The variance of each shape is squares / χ²(df); with df None it is squares.
    trend_sd
        Prior SD of the trend in residual SDs per 30 days.
    scored_share
        Share of days that will have a score.
    own_days
        Days of the participant's diary that this comes from; 0 for a typical diary.
    """

    shapes: tuple[tuple[float, float], ...]
    weights: Floats
    squares: Floats
    df: int | None
    trend_sd: float
    scored_share: float
    own_days: int

    def series(self, day: Floats, runs: int, generator: np.random.Generator) -> Floats:
        """Draw series of noise, (n, runs), each with a shape and a variance of its own."""
        shape = generator.choice(len(self.shapes), size=runs, p=self.weights)
        variance = self.squares[shape] / (generator.chisquare(self.df, runs) if self.df else 1.0)
        series = generator.standard_normal((len(day), runs)) * np.sqrt(variance)
        for used in np.unique(shape):
            rho, white = self.shapes[int(used)]
            root = np.linalg.cholesky(correlation_matrix(day, rho, white, self.trend_sd))
            series[:, shape == used] = root @ series[:, shape == used]
        return series


def typical_noise(scale_points: float) -> Noise:
    """Return the noise of a typical diary on a scale of some length, without missing days."""
    variance = np.array([(TYPICAL_SD * scale_points / 10) ** 2])
    return Noise(((TYPICAL_CORRELATION, 0.0),), np.ones(1), variance, None, 0.0, 1.0, 0)


def own_noise(day: Floats, scores: Floats) -> Noise | None:
    """Return the noise of a participant's own scores; None where there are too few, or they do not vary.

    Parameters
    ----------
    day, scores
        (n,) days with a score, in order, and their scores.
    """
    day, scores = day[-MOST_OWN_DAYS:], scores[-MOST_OWN_DAYS:]
    if len(day) < LEAST_OWN_DAYS or not np.ptp(scores):
        return None
    fit = fit_integrated(np.ones((len(day), 1)), scores, day)
    share = len(day) / (day[-1] - day[0] + 1)
    return Noise(SHAPES, fit.weight[:, 0], fit.residual_squares[:, 0], fit.df, TREND_SD, float(share), len(day))


def power(design: Design, noise: Noise, effects: Sequence[float]) -> tuple[float, ...]:
    """Return for each effect, in points, how often the test would show it with the right sign."""
    generator = np.random.default_rng(SEED)
    block, day = design.days()
    scored = generator.random(len(day)) < noise.scored_share
    block, day = block[scored], day[scored]
    every = order_scores(some_orders(design.blocks), block, day)
    drawn = generator.integers(len(every.columns), size=RUNS)
    errors = every.statistics(noise.series(day, RUNS, generator))
    shifts = every.statistics(every.columns[drawn].T)
    return tuple(_share_shown(errors + effect * shifts, drawn) for effect in effects)


def _share_shown(z: Floats, drawn: Places) -> float:
    """Return the share of runs whose drawn order has p ≤ .05 and a positive effect; ``z`` is (N, runs)."""
    own = z[drawn, np.arange(z.shape[1])]
    p = np.mean(np.abs(z) >= np.abs(own) * (1 - 1e-9), axis=0)
    return float(np.mean((p <= ALPHA) & (own > 0)))


def some_orders(blocks: int) -> list[Order]:
    """Return all orders, or 500 of them."""
    number = count_orders(blocks)
    if number <= MOST_ORDERS:
        return all_orders(blocks)
    draw = random.Random(SEED)
    return [order_at(draw.randrange(number), blocks) for _ in range(MOST_ORDERS)]


def blocks_needed(design: Design, noise: Noise, effect: float) -> int | None:
    """Return the fewest blocks of this kind that show an effect in three of four cases; None if none do in a year.

    Power grows with the number of blocks, but for the noise of the simulation, so that the number is found by halving.
    """
    least, most = LEAST_BLOCKS // 2, min(MOST_DAYS // design.block_days, MOST_BLOCKS) // 2

    def is_enough(half: int) -> bool:
        tried = Design(2 * half, design.block_days, design.dropped_days)
        return power(tried, noise, [effect])[0] >= LEAST_POWER

    if most < least or not is_enough(most):
        return None
    while least < most:
        middle = (least + most) // 2
        if is_enough(middle):
            most = middle
        else:
            least = middle + 1
    return 2 * most


def finer(design: Design) -> Design | None:
    """Return about the same days cut into more blocks, where that is possible; None where it is not.

    Source: docs/method/experiments.md, "What it can show": many short blocks show more than a few long ones.
    """
    dropped = design.dropped_days
    days = 4 if not dropped else 7 if dropped <= 3 else 14
    blocks = design.blocks * design.block_days // days // 2 * 2
    return Design(blocks, days, dropped) if blocks > design.blocks else None
