"""Serve the flows of a study to the Prefect server on this machine: the nightly one on a schedule, others on request.

    painstats serve STUDY --cron "30 3 * * *" --time-zone Europe/London --exports FOLDER

The cohort analysis is started by hand, as is the personal report of ``--exports``; one run at a time, since a study has
one lock. Start the server first: ``painstats server``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import flows

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.schedules import Schedule

LOCAL_SERVER = "http://127.0.0.1:4200/api"
# Before Prefect is imported, or it would start a server of its own.
os.environ.setdefault("PREFECT_API_URL", LOCAL_SERVER)

from flows.cohort import cohort  # noqa: E402
from flows.nightly import nightly  # noqa: E402
from flows.personal import EXPORTS_VARIABLE, personal  # noqa: E402
from flows.tasks import STUDY_VARIABLE  # noqa: E402
from painstats.errors import PainstatsError, StudyError  # noqa: E402
from painstats.notify.digest import study_mark  # noqa: E402
from painstats.plan.study import read_study  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description="Run a study every night.")
    parser.add_argument("study", type=Path, help="the study folder")
    parser.add_argument(
        "--cron", default="30 3 * * *", help="when (default: %(default)s, which no clock change skips or repeats)"
    )
    parser.add_argument("--time-zone", default="UTC", help="the schedule's time zone (default: %(default)s)")
    parser.add_argument("--exports", type=Path, help="also serve the personal report of this folder of exports")
    parser.add_argument("--json", action="store_true", help="print what is served as JSON")
    options = parser.parse_args(arguments)
    flows.make_home()
    try:
        return _serve(options.study, options.cron, options.time_zone, options.exports, options.json)
    except PainstatsError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code


def _serve(folder: Path, cron: str, time_zone: str, exports: Path | None, as_json: bool) -> int:
    study, schedule = read_study(folder), _schedule(cron, time_zone)
    if exports is not None and not exports.is_dir():
        raise StudyError(f"--exports {exports} is not a folder; put exports and a diary into one")
    _check_server()
    # Prefect keeps the names of deployments, so they do not name the study.
    on_request: dict[str, Flow[..., Any]] = {f"cohort-{study_mark(study.folder)}": cohort}
    os.environ[STUDY_VARIABLE] = str(study.folder.resolve())  # inherited by the runs; Prefect never gets the name
    if exports is not None:
        on_request[f"personal-{study_mark(exports)}"] = personal
        os.environ[EXPORTS_VARIABLE] = str(exports.resolve())
    names = [f"{each.name}/{name}" for name, each in on_request.items()]
    if as_json:
        what = {"study": study.folder.name, "cron": cron, "time_zone": time_zone, "on_request": names}
        print(json.dumps(what, indent=2), flush=True)
    print(f"Serving {study.folder.name} at {cron!r} ({time_zone}); stop with Ctrl-C", file=sys.stderr)
    for name in names:
        print(f"Start by hand: prefect deployment run {name}", file=sys.stderr)
    _run_until_stopped(f"nightly-{study_mark(study.folder)}", schedule, on_request)
    return 0


def _run_until_stopped(name: str, schedule: Schedule, on_request: Mapping[str, Flow[..., Any]]) -> None:
    """Serve the nightly flow on a schedule, and others without one.

    ``prefect.serve`` would load each flow from its file at each run, in the working directory, where another project
    may have a folder ``flows``; a runner keeps the flows that are added to it.
    """
    from prefect.exceptions import TerminationSignal
    from prefect.runner import Runner

    runner = Runner(name=name, pause_on_shutdown=False, limit=1)
    runner.add_flow(nightly, name=name, schedule=schedule)
    for other, each in on_request.items():
        runner.add_flow(each, name=other)
    with suppress(KeyboardInterrupt, TerminationSignal):
        asyncio.run(runner.start())


def _schedule(cron: str, time_zone: str) -> Schedule:
    from prefect.schedules import Cron

    if time_zone not in available_timezones():
        raise StudyError(f"--time-zone {time_zone} is unknown; write an IANA name such as Europe/London")
    try:
        return Cron(cron, timezone=time_zone)
    except ValueError:
        raise StudyError(f"--cron {cron!r} is not a schedule; write five fields such as '30 3 * * *'") from None


def _check_server() -> None:
    server = os.environ["PREFECT_API_URL"]
    try:
        with urllib.request.urlopen(f"{server}/health", timeout=10):
            return
    except OSError:
        raise StudyError(f"no Prefect server answers at {server}; start it first with: painstats server") from None


if __name__ == "__main__":
    raise SystemExit(main())
