"""Guard columns, which protect estimates against an outcome that acts back on its exposures.

Pain moves the next night and the steps of the day. The residual of a day is therefore related to exposures of later
days, and an estimate is biased where scores show only part of that residual. Two columns for each exposure carry what
the exposures of the other days tell about it: S, a sum over all days that decays with their distance, and D, the day
after alone. The functions are those of ``docs/method/real_diaries.md``.

A series has the values of one exposure of one participant by calendar day, without gaps; NaN where unknown. Each value
is at the day of the row that it enters: sleep of the night before, steps of the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

from painstats.errors import PainstatsError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class ExposureDays:
    """What is known of one exposure: n values, each of one participant and day, in any order.

    Parameters
    ----------
    participant : (n,) of str
    day : (n,) of int
        Calendar day number of the row that the value enters: the steps of day 9 are at day 10. All days of the diary
        belong here, also those without a score, and the day after the last score.
    value : (n,)
        NaN where unknown; an absent day is unknown too.
    """

    participant: Texts
    day: Integers
    value: Floats

    def until(self, last: int) -> ExposureDays:
        """Return the values up to a day."""
        kept = self.day <= last
        return ExposureDays(self.participant[kept], self.day[kept], self.value[kept])


@dataclass(frozen=True, slots=True, eq=False)
class GuardColumns:
    """The columns S (``decaying_sum``) and D (``day_after``) of one exposure, each (m,), in units of the exposure."""

    decaying_sum: Floats
    day_after: Floats


def sum_name(column: str) -> str:
    """Return the name of the column S of an exposure's column."""
    return f"{column}_guard_sum"


def day_after_name(column: str) -> str:
    """Return the name of the column D of an exposure's column."""
    return f"{column}_guard_day_after"


def guard_columns(exposure: ExposureDays, participant: Texts, day: Integers, rho: float) -> GuardColumns:
    """Return S and D for some rows.

    Parameters
    ----------
    exposure
        All known values. The lag-1 coefficient is pooled over its participants, so give one participant's days alone
        for a model of their own days.
    participant, day : (m,)
        The rows, in any order; ``ModelRows`` has both. A day may be one without a known value.
    rho
        Residual correlation one day apart, of the slow part, from the fit without guard columns.

    Raises
    ------
    PainstatsError
        If a row's participant is not in ``exposure``.

    References
    ----------
    docs/method/real_diaries.md.
    """
    names = np.unique(exposure.participant)
    if not np.isin(participant, names).all():
        raise PainstatsError("guard columns were asked for a participant without days of the exposure")
    rows = np.searchsorted(names, participant)
    series, first = _on_calendars(exposure, np.searchsorted(names, exposure.participant), rows, day)
    series = [centred(values) for values in series]
    a = lag_coefficient(series)
    columns = GuardColumns(np.zeros(len(day)), np.zeros(len(day)))
    order = np.argsort(rows, kind="stable")
    rows_of_each = np.split(order, np.searchsorted(rows[order], np.arange(1, len(series))))
    for x, start, own in zip(series, first, rows_of_each, strict=True):
        at, star = day[own] - start, innovations(x, a)
        columns.decaying_sum[own], columns.day_after[own] = decaying_sums(star, rho)[at], day_after(star)[at]
    return columns


def centred(values: Floats) -> Floats:
    """Return a series less its mean over known days (docs/method/real_diaries.md: x_d)."""
    known = values[np.isfinite(values)]
    return values - (known.mean() if known.size else 0.0)


def lag_coefficient(series: Sequence[Floats]) -> float:
    """Return the least-squares coefficient of a day on the day before, pooled over centred series.

    All pairs of neighbouring known days count; 0 without a pair (docs/method/real_diaries.md: a).
    """
    product = square = 0.0
    for x in series:
        pair = np.isfinite(x[1:]) & np.isfinite(x[:-1])
        before, after = x[:-1][pair], x[1:][pair]
        product, square = product + float(before @ after), square + float(before @ before)
    return product / square if square > 0 else 0.0


def innovations(x: Floats, a: float) -> Floats:
    """Return each day of a centred series less ``a`` times the day before (docs/method/real_diaries.md: x*).

    The day itself where the day before is unknown; 0 where the day is unknown.
    """
    known = np.nan_to_num(x)
    star = known.copy()
    star[1:] -= a * known[:-1]
    return np.where(np.isfinite(x), star, 0.0)


def decaying_sums(star: Floats, rho: float) -> Floats:
    """Return S_t, the sum over all days d of rho^|t + 1 - d| x*_d, for each day t (docs/method/real_diaries.md: S).

    One pass forward sums the days up to t, one pass back those after it: O(T).
    """
    decay = [1.0], [1.0, -rho]
    up_to = signal.lfilter(*decay, star)
    after = np.append(signal.lfilter(*decay, star[::-1])[::-1][1:], 0.0)
    return np.asarray(after + rho * up_to, dtype=np.float64)


def day_after(star: Floats) -> Floats:
    """Return the innovation of the day after each day, 0 where that is unknown (docs/method/real_diaries.md: D)."""
    return np.append(star[1:], 0.0)


def _on_calendars(
    exposure: ExposureDays, own: Integers, rows: Integers, day: Integers
) -> tuple[list[Floats], Integers]:
    """Return each participant's series and its first day; it covers all known days and all rows.

    ``own`` (n,) and ``rows`` (m,) are the positions of the participants of known days and of rows.
    """
    participants, days = np.concatenate([own, rows]), np.concatenate([exposure.day, day])
    first = np.full(participants.max() + 1, days.max())
    last = np.full(participants.max() + 1, days.min())
    np.minimum.at(first, participants, days)
    np.maximum.at(last, participants, days)
    ends = np.cumsum(last - first + 1)
    values = np.full(ends[-1], np.nan)
    values[(ends - (last - first + 1))[own] + exposure.day - first[own]] = exposure.value
    return np.split(values, ends[:-1]), first
