"""The average change of a cohort, judged: a row of the table ``treatment_average``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.treatment.finding import Action
from painstats.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TreatmentAverage:
    """The average change after the same start, stop or new dose, or the difference between two arms.

    Numbers are in outcome points; they are None where none may be shown. In each of the four ways: estimate, 95%
    interval and two-sided p.

    Parameters
    ----------
    name, action, dose_before, dose_after, dose_unit
        The treatment and what changed. A start is the same start at whatever dose; a new dose has both doses.
    compared_with
        Name of the treatment of the other arm; None for an average.
    drawn_by_lot
        Whether the plan says that lots were drawn: for the arms, or for the starting dates.
    participants, other_participants
        Participants whose change is in the average, and in the other arm.
    left_out
        Participants with such a change who are not in it: too few days, or another treatment changed with it.
    days
        Days with a score, the week before the change left out; of both arms, where there are two.
    first_start, last_start
        The first and the last date of the change, over participants.
    lower, higher, at_most_small, not_determined
        How many participants have which verdict of their own, those of the other arm not among them.
    verdict, reasons
        A direction where all four ways agree, and why there is none, by name.
    estimate, low, high, p
        The mixed model without the week before the change.
    week_estimate, week_low, week_high, week_p
        The same with the week before.
    mean, mean_low, mean_high, mean_p
        The mean of the participants' own changes, without the week before.
    mean_week, mean_week_low, mean_week_high, mean_week_p
        The same with the week before.
    calendar_estimate, calendar_low, calendar_high
        The mixed model with a column of calendar time: a what-if, which decides nothing. Only where starts are spread
        over 60 days.
    lot_estimate, lot_p, lot_orders, lot_is_exact
        The test that draws the starting dates again: the average change less that over all exchanges of the dates, its
        p, how many exchanges were compared, and whether these are all.
    """

    name: str
    action: Action
    dose_before: float | None
    dose_after: float | None
    dose_unit: str | None
    compared_with: str | None
    drawn_by_lot: bool
    participants: int
    other_participants: int
    left_out: int
    days: int
    first_start: date | None
    last_start: date | None
    lower: int
    higher: int
    at_most_small: int
    not_determined: int
    verdict: Verdict
    reasons: tuple[str, ...]
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    week_estimate: float | None = None
    week_low: float | None = None
    week_high: float | None = None
    week_p: float | None = None
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    mean_p: float | None = None
    mean_week: float | None = None
    mean_week_low: float | None = None
    mean_week_high: float | None = None
    mean_week_p: float | None = None
    calendar_estimate: float | None = None
    calendar_low: float | None = None
    calendar_high: float | None = None
    lot_estimate: float | None = None
    lot_p: float | None = None
    lot_orders: int | None = None
    lot_is_exact: bool | None = None
