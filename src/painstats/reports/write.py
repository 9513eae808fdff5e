"""Write the reports: two pages for each participant and one for the cohort; other files are left alone."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from painstats.errors import place_of
from painstats.findings.build import read_findings
from painstats.findings.finding import Finding
from painstats.frame.participants import ParticipantSummary, participant_summaries
from painstats.language import in_language
from painstats.process_pool import Lost
from painstats.progress import working
from painstats.reports.clinic.page import clinic_bytes, clinic_page
from painstats.reports.experiment_plan import experiment_files
from painstats.reports.outcome_choices import outcome_choices
from painstats.reports.pages import GENERATOR, Page, Part, clinic_page_name, page_bytes, page_name
from painstats.reports.personal.charts import personal_charts
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.reports.status.write import INDEX
from painstats.store.connection import Store
from painstats.store.plan_ledger import ledger_head
from painstats.store.publish import FailedReport, PagesWritten, new_generation, publish_tables

Made = TypeVar("Made")
COHORT = "cohort.html"
LEAST_IN_COHORT_REPORT = 2
HEAD_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: counts, every report, those of them that failed, and the SHA-256 of each file by its path."""

    pages: PagesWritten
    reports: tuple[Path, ...]
    failed: tuple[FailedReport, ...]
    files: Mapping[str, str]


def write_reports(store: Store) -> list[Path]:
    """Write every report that the findings allow, and the published tables, into ``reports/`` of the study.

    Returns
    -------
    Every report: the cohort's, then those of each participant, in the order of their ids: their own, and the one for a
    clinic visit.
    """
    return list(publish(store).reports)


def publish(store: Store) -> Published:
    """Write every report that the findings allow, and the published tables, and show them to readers in one step.

    A report that cannot be put together is replaced by a page that says so; the others are written all the same.
    Files whose bytes would not change are kept; pages of participants no longer in the study are removed.

    Parameters
    ----------
    store
        The open study.

    Raises
    ------
    StorageError
        The files cannot be written; those of the run before are unchanged.
    """
    started, reports, n_written = perf_counter(), store.study.reports, 0
    written: list[Path] = []
    failed: list[FailedReport] = []
    with new_generation(store.study, _is_page, ledger_head(store)) as generation:
        publish_tables(store, generation)
        with closing(_pages(store)) as pages:
            for name, page in pages:
                written.append(reports / name)
                if isinstance(page, Lost):
                    failed.append(FailedReport(reports / name, page.reason))
                    generation.write(name, page_bytes(_failed_page(page.reason)))
                else:
                    n_written += generation.write(name, page)
        for name, content in experiment_files(store):
            generation.write(name, content)
    files = {f"{reports.name}/{name}": digest for name, digest in generation.digests.items()}
    unchanged = len(written) - len(failed) - n_written
    counts = PagesWritten(n_written, unchanged, len(failed), perf_counter() - started)
    return Published(counts, tuple(written), tuple(failed), files)


def _pages(store: Store) -> Generator[tuple[str, bytes | Lost]]:
    """Yield each page's name and its bytes, or why it failed."""
    participants, findings = participant_summaries(store), read_findings(store)
    single = [finding for finding in findings if not finding.is_average]
    everyone = frozenset(participant.participant_id for participant in participants)
    names = {participant: page_name(participant, everyone) for participant in sorted(everyone)}
    has_cohort = len(participants) >= LEAST_IN_COHORT_REPORT
    if has_cohort:
        yield COHORT, _attempt(partial(_cohort, store, participants, findings))
    choices = outcome_choices(store)
    with working("writing the reports", "pages", len(names)) as work:
        for participant in participants:
            name, clinic = names[participant.participant_id], clinic_page_name(participant.participant_id, everyone)
            own = choices.get(participant.participant_id, ())
            record = _attempt(partial(_record, store, participant, single))
            if isinstance(record, Lost):
                yield from ((name, record), (clinic, record))
            else:
                yield name, _attempt(partial(_personal, store, record, own, clinic))
                yield clinic, _attempt(partial(_clinic, store, record))
            work.advance()


def _cohort(store: Store, participants: Sequence[ParticipantSummary], findings: Sequence[Finding]) -> bytes:
    from painstats.reports.cohort.page import cohort_page  # its models take a second to load

    return page_bytes(cohort_page(store, participants, findings))


def _record(store: Store, participant: ParticipantSummary, findings: Sequence[Finding]) -> ParticipantRecord:
    with in_language(store.study.plan.study.language):
        return participant_record(store, participant, findings)


def _personal(store: Store, record: ParticipantRecord, choices: Sequence[str], clinic: str) -> bytes:
    with in_language(store.study.plan.study.language):
        charts = personal_charts(record, store.study)
        return page_bytes(personal_page(store, record, charts, choices, clinic))


def _clinic(store: Store, record: ParticipantRecord) -> bytes:
    with in_language(store.study.plan.study.language):
        return clinic_bytes(clinic_page(store, record))


def _attempt(make: Callable[[], Made]) -> Made | Lost:
    """Make a page, or what it is made from, or say why not: one participant's failure must not stop the others."""
    try:
        return make()
    except Exception as error:  # the type's name reveals nothing about a participant; the message might
        return Lost(f"{type(error).__name__} in {place_of(error)}")


def _failed_page(reason: str) -> Page:
    return Page(
        title="A report that could not be written",
        heading="This report could not be written this time",
        lines=(f"Something in the program went wrong ({reason}).", "The other reports are not affected."),
        parts=(
            Part(
                "What to do",
                paragraphs=("The next run of painstats tries again. If this page comes back, please report it.",),
            ),
        ),
    )


def _is_page(path: Path) -> bool:
    """Whether a file is a page of a generation; files of other origin stay, and so does the index."""
    if path.name == INDEX or path.suffix != ".html" or not path.is_file():
        return False
    with path.open("rb") as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(HEAD_BYTES)
