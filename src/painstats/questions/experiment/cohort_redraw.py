"""The test of several participants' experiments: all their orders are drawn again at once.

Every participant's order was drawn by itself. If the treatment does nothing, each would have reported the same scores
with any other order. So each order is drawn again from the list that it came from, and the mean of the participants'
effects at the orders that were drawn is compared with the means at so many others. The test is exact whatever the
scores are like, for the claim that the treatment does nothing in any of these participants.

Source: docs/method/experiments.md, "Several participants"; Edgington & Onghena 2007, Randomization Tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.integrated import Floats
from painstats.questions.experiment.orders import Order
from painstats.questions.experiment.randomisation import Places, order_scores, reference_orders

DRAWS = 9_999
"""Draws of all orders at once, beside the one that was made."""

_SAME = 1e-9
"""Relative difference below which two means are equal."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnEffects:
    """What one participant's effect is at every order that could have been drawn.

    Parameters
    ----------
    fingerprint
        The fingerprint of the plan.
    effects
        (N,) effect in points at each order, by generalised least squares with the fixed working covariance.
    drawn
        Which of the orders was drawn.
    """

    fingerprint: str
    effects: Floats
    drawn: int


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The mean effect in points, its two-sided p, and the number of draws, the one that was made among them."""

    estimate: float
    p: float
    draws: int


def own_effects(fingerprint: str, order: Order, block: Places, day: Floats, scores: Floats) -> OwnEffects:
    """Return a participant's effect at every order: x̃'W y / x̃'W x̃, as in the test of one experiment.

    Parameters
    ----------
    fingerprint, order
        Of the plan.
    block, day, scores
        (n,) block from 0, day and score of each day that counts; more than half of the blocks have one, so that every
        order has days of both kinds.
    """
    orders, drawn = reference_orders(order, fingerprint)
    every = order_scores(orders, block, day)
    return OwnEffects(fingerprint, np.asarray(every.weights @ scores / every.spread), drawn)


def redraw_orders(participants: Sequence[OwnEffects]) -> Redrawn:
    """Test the mean effect by drawing the orders of all participants again at once.

    Parameters
    ----------
    participants
        At least one. Their order does not matter.
    """
    ordered = sorted(participants, key=lambda each: each.fingerprint)
    own = float(np.mean([each.effects[each.drawn] for each in ordered]))
    means = _redrawn_means(ordered)
    hits = int(np.sum(np.abs(means) >= abs(own) * (1 - _SAME) - 1e-12))
    return Redrawn(own, (1 + hits) / (1 + DRAWS), 1 + DRAWS)


def _redrawn_means(participants: Sequence[OwnEffects]) -> Floats:
    """Return (9999,) means over participants, each at an order drawn from the participant's own list."""
    random = np.random.default_rng(seed_of(each.fingerprint for each in participants))
    total = np.zeros(DRAWS)
    for each in participants:
        total += each.effects[random.integers(len(each.effects), size=DRAWS)]
    return np.asarray(total / len(participants))


def seed_of(fingerprints: Iterable[str]) -> int:
    """Return the seed of the draws: SHA-256 of the fingerprints, sorted, with spaces between them, as a number."""
    return int(hashlib.sha256(" ".join(sorted(fingerprints)).encode()).hexdigest(), 16)
