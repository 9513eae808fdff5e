"""From which day on each change of a treatment can be judged, for ``painstats treatments``; loads no statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby

from painstats.frame.phase import Phase
from painstats.plan.rules import RulesPlan
from painstats.questions.phrases import listed
from painstats.questions.treatment.changes import Alteration, changes
from painstats.questions.treatment.phases import Level, in_order
from painstats.questions.treatment.phases import Phase as OwnPhase
from painstats.questions.treatment.windows import Window, first_look_days, windows

HEADINGS = {
    "participant_id": "participant", "change": "change", "first_date": "on", "in_full_date": "in full effect from",
    "days_before": "scored days before", "judged_from": "can be judged from", "later": "then",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeLooks:
    """A change of treatments and the dates of its looks.

    Parameters
    ----------
    participant_id, change
        Whose it is, and what was altered, in words.
    first_date, in_full_date
        The first day of it, and the first day on which the new state acts in full.
    days_before
        Days with a score before it that can be compared.
    look_dates
        When it is judged; empty if it cannot be.
    why_not
        Why it cannot be judged; empty if it can.
    """

    participant_id: str
    change: str
    first_date: date
    in_full_date: date
    days_before: int
    look_dates: tuple[date, ...]
    why_not: str = ""


def looks_of_changes(
    phases: Sequence[Phase], scored: Mapping[str, Sequence[date]], rules: RulesPlan
) -> list[ChangeLooks]:
    """Return every change with the dates of its looks.

    Parameters
    ----------
    phases
        Of all participants, by participant.
    scored
        Participant to the dates with a score.
    rules
        Of the study.

    References
    ----------
    docs/method/treatments.md, "Windows" and "Looks".
    """
    found = []
    for participant, own in groupby(phases, key=lambda phase: phase.participant_id):
        days = scored.get(participant, ())
        found += [_looks(participant, window, days, rules) for window in windows(changes(in_order(map(_own, own))))]
    return found


def _own(phase: Phase) -> OwnPhase:
    return OwnPhase(
        phase.name, phase.start_date, phase.end_date, phase.dose, phase.dose_unit, phase.ramp_days, phase.wash_out_days
    )


def _looks(participant: str, window: Window, days: Sequence[date], rules: RulesPlan) -> ChangeLooks:
    change = window.change
    first, last = window.before(week_before=False)
    before = sum(first <= day <= last for day in days)
    has_begun = bool(days) and days[-1] >= change.first_date
    why_not = _why_not(window, before if has_begun else rules.min_days_phase, rules)
    dates = () if why_not else window.look_dates
    words = listed(list(map(_words, change.alterations)))
    return ChangeLooks(participant, words, change.first_date, change.in_full_date, before, dates, why_not)


def _why_not(window: Window, before: int, rules: RulesPlan) -> str:
    if not window.change.is_lasting:
        return "never: it was over within two weeks"
    if before < rules.min_days_phase:
        return f"never: {rules.min_days_phase} scored days before it are needed"
    if window.days_at_last_look < rules.min_days_phase:
        return f"never: the next change comes before {first_look_days(rules.min_days_phase)} days in full effect"
    return ""


def _words(alteration: Alteration) -> str:
    """Say what was altered: ``LDN 1.5 mg to 4.5 mg``, ``yoga begun``."""
    before, after = _dose(alteration.before), _dose(alteration.after)
    match alteration.action:
        case "start":
            return f"{alteration.name} {after} begun".replace("  ", " ")
        case "stop":
            return f"{alteration.name} {before} ended".replace("  ", " ")
        case _:
            return f"{alteration.name} {before or 'without a dose'} to {after or 'without a dose'}"


def _dose(level: Level | None) -> str:
    return "" if level is None or level.dose is None else f"{level.dose:g} {level.dose_unit or ''}".strip()


def looks_row(looks: ChangeLooks) -> dict[str, object]:
    """Return a change as a row of the printed table."""
    judged = looks.look_dates[0] if looks.look_dates else looks.why_not
    later = ", ".join(map(str, looks.look_dates[1:])) or None
    return asdict(looks) | {"judged_from": judged, "later": later}
