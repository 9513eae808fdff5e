"""What the cohort's page depends on beside the records and results of the study: files that a run does not write."""

from __future__ import annotations

import hashlib

from painstats.cohort.study_files import PARTICIPANTS_FILE, RESULTS
from painstats.plan.study import Study

SHOWN = ("effect", "missing_days", "specification", "specification_summary", "specification_shift")
"""The tables of ``results/`` that the page shows."""


def files_on_cohort_page(study: Study) -> tuple[str, ...]:
    """Return the digests of the files that the page shows, and the names of those that it lists."""
    folder = study.folder / RESULTS
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    read = [study.folder / PARTICIPANTS_FILE, *(folder / f"{name}.parquet" for name in SHOWN)]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in read]
    return (*names, *digests)
