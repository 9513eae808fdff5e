"""What ``painstats me`` prints: five lines on what it concluded, problems, answers, and where the pages are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from painstats.batch import alike
from painstats.commands.my_problems import own_name, problem, rejected_lines
from painstats.commands.my_report import MyReport
from painstats.commands.my_words import in_my_words
from painstats.commands.printing import print_json, printable
from painstats.commands.run import as_answer, print_failed_reports
from painstats.findings.build import read_findings
from painstats.findings.clearer import clearer_words, next_answer_day
from painstats.findings.firmness import firmness_of
from painstats.findings.words import named_line
from painstats.frame.participants import ParticipantSummary, participant_summaries
from painstats.frame.phase import read_phases
from painstats.intake.candidates import FileOutcome
from painstats.plan.study import Study
from painstats.plan.treatment_names import same_name
from painstats.questions.date_words import date_words
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import label_text, listed, whole
from painstats.questions.question import outcome_of
from painstats.reports.data_used import FILLED_WORDS
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.reports.personal.recorded import recent_share, recorded
from painstats.reports.personal.treatments import declared_lines
from painstats.reports.robustness import read_robustness_checks

MOST_NAMES = 4
"""Treatments and files that a line names; further ones are counted."""

NO_BREAK_SPACE = "\u00a0"

ABOUT = {
    "now": "about that moment",
    "today": "about that day",
    "last_24_hours": "about the last 24 hours",
    "yesterday": "about the day before",
}
"""The period that a score describes, in few words."""

WIDTH = 12
"""Letters of the words before each line."""


def report_as_json(report: MyReport) -> None:
    """Print everything for a program."""
    pages = [str(page) for page in (report.written, report.clinic) if page]
    print_json({**as_answer(report.summary), "reports": pages, "concluded": concluded(report)})


def print_report(report: MyReport, *, explain: bool) -> None:
    """Print the summary for a person; with ``explain`` also from what everything was concluded."""
    for name, words in _five_lines(report):
        print(f"{name + ':':<{WIDTH}} {printable(words)}")
    if explain:
        _print_reasons(report)
    _print_problems(report)
    _print_answers(report)
    _print_end(report)


def concluded(report: MyReport) -> list[str]:
    """Return what was found out without being asked, in sentences."""
    said = [report.zone.said] if report.zone.said else []
    for diary in report.diaries:
        said += [f"{diary.path.name}: {sentence}" for sentence in diary.found.said]
    return said + list(report.outcome.said)


# --- five lines ---


def _five_lines(report: MyReport) -> Iterator[tuple[str, str]]:
    reading = report.summary.report.reading
    names = [own_name(outcome.file.name) for outcome in report.summary.files if outcome.status in ("loaded", "known")]
    rows = (
        f"{whole(reading.rows_read)} rows: {whole(reading.rows_new)} new, {whole(reading.rows_unused)} unused, "
        f"{whole(reading.rows_rejected)} rejected"
    )
    yield "Files", f"{_few(names) or 'none could be read'}; {rows}"
    yield "Time zone", f"{report.zone.name}{'' if report.zone.said else ', as you said'}"
    yield "Scores", _scores(report)
    yield "Treatments", _treatments(report)
    yield "Days", _days(report)


def _few(names: Sequence[str]) -> str:
    shown = [label_text(name) for name in names[:MOST_NAMES]]
    return listed([*shown, f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else shown)


def _scores(report: MyReport) -> str:
    """Say what is scored, on which scale, when, and about which time."""
    outcome = outcome_of(report.store.study.plan.outcome)
    low, high = outcome.scale
    kinds = report.store.connection.execute(
        "SELECT filled, recall FROM self_report WHERE item = ? GROUP BY ALL ORDER BY count(*) DESC", [outcome.item]
    ).fetchall()
    how = f", written {FILLED_WORDS[kinds[0][0]]} {ABOUT[kinds[0][1]]}" if kinds else ""
    diaries = [diary.path.name for diary in report.diaries if diary.found.plan]
    source = f" (from {_few(diaries)})" if diaries else ""
    return f"{outcome_words(outcome).label}, {low:g} to {high:g}{how}{source}"


def _treatments(report: MyReport) -> str:
    names = list({same_name(phase.name): phase.name.strip() for phase in read_phases(report.store)}.values())
    return _few(names) if names else "none found; a table of them with start dates would be read too"


def _days(report: MyReport) -> str:
    found = participant_summaries(report.store)
    return _days_words(found[0]) if found else "none"


def _days_words(summary: ParticipantSummary) -> str:
    return (
        f"{date_words(summary.first_date)} to {date_words(summary.last_date)}: "
        f"{whole(summary.outcome_days)} of {whole(summary.calendar_days)} with a score, "
        f"{whole(summary.valid_nights)} with a night, {whole(summary.valid_step_days)} with steps"
    )


# --- the rest ---


def _print_reasons(report: MyReport) -> None:
    print("From what this was concluded:")
    for sentence in concluded(report):
        print(f"  {printable(sentence)}")
    for said in alike(in_my_words(note) for file in report.summary.files for note in _notes(file)):
        print(f"  {printable(said.text)}")


def _print_problems(report: MyReport) -> None:
    for outcome in report.summary.files:
        if outcome.status in ("refused", "failed", "waiting"):
            print(problem(outcome))
    lines = list(rejected_lines(report.store))
    if lines:
        print("Rows that could not be used; painstats inspect FILE shows each of them:")
        print("\n".join(lines))
    for said in alike(in_my_words(note) for file in report.summary.files for note in _notes(file)):
        if said.is_doubt:
            print(f"Please check: {printable(said.text)}")
    for line in report.summary.to_settle:
        print(f"To settle: {printable(in_my_words(line))}")


def _notes(outcome: FileOutcome) -> tuple[str, ...]:
    return outcome.summary.notes if outcome.summary else ()


def _print_answers(report: MyReport) -> None:
    if report.summary.refusal:
        print(f"No answers yet: {in_my_words(report.summary.refusal)}")
        return
    for summary in participant_summaries(report.store):
        findings = [finding for finding in read_findings(report.store) if not finding.is_average]
        record = participant_record(report.store, summary, findings)
        checks = read_robustness_checks(report.store, summary.participant_id)
        lines = [named_line(finding, firmness_of(finding, checks)) for finding in findings]
        _print_lines("Answers", [*lines, *(line for _, line in declared_lines(report.store))])
        _print_lines("For clearer answers", _clearer(record, report.store.study))


def _clearer(record: ParticipantRecord, study: Study) -> list[str]:
    """Say what to record more often or more finely, and when the next answer day is."""
    following = next_answer_day(record.findings, record.summary.last_date, recent_share(record))
    return [*clearer_words(recorded(record, study)), *([following] if following else [])]


def _print_lines(heading: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"{heading}:")
    for line in lines:
        print(f"  {printable(line.replace(NO_BREAK_SPACE, ' '))}")


def _print_end(report: MyReport) -> None:
    print_failed_reports(report.summary, hint=False, names=True)
    if report.summary.failed_reports:
        return
    if report.written is None:
        print("No report was written, and an earlier one is unchanged: not everything could be read.")
        return
    print("If something was meant in another way, painstats me --help lists the options; --explain says why.")
    print(f"{'Open:':<{WIDTH}} {report.written}")
    print(f"{'For doctors:':<{WIDTH}} {report.clinic}")
