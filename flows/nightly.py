"""The nightly run as a Prefect flow: inbox, records, daily table, models, reports, for every participant.

Tasks get the study folder and a participant's number, never an id or a value, and return counts. Correctness lives
in the database's transactions; Prefect schedules, shows and reports.

    python -m flows.nightly run STUDY
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import flows  # noqa: F401 - sets Prefect up in the environment, before Prefect is imported

# isort: split
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from painstats.commands.run import print_summary, progress, silent, verdict_counts
from painstats.errors import QUARANTINED_EXIT_CODE, PainstatsError, place_of
from painstats.plan.study import Study, read_study
from painstats.run import FileOutcome, InboxFile, RunSummary, answer, list_inbox, load_files, prepare
from painstats.store import open_store

say = progress()

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def without_values(step: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Tell Prefect where an unforeseen error happened, and nothing else: libraries put values into their messages."""

    @wraps(step)
    def wrapped(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        try:
            return step(*arguments, **named)
        except PainstatsError:
            raise
        except Exception as error:
            raise RuntimeError(f"{type(error).__name__} in {place_of(error)}") from None

    return wrapped


@task(cache_policy=NO_CACHE, persist_result=False)
@without_values
def prepare_study(folder: str) -> list[list[InboxFile]]:
    """Check the study and list its inboxes: one of each participant, and one of files of several people."""
    study = read_study(Path(folder))
    with open_store(study) as store:
        prepare(store, say)
    return _inboxes(study)


@task(task_run_name="read-inbox-{number}", cache_policy=NO_CACHE, persist_result=False)
@without_values
def read_inbox(folder: str, number: int, inbox: list[InboxFile]) -> tuple[FileOutcome, ...]:
    """Read what is new from one participant."""
    with open_store(read_study(Path(folder))) as store:
        outcomes = load_files(store, inbox, silent)
    rows = sum(outcome.summary.read for outcome in outcomes if outcome.summary)
    # A service's output ends up in logs: counts only, no file names.
    say(f"inbox {number + 1}: {len(outcomes)} files, {rows} rows read")
    return outcomes


@task(cache_policy=NO_CACHE, persist_result=False)
@without_values
def compute_answers(folder: str, outcomes: tuple[FileOutcome, ...]) -> RunSummary:
    """Compute and write everything that rests on the records."""
    with open_store(read_study(Path(folder))) as store:
        return answer(store, outcomes, say)


@flow(name="painstats-nightly", persist_result=False, log_prints=False)
def nightly(study_folder: str) -> RunSummary:
    """Run a study once.

    Parameters
    ----------
    study_folder
        Path of the study folder.

    Raises
    ------
    RuntimeError
        After everything else was done: at least one participant's inbox could not be read.
    """
    inboxes = prepare_study(study_folder)
    states = [read_inbox(study_folder, number, inbox, return_state=True) for number, inbox in enumerate(inboxes)]
    failed = [number for number, state in enumerate(states) if not state.is_completed()]
    outcomes = tuple(outcome for state in states if state.is_completed() for outcome in state.result())
    summary = compute_answers(study_folder, outcomes)
    _leave_artifacts(study_folder, summary, failed)
    broken = sum(outcome.status == "failed" for outcome in outcomes)
    if failed or broken:
        raise RuntimeError(
            f"{len(failed)} of {len(inboxes)} inboxes and {broken} files could not be read; the others were; "
            "see the task runs for the reason"
        )
    return summary


def _inboxes(study: Study) -> list[list[InboxFile]]:
    """Group the files of the inbox by participant, in a fixed order."""
    groups: dict[str, list[InboxFile]] = {}
    for file in list_inbox(study):
        groups.setdefault(file.participant_id or "", []).append(file)
    return [groups[participant] for participant in sorted(groups)]


def _leave_artifacts(folder: str, summary: RunSummary, failed: list[int]) -> None:
    """Leave what was loaded, rejected and found as Prefect artifacts: counts only."""
    loaded = [asdict(outcome.summary) for outcome in summary.files if outcome.summary]
    rows = {key: sum(entry[key] for entry in loaded) for key in ("new", "same", "corrected", "quarantined", "ignored")}
    create_table_artifact(
        key="painstats-loaded",
        table=[{"files read": len(loaded), **rows}],
        description="Rows of the files that were new",
    )
    refused: dict[str, int] = {}
    for outcome in summary.files:
        if outcome.status in ("refused", "failed"):
            refused[outcome.rule or "unknown"] = refused.get(outcome.rule or "unknown", 0) + 1
    table = [{"reason": reason, "files": files} for reason, files in sorted(refused.items())]
    table += [{"reason": "inbox could not be read", "files": len(failed)}] if failed else []
    create_table_artifact(key="painstats-rejected", table=table, description="Files refused whole, by reason")
    found = "\n".join(f"- {line}" for line in verdict_counts(read_study(Path(folder))))
    create_markdown_artifact(
        key="painstats-found",
        markdown=("New data: the reports were written." if summary.changed else "Nothing was new.") + f"\n\n{found}",
        description="Verdicts by predictor, as counts of people",
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once from the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description="Run a study once, as a Prefect flow.")
    parser.add_argument("what", choices=("run",))
    parser.add_argument("study", type=Path, help="the study folder")
    parser.add_argument(
        "--allow-quarantine", action="store_true", help="end with 0 although rows were put in quarantine"
    )
    options = parser.parse_args(arguments)
    logging.disable(logging.ERROR)  # Prefect would print the trace of what is said below in a sentence
    try:
        study = read_study(options.study)
        summary = nightly(str(study.folder))
    except PainstatsError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code
    except RuntimeError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return 1
    say("done")
    print_summary(study, summary, names=False)
    return 0 if options.allow_quarantine and summary.exit_code == QUARANTINED_EXIT_CODE else summary.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
