"""Write the reports: one page for each participant, one for the cohort, and an index; other files are left alone."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from markupsafe import Markup

from painstats.errors import place_of
from painstats.findings.build import read_findings
from painstats.findings.finding import Finding
from painstats.findings.words import named_line
from painstats.frame.participants import ParticipantSummary, participant_summaries
from painstats.process_pool import Lost
from painstats.progress import working
from painstats.reports.cohort.page import cohort_page
from painstats.reports.experiment_plan import experiment_files
from painstats.reports.figures.vega_svg import unchecked_charts
from painstats.reports.outcome_choices import outcome_choices
from painstats.reports.pages import GENERATOR, Cell, Page, Part, Table, linked, named, page_bytes, page_name
from painstats.reports.personal.charts import personal_charts
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import participant_record
from painstats.reports.personal.treatments import declared_lines
from painstats.store.connection import Store
from painstats.store.publish import FailedReport, PagesWritten, new_generation, publish_tables

INDEX = "index.html"
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
    Every report: the index, the cohort's, then one for each participant in the order of their ids.
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
    with new_generation(store.study, _is_page) as generation:
        publish_tables(store, generation)
        with unchecked_charts(), closing(_pages(store)) as pages:
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
    yield INDEX, _attempt(lambda: _index_page(store, names, single, has_cohort=has_cohort))
    if has_cohort:
        yield COHORT, _attempt(lambda: cohort_page(store, participants, findings))
    choices = outcome_choices(store)
    with working("writing the reports", "pages", len(names)) as work:
        for participant in participants:
            own = choices.get(participant.participant_id, ())
            yield names[participant.participant_id], _attempt(partial(_personal, store, participant, single, own))
            work.advance()


def _personal(
    store: Store, participant: ParticipantSummary, findings: Sequence[Finding], choices: Sequence[str]
) -> Page:
    record = participant_record(store, participant, findings)
    return personal_page(store, record, personal_charts(record, store.study), choices)


def _attempt(make: Callable[[], Page]) -> bytes | Lost:
    """Make a page, or say why it could not be made: one participant's failure must not stop the others."""
    try:
        return page_bytes(make())
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


def _index_page(store: Store, names: Mapping[str, str], findings: Sequence[Finding], *, has_cohort: bool) -> Page:
    lines: dict[str | None, list[str]] = {participant: [] for participant in names}
    for finding in findings:
        lines[finding.participant_id].append(named_line(finding))
    for participant, line in declared_lines(store):
        if participant in lines:
            lines[participant].append(line)
    rows: list[tuple[Cell, ...]] = [
        (linked(name, named(participant)), Markup("<br>").join(lines[participant]))
        for participant, name in names.items()
    ]
    parts = [
        Part(
            "Participants",
            tables=(Table("One report for each participant", ("Report", "Findings"), tuple(rows), numbers=False),),
        )
    ]
    if has_cohort:
        cohort = (linked(COHORT, "The cohort report"), "all participants, for those who run the study")
        parts.insert(
            0,
            Part("Cohort", tables=(Table("All participants", ("Report", "What it is"), (cohort,), numbers=False),)),
        )
    return Page(title="Reports", heading="Reports", lines=(named(store.study.plan.study.name),), parts=tuple(parts))


def _is_page(path: Path) -> bool:
    """Whether a file is a page that painstats wrote; files of other origin stay."""
    if path.suffix != ".html" or not path.is_file():
        return False
    with path.open("rb") as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(HEAD_BYTES)
