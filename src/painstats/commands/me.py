"""``painstats me``: a report from one participant's exports and diary; nothing else is kept."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from painstats.archive.entries import is_utf8, utf8
from painstats.commands.printing import print_json, print_table, printable
from painstats.commands.quarantine import ROW_HEADINGS, rejected_rows
from painstats.commands.run import as_answer, print_summary, shown_progress, unread
from painstats.commands.time_zone import chosen_zone
from painstats.errors import StudyError
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Study, checked_plan
from painstats.reports.data_used import FILLED_WORDS, RECALL_WORDS
from painstats.run import RunSummary, run_study
from painstats.store import open_store
from painstats.store.publish import write_privately

PARTICIPANT_COLUMNS = {
    "participant", "participant_id", "patient", "patient_id", "subject", "subject_id", "person", "person_id",
    "record_id", "user", "user_id", "id", "name",
}  # fmt: skip
"""Names of columns that identify participants."""

DIARY_KEYS = (
    "filled", "date_column", "date_format", "time_column", "time_format", "delimiter", "decimal", "encoding",
)  # fmt: skip
"""Options that go into the diary's mapping under their own names."""


@dataclass(frozen=True, slots=True)
class MyDiary:
    """The format of a participant's diary, from the options."""

    path: Path
    pain_column: str
    date_column: str
    date_format: str
    time_column: str | None
    time_format: str
    delimiter: str
    decimal: str
    encoding: str
    scale: tuple[float, ...]
    higher_is: str
    filled: str
    recall: str


def me(exports: list[Path], time_zone: str | None, output: Path, as_json: bool, **diary_options: Any) -> int:
    """Write one report from exports and a diary, in a private folder that is removed afterwards.

    Parameters
    ----------
    diary_options
        The fields of :class:`MyDiary`.

    Raises
    ------
    StudyError
        A file is missing, or the time zone or a setting is wrong.
    """
    diary = MyDiary(**diary_options)
    _check_paths(exports, diary.path, output)
    _refuse_shared_diary(diary)
    zone = chosen_zone(time_zone, exports)
    plan = checked_plan(_plan(diary, zone.name), "the options of painstats me")
    with tempfile.TemporaryDirectory(prefix="painstats-") as name:
        study = Study(folder=Path(name), plan=plan)
        _fill_inbox(study, [diary.path, *exports])
        with shown_progress(quiet=as_json) as say:
            summary = run_study(study, say)
        _refuse_several_participants(study)
        written = _may_be_written(summary, diary, output) and _keep_report(study, output)
        if as_json:
            print_json({**as_answer(summary), "reports": [str(output)] if written else []})
        else:
            _tell(study, summary, diary, output if written else None)
    return summary.exit_code


def _check_paths(exports: list[Path], diary: Path, output: Path) -> None:
    for path in (*exports, diary):
        if not path.exists():
            raise StudyError(f"{path} does not exist; check the path")
        if not is_utf8(path.name):
            raise StudyError(f"{utf8(str(path))}: the name is not UTF-8; rename it and run again")
    if not diary.is_file() or diary.name.startswith("."):
        raise StudyError(f"{diary}: --diary must be one CSV file with a name that does not begin with a dot")
    if output.suffix.lower() not in (".html", ".htm"):
        raise StudyError(f"{output}: the report is an HTML page; choose a name for --output that ends in .html")
    if any(output.resolve() == path.resolve() for path in (*exports, diary)):
        raise StudyError(f"{output} is one of the files to read; give the report another name with --output")


def _refuse_several_participants(study: Study) -> None:
    with open_store(study) as store:
        row = store.connection.execute("SELECT count(DISTINCT participant_id) FROM daily_summary").fetchone()
    if row and row[0] > 1:
        raise StudyError(
            f"these files have data of {row[0]} participants, but painstats me writes a report about one; "
            "create a study with: painstats init"
        )


def _may_be_written(summary: RunSummary, diary: MyDiary, output: Path) -> bool:
    """Whether to write the report: the diary was read, and no earlier report is replaced by an incomplete one."""
    if summary.failed_reports:
        return False
    taken = [outcome.summary for outcome in summary.files if Path(outcome.file.name).name == diary.path.name]
    rows = [(read.new + read.same + read.corrected, read.quarantined) for read in taken if read is not None]
    is_whole = all(outcome.status in ("loaded", "known") for outcome in summary.files)
    return any(stored > quarantined for stored, quarantined in rows) and (is_whole or not output.exists())


def _refuse_shared_diary(diary: MyDiary) -> None:
    """Refuse a diary with rows of several participants; their scores would be averaged."""
    try:
        with diary.path.open(encoding=diary.encoding, newline="") as file:
            rows = csv.reader(file, delimiter=diary.delimiter)
            header = next(rows, [])
            ids: dict[int, set[str]] = {
                place: set() for place, name in enumerate(header) if name.strip().casefold() in PARTICIPANT_COLUMNS
            }
            for row in filter(None, rows):
                for place, found in ids.items():
                    found.add(row[place] if place < len(row) else "")
    except (UnicodeError, csv.Error):
        return  # the reader reports it in more detail
    for name, found in ((header[place], found) for place, found in ids.items()):
        if len(found) > 1:
            raise StudyError(
                f"{diary.path.name}: the column {name} has {len(found)} participants, but painstats me writes a report "
                "about one; keep only your own rows, or create a study with: painstats init"
            )


def _fill_inbox(study: Study, paths: list[Path]) -> None:
    """Link to the files where they are; a second file of the same name goes into a folder of its own."""
    inbox = study.inbox / SOLE_PARTICIPANT
    for number, path in enumerate(paths):
        place = inbox / path.name
        if place.exists():
            place = inbox / str(number) / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(path.resolve(), place)


def _link(path: Path, place: Path) -> None:
    place.symlink_to(path, target_is_directory=path.is_dir())


def _plan(diary: MyDiary, time_zone: str) -> dict[str, object]:
    pain = {
        "item": "pain",
        "column": diary.pain_column,
        "scale": diary.scale,
        "higher_is": diary.higher_is,
        "recall": diary.recall,
    }
    return {
        "study": {"name": "My report", "time_zone": time_zone},
        "outcome": {"scale": diary.scale},
        "diaries": [
            {
                "file": escape(diary.path.name),
                **{name: getattr(diary, name) for name in DIARY_KEYS},
                "items": [pain],
            }
        ],
    }


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


def _tell(study: Study, summary: RunSummary, diary: MyDiary, report: Path | None) -> None:
    print_summary(study, summary, hint=False)
    with open_store(study) as store:
        rows = rejected_rows(store)
    if rows:
        print("Rows that could not be used:")
        print_table(rows, ROW_HEADINGS)
    for outcome in summary.files:
        for note in outcome.summary.notes if outcome.summary else ():
            if note not in unread(outcome):
                print(f"Note: {printable(note)}")
    if summary.failed_reports:
        return
    if report is None:
        print(
            "No report was written, and an earlier one is unchanged: not everything could be read. "
            "If a message mentions study.toml, use an option instead (--date-column, --pain-column, --date-format, "
            "--delimiter, --scale, …): see painstats me --help."
        )
        return
    print(
        f"The diary was read as filled in {FILLED_WORDS[diary.filled]}, "
        f"each score about {RECALL_WORDS[diary.recall]}, "
        f"on a scale of {diary.scale[0]:g} to {diary.scale[1]:g} where higher is {diary.higher_is}. "
        "If this is wrong, use --filled, --recall, --scale or --higher-is."
    )
    print(f"Open:  {report}")
