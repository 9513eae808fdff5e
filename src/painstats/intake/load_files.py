"""Read, check and store the files of the inbox; one that fails leaves the database as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version

from painstats.archive.archive import Archive, export_date
from painstats.batch import Batch, ExportedAt, Rows
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, PainstatsError
from painstats.intake.inbox import MOST_OPEN_ENTRIES, InboxFile
from painstats.intake.known_participants import KnownParticipants, known_participants
from painstats.intake.owner import owner_of
from painstats.intake.parts import parts_of_zip
from painstats.intake.read_ahead import ReadAhead, bytes_of, read_ahead
from painstats.intake.reader_versions import ALL_READERS, is_outdated, is_settled_below, outdated_readings, readers_of
from painstats.intake.reading import PROCESS_ENDED, ReadingFailedError, read_export, replay
from painstats.plan.apps import AppsPlan
from painstats.plan.study import Study
from painstats.progress import bytes_read, working
from painstats.sources.contract import ReadSettings
from painstats.store import ImportSummary, Store, load_records
from painstats.store.ledger import ExportIdentity, known_import, record_refusal

VERSION = version("painstats")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The outcome of one file.

    ``loaded``, ``known`` (already imported), ``withdrawn`` (withdrawn before, and kept out), ``refused`` or ``failed``
    (a bug of painstats).
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
class _Candidate:
    """A file that was looked at: opened unless it is refused, and with the outcome that it has already."""

    file: InboxFile
    archive: Archive | None = None
    settings: ReadSettings | None = None
    outcome: FileOutcome | None = None


def load_files(
    store: Store, files: Sequence[InboxFile], say: Say, processes: int | None = None
) -> tuple[FileOutcome, ...]:
    """Read, check and store files, large new ones in several processes; the outcome is that of one after another.

    A zip that holds several exports gives an outcome for each.

    Parameters
    ----------
    processes
        How many processes read; None for one per CPU, 1 for this process alone.
    """
    participants = cache(partial(known_participants, store))
    outcomes: list[FileOutcome] = []
    for candidates in _looked_at(store, files):
        new = [(each.archive, each.settings) for each in candidates if each.archive and each.settings]
        with (
            read_ahead(store.study.folder, new, processes) as ahead,
            working("reading", "bytes", sum(bytes_of(archive) for archive, _ in new)) as work,
        ):
            for each in candidates:
                if each.archive:
                    work.elsewhere = partial(_bytes_under_way, ahead, each.archive, bytes_read())
                outcomes.append(_load(store, each, ahead, say, participants))
                work.done += bytes_of(each.archive) if each.archive else 0
    return tuple(outcomes)


def load_file(store: Store, file: InboxFile, say: Say) -> FileOutcome:
    """Read, check and store one export, unless it is known; one that fails leaves the database as it was."""
    return _load(store, _look_at(store, file), ReadAhead(), say, cache(partial(known_participants, store)))


def _bytes_under_way(ahead: ReadAhead, archive: Archive, begun_at: int) -> int:
    """Return how much has been read of an export, here or in another process, and of those after it."""
    return min(bytes_read() - begun_at, bytes_of(archive)) + ahead.bytes_read(archive)


# --- what is new ---


def _looked_at(store: Store, files: Sequence[InboxFile]) -> Iterator[list[_Candidate]]:
    """Look at files in their order, as many at a time as can be held open."""
    candidates: list[_Candidate] = []
    n_open = 0
    for file in files:
        found = _look_into(store, file)
        candidates += found
        n_open += sum(len(each.archive.entries) for each in found if each.archive)
        if n_open > MOST_OPEN_ENTRIES:
            yield candidates
            candidates, n_open = [], 0
    if candidates:
        yield candidates


def _look_into(store: Store, file: InboxFile) -> list[_Candidate]:
    """Look at a file, and at the exports in it if it is a zip of several.

    These are read before the zip itself. A zip that was imported holds nothing new, unless something in it was refused
    or is to be read again.
    """
    whole = _look_at(store, file)
    archive, settings, known = whole.archive, whole.settings, whole.outcome
    if archive is None or settings is None:
        return [whole]
    is_known = known is not None and known.status != "withdrawn"
    if is_known and is_settled_below(store, file.name, settings.participant_id, settings.today):
        return [_closed_if_known(whole)]
    try:
        parts = parts_of_zip(archive, settings)
    except Exception:  # whatever is wrong with one of its entries is reported when that entry is read
        return [_closed_if_known(whole)]
    inside = [(f"{file.name}/{name}", part) for name, part in parts.own.items() if part]
    own = [_look_at(store, replace(file, name=name, archive=part)) for name, part in inside]
    return [_closed_if_known(each) for each in (*own, replace(whole, archive=parts.whole))]


def _look_at(store: Store, file: InboxFile) -> _Candidate:
    """Open a file as one export, and find out whether it is known."""
    participant = owner_of(store, file)
    settings = settings_of(store.study, participant)
    closed = replace(file, archive=None)  # an outcome outlives the archive
    try:
        archive = file.open()
        known = _known(store, closed, archive, settings)
    except ExportRefused as refusal:
        if file.archive and file.archive.is_part:
            identity = ExportIdentity(file.name, f"unreadable {file.name}", "", participant)
            _remember(store, identity, refusal.rule, str(refusal))
        outcome = FileOutcome(closed, "refused", rule=refusal.rule, message=str(refusal))
        return _Candidate(closed, outcome=outcome)
    return _Candidate(closed, archive, settings, known)


def _closed_if_known(candidate: _Candidate) -> _Candidate:
    """Let go of the archive of a file that is not read."""
    return replace(candidate, archive=None) if candidate.outcome else candidate


def _identity(study: Study, file: InboxFile, archive: Archive, settings: ReadSettings) -> ExportIdentity:
    participant = settings.participant_id
    return ExportIdentity(file.name, archive.content_hash, reading_hash(study, participant), participant)


def _known(store: Store, file: InboxFile, archive: Archive, settings: ReadSettings) -> FileOutcome | None:
    known = known_import(store, _identity(store.study, file, archive, settings), VERSION)
    if known is None or is_outdated(known, settings.today):
        return None
    status = {"loaded": "known"}.get(known.status, known.status)
    return FileOutcome(file, status, rule=known.rule, message=known.message)


# --- reading what is new ---


def _load(
    store: Store, candidate: _Candidate, ahead: ReadAhead, say: Say, participants: Callable[[], KnownParticipants]
) -> FileOutcome:
    file, archive, settings = candidate.file, candidate.archive, candidate.settings
    if archive is None or settings is None:
        return candidate.outcome or FileOutcome(file, "failed")
    if file.participant_id is None and settings.participant_id != (owner := owner_of(store, file)):
        settings = settings_of(store.study, owner)  # another file has named other participants meanwhile
    if known := _known(store, file, archive, settings):
        return known
    say(f"reading {file.name}")
    identity = _identity(store.study, file, archive, settings)
    replaces: tuple[int, ...] = ()
    try:
        replaces = outdated_readings(store, identity, settings.today)
        summary = _stored(store, identity, archive, settings, ahead, participants, replaces)
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
        if archive.is_part:
            _remember(store, identity, "bug", message)
        return FileOutcome(file, "failed", rule="bug", message=message)
    return FileOutcome(file, "loaded", summary)


def _stored(
    store: Store,
    identity: ExportIdentity,
    archive: Archive,
    settings: ReadSettings,
    ahead: ReadAhead,
    participants: Callable[[], KnownParticipants],
    replaces: tuple[int, ...],
) -> ImportSummary:
    """Read an export, or take what another process read, and store it."""
    if identity.participant_id is not None:
        participants().refuse_alike(identity.participant_id)
    read = ahead.take(archive, settings)
    source, batches = replay(read) if read else read_export(archive, settings)
    named: set[str] = set()
    batches = _naming_participants(batches, participants(), named)
    dated = ExportedAt(*export_date(archive))
    summary = load_records(store, identity, source, batches, VERSION, dated, readers_of(source), replaces)
    participants().add(named, are_certain=True)
    return summary


def _naming_participants(batches: Iterator[Batch], participants: KnownParticipants, named: set[str]) -> Iterator[Batch]:
    """Pass batches on and collect their participants; refuse one whose id only looks different from a known one."""
    for batch in batches:
        if isinstance(batch, Rows):
            for participant in batch.participants:
                participants.refuse_alike(participant)
                named.add(participant)
        yield batch


def _remember(store: Store, identity: ExportIdentity, rule: str, message: str) -> None:
    """Record that an export was not read, so that the next run opens the zip that it is in and tries it again."""
    record_refusal(store, identity, None, rule, message, version="")


def _failure(error: Exception) -> str:
    kind = str(error) if isinstance(error, ReadingFailedError) else type(error).__name__
    if kind == PROCESS_ENDED:
        return "the process that read it was killed, perhaps because memory ran out; run again with --processes 1"
    return f"{kind} while reading; please report it"


def settings_of(study: Study, participant_id: str | None) -> ReadSettings:
    """Return what the plan says about reading a participant's files."""
    return ReadSettings(participant_id, study.time_zones, study.plan.diaries, study.plan.apps)


def reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what reading depends on besides the bytes of the file: its participants' zones and the diary mappings."""
    plan = study.plan
    ids = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(each) for each in ids]
    described += [diary.described() for diary in plan.diaries]
    described += [plan.apps.model_dump_json()] if plan.apps != AppsPlan() else []
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
