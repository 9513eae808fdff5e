"""One run over a study: the seven verbs in their order. The command line and the flows call this and add nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import assert_never

from painstats.archive.archive import content_hash, export_date
from painstats.daily import build_daily_table
from painstats.daily.agreement import date_shifts
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, NotEnoughData, PainstatsError, StudyError, gravest
from painstats.frame import build_model_frame
from painstats.intake.inbox import InboxFile, exports_in_zip, list_inbox, refuse_unusable_name, whose
from painstats.intake.known_participants import KnownParticipants, known_participants, refuse_alike_in_plan
from painstats.intake.read_ahead import staged_ahead
from painstats.intake.reader_versions import ALL_READERS, is_outdated, is_settled_below, outdated_readings, readers_of
from painstats.intake.reading import (
    PROCESS_ENDED,
    CheckedBatch,
    ExportToRead,
    Found,
    ReadingFailedError,
    StagedExport,
    read_checked,
    replay,
)
from painstats.plan.study import Study
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.sources.contract import Exported, Ignored, Noted, ReadSettings
from painstats.store import ImportSummary, Store, load_records, open_store
from painstats.store.damage import moment
from painstats.store.ledger import (
    ExportIdentity,
    known_import,
    loaded_exports,
    lost_when_read_again,
    mark_reported,
    record_refusal,
    unreported_quarantine,
)
from painstats.store.load import CheckedRows, ExportDate, IgnoredRows, Reading, ReadingNote
from painstats.store.publish import FailedReport, remove_leftovers
from painstats.store.runs import note_run_finished, note_run_started
from painstats.store.stages import StageDone, clear_done, clear_records, done_before, inputs_hash, mark_done

__all__ = [
    "FileOutcome",
    "InboxFile",
    "RunSummary",
    "answer",
    "as_reading",
    "list_inbox",
    "load_file",
    "load_files",
    "prepare",
    "run_study",
]

VERSION = version("painstats")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    ``loaded``, ``known`` (read before), ``withdrawn`` (taken out before, and not let in again), ``refused`` or
    ``failed`` (our fault).
    """

    file: InboxFile
    status: str
    summary: ImportSummary | None = None
    rule: str | None = None
    message: str | None = None

    @property
    def exit_code(self) -> int:
        """Exit code for this file alone."""
        if self.status == "failed":
            return 1
        if self.status == "refused":
            return ExportRefused.exit_code
        return QUARANTINED_EXIT_CODE if self.summary and self.summary.quarantined else 0


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did.

    ``changed`` is False when nothing was new: then nothing was computed or written. In place of each of
    ``failed_reports`` stands a page that says so, and the next run tries again.
    """

    files: tuple[FileOutcome, ...]
    changed: bool
    reports: tuple[Path, ...] = ()
    refusal: str | None = None
    exit_code: int = field(default=0)
    failed_reports: tuple[FailedReport, ...] = ()


def run_study(
    study: Study,
    say: Say = lambda _: None,
    processes: int | None = None,
    report: Callable[[RunSummary], None] = lambda _: None,
) -> RunSummary:
    """Read what is new in the inbox, and answer.

    Parameters
    ----------
    study
        The study to run.
    say
        Receives one line of progress at a time, without any person's values.
    processes
        How many processes read large exports and draw reports; None for as many as there are processors.
    report
        Tells the user what happened. Rows in quarantine count as reported once it has returned, so that a run that is
        killed before leaves the notice to the next one.

    Raises
    ------
    PainstatsError
        The study cannot be run at all (:mod:`painstats.errors`). Refused files do not raise; they are in the result.
    """
    with open_store(study) as store:
        prepare(store, say)
        outcomes = load_files(store, list_inbox(study), say, processes)
        summary = answer(store, outcomes, say, processes)
        report(summary)
        mark_reported(store)
        return summary


def prepare(store: Store, say: Say) -> None:
    """Start again from the inbox when zones or diary mappings changed, provided that every file is still there."""
    asked(store.study)  # a question that cannot be asked is refused before anything is read
    refuse_alike_in_plan(store.study)
    unfinished = note_run_started(store.study)
    if unfinished:
        say(f"the last run, which began on {moment(unfinished)}, did not finish; this run does the rest")
    loaded = loaded_exports(store)
    identities = [export.identity for export in loaded]
    if all(known.reading_hash == _reading_hash(store.study, known.participant_id) for known in identities):
        return
    names = [known.file_name for known in identities]
    present = {content for file in list_inbox(store.study) for content in _contents(store, file, names)}
    absent = sorted(lost_when_read_again(loaded, present))
    if absent:
        raise StudyError(
            "time zones or diary mappings in study.toml changed, so that everything must be read again, but files "
            f"read before are no longer in {store.study.inbox}: {', '.join(absent[:5])}{' …' if absent[5:] else ''}. "
            "Put them back or undo the change; or, to do without a file, withdraw it with: "
            f"painstats forget-import {store.study.folder} FILE; or import only what is there: painstats rebuild"
        )
    say("time zones or diary mappings changed: everything is read again")
    clear_records(store)


def _contents(store: Store, file: InboxFile, names: Sequence[str]) -> Iterator[str | None]:
    """Hash the exports that a file is now, and those that it was when it was read under other mappings.

    A diary in an unpacked archive or zip is an export of its own from the day on which it is declared.
    """
    yield from map(_content_or_none, exports_in_zip(file, _settings(store.study, whose(store, file))))
    inside = f"{file.name}/"
    before = frozenset(name.removeprefix(inside) for name in names if name.startswith(inside))
    if file.path.is_dir():
        yield _content_or_none(replace(file, without=before))
        yield from (_content_or_none(replace(file, path=file.path / name, without=frozenset())) for name in before)
    else:
        yield from (_content_or_none(replace(file, only=frozenset({name}))) for name in before)


def _content_or_none(file: InboxFile) -> str | None:
    try:
        return content_hash(file.path, file.without, file.only)
    except ExportRefused:
        return None


def _settings(study: Study, participant_id: str | None) -> ReadSettings:
    return ReadSettings(participant_id, study.time_zones, study.plan.diaries)


# --- files ---


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file that was looked at: how it is to be read if it is new, or what became of it already."""

    file: InboxFile
    task: ExportToRead | None = None
    outcome: FileOutcome | None = None


def load_files(
    store: Store, files: Sequence[InboxFile], say: Say, processes: int | None = None
) -> tuple[FileOutcome, ...]:
    """Read, check and store files, large new ones in several processes; the outcome is that of one after another.

    A zip that holds several exports gives an outcome for each.

    Parameters
    ----------
    processes
        How many processes read; None for as many as there are processors, 1 for this process alone.
    """
    looked = [each for file in files for each in _look_into(store, file)]
    new = [each.task for each in looked if each.task]
    people = cache(partial(known_participants, store))
    with staged_ahead(store.study.folder, new, processes) as stage:
        return tuple(_load(store, each, stage, say, people) for each in looked)


def load_file(store: Store, file: InboxFile, say: Say) -> FileOutcome:
    """Read, check and store one export, unless it is known; one that fails leaves the database as it was."""
    return _load(store, _look_at(store, file), lambda _: None, say, cache(partial(known_participants, store)))


def _look_into(store: Store, file: InboxFile) -> list[_Looked]:
    """Look at a file, and at the exports in it if it is a zip of several.

    These are read before the zip itself: one that is known holds nothing that is not, unless something was refused or
    is to be read again.
    """
    looked, participant = _look_at(store, file), whose(store, file)
    is_known = looked.outcome is not None and looked.outcome.status != "withdrawn"
    settings = _settings(store.study, participant)
    if is_known and is_settled_below(store, file.name, participant, settings.today):
        return [looked]
    *parts, whole = exports_in_zip(file, settings)
    known = replace(looked.outcome, file=whole) if looked.outcome else None
    task = replace(looked.task, without=whole.without) if looked.task else None
    return [*(_look_at(store, part) for part in parts), _Looked(whole, task, known)]


def _look_at(store: Store, file: InboxFile) -> _Looked:
    study, participant = store.study, whose(store, file)
    try:
        refuse_unusable_name(file)
        content = content_hash(file.path, file.without, file.only)
    except ExportRefused as refusal:
        if file.only:
            _remember(
                store, ExportIdentity(file.name, f"unreadable {file.name}", "", participant), refusal.rule, str(refusal)
            )
        outcome = FileOutcome(file, "refused", rule=refusal.rule, message=str(refusal))
        return _Looked(file, outcome=outcome)
    task = ExportToRead(file.path, file.without, content, _settings(study, participant), file.only)
    known = _known(store, file, task)
    return _Looked(file, outcome=known) if known else _Looked(file, task)


def _identity(study: Study, file: InboxFile, task: ExportToRead) -> ExportIdentity:
    participant = task.settings.participant_id
    return ExportIdentity(file.name, task.content_hash, _reading_hash(study, participant), participant)


def _known(store: Store, file: InboxFile, task: ExportToRead) -> FileOutcome | None:
    known = known_import(store, _identity(store.study, file, task), VERSION)
    if known is None or is_outdated(known, task.settings.today):
        return None
    status = {"loaded": "known"}.get(known.status, known.status)
    return FileOutcome(file, status, rule=known.rule, message=known.message)


def _load(
    store: Store,
    looked: _Looked,
    stage: Callable[[ExportToRead], StagedExport | None],
    say: Say,
    people: Callable[[], KnownParticipants],
) -> FileOutcome:
    file, task = looked.file, looked.task
    if file.participant_id is None and task and task.settings.participant_id != whose(store, file):
        looked = _look_at(store, file)  # another file has said meanwhile who else there is
        task = looked.task
    known = looked.outcome or (_known(store, file, task) if task else None)
    if known or task is None:
        return known or FileOutcome(file, "failed")
    say(f"reading {file.name}")
    identity = _identity(store.study, file, task)
    replaces: tuple[int, ...] = ()
    told: set[str] = set()
    try:
        replaces = outdated_readings(store, identity, task.settings.today)
        if identity.participant_id is not None:
            people().refuse_alike(identity.participant_id)
        staged = stage(task)
        source, found = replay(staged) if staged else read_checked(task)
        dated = ExportDate(*export_date(file.path, file.without, file.only))
        readings = map(as_reading, _naming_people(found, people(), told))
        summary = load_records(store, identity, source, readings, VERSION, dated, readers_of(source), replaces)
        people().add(told, are_certain=True)
    except ExportRefused as refusal:
        if refusal.rule == "id_collision":
            _remember(store, identity, refusal.rule, str(refusal))
        elif refusal.rule != "file_changed":  # what it is now is another file, and read by the next run
            record_refusal(store, identity, None, refusal.rule, str(refusal), VERSION, ALL_READERS, replaces)
        return FileOutcome(file, "refused", rule=refusal.rule, message=str(refusal))
    except PainstatsError:
        raise
    except Exception as error:  # one file's failure must not stop the others
        message = f"{file.name}: {_failure(error)}"
        if file.only:
            _remember(store, identity, "bug", message)
        return FileOutcome(file, "failed", rule="bug", message=message)
    return FileOutcome(file, "loaded", summary)


def _naming_people(found: Iterator[Found], people: KnownParticipants, told: set[str]) -> Iterator[Found]:
    """Pass on what is read and collect whose it is; refuse who only looks different from somebody known."""
    for part in found:
        if isinstance(part, CheckedBatch) and part.accepted.height:
            for participant in part.accepted["participant_id"].unique().sort():
                people.refuse_alike(participant)
                told.add(participant)
        yield part


def _remember(store: Store, identity: ExportIdentity, rule: str, message: str) -> None:
    """Keep that an export was not read, by no version, so that it is tried again, and a zip that it is in is opened."""
    record_refusal(store, identity, None, rule, message, version="")


def _failure(error: Exception) -> str:
    kind = str(error) if isinstance(error, ReadingFailedError) else type(error).__name__
    if kind == PROCESS_ENDED:
        return "the process that read it was ended, perhaps for want of memory; run again, with --processes 1"
    return f"{kind} while reading; please report it"


def as_reading(found: Found) -> Reading:
    """Say what a source yields in the words of the store."""
    match found:
        case CheckedBatch(table, accepted, rejected, recheck_on):
            return CheckedRows(table, accepted, rejected, recheck_on)
        case Ignored(entry, rows, reason):
            return IgnoredRows(entry, rows, reason)
        case Noted(entry, message):
            return ReadingNote(f"{entry}: {message}" if entry else message)
        case Exported(at):
            return ExportDate(at)
        case _:
            assert_never(found)


# --- answers ---


def answer(store: Store, outcomes: tuple[FileOutcome, ...], say: Say, processes: int | None = None) -> RunSummary:
    """Compute and write everything that rests on the records, unless nothing changed since the last time."""
    codes = [outcome.exit_code for outcome in outcomes]
    if unreported_quarantine(store):
        codes.append(QUARANTINED_EXIT_CODE)  # also that of a run which did not come this far
    remove_leftovers(store.study)
    inputs = inputs_hash(store, VERSION)
    before = done_before(store, "reports", inputs)
    if before is not None:
        note_run_finished(store.study)
        codes.append(NotEnoughData.exit_code if before.refusal else 0)
        return RunSummary(outcomes, changed=False, refusal=before.refusal, exit_code=gravest(codes))
    # Models and pictures take half a second and 150 MB to load: only where there is something to answer.
    from painstats.reports.write import publish

    refusal = _computed(store, inputs, say)
    codes.append(NotEnoughData.exit_code if refusal else 0)
    say("writing the reports")
    published = publish(store, processes)
    if published.failed:
        codes.append(1)  # not marked as done: the next run tries again
    else:
        mark_done(store, "reports", inputs, StageDone(refusal, published.files))
    note_run_finished(store.study)
    return RunSummary(outcomes, True, published.reports, refusal, gravest(codes), published.failed)


def _computed(store: Store, inputs: str, say: Say) -> str | None:
    """Compute every result, unless only the reports are missing; return why there is no model, if there is none."""
    if (before := done_before(store, "results", inputs)) is not None:
        return before.refusal
    from painstats.findings import find

    clear_done(store)
    refusal = None
    say("building the daily table")
    build_daily_table(store)
    if shifted := len(date_shifts(store)):
        say(f"sources that date the same days differently: {shifted}; painstats status says which")
    build_model_frame(store, exposures(asked(store.study)))
    say("fitting the models")
    try:
        fit_questions(store, say)
    except NotEnoughData as error:
        refusal = str(error)
    find(store)
    mark_done(store, "results", inputs, StageDone(refusal))
    return refusal


def _reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what the reading of a file depends on beside its bytes: the zones of its people, and the diary mappings."""
    plan = study.plan
    people = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(person) for person in people]
    described += [diary.model_dump_json() for diary in plan.diaries]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
