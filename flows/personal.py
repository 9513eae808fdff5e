"""One participant's exports as a Prefect flow: a report and a page for a visit, as ``painstats me`` makes them.

The folder with the exports and the diary is named by the environment (``PAINSTATS_EXPORTS``), and the pages are written
to ``pages/`` in it, replacing those of the run before. ``PAINSTATS_TIME_ZONE`` is needed only where no export names
the time zone. What only the participant can decide about a diary needs ``painstats me``. Prefect gets counts only.

    python -m flows.personal run FOLDER
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import flows  # noqa: F401 - sets Prefect up in the environment, before Prefect is imported
from painstats.interruption import end_on_signals, private_temporary_folder

if __name__ == "__main__":
    end_on_signals()  # importing Prefect takes seconds

# isort: split
from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.ends import ending_in_a_sentence
from flows.tasks import folder_named_by, private_task, run_once
from painstats.commands.my_options import MyOptions
from painstats.commands.my_places import pages_at
from painstats.commands.my_report import Wish, made_report
from painstats.commands.my_stages import Stages
from painstats.errors import StudyError

EXPORTS_VARIABLE, ZONE_VARIABLE = "PAINSTATS_EXPORTS", "PAINSTATS_TIME_ZONE"
PAGES, REPORT = "pages", "report.html"

Counts = dict[str, int]


@private_task()
def write_pages(folder: Path) -> Counts:
    """Read the exports and write both pages; return how many files were read and pages written, and the exit code."""
    pages = folder / PAGES
    exports = sorted(path for path in folder.iterdir() if path != pages and not path.name.startswith("."))
    if not exports:
        raise StudyError(f"{folder} holds no files; put exports and a diary into it")
    pages.mkdir(exist_ok=True)
    zone = os.environ.get(ZONE_VARIABLE)
    wish = Wish(exports, None, zone, None, pages_at(pages / REPORT), True, MyOptions())
    with made_report(wish, Stages(), quiet=True) as report:
        written = [page for page in (report.written, report.clinic) if page is not None]
        return {"files": len(exports), "pages": len(written), "exit code": report.summary.exit_code}


@flow(name="painstats-personal", persist_result=False, log_prints=False)
@ending_in_a_sentence
def personal() -> Any:
    """Write the pages of the participant whose exports ``PAINSTATS_EXPORTS`` names; return counts.

    Raises
    ------
    StepFailedError
        The exports cannot be read, or leave something open that only the participant knows.
    """
    folder = folder_named_by(EXPORTS_VARIABLE, "folder with exports")
    if not folder.is_dir():
        raise StudyError(f"{folder} is not a folder; put exports and a diary into one")
    counts = write_pages(folder, return_state=True).result()
    create_table_artifact(key="painstats-personal", table=[counts], description="Files read and pages written")
    return ", ".join(f"{name}: {number}" for name, number in counts.items())


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once from the command line; return the exit code."""
    return run_once(personal, "personal", EXPORTS_VARIABLE, "folder with exports", arguments)


if __name__ == "__main__":
    with private_temporary_folder():
        exit_code = main()
    raise SystemExit(exit_code)
