"""Starting dates that were drawn by lot: the test that draws them again among the same participants.

If the treatment changes nothing, every participant would have reported the same scores on any other starting date. So
the dates are exchanged among participants as the lot could have done, and the average change at the dates that were
drawn is compared with the average changes at all the others. The test is exact whatever the scores are like.

Source: docs/method/treatments_cohort.md, "Starting dates drawn by lot"; Edgington & Onghena 2007, Randomization Tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial, prod

import numpy as np
import numpy.typing as npt

from painstats.errors import NotEnoughData
from painstats.questions.treatment.cohort_average import LARGEST_P
from painstats.questions.working_correlation import working_correlation

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WINDOW_DAYS = 84
"""Days before the first starting date, and days in full effect after the last, from which changes are estimated."""

LEAST_SIDE_DAYS = 28
"""Scored days on each side of a starting date without which it has no change."""

DRAWS = 9_999
"""Draws where the dates can be exchanged in more ways than this; all ways otherwise."""

SEED = 16
BATCH = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class DrawnStart:
    """All scored days of a participant whose starting date was drawn.

    Parameters
    ----------
    day : (n,) of int
        Calendar day numbers, ascending.
    score : (n,)
        Outcome.
    start
        Calendar day number of the starting date that was drawn.
    ramp_days
        Days until the treatment acts in full.
    """

    day: Integers
    score: Floats
    start: int
    ramp_days: int = 0


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The result of drawing the starting dates again.

    Parameters
    ----------
    estimate
        Average change at the dates that were drawn, less the average over all exchanges.
    p
        Two-sided p.
    orders
        Number of exchanges that were compared, the drawn one among them.
    is_exact
        Whether these are all exchanges.
    """

    estimate: float
    p: float
    orders: int
    is_exact: bool


def redraw_starts(drawn: Sequence[DrawnStart]) -> Redrawn:
    """Test the average change by drawing the starting dates again among the participants.

    Raises
    ------
    NotEnoughData
        The dates can be exchanged in too few ways for any result to be below .05, or no participant has enough scored
        days around any date.
    """
    starts = [each.start for each in drawn]
    orders = exchanges(starts)
    if least_p(starts) > LARGEST_P:
        raise NotEnoughData(f"the starting dates can be exchanged in {orders} ways, too few for any p below .05")
    changes = changes_at(drawn)
    means = np.concatenate([average_at(changes, each) for each in _batches(starts, orders)])
    own = average_at(changes, _places(starts, sorted(set(starts)))[None, :])[0]
    centre = _mean_over_exchanges(changes, starts)
    is_extreme = np.abs(means - centre) >= abs(own - centre) * (1 - 1e-9) - 1e-12
    is_exact = orders <= DRAWS
    extreme, compared = int(is_extreme.sum()) + (not is_exact), len(means) + (not is_exact)
    return Redrawn(float(own - centre), extreme / compared, compared, is_exact)


def exchanges(starts: Sequence[int]) -> int:
    """Return in how many different ways starting dates can be given to the participants."""
    return factorial(len(starts)) // prod(factorial(times) for times in Counter(starts).values())


def least_p(starts: Sequence[int]) -> float:
    """Return the smallest possible p: with two dates shared equally, each order has a mirror that is as far out."""
    times = list(Counter(starts).values())
    has_mirrors = len(times) == 2 and times[0] == times[1]
    return (2 if has_mirrors else 1) / exchanges(starts)


def changes_at(drawn: Sequence[DrawnStart]) -> Floats:
    """Return (N, K): the change of each participant at each different starting date, by date; 0 where there is none.

    Raises
    ------
    NotEnoughData
        There is none at all.
    """
    dates = np.array(sorted({each.start for each in drawn}))
    changes = np.array([own_changes_at(each, dates) for each in drawn])
    if np.isnan(changes).all():
        raise NotEnoughData(f"no participant has {LEAST_SIDE_DAYS} scored days before and after a starting date")
    return np.asarray(np.nan_to_num(changes, nan=0.0))


def own_changes_at(own: DrawnStart, dates: Integers) -> Floats:
    """Return (K,) level changes at starting dates by generalised least squares; NaN with too few days on a side.

    The days are the same for all dates: from 84 before the first to 84 in full effect after the last. The working
    covariance has a slow part, white noise and the participant's own trend with its prior.
    """
    last = dates[-1] + own.ramp_days + WINDOW_DAYS - 1
    kept = (own.day >= dates[0] - WINDOW_DAYS) & (own.day <= last)
    since = own.day[kept, None] - dates
    enough = np.minimum((since < 0).sum(axis=0), (since >= own.ramp_days).sum(axis=0)) >= LEAST_SIDE_DAYS
    if not enough.any():
        return np.full(len(dates), np.nan)
    shares = np.clip((since + 1) / (own.ramp_days + 1), 0, 1)
    day = own.day[kept].astype(np.float64)
    root = np.linalg.cholesky(working_correlation(day))
    whitened = np.linalg.solve(root, np.column_stack([np.ones(len(day)), own.score[kept], shares]))
    level, score, share = whitened[:, 0], whitened[:, 1], whitened[:, 2:]
    share = share - np.outer(level, level @ share / (level @ level))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(enough, share.T @ score / (share**2).sum(axis=0), np.nan)


def average_at(changes: Floats, places: Integers) -> Floats:
    """Return (B,): the mean change over participants; ``places`` (B, N) has each one's starting date by its place."""
    return np.asarray(changes[np.arange(len(changes)), places].mean(axis=1))


def _mean_over_exchanges(changes: Floats, starts: Sequence[int]) -> float:
    """Return the mean of the average change over all exchanges: each participant gets each date equally often."""
    dates = sorted(set(starts))
    shares = np.array([starts.count(date) for date in dates]) / len(starts)
    return float((changes @ shares).mean())


def _places(starts: Sequence[int], dates: Sequence[int]) -> Integers:
    return np.array([dates.index(start) for start in starts], dtype=np.int64)


def _batches(starts: Sequence[int], orders: int) -> Iterator[Integers]:
    """Yield (B, N) places of dates: all exchanges, or so many draws with a fixed seed."""
    places = _places(starts, sorted(set(starts)))
    if orders <= DRAWS:
        yield np.array(list(_arrangements(np.bincount(places).tolist(), len(places))), dtype=np.int64)
        return
    random = np.random.default_rng(SEED)
    for first in range(0, DRAWS, BATCH):
        yield random.permuted(np.tile(places, (min(BATCH, DRAWS - first), 1)), axis=1)


def _arrangements(left: list[int], length: int) -> Iterator[tuple[int, ...]]:
    """Yield every order of places in which place k occurs ``left[k]`` times."""
    if length == 0:
        yield ()
        return
    for place, count in enumerate(left):
        if count:
            fewer = [*left[:place], count - 1, *left[place + 1 :]]
            for rest in _arrangements(fewer, length - 1):
                yield (place, *rest)
