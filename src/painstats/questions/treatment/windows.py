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
"""Days in full effect at which a change is judged, as far as the next change does not come first."""

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
        left_out = 0 if week_before else WEEK_BEFORE
        return self.begins, self.change.first_date - timedelta(days=left_out) - DAY

    def after(self, *, until: date | None = None) -> tuple[date, date]:
        """Return the first and last day compared after the change, those of the ramp included.

        The week before the next change is compared: that something else begins within a week of a look cannot be known
        on its date, and must not change the verdict afterwards.

        Parameters
        ----------
        until
            The last day that may be used: the date of a look; None for the whole window.
        """
        first = self.change.last_date + timedelta(days=self.change.wash_out_days)
        last = self.change.in_full_date + timedelta(days=WINDOW_DAYS - 1)
        if self.next_change is not None:
            last = min(last, self.next_change - DAY)
        return first, last if until is None else min(last, until)

    @property
    def look_dates(self) -> tuple[date, ...]:
        """Dates of the looks: those of days 28, 56 and 84 in full effect that come before the next change."""
        dates = (self.change.in_full_date + timedelta(days=days - 1) for days in LOOK_DAYS)
        return tuple(day for day in dates if self.next_change is None or day < self.next_change)

    @property
    def days_at_last_look(self) -> int:
        """Days in full effect at the last look; 0 if the next change comes before the first."""
        return max((days for days, _ in zip(LOOK_DAYS, self.look_dates, strict=False)), default=0)


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


def first_look_days(least_days: int) -> int:
    """Return the days in full effect at the first look that can have as many days with a score as a verdict needs."""
    return next(days for days in LOOK_DAYS if days >= least_days)


def is_between(day: Days, first: date, last: date) -> Mask:
    """Return whether each of the days (n,) lies between two dates, both included."""
    return np.asarray((day >= first.toordinal()) & (day <= last.toordinal()))
