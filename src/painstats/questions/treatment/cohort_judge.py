"""The verdict on an average change and on the difference between two arms, with all their numbers.

Source: docs/method/treatments_cohort.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from painstats.errors import NotEnoughData
from painstats.plan.treatment_names import same_name
from painstats.questions.treatment.cohort_arms import Arm, difference_of_changes
from painstats.questions.treatment.cohort_average import (
    LARGEST_P,
    LEAST_FOR_MEAN,
    LEAST_FOR_MODEL,
    FourWays,
    average_change,
    model_average,
    starts_are_spread,
)
from painstats.questions.treatment.cohort_days import CHANGE
from painstats.questions.treatment.cohort_groups import Group, SameChange, without_members
from painstats.questions.treatment.cohort_row import TreatmentAverage
from painstats.questions.treatment.cohort_starts import DrawnStart, redraw_starts
from painstats.questions.verdict import Verdict

Reasons = tuple[str, ...]


def judged_average(group: Group, drawn: Sequence[DrawnStart] = ()) -> TreatmentAverage:
    """Return the average change of a group.

    Parameters
    ----------
    group
        Participants with the same change.
    drawn
        Their starting dates, if lots were drawn for these.
    """
    usable = group.usable
    ways = average_change(group.days, [one.change for one in usable], [one.change_week for one in usable])
    verdict, reasons = verdict_of(ways, len(usable))
    row = replace(_with_numbers(_who(group), ways), verdict=verdict, reasons=reasons, left_out=group.left_out)
    row = _with_calendar(row, group)
    return _with_lot(row, drawn) if drawn else row


def judged_difference(
    groups: Mapping[SameChange, Group], name: str, other_name: str, *, by_lot: bool
) -> TreatmentAverage:
    """Return how much more one arm changed than the other; participants who started both are in neither.

    Parameters
    ----------
    groups
        Those of all changes.
    name, other_name
        The treatments of the two arms.
    by_lot
        Whether lots assigned participants to the arms.
    """
    first, second = (_starters(groups, each) for each in (name, other_name))
    both = first.members & second.members
    arm, other = without_members(first, both), without_members(second, both)
    ways = difference_of_changes(_arm(arm), _arm(other))
    numbers = len(arm.usable), len(other.usable)
    verdict, reasons = verdict_of(ways, sum(numbers) if min(numbers) >= LEAST_FOR_MEAN else min(numbers))
    row = _with_numbers(_who(arm), ways)
    return replace(
        row,
        days=row.days + _who(other).days,
        compared_with=other.name,
        drawn_by_lot=by_lot,
        other_participants=numbers[1],
        left_out=arm.left_out + other.left_out + len(both),
        verdict=verdict,
        reasons=reasons,
    )


def verdict_of(ways: FourWays, participants: int) -> tuple[Verdict, Reasons]:
    """Return the verdict on an average, and why it has no direction.

    References
    ----------
    docs/method/treatments_cohort.md, "The rule".
    """
    if participants < LEAST_FOR_MODEL:
        return Verdict.NOT_JUDGED, ("few_participants" if participants >= LEAST_FOR_MEAN else "too_few_participants",)
    verdict = ways.verdict
    if verdict is Verdict.NOT_JUDGED:
        return verdict, ("model_not_fitted",)
    if verdict is Verdict.NOT_DETERMINED:
        return verdict, ("ways_disagree" if ways.has_difference else "interval_too_wide",)
    return verdict, ()


def _starters(groups: Mapping[SameChange, Group], name: str) -> Group:
    same = SameChange(same_name(name), "start")
    return groups.get(same, Group(same, name, frozenset(), ()))


def _arm(group: Group) -> Arm:
    usable = group.usable
    return Arm(group.days, [one.change for one in usable], [one.change_week for one in usable])


def _who(group: Group) -> TreatmentAverage:
    """Return what changed, in whom and when, and how many have which verdict of their own; without numbers."""
    same, starts = group.same, [each.first_date for each in group.days]
    own = Counter(one.finding.verdict for one in group.usable)
    return TreatmentAverage(
        name=group.name,
        action=same.action,
        dose_before=same.dose_before,
        dose_after=same.dose_after,
        dose_unit=same.dose_unit,
        compared_with=None,
        drawn_by_lot=False,
        participants=len(group.usable),
        other_participants=0,
        left_out=0,
        days=sum(int(each.kept(week_before=False).sum()) for each in group.days),
        first_start=min(starts, default=None),
        last_start=max(starts, default=None),
        lower=own[Verdict.LOWER],
        higher=own[Verdict.HIGHER],
        at_most_small=own[Verdict.AT_MOST_SMALL],
        not_determined=own[Verdict.NOT_DETERMINED] + own[Verdict.NOT_JUDGED],
        verdict=Verdict.NOT_JUDGED,
        reasons=(),
    )


def _with_numbers(row: TreatmentAverage, ways: FourWays) -> TreatmentAverage:
    """Return a row with the numbers of the four ways."""
    if (model := ways.model) is not None:
        row = replace(row, estimate=model.estimate, low=model.low, high=model.high, p=model.p)
    if (week := ways.model_week) is not None:
        row = replace(row, week_estimate=week.estimate, week_low=week.low, week_high=week.high, week_p=week.p)
    if (mean := ways.mean) is not None:
        row = replace(row, mean=mean.estimate, mean_low=mean.low, mean_high=mean.high, mean_p=mean.p)
    if (both := ways.mean_week) is not None:
        row = replace(row, mean_week=both.estimate, mean_week_p=both.p)
        row = replace(row, mean_week_low=both.low, mean_week_high=both.high)
    return row


def _with_calendar(row: TreatmentAverage, group: Group) -> TreatmentAverage:
    """Return a row with what is left of the change beside calendar time, where starts are spread."""
    if len(group.usable) < LEAST_FOR_MODEL or not starts_are_spread(group.days):
        return row
    found = model_average(group.days, CHANGE, week_before=False, calendar=True)
    if found is None:
        return row
    return replace(row, calendar_estimate=found.estimate, calendar_low=found.low, calendar_high=found.high)


def _with_lot(row: TreatmentAverage, drawn: Sequence[DrawnStart]) -> TreatmentAverage:
    """Return a row with the test that draws the starting dates again, or with the reason why there is none."""
    row = replace(row, drawn_by_lot=True)
    try:
        found = redraw_starts(drawn)
    except NotEnoughData:
        return replace(row, reasons=(*row.reasons, "too_few_orders"))
    reasons = row.reasons if found.p <= LARGEST_P else (*row.reasons, "lot_shows_no_difference")
    return replace(
        row,
        reasons=reasons,
        lot_estimate=found.estimate,
        lot_p=found.p,
        lot_orders=found.orders,
        lot_is_exact=found.is_exact,
    )
