"""What changed in the last month, always dated and with its cause: more days, a link that changed, or a new answer.

References: docs/method/questions.md, change of a link; docs/method/verdict.md, "Since the last report".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from painstats.findings.catalogue import participants as say
from painstats.findings.catalogue import personal_page as page
from painstats.findings.change_names import change_name
from painstats.findings.content import phrases_of
from painstats.findings.experiment_words import experiment_name, is_open
from painstats.findings.finding import Finding
from painstats.findings.look_row import LookRow
from painstats.findings.look_words import answer_words
from painstats.findings.revision import Revision, answers_alike
from painstats.findings.states import State, state_of
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.phrases import capital
from painstats.questions.treatment.finding import ChangeFinding

MONTH_DAYS = 30
"""What changed in so many days before the last one is listed."""

MOST_NEWS = 4
"""Changes that are listed; the newest first."""


BY_CAUSE = {
    "other_data": say.SINCE_OTHER_DATA,
    "other_plan": say.SINCE_OTHER_PLAN,
    "other_version": say.SINCE_OTHER_VERSION,
}
"""Cause of a revision to its sentence."""


@dataclass(frozen=True, slots=True)
class News:
    """A change of an answer: its date, what to say, and the name with which that begins."""

    date: date
    words: str
    name: str = ""


def news_words(news: Iterable[News], last: date) -> tuple[str, ...]:
    """Write what changed in the month up to a date, the newest first, and that everything else is as it was."""
    first = last - timedelta(days=MONTH_DAYS)
    recent = sorted((each for each in news if first < each.date <= last), key=lambda each: each.date, reverse=True)
    if not recent:
        return (page.SINCE_NOTHING,)
    return (*(each.words for each in recent[:MOST_NEWS]), page.SINCE_OTHERS)


def since_date(last: date) -> str:
    """Write the heading above them."""
    return page.SINCE.format(date=say.date_words(last - timedelta(days=MONTH_DAYS)))


def news_of_finding(finding: Finding, looks: Sequence[LookRow], revisions: Sequence[Revision] = ()) -> News | None:
    """Say how a participant's answer differs from that of the look before, or that it is the first one, and why.

    Parameters
    ----------
    finding
        About a participant.
    looks
        All looks at their questions.
    revisions
        Answers to their questions that other data, another plan or another version changed.
    """
    if finding.judged is None:
        return None
    rows = [row for row in looks if row.question == finding.question.name and row.basis == finding.judged.basis]
    if not rows:
        return None
    rows.sort(key=lambda row: row.number)
    now, name = rows[-1], capital(phrases_of(finding.question).exposure)
    if state_of(finding) is State.CHANGED:
        before = next((row for row in reversed(rows) if not row.withdrawn), now)
        words = say.SINCE_LINK_CHANGED.format(name=name, before=answer_words(finding, before), now=say.CHANGED)
        return News(now.date, words, name)
    if revision := _revision_of(now, rows[:-1], revisions):
        return _revised(finding, now, revision, name)
    if len(rows) < 2:
        words = page.SINCE_FIRST.format(name=name, date=say.date_words(now.date), days=now.days)
        return News(now.date, words, name)
    before = rows[-2]
    if answer_words(finding, before) == answer_words(finding, now):
        return None
    words = say.SINCE_MORE_DAYS.format(
        name=name,
        before=answer_words(finding, before),
        now=answer_words(finding, now),
        date=say.date_words(now.date),
        days=now.days,
    )
    return News(now.date, words, name)


def _revision_of(now: LookRow, earlier: Sequence[LookRow], revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision that made the answer what it is: at this look, or at one that gave the same answer."""
    alike = {row.number for row in (*earlier[-1:], now) if answers_alike(row, now)}
    found = [one for one in revisions if (one.question, one.basis) == (now.question, now.basis)]
    return next((one for one in found if one.number in alike), None)


def _revised(finding: Finding, now: LookRow, revision: Revision, name: str) -> News | None:
    was = replace(now, verdict=revision.before, withdrawn=revision.withdrawn_before)
    before, after = answer_words(finding, was), answer_words(finding, now)
    words = BY_CAUSE[revision.cause].format(name=name, before=before, now=after)
    return News(revision.noted_on, words, name) if before != after else None


def news_of_change(change: ChangeFinding) -> News | None:
    """Say that a change of a treatment has been looked at, for the first time or again."""
    if change.look_date is None:
        return None
    entry = page.SINCE_TREATMENT_AGAIN if change.look > 1 else page.SINCE_TREATMENT_FIRST
    if change.withdrawn is not None:
        entry = page.SINCE_TREATMENT_WITHDRAWN
    name = change_name(change)
    return News(change.look_date, entry.format(name=name, date=say.date_words(change.look_date)), name)


def news_of_experiment(experiment: ExperimentFinding) -> News | None:
    """Say that an experiment is over, so that its result is open."""
    if not is_open(experiment):
        return None
    name = experiment_name(experiment)
    words = page.SINCE_EXPERIMENT.format(name=name, date=say.date_words(experiment.last_date))
    return News(experiment.last_date, words, name)
