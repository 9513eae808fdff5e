"""A change after a start, a stop or a new dose, judged: a row of the table ``change_finding``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from painstats.questions.verdict import Verdict

ChangeKind = Literal["start", "stop", "dose", "several", "on_off"]
"""One start, stop or new dose; several that are too close to be distinguished; or days on against days off."""

Action = Literal["start", "stop", "dose"]


@dataclass(frozen=True, slots=True)
class ChangeFinding:
    """One change of one participant, in outcome points; numbers are None where none may be shown.

    Parameters
    ----------
    participant_id, number
        The participant, and the change's place among the participant's changes by date, from 1.
    change
        What kind of change it is.
    names, actions, doses_before, doses_after, dose_units
        One entry for each treatment that changed: its name as written, what changed, and the doses.
    first_date, last_date
        Days of the first and the last alteration of the change.
    in_full_date
        First day on which the new state acts in full, after ramp and wash-out.
    before_from, before_until, after_from, after_until
        The days compared, the week before the change left out.
    days_before, days_after
        Days with a score in the two windows, after the change those in full effect.
    look, look_date
        The last look at the change (1, 2, 3 for days 28, 56, 84 in full effect) and its date; 0 and None before the
        first.
    next_look_date
        Date of the next look; None after the last, and where there can be none.
    verdict, reasons
        The verdict of the last look, and why, by name.
    estimate, low, high
        The change without the week before it, with its 95% interval.
    week_estimate, week_low, week_high
        The same with the week before it.
    trend_estimate, trend_low, trend_high
        The same with a column for the participant's own trend: a what-if, which decides nothing.
    sleep_estimate, sleep_low, sleep_high
        What is left of the change on equally long nights: a what-if, which decides nothing.
    later_estimate, later_low, later_high
        The change a month later in full effect against the first weeks; description, no verdict.
    level_before, level_before_low, level_before_high
        Mean outcome before the change, with its 95% interval, from the fit without the week before.
    could_show
        The change that days like these would show in four of five cases.
    placebo
        18% of the level before, in points (Younger et al. 2013, Arthritis Rheum 65:529).
    two_points_least, two_points_most, third_least, third_most
        Range of the probability of at least two points lower, and of at least 30% lower; only beside ``lower``.
    withdrawn
        Direction that an earlier look gave and this one withdrew; None if none was.
    """

    participant_id: str
    number: int
    change: ChangeKind
    names: tuple[str, ...]
    actions: tuple[Action, ...]
    doses_before: tuple[float | None, ...]
    doses_after: tuple[float | None, ...]
    dose_units: tuple[str | None, ...]
    first_date: date
    last_date: date
    in_full_date: date
    before_from: date | None
    before_until: date | None
    after_from: date | None
    after_until: date | None
    days_before: int
    days_after: int
    look: int
    look_date: date | None
    next_look_date: date | None
    verdict: Verdict
    reasons: tuple[str, ...]
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    week_estimate: float | None = None
    week_low: float | None = None
    week_high: float | None = None
    trend_estimate: float | None = None
    trend_low: float | None = None
    trend_high: float | None = None
    sleep_estimate: float | None = None
    sleep_low: float | None = None
    sleep_high: float | None = None
    later_estimate: float | None = None
    later_low: float | None = None
    later_high: float | None = None
    level_before: float | None = None
    level_before_low: float | None = None
    level_before_high: float | None = None
    could_show: float | None = None
    placebo: float | None = None
    two_points_least: float | None = None
    two_points_most: float | None = None
    third_least: float | None = None
    third_most: float | None = None
    withdrawn: Verdict | None = None
