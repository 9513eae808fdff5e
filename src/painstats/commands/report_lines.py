"""What a run's report says, in lines for a reader, for the console, ``status`` and the nightly flow."""

from __future__ import annotations

from painstats.commands.printing import printable
from painstats.findings.content import phrases_of
from painstats.findings.research_words import counts_words
from painstats.intake.files_read import FilesRead
from painstats.plan.study import Study
from painstats.questions.asked import asked
from painstats.questions.verdict import Verdict
from painstats.run_report import Results, RunReport
from painstats.store.damage import moment
from painstats.study_status.status import Problem, StudyStatus
from painstats.study_status.words import lead_words

FILE_WORDS = {"loaded": "read", "known": "already imported", "refused": "refused"}
"""Status of a file to its words in a summary, where 0 is said too."""


def file_line(reading: FilesRead) -> str:
    """Count the files: "21 read, 0 already imported, 0 refused"."""
    files = reading.files
    counts = [f"{files.get(status, 0)} {words}" for status, words in FILE_WORDS.items()]
    return ", ".join(
        [*counts, *(f"{files[status]} {status}" for status in ("withdrawn", "waiting", "failed") if status in files)]
    )


def row_line(reading: FilesRead) -> str:
    """Count the rows of the files that were read, as a sum."""
    return (
        f"{reading.rows_read:,} read = {reading.rows_new:,} new + {reading.rows_duplicate:,} duplicate "
        f"+ {reading.rows_corrected:,} corrected + {reading.rows_rejected:,} rejected + {reading.rows_unused:,} unused"
    )


def verdict_lines(study: Study, results: Results) -> list[str]:
    """Write how many participants got each verdict, one line for each question; then the declared treatments."""
    verdicts = results.findings.verdicts
    return [
        f"{phrases_of(question).exposure}: "
        + counts_words(question, {Verdict(name): count for name, count in verdicts[question.name].items()})
        for question in asked(study)
        if question.name in verdicts
    ] + declared_lines(results)


def declared_lines(results: Results) -> list[str]:
    """Write how many changes of treatments, and how many experiments, got each verdict."""
    made = results.findings
    counts = {"changes of treatments": made.changes, "experiments": made.experiments}
    return [
        f"{what}: " + ", ".join(f"{number} {label.replace('_', ' ')}" for label, number in verdicts.items())
        for what, verdicts in counts.items()
        if verdicts
    ]


def report_lines(report: RunReport) -> list[str]:
    """Write what a run did and how long each stage took, in a few lines."""
    ended = f"{_seconds(report)}, exit code {report.exit_code}" if report.finished_at else "did not finish"
    lines = [
        f"Last run with changes {moment(report.started_at.isoformat())}: {ended}",
        f"  files: {file_line(report.reading)}",
        f"  rows: {row_line(report.reading)}",
    ]
    if results := report.results:
        daily, frame = results.daily, results.frame
        lines += [
            f"  daily table: {daily.days:,} days of {daily.participants:,} participants, "
            f"{daily.rebuilt_days:,} of them computed in this run",
            f"  usable days: {frame.usable_rows:,} of {frame.rows:,}",
            f"  models fitted: {sum(results.fit.models.values()):,}",
            *(f"  {line}" for line in declared_lines(results)),
        ]
    if pages := report.pages:
        lines.append(f"  pages: {pages.written:,} written, {pages.unchanged:,} unchanged, {pages.failed:,} failed")
    return [*lines, f"  seconds: {_stage_seconds(report)}"]


def hand_lines(status: StudyStatus) -> list[str]:
    """Write what needs a hand, why, and what to do; one line that says so if nothing does."""
    lead = "".join(lead_words(status))
    if not status.problems:
        return [lead, "Nothing needs a hand."]
    lines = [f"  {_whom(problem)}: {problem.why}. {problem.advice}" for problem in status.problems]
    return [printable(line) for line in (lead, "Needs a hand:", *lines)]


def _whom(problem: Problem) -> str:
    """Name the participant, by id and number, and what it is about."""
    if problem.participant_id is None:
        return problem.subject
    number = f" (number {problem.number})" if problem.number else ""
    return f"{problem.participant_id}{number}, {problem.subject}"


def _seconds(report: RunReport) -> str:
    taken = (report.finished_at - report.started_at).total_seconds() if report.finished_at else 0.0
    return f"{taken:,.1f} s"


def _stage_seconds(report: RunReport) -> str:
    taken = {"reading": report.reading.seconds}
    if results := report.results:
        taken |= {
            "daily table": results.daily.seconds,
            "model frame": results.frame.seconds,
            "models": results.fit.seconds,
            "findings": results.findings.seconds,
        }
    if report.pages:
        taken["pages"] = report.pages.seconds
    return ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in taken.items())
