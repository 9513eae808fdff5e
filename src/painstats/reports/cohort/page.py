"""The page of a cohort for a researcher, put together from its parts in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from painstats.cohort.inputs import CohortInputs, cohort_inputs
from painstats.errors import StudyError
from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.plan_record import plan_record
from painstats.frame.participants import ParticipantSummary
from painstats.questions.asked import asked
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, listed
from painstats.questions.question import Question, outcome_of
from painstats.reports.cohort.averages import averages_in_full
from painstats.reports.cohort.days import data_part, days_part
from painstats.reports.cohort.diagnostics import diagnostics_part
from painstats.reports.cohort.effects import forest_chart, forest_rows, spread_words
from painstats.reports.cohort.experiments import experiment_part
from painstats.reports.cohort.exploratory import exploratory_part
from painstats.reports.cohort.files import file_rows
from painstats.reports.cohort.missing import missing_chart, missing_notes, week_rows
from painstats.reports.cohort.model import CohortModel, averages_part, cohort_model, spread_tables
from painstats.reports.cohort.multiverse import multiverse
from painstats.reports.cohort.other_models import other_models
from painstats.reports.cohort.page_type import CohortPage, Multiverse, Participants
from painstats.reports.cohort.participants import participant_table, participants_part
from painstats.reports.cohort.primary import primary_questions, primary_result
from painstats.reports.cohort.provenance import plan_words, provenance_words
from painstats.reports.cohort.results_files import CohortResults, read_results
from painstats.reports.cohort.treatments import treatment_part
from painstats.reports.cohort.who import description_of, participants_of
from painstats.reports.dates import date_words
from painstats.reports.numbers import Interval
from painstats.reports.pages import Cell, Chart, Part, named
from painstats.reports.robustness import read_robustness_checks, robustness_part
from painstats.reports.settings import settings_table
from painstats.store.connection import Store
from painstats.store.stages import imports_hash
from painstats.store.tables import read_table

INTERNAL = "Internal: shows single participants by code"
FOOTER = (
    "Effects are within participants and not randomised unless stated. This page shows rows of single participants "
    "under their codes: it is for those who run the study, not for publication."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What the page is made from.

    Parameters
    ----------
    store
        The open study.
    questions
        The daily questions, primary ones first.
    summaries, findings
        Of all participants; findings about averages too.
    model
        What was fitted over all participants.
    frame
        The model frame.
    results
        What ``painstats cohort`` computed.
    """

    store: Store
    questions: tuple[Question, ...]
    summaries: tuple[ParticipantSummary, ...]
    findings: tuple[Finding, ...]
    model: CohortModel
    frame: pl.DataFrame
    results: CohortResults

    @property
    def single(self) -> list[Finding]:
        """The findings about participants."""
        return [finding for finding in self.findings if not finding.is_average]

    def of(self, question: Question) -> list[Finding]:
        """Return the findings of a question about participants."""
        return [finding for finding in self.single if finding.question == question]


def cohort_page(store: Store, participants: Sequence[ParticipantSummary], findings: Sequence[Finding]) -> CohortPage:
    """Put the cohort's page together.

    Parameters
    ----------
    store
        The open study.
    participants
        All participants.
    findings
        All findings, about participants and averages.
    """
    study, questions = store.study, asked(store.study)
    read = _Read(
        store, tuple(primary_questions(study.plan, questions)), tuple(participants), tuple(findings),
        cohort_model(store, questions), read_table(store, "model_frame", "participant_id, date"), read_results(study),
    )  # fmt: skip
    label, record = outcome_words(outcome_of(study.plan.outcome)).label, plan_record(store)
    effects, *more_effects = [_forest(read, question) for question in read.questions] or [None]
    curves = _curves(read)
    exposures = [question.exposure for question in read.questions]
    first = read.questions[0] if read.questions else None
    return CohortPage(
        title=f"{capital(label)} in this study: cohort analysis",
        heading=f"{capital(_subject(read.questions, label))}: cohort analysis",
        about=_about(store, read.frame),
        plan=plan_words(record),
        provenance=provenance_words(record, imports_hash(store)),
        primary=primary_result(study.plan, read.questions, read.model, findings, read.results),
        participants=_participants(read),
        effects=effects,
        effects_note=spread_words(first, read.model.averages.get(first.name)) if first else "",
        more_effects=tuple(chart for chart in more_effects if chart),
        missing=missing_chart(week_rows(read.frame, exposures, _order(read)), is_beside=effects is not None),
        missing_notes=missing_notes(read.frame, first.exposure if first else None, read.results),
        multiverse=curves,
        multiverse_note="" if curves else read.results.absent or "No specification curve was computed.",
        files=file_rows(study),
        more=_more(read, questions),
        footer=FOOTER,
    )


def _subject(questions: Sequence[Question], label: str) -> str:
    """Name what the study is about: "sleep, steps and pain"."""
    return listed([*dict.fromkeys(phrases_of(question).exposure for question in questions), label])


def _about(store: Store, frame: pl.DataFrame) -> tuple[Cell, ...]:
    name = named(store.study.plan.study.name)
    first, last = frame["date"].min(), frame["date"].max()
    if first is None or last is None:
        return name, INTERNAL
    return name, f"{date_words(first)} to {date_words(last)}", INTERNAL  # type: ignore[arg-type]


def _participants(read: _Read) -> Participants:
    """Describe the participants; a file that cannot be used does not keep the rest of the page back."""
    plan = read.store.study.plan
    try:
        inputs: CohortInputs = cohort_inputs(read.store)
    except StudyError as error:
        return Participants((), "", None, "", refused=str(error))
    used = read.frame.filter(pl.col("left_out").is_null() & pl.col("in_cohort"))["participant_id"]
    return participants_of(description_of(inputs, plan, read.questions), plan, frozenset(used))


def _forest(read: _Read, question: Question) -> Chart | None:
    findings = read.of(question)
    return forest_chart(question, findings, read.model, participant_table(question, findings))


def _order(read: _Read) -> list[str]:
    """Return the participants in the order of the first forest."""
    return [row.participant_id for row in forest_rows(read.of(read.questions[0]))] if read.questions else []


def _curves(read: _Read) -> tuple[Multiverse, ...]:
    found = []
    for question in read.questions:
        average = read.model.averages.get(question.name)
        drawn = multiverse(read.results, question, analysed_days=average.days if average else None)
        found += [drawn] if drawn else []
    return tuple(found)


def _more(read: _Read, questions: Sequence[Question]) -> tuple[Part, ...]:
    """Return the further parts, which are folded."""
    store, model = read.store, read.model
    averages = [finding for finding in read.findings if finding.is_average]
    reported = {name: Interval(average.estimate, average.low, average.high) for name, average in model.averages.items()}
    checks = robustness_part(read_robustness_checks(store, "cohort"), reported, questions)
    parts = (
        averages_in_full(store, model, averages, read.single),
        days_part(store, read.frame, read.summaries, read.single),
        averages_part(model, questions),
        other_models(read.results.tables.get("effect")),
        treatment_part(store),
        experiment_part(store),
        Part("How participants differ", tables=spread_tables(model, questions)) if model.reported else None,
        *exploratory_part(store),
        checks,
        diagnostics_part(model, questions),
        participants_part(read.questions, read.single),
        data_part(store),
        Part("The settings behind this report", tables=(settings_table(store),)),
    )
    return tuple(part for part in parts if part)
