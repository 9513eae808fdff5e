"""``painstats run``: import new files, update the reports, and print a summary."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from painstats.commands.printing import print_json, printable, printable_lines
from painstats.errors import QUARANTINED_EXIT_CODE
from painstats.intake.load_files import FileOutcome, Say
from painstats.plan.study import Study, read_study
from painstats.run import RunSummary, run_study
from painstats.sources import NOT_READ, understood


def run(folder: Path, as_json: bool, quiet: bool, allow_quarantine: bool, processes: int | None = None) -> int:
    """Run a study and print a summary."""
    study = read_study(folder)
    say = silent if quiet else progress()

    def report(summary: RunSummary) -> None:
        say("done")
        if as_json:
            print_json(as_answer(summary))
        else:
            print_summary(study, summary)

    summary = run_study(study, say, processes, report)
    if allow_quarantine and summary.exit_code == QUARANTINED_EXIT_CODE:
        return 0
    return summary.exit_code


def progress() -> Say:
    """Return a function that prints lines of progress with the seconds since the start."""
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {printable(line)}", file=sys.stderr, flush=True)

    return say


def silent(line: str) -> None:
    """Say nothing."""
    del line


def as_answer(summary: RunSummary) -> dict[str, Any]:
    """Return a run's summary for a program."""
    return {
        "exit_code": summary.exit_code,
        "changed": summary.changed,
        "refusal": summary.refusal,
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
    }


def print_summary(study: Study, summary: RunSummary, *, hint: bool = True, names: bool = True) -> None:
    """Print what was read, what was rejected and what was found.

    With ``hint``, also where to look next. Without ``names`` no file is named: the output of a service ends up in logs.
    """
    loaded = [outcome.summary for outcome in summary.files if outcome.summary]
    known = sum(outcome.status == "known" for outcome in summary.files)
    withdrawn = _count(summary, "withdrawn")
    print(
        f"Files: {len(loaded)} read, {known} already imported, {_count(summary, 'refused')} refused"
        f"{f', {withdrawn} withdrawn' if withdrawn else ''}"
    )
    if loaded:
        print(
            f"Rows:  {sum(s.read for s in loaded):,} read = {sum(s.new for s in loaded):,} new "
            f"+ {sum(s.same for s in loaded):,} duplicate "
            f"+ {sum(s.corrected for s in loaded):,} corrected + {sum(s.quarantined for s in loaded):,} rejected "
            f"+ {sum(s.ignored for s in loaded):,} unused"
        )
    if names:
        for outcome in summary.files:
            _print_problem(study, outcome, hint)
    else:
        _print_problem_counts(study, summary)
    if summary.exit_code == QUARANTINED_EXIT_CODE and not any(s.quarantined for s in loaded):
        print(f"  an earlier run rejected rows but did not finish; list them with: painstats quarantine {study.folder}")
    if names and any(outcome.rule == "not_recognised" for outcome in summary.files):
        print(f"Supported formats:\n{understood()}")
    if summary.refusal:
        print(f"No model: {summary.refusal}")
    if not summary.changed:
        print("Nothing new: the reports are up to date.")
        return
    for line in verdict_counts(study):
        print(f"Found: {line}")
    _print_failed_reports(summary, hint, names)
    if hint and summary.reports:
        print(f"Open:  {study.reports / 'index.html'}")


def _count(summary: RunSummary, status: str) -> int:
    return sum(outcome.status == status for outcome in summary.files)


def _print_problem(study: Study, outcome: FileOutcome, hint: bool) -> None:
    if outcome.status in ("refused", "failed"):
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


def _print_problem_counts(study: Study, summary: RunSummary) -> None:
    n_unread = sum(len(unread(outcome)) for outcome in summary.files)
    if n_unread:
        print(f"  {n_unread} kind(s) of files inside archives were not read; list them with: painstats inspect")
    spoilt = sum(bool(outcome.summary and outcome.summary.quarantined) for outcome in summary.files)
    if spoilt or _count(summary, "refused") or _count(summary, "failed"):
        print(
            f"  {spoilt} file(s) with rejected rows, {_count(summary, 'refused')} refused, "
            f"{_count(summary, 'failed')} failed; list them with: painstats quarantine {study.folder}"
        )


def _print_failed_reports(summary: RunSummary, hint: bool, names: bool) -> None:
    for failed in summary.failed_reports:
        print(f"  {failed.path.name if names else 'a report'} could not be written: {failed.reason}")
    if summary.failed_reports:
        again = "The next run tries again, even if nothing is new. " if hint else ""
        print(f"{again}This is a bug; please report it.")


def verdict_counts(study: Study) -> list[str]:
    """Write how many participants got each verdict, one line for each question."""
    from painstats.findings.published import published_findings
    from painstats.findings.words import counts_words, phrases_of
    from painstats.questions.asked import asked

    path = study.published / "finding.parquet"
    if not path.exists():
        return []
    single = [finding for finding in published_findings(path) if not finding.is_average]
    questions = dict.fromkeys(finding.question for finding in single)
    order = {question: place for place, question in enumerate(asked(study))}
    lines = []
    for question in sorted(questions, key=lambda question: order.get(question, len(order))):
        counts = Counter(finding.verdict for finding in single if finding.question == question)
        lines.append(f"{phrases_of(question).exposure}: {counts_words(question, counts)}")
    return lines
