"""A look: the evidence on one question from the days up to a date, the only evidence that can change a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.estimate import Basis


@dataclass(frozen=True, slots=True)
class LookDay:
    """When a look is.

    Parameters
    ----------
    number
        Its number in the calendar of looks, from 1.
    date
        The last day used.
    days
        Days with a score until then; of an average, those of all participants.
    """

    number: int
    date: date
    days: int


@dataclass(frozen=True, slots=True)
class ExposureRange:
    """A participant's low and high days, over the days with a score on which the exposure is known.

    Parameters
    ----------
    low, high
        The 10th and the 90th percentile, in units of the exposure.
    sd
        Standard deviation, in the same units.
    """

    low: float
    high: float
    sd: float

    @property
    def width(self) -> float:
        """From a low to a high day."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class ScaleEnds:
    """How many scores lie at the ends of the scale, where they could not be any lower, or higher.

    Parameters
    ----------
    room
        Share of an effect that the scores can show (``painstats.frame.room``).
    at_low, at_high
        Shares of the scores at the lowest and at the highest possible one.
    """

    room: float
    at_low: float
    at_high: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a fit says of one question at a look, in outcome points per unit.

    ``limits``, ``lows`` and ``highs`` have one value for each number r = 1 … m of questions that may share the chance
    of a false sign, m being the number of declared ones.

    Parameters
    ----------
    when
        The look.
    basis, participants
        Where the estimate comes from, and how many participants it is based on.
    value, se, df
        The estimate, its standard error and degrees of freedom; the last two are None for a posterior.
    z
        The estimate as a standard normal statistic.
    limits
        |z| above which a sign is reported.
    lows, highs
        The range at each limit: it excludes zero if and only if |z| is above the limit.
    smallest_effect
        Smallest effect that matters.
    exposure
        Low and high days of the exposure; of an average, means over participants.
    ends
        Scores at the ends of the scale; of an average, means over participants.
    """

    when: LookDay
    basis: Basis
    participants: int
    value: float
    se: float | None
    df: float | None
    z: float
    limits: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    smallest_effect: float
    exposure: ExposureRange
    ends: ScaleEnds
