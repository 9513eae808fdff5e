"""The exact test of an experiment: its order against every other that could have been drawn.

The statistic is linear in the scores: weights W at a fixed working covariance, x̃ the column of an order less its
generalised least-squares mean, z = x̃'W y / (x̃'W x̃)^(1/2). The p value is the share of orders with a statistic at least
as large, so it is exact whatever the scores are like.

Source: docs/method/experiments.md, "The test"; Edgington & Onghena 2007, Randomization Tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.integrated import Floats
from painstats.questions.experiment.orders import Order, all_orders, count_orders, order_at
from painstats.questions.working_correlation import working_correlation

Places: TypeAlias = npt.NDArray[np.int_]

MOST_LISTED = 10_000
"""Most orders that are all tried; of more, the drawn one and 9,999 others."""

ALPHA = 0.05
_SAME = 1e-9
"""Relative difference below which two statistics are equal."""


@dataclass(frozen=True, slots=True)
class RandomisationResult:
    """The result of the test: effect in points with its interval, two-sided p value, and the number of orders tried."""

    estimate: float
    low: float
    high: float
    p: float
    orders: int


@dataclass(frozen=True)
class OrderScores:
    """What every order makes of the days with a score.

    Parameters
    ----------
    columns
        (N, n) 1 on days in blocks with the treatment, for each of N orders.
    weights
        (N, n) x̃'W: with the scores they give x̃'W y.
    """

    columns: Floats
    weights: Floats

    @cached_property
    def spread(self) -> Floats:
        """The scale x̃'W x̃ of each order, (N,)."""
        return np.asarray((self.weights * self.columns).sum(axis=1))

    def statistics(self, scores: Floats) -> Floats:
        """Return z of each order, (N,) or (N, R) for R series of scores; 0 where lost days leave no contrast."""
        has_contrast = self.spread > _SAME * self.spread.max()
        root = np.sqrt(np.where(has_contrast, self.spread, np.inf))
        return np.asarray(((self.weights @ scores).T / root).T)


def reference_orders(order: Order, fingerprint: str) -> tuple[list[Order], int]:
    """Return the orders to compare with, and the place of the drawn one among them.

    Up to 10,000 orders are all there. Of more, there are the drawn one and 9,999 others, chosen by the SHA-256 of the
    fingerprint and a number, so that anyone gets the same.
    """
    blocks = len(order)
    if count_orders(blocks) <= MOST_LISTED:
        orders = all_orders(blocks)
        return orders, orders.index(order)
    others = [order_at(_place(fingerprint, number, blocks), blocks) for number in range(1, MOST_LISTED)]
    return [order, *others], 0


def _place(fingerprint: str, number: int, blocks: int) -> int:
    digest = hashlib.sha256(f"{fingerprint} {number}".encode()).hexdigest()
    return int(digest, 16) % count_orders(blocks)


def order_scores(orders: Sequence[Order], block: Places, day: Floats) -> OrderScores:
    """Return the columns and weights of orders.

    Parameters
    ----------
    orders
        N orders.
    block, day
        (n,) block, from 0, and day of each day with a score that counts.
    """
    columns = np.array(orders, dtype=float)[:, block]
    precision = np.linalg.inv(working_correlation(day))
    of_mean = precision.sum(axis=1)
    return OrderScores(columns, columns @ precision - np.outer(columns @ of_mean, of_mean) / of_mean.sum())


def randomisation_test(scores: Floats, every: OrderScores, drawn: int) -> RandomisationResult:
    """Test the drawn order against all others.

    Parameters
    ----------
    scores
        (n,) scores.
    every
        The orders' weights for these days.
    drawn
        Which of the orders was drawn.

    Raises
    ------
    ValueError
        The days with a score are all in blocks of one kind.
    """
    if not every.spread[drawn] > _SAME:
        raise ValueError("scores of only one kind of block")
    z = every.statistics(scores)
    p = float(np.mean(np.abs(z) >= abs(z[drawn]) * (1 - _SAME) - 1e-12))
    low, high = inverted_interval(z, every, drawn)
    scale = float(np.sqrt(every.spread[drawn]))
    return RandomisationResult(float(z[drawn]) / scale, low / scale, high / scale, p, len(z))


def inverted_interval(z: Floats, every: OrderScores, drawn: int) -> tuple[float, float]:
    """Return the least and the largest effect that the test does not reject, in units of the drawn order's scale.

    An order's statistic is larger than the drawn one's for effects outside an interval with closed ends; the drawn
    order itself and its mirror never are. The limits are the (⌊.05 N⌋ + 1)-th smallest lower end, and upper likewise.
    """
    own = every.columns[drawn]
    share = every.statistics(own) / np.sqrt(every.spread[drawn])
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.array([(z[drawn] - z) / (1 - share), (z[drawn] + z) / (1 + share)])
    is_same_split = np.abs(np.abs(share) - 1) < _SAME
    low = np.where(is_same_split, -np.inf, ends.min(axis=0))
    high = np.where(is_same_split, np.inf, ends.max(axis=0))
    place = int(np.floor(ALPHA * len(z) + _SAME))
    return float(np.sort(low)[place]), float(np.sort(high)[::-1][place])
