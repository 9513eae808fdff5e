"""Which days the chart of a change shows, and what is said on both sides of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.findings.change_names import alterations
from painstats.language import _
from painstats.questions.treatment.finding import ChangeFinding

MOST_DAYS = 91
"""Days before a change, and in full effect after it, that are drawn: those that can be judged, and a week."""

LEAST_DAYS = 27
BUILDING_UP, WEARING_OFF, CHANGING = _("building up"), _("wearing off"), _("changing")
BETWEEN_WORDS = {"start": BUILDING_UP, "dose": BUILDING_UP, "stop": WEARING_OFF}
BEFORE, AFTER, WITHOUT, WITH = _("before"), _("after"), _("without"), _("with")


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a chart, counted from the day of the change: drawn, compared before and after, and in between."""

    drawn: tuple[int, int]
    before: tuple[int, int] | None
    left_out: tuple[int, int]
    in_between: tuple[int, int]
    after: tuple[int, int] | None

    def has(self, place: int) -> bool:
        """Whether a day is drawn."""
        return self.drawn[0] <= place < self.drawn[1]


def window_of(finding: ChangeFinding, last_day: date) -> Window:
    """Place the days of a change; ``last_day`` is the newest one of the participant's data."""

    def place(day: date) -> int:
        return (day - finding.first_date).days

    full = place(finding.in_full_date)
    first = max(place(finding.before_from or finding.first_date), -MOST_DAYS)
    last = min(place(finding.after_until or last_day), full + MOST_DAYS)
    before_until = place(finding.before_until) if finding.before_until else -8
    return Window(
        drawn=(min(first, -LEAST_DAYS) - 2, max(last, full + LEAST_DAYS) + 2),
        before=(first, before_until) if finding.before_from and finding.before_until else None,
        left_out=(before_until + 1, 0),
        in_between=(0, full),
        after=(full, last) if last >= full else None,
    )


def sides(finding: ChangeFinding) -> tuple[str, str]:
    """Name what was before and what after: the doses, or without and with it."""
    if finding.change == "several":
        return BEFORE, AFTER
    [*_, last] = alterations(finding)
    if last.action == "start":
        return WITHOUT, last.after or WITH
    if last.action == "stop":
        return last.before or WITH, WITHOUT
    [unit] = finding.dose_units[-1:]
    before = f"{last.before}\u00a0{unit}" if last.before and unit and unit not in last.before else last.before
    return before or BEFORE, last.after or AFTER


def between_words(finding: ChangeFinding) -> str:
    """Name the days until a change is there in full."""
    return CHANGING if finding.change == "several" else BETWEEN_WORDS[finding.actions[-1]]
