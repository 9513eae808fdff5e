"""Serve the nightly flow to the Prefect server on this machine, on a schedule.

    painstats serve STUDY --cron "30 3 * * *" --time-zone Europe/London

Start the server first: ``painstats server``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.request
from pathlib import Path
from zoneinfo import available_timezones

import flows

LOCAL_SERVER = "http://127.0.0.1:4200/api"
# Before Prefect is imported, or it would start a server of its own.
os.environ.setdefault("PREFECT_API_URL", LOCAL_SERVER)

from flows.nightly import nightly  # noqa: E402
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
    parser.add_argument("--json", action="store_true", help="print what is served as JSON")
    options = parser.parse_args(arguments)
    flows.make_home()
    try:
        return _serve(options.study, options.cron, options.time_zone, options.json)
    except PainstatsError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code


def _serve(folder: Path, cron: str, time_zone: str, as_json: bool) -> int:
    from prefect.schedules import Cron

    study = read_study(folder)
    if time_zone not in available_timezones():
        raise StudyError(f"--time-zone {time_zone} is unknown; write an IANA name such as Europe/London")
    try:
        schedule = Cron(cron, timezone=time_zone)
    except ValueError:
        raise StudyError(f"--cron {cron!r} is not a schedule; write five fields such as '30 3 * * *'") from None
    _check_server()
    if as_json:
        print(json.dumps({"study": study.folder.name, "cron": cron, "time_zone": time_zone}, indent=2), flush=True)
    print(f"Serving {study.folder.name} at {cron!r} ({time_zone}); stop with Ctrl-C", file=sys.stderr)
    os.environ[STUDY_VARIABLE] = str(study.folder.resolve())  # inherited by the runs; Prefect never gets the name
    nightly.serve(
        name=f"nightly-{study_mark(study.folder)}",  # Prefect keeps the names of deployments
        schedule=schedule,
        limit=1,
        pause_on_shutdown=False,
        print_starting_message=not as_json,
    )
    return 0


def _check_server() -> None:
    server = os.environ["PREFECT_API_URL"]
    try:
        with urllib.request.urlopen(f"{server}/health", timeout=10):
            return
    except OSError:
        raise StudyError(f"no Prefect server answers at {server}; start it first with: painstats server") from None


if __name__ == "__main__":
    raise SystemExit(main())
