"""The days that the page is about: at most a year until the last day with data, and those since the last visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from painstats.frame.logged_days import LoggedDay
from painstats.frame.phase import Phase
from painstats.plan.study import Study
from painstats.questions.outcome_words import OutcomeWords, is_better_when_higher, outcome_words
from painstats.questions.question import Outcome, outcome_of
from painstats.reports.personal.record import ParticipantRecord
from painstats.store.rows import rows_of

MOST_DAYS = 365
WEEKS_BEFORE = 12
"""Weeks before a visit that what came after it is compared with."""


@dataclass(frozen=True)
class ClinicDays:
    """A participant's data as the page needs them.

    Parameters
    ----------
    record, study
        The participant and the study.
    first, last
        The period of the page: at most a year.
    visit
        The last visit; None where it is not known.
    """

    record: ParticipantRecord
    study: Study
    first: date
    last: date
    visit: date | None

    @property
    def since(self) -> date:
        """The first day after the last visit; without one, the first day of the last three months."""
        if self.visit is not None:
            return self.visit + timedelta(days=1)
        two_months_back = (self.last.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
        return max(two_months_back.replace(day=1), self.first)

    @property
    def first_month(self) -> date:
        """The first day of the period that lies in the newest twelve months."""
        oldest = self.last.replace(year=self.last.year - 1, day=1) + timedelta(days=31)
        return max(self.first, oldest.replace(day=1))

    @property
    def before(self) -> tuple[date, date]:
        """The first and the last day of the weeks that are compared with those after the visit."""
        return self.since - timedelta(weeks=WEEKS_BEFORE), self.since - timedelta(days=1)

    @property
    def outcome(self) -> Outcome:
        """The outcome of the study."""
        return outcome_of(self.study.plan.outcome)

    @property
    def words(self) -> OutcomeWords:
        """How the outcome is named."""
        return outcome_words(self.outcome)

    @property
    def higher_is_worse(self) -> bool:
        """Whether a high score is a bad one."""
        return not is_better_when_higher(self.outcome)

    @cached_property
    def phases(self) -> list[Phase]:
        """The participant's treatments."""
        return rows_of(self.record.phases, Phase)

    @cached_property
    def logged(self) -> list[LoggedDay]:
        """The days on which the participant's diary logged a dose or a session."""
        return rows_of(self.record.treatment_days, LoggedDay)

    @cached_property
    def scores(self) -> Mapping[date, float]:
        """Date to score, of all days."""
        return self.known("outcome_score")

    @cached_property
    def scores_of_period(self) -> Mapping[date, float]:
        """Date to score, of the days of the page."""
        return {day: score for day, score in self.scores.items() if self.first <= day <= self.last}

    def known(self, measure: str) -> Mapping[date, float]:
        """Return the known days of a column of ``daily_summary`` with their values."""
        days = self.record.days
        return {day: value for day, value in zip(days["date"], days[measure], strict=True) if value is not None}


def clinic_days(record: ParticipantRecord, study: Study) -> ClinicDays:
    """Choose the days of the page."""
    last = record.summary.last_date
    first = max(record.summary.first_date, last - timedelta(days=MOST_DAYS - 1))
    return ClinicDays(record, study, first, last, study.last_visit(record.participant_id))
