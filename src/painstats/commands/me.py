"""``painstats me``: a report from one participant's exports and diary; nothing else is kept."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from painstats.batch import alike
from painstats.commands.my_files import HandMadeDiary, check_files, hand_made_diaries, without_folders
from painstats.commands.my_options import MyOptions
from painstats.commands.my_outcome import MyOutcome, choose_outcome
from painstats.commands.my_study import ReadFiles, fill_inbox, read_files
from painstats.commands.my_words import in_my_words, questions
from painstats.commands.printing import print_json, print_table, printable, printable_lines
from painstats.commands.quarantine import ROW_HEADINGS, rejected_rows
from painstats.commands.report_lines import file_line, row_line, verdict_lines
from painstats.commands.run import as_answer, print_failed_reports, shown_progress
from painstats.commands.time_zone import ChosenZone, chosen_zone
from painstats.errors import ExportRefused, StudyError
from painstats.intake.candidates import FileOutcome
from painstats.intake.files_read import files_read
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Study, checked_plan
from painstats.questions.phrases import counted
from painstats.run import RunSummary, answer
from painstats.store import Store, open_store
from painstats.store.publish import write_privately

PLACE = "the options of painstats me"


@dataclass(frozen=True, slots=True)
class MyReport:
    """One report: the study that made it, what was chosen for it, and where it went (None if it was not written)."""

    study: Study
    diaries: Sequence[HandMadeDiary]
    zone: ChosenZone
    outcome: MyOutcome
    summary: RunSummary
    written: Path | None


def me(
    exports: list[Path], diary: Path | None, time_zone: str | None, output: Path, as_json: bool, **given: Any
) -> int:
    """Write one report from exports and diaries, in a private folder that is removed afterwards.

    Parameters
    ----------
    exports, diary
        Files of any kind that painstats reads, in any order. ``diary`` is one that the person calls their diary.
    given
        The fields of :class:`MyOptions`.

    Raises
    ------
    StudyError
        A file is missing, or something is to be chosen: the message says with which option.
    ExportRefused
        The diary, or all that could have scores, was refused.
    """
    options = MyOptions(**given)
    files = _different(exports, diary)
    check_files(files)
    _check_output(output, files)
    diaries = hand_made_diaries(files, options.known, diary)
    _refuse_open_questions(diaries)
    zone = chosen_zone(time_zone, files)
    with tempfile.TemporaryDirectory(prefix="painstats-") as name:
        plan = _plan(zone, diaries, options)
        study = Study(folder=Path(name), plan=checked_plan(plan, PLACE))
        fill_inbox(study, files)
        with shown_progress(quiet=as_json) as say:
            read = read_files(study, say)
            outcome = _outcome(read, diary, options)
            study = Study(folder=study.folder, plan=checked_plan(plan | {"outcome": outcome.keys}, PLACE))
            with open_store(study) as store:
                summary = answer(store, read.outcomes, files_read(read.outcomes, read.seconds), say)
                _refuse_several_participants(store)
        written = output if _may_be_written(summary, output) and _keep_report(study, output) else None
        _tell(MyReport(study, diaries, zone, outcome, summary, written), as_json)
    return summary.exit_code


# --- what was given ---


def _different(exports: Sequence[Path], diary: Path | None) -> list[Path]:
    """Return the files, each once: a diary can be among the exports too, and all of them in a folder."""
    files = [*([diary] if diary else []), *exports]
    if not files:
        raise StudyError("give your files: exports from a phone or watch, and your diary")
    check_files(files)
    return list({path.resolve(): path for path in without_folders(files)}.values())


def _check_output(output: Path, files: Sequence[Path]) -> None:
    if output.suffix.lower() not in (".html", ".htm"):
        raise StudyError(f"{output}: the report is an HTML page; choose a name for --output that ends in .html")
    if any(output.resolve() == path.resolve() for path in files):
        raise StudyError(f"{output} is one of the files to read; give the report another name with --output")


def _refuse_open_questions(diaries: Sequence[HandMadeDiary]) -> None:
    """Refuse a diary of several participants, and one with something that only its keeper knows."""
    for diary in diaries:
        if diary.found.draft and diary.found.draft.participant_column:
            raise StudyError(
                f"{printable(diary.path.name)}: the column {printable(diary.found.draft.participant_column)} names "
                "several participants, but painstats me writes a report about one; keep only your own rows, or create "
                "a study with: painstats init"
            )
    asking = [diary for diary in diaries if diary.found.asked]
    if asking:
        parts = [f"{printable(diary.path.name)}:\n{questions(diary.found.asked)}" for diary in asking]
        raise StudyError("only you can say how this diary is meant.\n" + "\n".join(parts))


def _plan(zone: ChosenZone, diaries: Sequence[HandMadeDiary], options: MyOptions) -> dict[str, object]:
    return {
        "study": {"name": "My report", "time_zone": zone.name},
        "diaries": [diary.found.plan.model_dump() for diary in diaries if diary.found.plan],
        "apps": {"daylio": {"moods": options.moods or {}}},
    }


# --- reading and answering ---


def _outcome(read: ReadFiles, diary: Path | None, options: MyOptions) -> MyOutcome:
    """Choose the outcome; where the diary was refused, or nothing is rated because a file was, that is the answer."""
    unread = [each for each in read.outcomes if each.status in ("refused", "failed", "waiting")]
    is_diary_lost = diary is not None and any(each.file.path.resolve() == diary.resolve() for each in unread)
    if unread and (is_diary_lost or not read.rated):
        raise ExportRefused("nothing_rated", "no report can be written:\n" + "\n".join(map(_problem, unread)))
    rejected = [each for each in read.outcomes if each.summary and each.summary.quarantined]
    if rejected and not read.rated:
        raise ExportRefused("nothing_rated", "no report can be written:\n" + "\n".join(map(_rejected, rejected)))
    return choose_outcome(read.rated, options.item, options.site, options.unlogged)


def _refuse_several_participants(store: Store) -> None:
    row = store.connection.execute("SELECT count(DISTINCT participant_id) FROM daily_summary").fetchone()
    if row and row[0] > 1:
        raise StudyError(
            f"these files have data of {row[0]} participants, but painstats me writes a report about one; "
            "create a study with: painstats init"
        )


def _may_be_written(summary: RunSummary, output: Path) -> bool:
    """Whether to write the report: no earlier report is replaced by an incomplete one."""
    is_whole = all(outcome.status in ("loaded", "known") for outcome in summary.files)
    return not summary.failed_reports and (is_whole or not output.exists())


def _keep_report(study: Study, output: Path) -> bool:
    report = study.reports / f"{SOLE_PARTICIPANT}.html"
    if not report.exists():
        return False
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_privately(output, report.read_bytes())
    except OSError as error:
        raise StudyError(f"{output} cannot be written ({error.strerror}); choose another place with --output") from None
    return True


# --- what is printed ---


def _tell(report: MyReport, as_json: bool) -> None:
    summary = report.summary
    if as_json:
        print_json(
            {
                **as_answer(summary),
                "reports": [str(report.written)] if report.written else [],
                "concluded": list(_concluded(report)),
            }
        )
        return
    print(f"Files: {file_line(summary.report.reading)}")
    if summary.report.reading.files.get("loaded"):
        print(f"Rows:  {row_line(summary.report.reading)}")
    for outcome in summary.files:
        if outcome.status in ("refused", "failed", "waiting"):
            print(_problem(outcome))
    for sentence in _concluded(report):
        print(printable(sentence))
    _tell_rows(report)
    _tell_end(report)


def _problem(outcome: FileOutcome) -> str:
    name = _own_name(outcome)
    message = in_my_words(outcome.message or "", outcome.rule).removeprefix(f"{name}: ")
    return f"  {outcome.status}: {printable(name)}: {printable_lines(message)}"


def _rejected(outcome: FileOutcome) -> str:
    rows = counted(outcome.summary.quarantined if outcome.summary else 0, "row")
    name = printable(_own_name(outcome))
    return f"  {name}: {rows} could not be used; see why with: painstats inspect {shlex.quote(name)}"


def _own_name(outcome: FileOutcome) -> str:
    return outcome.file.name.removeprefix(f"{SOLE_PARTICIPANT}/")


def _concluded(report: MyReport) -> list[str]:
    """Return what was found out without being asked, in sentences."""
    said = [report.zone.said] if report.zone.said else []
    for diary in report.diaries:
        said += [f"{diary.path.name}: {sentence}" for sentence in diary.found.said]
    return said + list(report.outcome.said)


def _tell_rows(report: MyReport) -> None:
    with open_store(report.study) as store:
        rows = rejected_rows(store)
    if rows:
        print("Rows that could not be used:")
        print_table(rows, ROW_HEADINGS)
    for said in alike(in_my_words(note) for file in report.summary.files for note in _notes(file)):
        print(f"Note: {printable(said.text)}")
    for line in report.summary.to_settle:
        print(f"To settle: {printable(in_my_words(line))}")


def _notes(outcome: FileOutcome) -> tuple[str, ...]:
    return outcome.summary.notes if outcome.summary else ()


def _tell_end(report: MyReport) -> None:
    if report.summary.refusal:
        print(f"No answers yet: {in_my_words(report.summary.refusal)}")
    for line in verdict_lines(report.study, report.summary.results):
        print(f"Found: {line}")
    print_failed_reports(report.summary, hint=False, names=True)
    if report.summary.failed_reports:
        return
    if report.written is None:
        print("No report was written, and an earlier one is unchanged: not everything could be read.")
        return
    if report.diaries:
        print("If the diary was meant in another way, painstats me --help lists the options that say so.")
    print(f"Open:  {report.written}")
