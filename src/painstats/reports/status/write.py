"""Write the index page at the end of each run. It shows times, so it is in no list of files of a run."""

from __future__ import annotations

from painstats.frame.participants import participant_summaries
from painstats.reports.pages import page_name
from painstats.reports.status.page import Links, status_page
from painstats.store import Store
from painstats.store.publish import replace_page
from painstats.store.tables import table_exists
from painstats.study_status.collect import study_status

INDEX = "index.html"

OTHER_PAGES = {"cohort.html": "Cohort analysis"}
"""Pages that are about no single participant, with their words; those that exist are linked."""


def write_status_page(store: Store) -> None:
    """Write the state of a study to ``reports/index.html``; readers see the old page or the new one.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    replace_page(store.study, INDEX, status_page(store.study, study_status(store), _links(store)))


def _links(store: Store) -> Links:
    reports = store.study.reports
    summaries = participant_summaries(store) if table_exists(store, "participant_summary") else []
    everyone = frozenset(summary.participant_id for summary in summaries)
    pages = {participant: page_name(participant, everyone) for participant in sorted(everyone)}
    present = {participant: name for participant, name in pages.items() if (reports / name).exists()}
    others = [(name, words) for name, words in OTHER_PAGES.items() if (reports / name).exists()]
    if (reports / "published").is_dir():
        others.append(("published/", "Tables (Parquet)"))
    return Links(present, tuple(others))
