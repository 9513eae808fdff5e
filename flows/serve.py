"""Serve the nightly flow to the Prefect server on this machine, on a schedule.

    python -m flows.serve STUDY --cron "30 3 * * *" --time-zone Europe/London

Start the server first: ``python -m flows.server``.
"""

from __future__ import annotations

import argparse
import os
import sys
import urllib.request
from pathlib import Path
from zoneinfo import available_timezones

LOCAL_SERVER = "http://127.0.0.1:4200/api"
os.environ.setdefault(
    "PREFECT_API_URL", LOCAL_SERVER
)  # before Prefect is imported, or it would start a server of its own

from flows.nightly import nightly  # noqa: E402
from painstats.errors import PainstatsError, StudyError  # noqa: E402
from painstats.plan.study import read_study  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description="Run a study every night.")
    parser.add_argument("study", type=Path, help="the study folder")
    parser.add_argument(
        "--cron", default="30 3 * * *", help="when (default: %(default)s, which no clock change skips or repeats)"
    )
    parser.add_argument("--time-zone", default="UTC", help="the schedule's time zone (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        return _serve(options.study, options.cron, options.time_zone)
    except PainstatsError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code


def _serve(folder: Path, cron: str, time_zone: str) -> int:
    from prefect.schedules import Cron

    study = read_study(folder)
    if time_zone not in available_timezones():
        raise StudyError(f"--time-zone {time_zone} is unknown; write an IANA name such as Europe/London")
    try:
        schedule = Cron(cron, timezone=time_zone)
    except ValueError:
        raise StudyError(f"--cron {cron!r} is not a schedule; write five fields such as '30 3 * * *'") from None
    _check_server()
    print(f"Serving {study.folder.name} at {cron!r} ({time_zone}); stop with Ctrl-C", file=sys.stderr)
    nightly.serve(
        name=f"nightly-{study.folder.name}",
        parameters={"study_folder": str(study.folder)},
        schedule=schedule,
        limit=1,
        pause_on_shutdown=False,
    )
    return 0


def _check_server() -> None:
    server = os.environ["PREFECT_API_URL"]
    try:
        with urllib.request.urlopen(f"{server}/health", timeout=10):
            return
    except OSError:
        raise StudyError(f"no Prefect server answers at {server}; start it first: python -m flows.server") from None


if __name__ == "__main__":
    raise SystemExit(main())
