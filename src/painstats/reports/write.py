"""Write the reports: one page for each participant, one for the cohort, and an index; other files are left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from painstats.findings.build import read_findings
from painstats.findings.finding import Finding
from painstats.findings.words import headline
from painstats.frame.participants import participant_summaries
from painstats.process_pool import Lost
from painstats.reports.cohort.page import cohort_page
from painstats.reports.figures.vega_svg import unchecked_charts
from painstats.reports.pages import GENERATOR, Cell, Page, Part, Table, linked, named, page_bytes, page_name
from painstats.reports.personal.draw_charts import participants_drawn
from painstats.reports.personal.page import personal_page
from painstats.store.connection import Store
from painstats.store.publish import write_privately

INDEX = "index.html"
COHORT = "cohort.html"
LEAST_IN_COHORT_REPORT = 2
HEAD_BYTES = 2048
PRIVATE_FOLDER = 0o700


def write_reports(store: Store, processes: int | None = None) -> list[Path]:
    """Write every report that the findings allow, into ``reports/`` of the study.

    A report that cannot be put together is replaced by a page that says so; the others are written all the same.
    Files whose bytes would not change are left alone; pages of participants no longer in the study are removed.

    Parameters
    ----------
    store
        The open study.
    processes
        How many processes draw; None for as many as there are processors, 1 for this one alone. The bytes are the same.

    Returns
    -------
    Every page: the index, the cohort's, then one for each participant in the order of their ids.
    """
    folder = store.study.reports
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    with unchecked_charts():
        pages = _pages(store, processes)
    for name, content in pages.items():
        _write_if_changed(folder / name, content)
    _remove_others(folder, set(pages))
    return [folder / name for name in pages]


def _pages(store: Store, processes: int | None) -> dict[str, bytes]:
    participants, findings = participant_summaries(store), read_findings(store)
    single = [finding for finding in findings if not finding.is_average]
    everyone = frozenset(participant.participant_id for participant in participants)
    names = {participant: page_name(participant, everyone) for participant in sorted(everyone)}
    has_cohort = len(participants) >= LEAST_IN_COHORT_REPORT
    pages = {INDEX: _attempt(lambda: _index_page(store, names, single, has_cohort=has_cohort))}
    if has_cohort:
        pages[COHORT] = _attempt(lambda: cohort_page(store, participants, findings))
    with participants_drawn(store, participants, single, processes) as drawn:
        for record, figures in drawn:
            name = names[record.participant_id]
            if isinstance(figures, Lost):
                pages[name] = page_bytes(_failed_page(figures.reason))
            else:
                pages[name] = _attempt(partial(personal_page, store, record, figures))
    return pages


def _attempt(make: Callable[[], Page]) -> bytes:
    """Make a page, or one that says that it could not be made: one participant's failure must not stop the others."""
    try:
        return page_bytes(make())
    except Exception as error:  # the type's name holds nothing about a participant; the message might
        return page_bytes(_failed_page(type(error).__name__))


def _failed_page(kind: str) -> Page:
    return Page(
        title="A report that could not be written",
        heading="This report could not be written",
        lines=(
            f"Something went wrong in the program while putting it together ({kind}).",
            "The other reports are not touched by this.",
        ),
        parts=(Part("What to do", paragraphs=("Please run painstats again, and report this if it stays.",)),),
    )


def _index_page(store: Store, names: Mapping[str, str], findings: Sequence[Finding], *, has_cohort: bool) -> Page:
    headlines: dict[str | None, list[str]] = {participant: [] for participant in names}
    for finding in findings:
        headlines[finding.participant_id].append(headline(finding))
    rows: list[tuple[Cell, ...]] = [
        (linked(name, named(participant)), "; ".join(headlines[participant])) for participant, name in names.items()
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


def _write_if_changed(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        write_privately(path, content)


def _remove_others(folder: Path, wanted: set[str]) -> None:
    """Remove pages of our own that no longer belong to anybody; files of other origin stay."""
    for path in folder.glob("*.html"):
        if path.name not in wanted and path.is_file() and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(HEAD_BYTES)
