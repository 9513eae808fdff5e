"""The nightly run as a Prefect flow: inbox, records, daily table, models, reports, for every participant.

The study is named by the environment (``PAINSTATS_STUDY``), since Prefect keeps the parameters of its flows. Tasks get
a participant's number, never an id or a value, and return counts. Correctness lives in the database's transactions;
Prefect schedules, shows and reports.

    python -m flows.nightly run STUDY
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import flows  # noqa: F401 - sets Prefect up in the environment, before Prefect is imported
from painstats.interruption import end_on_signals, private_temporary_folder

if __name__ == "__main__":
    end_on_signals()  # importing Prefect takes seconds

# isort: split
from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.context import refresh_global_settings_context
from prefect.logging import get_run_logger
from prefect.states import Completed

from flows.ends import WITH_PROBLEMS, end_of_inbox, end_of_night, ending_in_a_sentence, file_problems
from flows.failures import StepFailedError
from flows.local_server import start_local_server
from flows.tasks import STUDY_VARIABLE, folder_named_by, private_task
from painstats.commands.report_lines import verdict_lines
from painstats.commands.run import print_summary, progress, silent
from painstats.daily import DailyTableBuilt
from painstats.errors import QUARANTINED_EXIT_CODE, PainstatsError
from painstats.intake.files_read import FilesRead, files_read
from painstats.intake.settling import names_still_written, with_unsettled_marked
from painstats.notify.digest import Digest, digest_of, failure_digest
from painstats.notify.send import notify
from painstats.plan.study import Study, read_study
from painstats.run import (
    FileOutcome,
    InboxFile,
    RunSummary,
    answer,
    list_inbox,
    load_files,
    logged_failure,
    prepare,
)
from painstats.shards.read import ShardsRead, mark_shards_reported, read_shards
from painstats.shards.workers import workers_of
from painstats.store.connection import held, opened
from painstats.store.ledger import mark_reported
from painstats.store.shards import dealt
from painstats.study_status.collect import study_status
from painstats.study_status.numbers import participant_numbers
from painstats.study_status.status import StudyStatus

say = progress()


@private_task()
def prepare_study(study: Study) -> list[Inbox]:
    """Check the study and list its inboxes: one for each participant, and one for files of several.

    There are none where the study is in shards, each of which lists its own.
    """
    with opened(study) as store:
        shards = prepare(store, say)
        numbers = participant_numbers(store)
    return [] if shards else _inboxes(study, numbers)


@private_task(task_run_name="read-inbox-{number}")
def read_inbox(study: Study, number: int, inbox: list[InboxFile]) -> Any:
    """Read what is new from one participant; 0 is the number of the inbox with files of several participants."""
    with opened(study) as store:
        outcomes = load_files(store, inbox, silent)
    rows = sum(outcome.summary.read for outcome in outcomes if outcome.summary)
    problems = file_problems(outcomes)
    # A service's output ends up in logs: counts only, no file names.
    say("; ".join([f"inbox {number}: {len(outcomes)} files, {rows} rows read", *problems]))
    if problems:
        get_run_logger().warning("%s: %s", _named(number), "; ".join(problems))
    return end_of_inbox(outcomes)


@private_task()
def read_in_shards(study: Study) -> ShardsRead:
    """Read every shard: in processes, or by the workers of a Dask scheduler, which know nothing of Prefect."""
    return read_shards(dealt(study), workers_of(study), say, names_still_written(study))


@private_task()
def compute_answers(
    study: Study,
    outcomes: tuple[FileOutcome, ...],
    reading: FilesRead,
    daily: DailyTableBuilt | None,
    failed_inboxes: int,
) -> tuple[RunSummary, StudyStatus]:
    """Compute and write everything that depends on the records; return the state of the study after it too."""
    with opened(study) as store:
        summary = answer(store, outcomes, reading, say, daily=daily, failed_inboxes=failed_inboxes)
        return summary, study_status(store)


@private_task()
def tell_operator(study: Study, digest: Digest) -> Any:
    """Notify as the plan says. A channel that fails is said, and the night is complete all the same."""
    failures = notify(study.plan.notify, digest)
    for failure in failures:
        say(failure)
        get_run_logger().warning("%s", failure)
    return Completed(name=WITH_PROBLEMS, message="; ".join(failures)) if failures else len(digest.lines)


@flow(name="painstats-nightly", persist_result=False, log_prints=False)
@ending_in_a_sentence
def nightly() -> Any:
    """Run the study that ``PAINSTATS_STUDY`` names once. No other run comes in between.

    Returns
    -------
    The run's summary; the state is ``CompletedWithProblems`` where a file was refused, a row was rejected or something
    needs a hand, and ``Failed`` if the plan says so.

    Raises
    ------
    StepFailedError
        The study cannot be run; or, after everything else was done, at least one participant's inbox or one file could
        not be read, or a report not written.
    """
    study = read_study(folder_named_by(STUDY_VARIABLE, "study"))
    try:
        with logged_failure(study):
            summary, status, n_failed, n_inboxes = _night(study)
    except Exception as error:
        tell_operator(study, failure_digest(study.folder, int(getattr(error, "exit_code", 1))))
        raise
    for problem in status.problems:
        get_run_logger().warning("%s: %s", _named(problem.number), problem.public_why)
    tell_operator(study, digest_of(study.folder, status))
    return end_of_night(summary, status, n_failed, n_inboxes, problems_fail=study.plan.nightly.problems_fail)


def _night(study: Study) -> tuple[RunSummary, StudyStatus, int, int]:
    """Read, compute and write; return also how many inboxes could not be read, of how many."""
    with held(study):
        # A task that ends in Failed is raised by its state alone: calling it would return the error as its result.
        inboxes, started = prepare_study(study, return_state=True).result(), perf_counter()
        states = [read_inbox(study, each.number, each.files, return_state=True) for each in inboxes]
        failed = sum(not state.is_completed() for state in states)
        outcomes = tuple(outcome for state in states if state.is_completed() for outcome in state.result())
        in_shards = read_in_shards(study, return_state=True).result() if dealt(study) else None
        outcomes = in_shards.outcomes if in_shards else outcomes
        reading, daily = files_read(outcomes, perf_counter() - started), in_shards.daily if in_shards else None
        summary, status = compute_answers(study, outcomes, reading, daily, failed, return_state=True).result()
        _leave_artifacts(study, summary, failed)
        _mark_reported(study, in_shards)  # only now: a night that is killed before leaves the notice to the next
    return summary, status, failed, len(inboxes)


def _mark_reported(study: Study, in_shards: ShardsRead | None) -> None:
    if in_shards:
        mark_shards_reported(in_shards.unreported)
        return
    with opened(study) as store:
        mark_reported(store)


def _named(number: int | None) -> str:
    return f"participant {number}" if number else "the study"


@dataclass(frozen=True, slots=True)
class Inbox:
    """The files of one participant, or with the number 0 those that name their participants themselves."""

    number: int
    files: list[InboxFile]


def _inboxes(study: Study, numbers: Mapping[str, int]) -> list[Inbox]:
    """Group the files of the inbox by participant, in a fixed order; mark those that are still being written."""
    groups: dict[int, list[InboxFile]] = {}
    for file in with_unsettled_marked(list_inbox(study), study.plan.nightly.settle_seconds):
        groups.setdefault(numbers.get(file.participant_id or "", 0), []).append(file)
    return [Inbox(number, groups[number]) for number in sorted(groups)]


def _leave_artifacts(study: Study, summary: RunSummary, failed: int) -> None:
    """Leave what was read, rejected and found as Prefect artifacts: counts only, from the run's report."""
    reading = summary.report.reading
    rows = {name: getattr(reading, f"rows_{name}") for name in ("new", "duplicate", "corrected", "rejected", "unused")}
    create_table_artifact(
        key="painstats-loaded",
        table=[{"files read": reading.files.get("loaded", 0), **rows}],
        description="Rows of the files that were new",
    )
    table = [{"reason": reason, "files": files} for reason, files in reading.refusals.items()]
    table += [{"reason": "inbox could not be read", "files": failed}] if failed else []
    create_table_artifact(key="painstats-rejected", table=table, description="Files that were refused, by reason")
    found = "\n".join(f"- {line}" for line in verdict_lines(study, summary.results))
    create_markdown_artifact(
        key="painstats-found",
        markdown=("New data: the reports were written." if summary.changed else "Nothing was new.") + f"\n\n{found}",
        description="Number of participants with each verdict, by question",
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once from the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description="Run a study once, as a Prefect flow.")
    parser.add_argument("what", choices=("run",))
    parser.add_argument("study", type=Path, help="the study folder")
    parser.add_argument("--allow-quarantine", action="store_true", help="exit with 0 even if rows were rejected")
    options = parser.parse_args(arguments)
    logging.disable(logging.ERROR)  # Prefect would print the trace of what is said below in a sentence
    try:
        study = read_study(options.study)
        os.environ[STUDY_VARIABLE] = str(study.folder.resolve())
        start_local_server()
        refresh_global_settings_context()
        summary = nightly()
    except (PainstatsError, StepFailedError) as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code
    except RuntimeError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return 1
    say("done")
    print_summary(study, summary, names=False)
    return 0 if options.allow_quarantine and summary.exit_code == QUARANTINED_EXIT_CODE else summary.exit_code


if __name__ == "__main__":
    with private_temporary_folder():
        exit_code = main()
    raise SystemExit(exit_code)
