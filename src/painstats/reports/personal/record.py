"""Everything that one participant's report is made from, read from the store at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from painstats.findings.finding import Finding
from painstats.findings.look_row import LookRow
from painstats.findings.revision import Revision, revisions_of
from painstats.frame.participants import ParticipantSummary
from painstats.questions.asked import asked
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.adjusted import Adjusted, adjusted
from painstats.store.connection import Store
from painstats.store.rows import RowType, select


@dataclass(frozen=True, slots=True, eq=False)
class ParticipantRecord:
    """One participant's data.

    Parameters
    ----------
    summary
        How many days there are.
    findings
        The participant's findings, in the order of the study's questions.
    all_findings
        The findings about every participant.
    looks
        What each answer day showed, in their order.
    revisions
        Answers that changed without a new answer day.
    adjusted
        Question to what the model of the participant's own days that answers it is adjusted for, where there is one.
    changes, experiments
        The participant's changes of treatments by number, and experiments by first day.
    contrasts
        The participant's findings about exploratory questions, in the order in which they were judged.
    days, frame, phases
        The rows of ``daily_summary``, ``model_frame`` and ``treatment_phase``, by date.
    treatment_days
        The rows of ``treatment_day``: doses and sessions that diaries logged, by date.
    """

    summary: ParticipantSummary
    findings: tuple[Finding, ...]
    all_findings: tuple[Finding, ...]
    looks: tuple[LookRow, ...]
    revisions: tuple[Revision, ...]
    adjusted: Mapping[str, Adjusted]
    changes: tuple[ChangeFinding, ...]
    experiments: tuple[ExperimentFinding, ...]
    contrasts: tuple[ContrastFinding, ...]
    days: pl.DataFrame
    frame: pl.DataFrame
    phases: pl.DataFrame
    treatment_days: pl.DataFrame

    @property
    def participant_id(self) -> str:
        """The participant."""
        return self.summary.participant_id


def participant_record(store: Store, summary: ParticipantSummary, all_findings: Sequence[Finding]) -> ParticipantRecord:
    """Read what is stored about a participant."""

    def own(table: str, order_by: str) -> pl.DataFrame:
        text = f"SELECT * FROM {table} WHERE participant_id = ? ORDER BY {order_by}"
        return store.connection.execute(text, [summary.participant_id]).pl()

    return ParticipantRecord(
        summary=summary,
        findings=tuple(finding for finding in all_findings if finding.participant_id == summary.participant_id),
        all_findings=tuple(all_findings),
        looks=tuple(_looks(store, summary.participant_id)),
        revisions=revisions_of(store, summary.participant_id),
        adjusted=_adjusted(store, summary.participant_id),
        changes=tuple(_found(store, "change_finding", ChangeFinding, summary.participant_id, "number")),
        experiments=tuple(
            _found(store, "experiment_finding", ExperimentFinding, summary.participant_id, "first_date, fingerprint")
        ),
        contrasts=tuple(_found(store, "contrast_finding", ContrastFinding, summary.participant_id, "rowid")),
        days=own("daily_summary", "date"),
        frame=own("model_frame", "date"),
        phases=own("treatment_phase", "start_date, name"),
        treatment_days=own("treatment_day", "date, name"),
    )


def _looks(store: Store, participant: str) -> list[LookRow]:
    query = "SELECT * FROM look WHERE participant_id = ? ORDER BY question, date, number, basis"
    return select(store, LookRow, query, [participant])


def _adjusted(store: Store, participant: str) -> dict[str, Adjusted]:
    questions = asked(store.study)
    found = {question.name: adjusted(store, question, questions, participant) for question in questions}
    return {question: taken for question, taken in found.items() if taken}


def _found(store: Store, table: str, row_type: type[RowType], participant: str, order_by: str) -> list[RowType]:
    query = f"SELECT * FROM {table} WHERE participant_id = ? ORDER BY {order_by}"
    return select(store, row_type, query, [participant])
