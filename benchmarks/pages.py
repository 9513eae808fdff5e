"""CPU time and size of personal pages: what is stored is read, charts are drawn, the page is put together.

    python -m benchmarks.pages STUDY

STUDY is a study folder that ``painstats run`` has computed, such as the one of ``make demo``. Nothing is written into
it. Each participant is measured once, after one page that is not counted. Results are in docs/method/benchmarks.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import process_time

from painstats.findings import read_findings
from painstats.frame.participants import participant_summaries
from painstats.plan.study import read_study
from painstats.reports.outcome_choices import outcome_choices
from painstats.reports.pages import page_bytes
from painstats.reports.personal.charts import personal_charts
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import participant_record
from painstats.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: CPU seconds of reading, of charts and of the page itself, and its bytes."""

    reading: float
    charts: float
    page: float
    size: int


def measured(store: Store) -> Iterator[Measured]:
    """Make the page of each participant."""
    findings = [finding for finding in read_findings(store) if not finding.is_average]
    choices = outcome_choices(store)
    for participant in participant_summaries(store):
        start = process_time()
        record = participant_record(store, participant, findings)
        was_read = process_time()
        charts = personal_charts(record, store.study)
        drawn = process_time()
        page = personal_page(store, record, charts, choices.get(record.participant_id, ()))
        size = len(page_bytes(page))
        yield Measured(was_read - start, drawn - was_read, process_time() - drawn, size)


def table(pages: Sequence[Measured]) -> str:
    """Write the means and the largest values as a table."""
    columns = [
        ("reading, CPU s", [page.reading for page in pages]),
        ("charts, CPU s", [page.charts for page in pages]),
        ("page, CPU s", [page.page for page in pages]),
        ("size, kB", [page.size / 1000 for page in pages]),
    ]
    rows = [f"| {name} | {fmean(values):.4f} | {max(values):.4f} |" for name, values in columns]
    return "\n".join([f"{len(pages)} pages", "", "| | mean | largest |", "|---|---:|---:|", *rows])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    study = read_study(parser.parse_args().study)
    with open_store(study) as store:
        next(measured(store))  # the first page also loads modules
        print(table(list(measured(store))))


if __name__ == "__main__":
    main()
