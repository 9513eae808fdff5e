"""``painstats run``: import new files, update the reports, and print a summary."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from painstats.batch import alike
from painstats.commands.printing import print_json, printable, printable_lines
from painstats.commands.report_lines import file_line, row_line, verdict_lines
from painstats.errors import QUARANTINED_EXIT_CODE
from painstats.intake.candidates import FileOutcome
from painstats.intake.load_files import Say
from painstats.notify.digest import Digest, digest_of, failure_digest
from painstats.notify.send import notify
from painstats.plan.study import Study, read_study
from painstats.run import RunSummary, run_study
from painstats.sources import NOT_READ
from painstats.store import open_store
from painstats.study_status.collect import study_status


def run(
    folder: Path,
    as_json: bool,
    quiet: bool,
    allow_quarantine: bool,
    processes: int | None = None,
    unattended: bool = False,
) -> int:
    """Run a study and print a summary; without anyone watching, also notify as the plan says."""
    study = read_study(folder)

    def report(summary: RunSummary) -> None:
        say("done")
        if as_json:
            print_json(as_answer(summary))
        else:
            print_summary(study, summary)

    with shown_progress(quiet=quiet) as say:
        summary = (_unattended if unattended else run_study)(study, say, processes, report)
    if allow_quarantine and summary.exit_code == QUARANTINED_EXIT_CODE:
        return 0
    return summary.exit_code


def _unattended(study: Study, say: Say, processes: int | None, report: Callable[[RunSummary], None]) -> RunSummary:
    """Run a study that a timer started, and notify; a notification that fails is said and changes nothing else."""
    try:
        summary = run_study(study, say, processes, report, unattended=True)
    except Exception as error:
        _notify(study, failure_digest(study.folder, int(getattr(error, "exit_code", 1))))
        raise
    with open_store(study) as store:
        digest = digest_of(study.folder, study_status(store))
    _notify(study, digest)
    return summary


def _notify(study: Study, digest: Digest) -> None:
    for failure in notify(study.plan.notify, digest):
        print(f"painstats: {failure}", file=sys.stderr)


def progress() -> Say:
    """Return a function that prints lines of progress with the seconds since the start."""
    timed = timer()

    def say(line: str) -> None:
        print(timed(line), file=sys.stderr, flush=True)

    return say


def timer() -> Callable[[str], str]:
    """Return a function that puts the seconds since now before a line."""
    started = time.monotonic()
    return lambda line: f"[{time.monotonic() - started:5.1f} s] {printable(line)}"


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Say]:
    """Show the progress of a run on standard error: lines, and in a terminal a bar under them."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        from painstats.commands.progress_bar import progress_bar  # rich is only for terminals

        with progress_bar(timer()) as say:
            yield say
    else:
        yield progress()


def silent(line: str) -> None:
    """Say nothing."""
    del line


def as_answer(summary: RunSummary) -> dict[str, Any]:
    """Return a run's summary for a program."""
    return {
        "exit_code": summary.exit_code,
        "changed": summary.changed,
        "refusal": summary.refusal,
        "to_settle": list(summary.to_settle),
        "reports": [str(path) for path in summary.reports],
        "failed_reports": [{"report": str(failed.path), "reason": failed.reason} for failed in summary.failed_reports],
        "files": [
            {
                "file": outcome.file.name,
                "participant": outcome.file.participant_id,
                "status": outcome.status,
                "rule": outcome.rule,
                "message": outcome.message,
                "rows": asdict(outcome.summary) if outcome.summary else None,
            }
            for outcome in summary.files
        ],
        "report": asdict(summary.report),
    }


def print_summary(study: Study, summary: RunSummary, *, hint: bool = True, names: bool = True) -> None:
    """Print what was read, what was rejected and what was found.

    With ``hint``, also where to look next. Without ``names`` no file is named: the output of a service ends up in logs.
    """
    reading = summary.report.reading
    print(f"Files: {file_line(reading)}")
    if reading.files.get("loaded"):
        print(f"Rows:  {row_line(reading)}")
    if names:
        for outcome in summary.files:
            _print_problem(study, outcome, hint)
    else:
        _print_problem_counts(study, summary)
    _print_notes(summary, names)
    if summary.exit_code == QUARANTINED_EXIT_CODE and not reading.rows_rejected:
        print(f"  an earlier run rejected rows but did not finish; list them with: painstats quarantine {study.folder}")
    if names:
        for line in summary.to_settle:
            print(f"To settle: {printable(line)}")
    elif summary.to_settle:
        print(f"  {len(summary.to_settle)} question(s) to settle; list them with: painstats run {study.folder}")
    if summary.refusal:
        print(f"No model: {summary.refusal}")
    if not summary.changed:
        print("Nothing new: the reports are up to date.")
        return
    for line in verdict_lines(study, summary.results):
        print(f"Found: {line}")
    print_failed_reports(summary, hint, names)
    if hint and summary.reports:
        print(f"Open:  {study.reports / 'index.html'}")


def _print_problem(study: Study, outcome: FileOutcome, hint: bool) -> None:
    if outcome.status in ("refused", "failed", "waiting"):
        print(f"  {outcome.status}: {printable(outcome.file.name)}: {printable_lines(outcome.message or '')}")
        return
    for note in unread(outcome):
        print(f"  {printable(outcome.file.name)}: {printable(note)}")
    if outcome.summary and outcome.summary.quarantined:
        look = f"; list them with: painstats quarantine {study.folder}" if hint else ""
        print(f"  {printable(outcome.file.name)}: {outcome.summary.quarantined:,} row(s) rejected{look}")


def unread(outcome: FileOutcome) -> list[str]:
    """Return the notes that name something in a file that was not read and might be wanted."""
    return [note for note in (outcome.summary.notes if outcome.summary else ()) if f": {NOT_READ}" in note]


def _print_notes(summary: RunSummary, names: bool) -> None:
    """Print what the readers concluded, alike notes once; without names, only how often the time zone is in doubt."""
    said = alike(
        note
        for outcome in summary.files
        for note in (outcome.summary.notes if outcome.summary else ())
        if note not in unread(outcome)
    )
    if names:
        for notes in said:
            print(f"  Note: {printable(notes.text)}")
    elif n_doubts := sum(notes.number for notes in said if notes.is_doubt):
        print(f"  {n_doubts} export(s) do not suit the declared time zone; list them with: painstats status")


def _print_problem_counts(study: Study, summary: RunSummary) -> None:
    n_unread = sum(len(unread(outcome)) for outcome in summary.files)
    if n_unread:
        print(f"  {n_unread} kind(s) of files inside archives were not read; list them with: painstats inspect")
    reading = summary.report.reading
    spoilt = reading.files_with_rejected_rows
    refused, failed = (reading.files.get(status, 0) for status in ("refused", "failed"))
    if spoilt or refused or failed:
        print(
            f"  {spoilt} file(s) with rejected rows, {refused} refused, {failed} failed; "
            f"list them with: painstats quarantine {study.folder}"
        )


def print_failed_reports(summary: RunSummary, hint: bool, names: bool) -> None:
    """Print which pages could not be written, and why."""
    for failed in summary.failed_reports:
        print(f"  {failed.path.name if names else 'a report'} could not be written: {failed.reason}")
    if summary.failed_reports:
        again = "The next run tries again, even if nothing is new. " if hint else ""
        print(f"{again}This is a bug; please report it.")
