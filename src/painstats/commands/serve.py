"""``painstats serve``: run a study every night, scheduled by the server that ``painstats server`` started.

The cohort analysis, and with ``--exports`` one participant's report, are served too, to be started by hand.
"""

from __future__ import annotations

from pathlib import Path

from painstats.commands.services import become_flow, check_extra
from painstats.plan.study import read_study


def serve(folder: Path, cron: str, time_zone: str | None, exports: Path | None, as_json: bool) -> int:
    """Serve a study's runs until stopped.

    Raises
    ------
    StudyError
        Prefect is not installed, or the study cannot be read.
    """
    check_extra("nightly", "serve")
    study = read_study(folder)
    words = ["--cron", cron, "--time-zone", time_zone or study.plan.study.time_zone]
    words += ["--exports", str(exports)] if exports else []
    become_flow("serve", str(folder), *words, *(["--json"] if as_json else []))
