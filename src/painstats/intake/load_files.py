"""Read, check and store the files of the inbox; one that fails leaves the database as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from typing import assert_never

from painstats.archive.archive import content_hash, export_date
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, PainstatsError
from painstats.intake.inbox import InboxFile, exports_in_zip, refuse_unusable_name
from painstats.intake.known_participants import KnownParticipants, known_participants
from painstats.intake.owner import owner_of
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
from painstats.sources.contract import Exported, Ignored, Noted, ReadSettings
from painstats.store import ImportSummary, Store, load_records
from painstats.store.ledger import ExportIdentity, known_import, record_refusal
from painstats.store.load import CheckedRows, ExportDate, IgnoredRows, Reading, ReadingNote

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
    looked, participant = _look_at(store, file), owner_of(store, file)
    is_known = looked.outcome is not None and looked.outcome.status != "withdrawn"
    settings = settings_of(store.study, participant)
    if is_known and is_settled_below(store, file.name, participant, settings.today):
        return [looked]
    *parts, whole = exports_in_zip(file, settings)
    known = replace(looked.outcome, file=whole) if looked.outcome else None
    task = replace(looked.task, without=whole.without) if looked.task else None
    return [*(_look_at(store, part) for part in parts), _Looked(whole, task, known)]


def _look_at(store: Store, file: InboxFile) -> _Looked:
    study, participant = store.study, owner_of(store, file)
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
    task = ExportToRead(file.path, file.without, content, settings_of(study, participant), file.only)
    known = _known(store, file, task)
    return _Looked(file, outcome=known) if known else _Looked(file, task)


def _identity(study: Study, file: InboxFile, task: ExportToRead) -> ExportIdentity:
    participant = task.settings.participant_id
    return ExportIdentity(file.name, task.content_hash, reading_hash(study, participant), participant)


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
    if file.participant_id is None and task and task.settings.participant_id != owner_of(store, file):
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


def settings_of(study: Study, participant_id: str | None) -> ReadSettings:
    """Return what a source may know of the plan when it reads a file of a participant."""
    return ReadSettings(participant_id, study.time_zones, study.plan.diaries)


def reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what the reading of a file depends on beside its bytes: the zones of its people, and the diary mappings."""
    plan = study.plan
    people = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(person) for person in people]
    described += [diary.model_dump_json() for diary in plan.diaries]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
