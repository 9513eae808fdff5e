"""Treatments that diaries log day by day: which of these days are a phase, and which are single doses or sessions.

A medicine that was logged on most days of at least two weeks is a phase, as if its start and end had been declared; one
that was logged now and then is taken as needed. The course of a therapy lasts from its first session to its last. See
docs/how_to/treatments.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from painstats.frame.phase import Phase
from painstats.plan.treatment_names import same_name

MEDICINE_GAP_DAYS = 7
"""Days without a log up to which a medicine goes on: logs are forgotten."""

SESSION_GAP_DAYS = 28
"""Days without a session up to which a course goes on."""

LEAST_DAYS = 14
"""Days that the phase of a medicine lasts at least."""

LEAST_LOGGED = 0.7
"""Least share of the days of a medicine's phase that are logged: five of seven."""

STEADY_DAYS = 4
"""Days for which a new daily dose is logged, to count as a change of dose and not as a tablet more or less."""


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """A day on which a treatment was logged.

    Parameters
    ----------
    participant_id, name, kind
        Whose it is, its name as written, and its kind.
    date
        The local date.
    dose, dose_unit
        The sum of the day's doses; None where none was logged.
    is_in_phase
        Whether the day is one of a phase: neither a dose as needed nor a single session.
    """

    participant_id: str
    name: str
    kind: str
    date: date
    dose: float | None
    dose_unit: str | None
    is_in_phase: bool = False

    @property
    def treatment(self) -> tuple[str, str]:
        """The participant and the name without capitals."""
        return self.participant_id, same_name(self.name)


def phases_and_days(logged: Iterable[LoggedDay], last_dates: dict[str, date]) -> tuple[list[Phase], list[LoggedDay]]:
    """Find the phases in logged days.

    Parameters
    ----------
    logged
        The logged days of any participants, one for each treatment and date.
    last_dates
        The last date with data of each participant: what was logged shortly before it goes on.

    Returns
    -------
    The phases, and all days with ``is_in_phase`` set.
    """
    phases: list[Phase] = []
    days: list[LoggedDay] = []
    ordered = sorted(logged, key=lambda day: (day.treatment, day.date))
    for (participant, _), own in itertools.groupby(ordered, key=lambda day: day.treatment):
        for run in _runs(list(own)):
            is_phase = _is_phase(run)
            days += [replace(day, is_in_phase=is_phase) for day in run]
            phases += _phases(run, last_dates.get(participant)) if is_phase else []
    return phases, days


def _gap(day: LoggedDay) -> int:
    return MEDICINE_GAP_DAYS if is_medicine(day.kind) else SESSION_GAP_DAYS


def is_medicine(kind: str) -> bool:
    """Whether a logged day is a dose, not a session."""
    return kind in ("medicine", "supplement")


def _runs(days: Sequence[LoggedDay]) -> Iterator[list[LoggedDay]]:
    """Split the days of one treatment, in their order, where the gap between two is too long."""
    run = [days[0]]
    for day in days[1:]:
        if (day.date - run[-1].date).days - 1 > _gap(day):
            yield run
            run = []
        run.append(day)
    yield run


def _length(run: Sequence[LoggedDay]) -> int:
    return (run[-1].date - run[0].date).days + 1


def _is_phase(run: Sequence[LoggedDay]) -> bool:
    if not is_medicine(run[0].kind):
        return len(run) > 1
    return _length(run) >= LEAST_DAYS and len(run) >= LEAST_LOGGED * _length(run)


def _phases(run: Sequence[LoggedDay], last_date: date | None) -> Iterator[Phase]:
    """Yield a phase for each steady dose of a run; one without a dose where no dose was steady."""
    goes_on = last_date is not None and (last_date - run[-1].date).days <= _gap(run[-1])
    steps = _steady_doses(run)
    for (start, day), following in itertools.zip_longest(steps, steps[1:]):
        end = date.fromordinal(following[0].toordinal() - 1) if following else None if goes_on else run[-1].date
        yield Phase(day.participant_id, run[-1].name, day.kind, start, end, day.dose, day.dose_unit)


def _steady_doses(run: Sequence[LoggedDay]) -> list[tuple[date, LoggedDay]]:
    """Return each dose that was logged for some days, with its first date; the first one begins with the run."""
    grouped = (list(days) for _, days in itertools.groupby(run, key=lambda day: (day.dose, day.dose_unit)))
    steady = [days[0] for days in grouped if _length(days) >= STEADY_DAYS]
    changed = [
        day
        for before, day in itertools.pairwise([None, *steady])
        if day and (before is None or (before.dose, before.dose_unit) != (day.dose, day.dose_unit))
    ]
    if not changed:
        return [(run[0].date, replace(run[0], dose=None, dose_unit=None))]
    return [(run[0].date if place == 0 else day.date, day) for place, day in enumerate(changed)]
