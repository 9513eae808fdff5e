"""What the looks at a change say: each uses the days until its date alone; this file loads statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from painstats.mixedlm.integrated import IntegratedFit
from painstats.plan.rules import RulesPlan
from painstats.questions.treatment.compared import Compared, Reasons, refusals
from painstats.questions.treatment.fit import CHANGE, coefficient_of, estimated, fitted
from painstats.questions.treatment.rule import Estimated, verdict_of
from painstats.questions.verdict import Verdict

Days: TypeAlias = Callable[..., Compared]
"""Returns the days compared, for ``week_before`` and ``until``."""

Refuse: TypeAlias = Callable[[Compared, int], Reasons]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fits of one look: without the week before the change and with it."""

    fit: IntegratedFit
    without_week: Estimated
    with_week: Estimated


@dataclass(frozen=True, slots=True)
class Look:
    """A change at one look.

    Parameters
    ----------
    number, date
        1, 2 or 3, and the last day used.
    compared
        The days compared, without the week before.
    verdict, reasons
        The verdict on these days.
    fitted
        None where the days may not be judged.
    """

    number: int
    date: date
    compared: Compared
    verdict: Verdict
    reasons: Reasons
    fitted: Fitted | None = None


def look_at(days: Days, number: int, on: date, rules: RulesPlan, refuse: Refuse = refusals) -> Look:
    """Judge a change on its days until the date of a look.

    Parameters
    ----------
    days
        Returns the days compared.
    number, on
        The look and its date.
    rules
        Of the study; its smallest change is in points of a scale from 0 to 10, like the scores.
    refuse
        Names the reasons for which days may not be judged.

    References
    ----------
    docs/method/treatments.md, "Looks".
    """
    compared = days(week_before=False, until=on)
    if reasons := refuse(compared, rules.min_days_phase):
        return Look(number, on, compared, Verdict.NOT_JUDGED, reasons)
    fit = fitted(compared)
    without_week = estimated(coefficient_of(fit, CHANGE))
    with_week = estimated(coefficient_of(fitted(days(week_before=True, until=on)), CHANGE))
    verdict, reasons = verdict_of(without_week, with_week, rules.smallest_change)
    return Look(number, on, compared, verdict, reasons, Fitted(fit, without_week, with_week))


def withdrawn(looks: Sequence[Look]) -> Verdict | None:
    """Return the last direction that an earlier look gave and the last look does not give; None if there is none."""
    given = [look.verdict for look in looks if look.verdict.has_direction]
    return given[-1] if given and given[-1] is not looks[-1].verdict else None
