"""The days that one change is judged on: a window on each side that no other change reaches into.

Times are dates; no window depends on today's date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from painstats.questions.treatment.changes import Change
from painstats.questions.treatment.columns import Days
from painstats.questions.treatment.phases import DAY

WINDOW_DAYS = 84
"""Days compared on each side of a change, at most."""

WEEK_BEFORE = 7
"""Days before a change that one of the two fits leaves out: people start when pain is bad, and then it often eases."""

LOOK_DAYS = (28, 56, 84)
"""Days in full effect at which a change is judged; the next change brings the next of them forward."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """The window of one change.

    Parameters
    ----------
    change
        The change.
    begins
        First day before the change that may be compared.
    next_change
        First day of the next change; None if there is none.
    """

    change: Change
    begins: date
    next_change: date | None

    def before(self, *, week_before: bool) -> tuple[date, date]:
        """Return the first and last day compared before the change; the first is later if there are none."""
        return self.begins, self.change.first_date - _left_out(week_before)

    def after(self, *, week_before: bool, until: date | None = None) -> tuple[date, date]:
        """Return the first and last day compared after the change, those of the ramp included.

        A look at day 28, 56 or 84 has all days until its date: that something else begins within the next week cannot
        be known then, and must not change the verdict afterwards.

        Parameters
        ----------
        week_before
            Whether the week before the next change is compared too.
        until
            The last day that may be used: the date of a look; None for the whole window.
        """
        first = self.change.last_date + timedelta(days=self.change.wash_out_days)
        last = self.change.in_full_date + timedelta(days=WINDOW_DAYS - 1)
        if self.next_change is not None and until not in self._regular_looks:
            last = min(last, self.next_change - _left_out(week_before))
        return first, last if until is None else min(last, until)

    @property
    def look_dates(self) -> tuple[date, ...]:
        """Dates of the looks: day 28, 56 and 84 in full effect, and the day before the next change in their place.

        The day before the next change is a look only if it adds days to the look before.
        """
        regular = self._regular_looks
        if self.next_change is None or len(regular) in (0, len(LOOK_DAYS)):
            return regular
        last = self.next_change - DAY
        return (*regular, last) if last > regular[-1] + timedelta(days=WEEK_BEFORE) else regular

    @property
    def _regular_looks(self) -> tuple[date, ...]:
        dates = (self.change.in_full_date + timedelta(days=days - 1) for days in LOOK_DAYS)
        return tuple(day for day in dates if self.next_change is None or day < self.next_change)


def windows(changes: Sequence[Change]) -> tuple[Window, ...]:
    """Return the window of each change of one participant; ``changes`` are all of them, by date.

    References
    ----------
    docs/method/treatments.md, "Windows".
    """
    found: list[Window] = []
    for earlier, change in pairwise((None, *changes)):
        assert change is not None
        begins = change.first_date - timedelta(days=WINDOW_DAYS + WEEK_BEFORE)
        found.append(Window(change, max(begins, earlier.in_full_date) if earlier else begins, None))
    followers = [change.first_date for change in changes[1:]]
    return tuple(Window(one.change, one.begins, after) for one, after in zip(found, [*followers, None], strict=True))


def _left_out(week_before: bool) -> timedelta:
    """Return how long before a change the last day compared lies."""
    return DAY if week_before else timedelta(days=WEEK_BEFORE + 1)


def is_between(day: Days, first: date, last: date) -> Mask:
    """Return whether each of the days (n,) lies between two dates, both included."""
    return np.asarray((day >= first.toordinal()) & (day <= last.toordinal()))
