"""What a participant could record more often or more finely, and when the next answer day is; no promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from painstats.findings.catalogue import participants as words_of
from painstats.findings.catalogue import personal_page as say
from painstats.findings.content import days_left, phrases_of
from painstats.findings.finding import Finding
from painstats.findings.lead import score_words
from painstats.findings.states import State, state_of
from painstats.questions.phrases import listed

MOST_DAYS = 365
"""Days that are counted: those of the last year."""

PACE_DAYS = 56
"""Days from which the pace of scoring is taken."""

ENOUGH_SCORED, ENOUGH_KNOWN = 0.85, 0.9
"""Shares of days with a score, and of these with a known night or a known day, from which nothing more is asked."""

FINE_STEPS = 20
"""Steps of a scale from which it is not called coarse."""

ONE_SCORE, TWO_SCORES = 0.5, 0.7
"""Shares of one score, and of two next to each other, from which a finer scale would tell more."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a participant recorded in the last year, or since the record began.

    Parameters
    ----------
    outcome
        Name of the outcome.
    scale
        Its lowest and highest score.
    scores
        The scores, one for each day with one.
    days
        Days in all.
    nights_missing, wear_missing
        Days with a score whose night, or whose steps, are not known; None where the study does not ask about them, or
        none is known.
    """

    outcome: str
    scale: tuple[float, float]
    scores: Sequence[float]
    days: int
    nights_missing: int | None
    wear_missing: int | None


def clearer_words(recorded: Recorded) -> tuple[str, ...]:
    """Write what would make answers clearer, at most three points."""
    scored = len(recorded.scores)
    points = []
    if scored < ENOUGH_SCORED * recorded.days:
        points.append(say.MORE_SCORES.format(outcome=recorded.outcome, scored=scored, days=recorded.days))
    if _misses(recorded.nights_missing, scored):
        points.append(say.more_nights(recorded.nights_missing or 0))
    if _misses(recorded.wear_missing, scored) and len(points) < 2:
        points.append(say.more_wear(recorded.wear_missing or 0))
    return (*points, *_finer(recorded)) or (say.NOTHING_TO_RECORD,)


def _misses(missing: int | None, scored: int) -> bool:
    return missing is not None and scored > 0 and missing > (1 - ENOUGH_KNOWN) * scored


def _finer(recorded: Recorded) -> tuple[str, ...]:
    """Name the score, or the two next to each other, that most days have."""
    scores, (low, high) = recorded.scores, recorded.scale
    if not scores or high - low >= FINE_STEPS or any(score % 1 for score in scores):
        return ()
    counts = Counter(scores)
    one, times = max(counts.items(), key=lambda item: (item[1], -item[0]))
    if times >= ONE_SCORE * len(scores):
        return (say.FINER_ONE.format(score=score_words(one)),)
    first = max(sorted(counts), key=lambda score: counts[score] + counts[score + 1])
    if counts[first] + counts[first + 1] < TWO_SCORES * len(scores):
        return ()
    return (say.FINER_TWO.format(score=score_words(first), other=score_words(first + 1)),)


def next_answer_day(findings: Sequence[Finding], last: date, recent_share: float) -> str:
    """Write when the next answer day is, at the pace of the last weeks; empty where none is due.

    Parameters
    ----------
    findings
        A participant's findings.
    last
        The last day of the record.
    recent_share
        Share of the last 56 days with a score.
    """
    due = [
        finding
        for finding in findings
        if finding.question.is_confirmatory and days_left(finding) > 0 and _is_due(state_of(finding))
    ]
    if not due:
        return ""
    left = min(days_left(finding) for finding in due)
    same = [finding for finding in due if days_left(finding) == left]
    names = listed([phrases_of(finding.question).exposure for finding in same])
    if recent_share <= 0:
        return say.NEXT_AT.format(names=names, days=same[0].next_look_days)
    day = last + timedelta(days=round(left / recent_share))
    return say.NEXT_DAY.format(names=names, date=words_of.date_words(day))


def _is_due(state: State) -> bool:
    """Whether the next answer day can bring an answer."""
    return not state.is_split and state is not State.REFUSED


def first_counted(first: date, last: date) -> date:
    """Return the first day that is counted."""
    return max(first, last - timedelta(days=MOST_DAYS - 1))
