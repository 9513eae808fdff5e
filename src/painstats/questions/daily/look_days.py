"""When looks are: at fixed numbers of a participant's own days with a score, and on fixed dates of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from painstats.plan.looks import looks_from, looks_until
from painstats.questions.look import LookDay

ScoredDates = Mapping[str, Sequence[date]]
"""Participant to the dates with a score, in order."""


def own_look_days(scored: ScoredDates, declared: Sequence[int]) -> dict[int, dict[str, LookDay]]:
    """Return number of a look to the participants who have reached it, and when.

    References
    ----------
    docs/method/verdict.md, when verdicts are given.
    """
    found: dict[int, dict[str, LookDay]] = {}
    for participant, dates in sorted(scored.items()):
        for number, days in enumerate(looks_until(declared, len(dates)), start=1):
            found.setdefault(number, {})[participant] = LookDay(number, dates[days - 1], days)
    return found


def study_look_dates(scored: ScoredDates, declared: Sequence[int], participants: int) -> tuple[date, ...]:
    """Return the dates of a study's looks that the scores have reached.

    The first is the day on which enough participants have reached their own first look; the next ones follow at the
    intervals, in calendar days, that the looks of one participant would have without a missing day.

    Parameters
    ----------
    scored, declared
        Dates with a score, and the looks of the plan.
    participants
        How many the study needs for an average, or for the mixed model.
    """
    first_looks = sorted(dates[declared[0] - 1] for dates in scored.values() if len(dates) >= declared[0])
    if len(first_looks) < participants:
        return ()
    first, last = first_looks[participants - 1], max(dates[-1] for dates in scored.values() if dates)
    found: list[date] = []
    for days in looks_from(declared):
        look = first + timedelta(days=days - declared[0])
        if look > last:
            break
        found.append(look)
    return tuple(found)


def pooled_look_days(scored: ScoredDates, declared: Sequence[int], dates: Sequence[date]) -> dict[str, list[LookDay]]:
    """Return participant to their pooled looks: the study's looks before which they have reached a look of their own.

    The number of a pooled look is that of the latest own look. One that several own looks precede has the number of the
    last of them; the others, and their share of the chance of a false sign, are not used.
    """
    found: dict[str, list[LookDay]] = {}
    for participant, own in sorted(scored.items()):
        passed = 0
        for look in dates:
            days = sum(day <= look for day in own)
            now = len(looks_until(declared, days))
            if now > passed:
                found.setdefault(participant, []).append(LookDay(now, look, days))
            passed = max(passed, now)
    return found
