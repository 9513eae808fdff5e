"""``painstats status``: what was imported, its dates, the number of valid days, and what is missing."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from itertools import chain
from pathlib import Path

from painstats.batch import alike
from painstats.commands.printing import print_json, print_table, printable
from painstats.commands.report_lines import hand_lines, report_lines
from painstats.daily.agreement import date_shifts, shift_sentence
from painstats.errors import NEEDS_HAND_EXIT_CODE, PainstatsError
from painstats.frame.participants import ParticipantSummary, participant_summaries
from painstats.plan.looks import next_look
from painstats.plan.study import Study, read_study
from painstats.questions.asked import asked
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import counted
from painstats.questions.question import Question, outcome_of
from painstats.run_report import last_report
from painstats.store import Store
from painstats.store.checksum import Record, read_record
from painstats.store.damage import moment
from painstats.store.ledger import stored_notes
from painstats.store.read_only import open_to_look
from painstats.store.runs import unfinished_run
from painstats.store.stages import damaged_files
from painstats.store.tables import read_table, table_exists
from painstats.study_status.collect import study_status
from painstats.to_settle import sites_counted

VALID_DAYS = {
    "total_sleep_time_min": "valid_nights",
    "step_count": "valid_step_days",
    "active_time_min": "valid_active_days",
    "exercise_time_min": "valid_exercise_days",
    "sleep_efficiency_percent": "valid_efficiency_nights",
    "sleep_midpoint_min": "valid_midpoint_nights",
    "sleep_regularity_index": "valid_regularity_nights",
    "time_in_bed_min": "valid_in_bed_nights",
}

HEADINGS = {
    "number": "number",
    "participant_id": "participant",
    "first_date": "from",
    "last_date": "to",
    "outcome_days": "scored days",
    "valid_nights": "valid nights",
    "valid_step_days": "valid step days",
    "usable_days": "usable days",
    "device_changes": "device changes",
    "next_look_days": "next look at",
    "missing": "what is missing",
}


FILES = """
SELECT import_id, participant_id, file_name, source, status, rule, exported_at, imported_at, rows_read,
       rows_new + rows_corrected AS rows_stored, rows_same, rows_quarantined, rows_ignored
FROM import ORDER BY import_id
"""
FILE_HEADINGS = {
    "import_id": "number", "participant_id": "participant", "file_name": "file", "source": "source",
    "status": "status", "rule": "reason", "exported": "exported", "rows_read": "rows read", "rows_stored": "stored",
    "rows_same": "duplicates", "rows_quarantined": "rejected", "rows_ignored": "unused",
}  # fmt: skip


def status(folder: Path, as_json: bool, files: bool = False, watch: int | None = None) -> int:
    """Print the state of a study, or each file that was read, refused or withdrawn; return whether it needs a hand."""
    if watch is not None:
        return _watch(folder, as_json, files, watch)
    study = read_study(folder)
    with open_to_look(study) as store:
        if files:
            return _files(store, as_json)
        return _status(store, as_json)


def _watch(folder: Path, as_json: bool, files: bool, seconds: int) -> int:
    """Print the state again and again, until the command is interrupted; an error is one of the states."""
    while True:
        if sys.stdout.isatty():
            print("\033[H\033[2J", end="")
        try:
            status(folder, as_json, files)
        except PainstatsError as error:
            print(f"painstats: {error}")
        sys.stdout.flush()
        time.sleep(seconds)


def _status(store: Store, as_json: bool) -> int:
    study = store.study
    state = study_status(store)
    imports = read_table(store, "import_summary").to_dicts()
    summaries = participant_summaries(store) if table_exists(store, "participant_summary") else []
    shifts, notes, sites = _shifts(store), _notes(store), sites_counted(store)
    runs, report = _run_state(store), last_report(store)
    questions = asked(study)
    numbers = {sender.participant_id: sender.number for sender in state.senders}
    participants = [
        {"number": numbers.get(summary.participant_id)}
        | asdict(summary)
        | {
            "next_look_days": next_look(study.plan.rules.looks, summary.usable_days),
            "missing": "; ".join(_missing(summary, study, questions)) or "nothing",
        }
        for summary in summaries
    ]
    code = NEEDS_HAND_EXIT_CODE if state.problems else 0
    if as_json:
        print_json(
            {
                "study": study.plan.study.name,
                "plan_hash": study.plan_hash,
                "needs_hand": [asdict(problem) for problem in state.problems],
                "imports": imports,
                "participants": participants,
                "date_shifts": shifts,
                "sites": sites,
                "opioid_with_naltrexone": state.medicine_notices,
                "notes": _as_answer(notes),
                "runs": asdict(runs),
                "last_report": asdict(report) if report else None,
            }
        )
        return code
    _print_run_state(runs, study.folder)
    for line in (*hand_lines(state), *(report_lines(report) if report else ())):
        print(line)
    if not imports:
        print(f"Nothing has been imported yet. Put exports into {study.inbox} and run: painstats run {study.folder}")
        return code
    print_table(
        imports,
        {
            "participant_id": "participant", "source": "source", "status": "status", "files": "files",
            "rows_read": "rows read", "rows_stored": "stored", "rows_known": "duplicates",
            "rows_quarantined": "rejected", "rows_ignored": "unused",
        },
    )  # fmt: skip
    print()
    print_table(participants, HEADINGS)
    for line in (*_safety(state.medicine_notices), *_in_bed_only(summaries), *shifts, *sites):
        print(f"\n{line}")
    _print_notes(notes)
    return code


def _notes(store: Store) -> dict[str | None, list[str]]:
    """Return what the readers concluded, by participant."""
    by_owner: dict[str | None, list[str]] = {}
    for file in stored_notes(store):
        by_owner.setdefault(file.participant_id, []).extend(file.notes)
    return by_owner


def _as_answer(notes: Mapping[str | None, Sequence[str]]) -> list[dict[str, object]]:
    """Return alike notes of a participant once, doubts about the time zone first."""
    return [
        {"participant": owner, "note": said.first, "number": said.number, "doubts_time_zone": said.is_doubt}
        for owner, own in notes.items()
        for said in alike(own)
    ]


def _print_notes(notes: Mapping[str | None, Sequence[str]]) -> None:
    """Print the notes of all participants, alike ones once."""
    if notes:
        print("\nNotes of reading:")
    for said in alike(chain.from_iterable(notes.values())):
        print(f"  {printable(said.text)}")


def _safety(n_flagged: int) -> list[str]:
    """Say how many participants listed an opioid and naltrexone or nalmefene too close to each other."""
    who = counted(n_flagged, "participant")
    return [
        f"{who} listed an opioid and naltrexone or nalmefene within two weeks of each other. The report of each begins "
        "with a notice; painstats treatments shows the dates"
    ] * bool(n_flagged)


def _in_bed_only(summaries: Sequence[ParticipantSummary]) -> list[str]:
    """Say how many nights have only a time in bed, and how to ask about it."""
    return [
        f"{one.participant_id}: {counted(one.in_bed_only_nights, 'night')} with only a time in bed, which never counts "
        'as sleep. To use it, ask about measure = "time_in_bed_min"'
        for one in summaries
        if one.in_bed_only_nights
    ]


def _shifts(store: Store) -> list[str]:
    """Describe sources that date days differently from others, by participant."""
    if not table_exists(store, "source_agreement"):
        return []
    return [f"{shift.participant_id}: {shift_sentence(shift)}" for shift in date_shifts(store)]


@dataclass(frozen=True, slots=True)
class RunState:
    """When runs and imports last finished (ISO 8601), and which of their files are damaged; None for never.

    ``unfinished_since`` is when the last run began, if it did not finish.
    """

    last_finished_at: str | None
    unfinished_since: str | None
    last_import_at: str | None
    damaged_files: tuple[str, ...]


def _run_state(store: Store) -> RunState:
    record = read_record(store.study) or Record()
    row = store.connection.execute("SELECT max(imported_at) FROM import WHERE status = 'loaded'").fetchone()
    imported_at = row[0].astimezone(UTC).isoformat() if row and row[0] else None
    return RunState(record.run_finished_at, unfinished_run(record), imported_at, tuple(damaged_files(store)))


def _print_run_state(runs: RunState, folder: Path) -> None:
    if runs.unfinished_since:
        print(f"The run that began on {moment(runs.unfinished_since)} did not finish: painstats run {folder}")
    if runs.last_finished_at:
        imported = f", last import {moment(runs.last_import_at)}" if runs.last_import_at else ""
        print(f"Last finished run {moment(runs.last_finished_at)}{imported}")
    for name in runs.damaged_files:
        print(f"{name} is missing or damaged; write it again with: painstats run {folder}")


def _files(store: Store, as_json: bool) -> int:
    rows = store.connection.execute(FILES).pl().to_dicts()
    if as_json:
        print_json({"files": rows})
        return 0
    for row in rows:
        row["exported"] = row["exported_at"] and row["exported_at"].date()
    print_table(rows, FILE_HEADINGS)
    return 0


def _missing(participant: ParticipantSummary, study: Study, questions: Sequence[Question]) -> list[str]:
    """List what a participant lacks for a verdict."""
    label = outcome_words(outcome_of(study.plan.outcome)).label
    missing = [] if participant.outcome_days else [f"no {label} scores"]
    exposures = [question.exposure for question in questions]
    missing += [
        f"no valid {exposure.definition.label}"
        for exposure in exposures
        if not getattr(participant, VALID_DAYS[exposure.measure])
    ]
    if participant.outcome_days and not participant.varies(study.plan.outcome.scale):
        missing.append(f"the {label} scores hardly vary")
    lacking = study.plan.rules.looks[0] - participant.usable_days
    if not missing and lacking > 0:
        missing.append(f"{counted(lacking, 'more day')} with a {label} score until the first look")
    return missing
