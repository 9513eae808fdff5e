"""The days of a cohort: how many each step leaves, why others are left out, and what was imported."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.frame.participants import ParticipantSummary
from painstats.frame.safety import listed_opioids_with_blockers
from painstats.plan.study import Study
from painstats.questions.phrases import whole
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.treatment_counts import SMALL_CELL
from painstats.reports.data_used import days_table, files_table, measures_table, notes_table, rejected_table
from painstats.reports.devices import changes_line, devices_table
from painstats.reports.outcome_choices import cohort_sites_words
from painstats.reports.pages import Part, Table
from painstats.reports.regimes import regimes_words
from painstats.store.connection import Store
from painstats.store.tables import read_table


def days_part(
    store: Store, frame: pl.DataFrame, participants: Sequence[ParticipantSummary], single: Sequence[Finding]
) -> Part:
    """Count participants and days at each step, the days left out, and the days with each measure."""
    tables = (
        _flow_table(store.study, participants, single),
        days_table(store.study, frame),
        measures_table(store.study, read_table(store, "daily_summary", "participant_id, date")),
    )
    return Part("Participants and days", paragraphs=(*safety_words(store), *cohort_sites_words(store)), tables=tables)


def safety_words(store: Store) -> tuple[str, ...]:
    """Count the participants with an opioid and a blocker of opioids, if there are enough to say no more than that."""
    n_flagged = len({pair.participant_id for pair in listed_opioids_with_blockers(store)})
    if n_flagged < SMALL_CELL:
        return ()
    return (
        f"{whole(n_flagged)} participants listed an opioid and naltrexone or nalmefene within two weeks of each other. "
        "The report of each begins with a notice. This is a count by dates, not a finding.",
    )


def _flow_table(study: Study, participants: Sequence[ParticipantSummary], single: Sequence[Finding]) -> Table:
    rules = study.plan.rules
    judged = {finding.participant_id for finding in single if finding.verdict is not Verdict.NOT_JUDGED}
    steps = (
        ("with any data", [row.calendar_days for row in participants]),
        ("with scores", [row.outcome_days for row in participants if row.outcome_days]),
        (
            f"with enough days ({rules.min_days_in_model} with a score)",
            [row.days_in_model for row in participants if row.days_in_model],
        ),
        *_known_enough(rules.min_days_known, single),
        (
            f"shown individually ({rules.min_days_shown})",
            [row.usable_days for row in participants if row.usable_days >= rules.min_days_shown],
        ),
        (
            f"judged (first look at {rules.looks[0]}, and enough variation)",
            [row.usable_days for row in participants if row.participant_id in judged],
        ),
    )
    rows = tuple((name, whole(len(days)), whole(sum(days))) for name, days in steps)
    return Table("Participants and days at each step", ("Step", "Participants", "Days"), rows)


def _known_enough(least: int, single: Sequence[Finding]) -> list[tuple[str, list[int]]]:
    """List, for each exposure, the days with a score on which it is known, of participants with enough of them."""
    known: dict[str, list[int]] = {}
    for finding in single:
        days = finding.estimate.known_days or 0
        known.setdefault(phrases_of(finding.question).compared_with, []).extend([days] if days >= least else [])
    return [(f"with {exposure} known on {least} days with a score", days) for exposure, days in known.items()]


def data_part(store: Store) -> Part:
    """Say what was imported, rejected and noted, and which devices there were."""
    tables = (
        files_table(store, None),
        rejected_table(store, None),
        notes_table(store, None),
        devices_table(store, None),
    )
    return Part(
        "What was imported, and what was left out",
        paragraphs=(changes_line(store), *regimes_words(store)),
        tables=tuple(table for table in tables if table is not None),
    )
