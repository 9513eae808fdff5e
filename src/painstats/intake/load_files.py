"""Read, check and store the files of the inbox; one that fails leaves the database as it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from painstats.archive.archive import Archive, export_date
from painstats.batch import Batch, ExportedAt, Rows
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, PainstatsError
from painstats.intake.inbox import MOST_OPEN_ENTRIES, InboxFile
from painstats.intake.known_participants import KnownParticipants, known_participants
from painstats.intake.owner import owner_of
from painstats.intake.parts import parts_of_zip
from painstats.intake.read_ahead import ReadAhead, bytes_of, read_ahead
from painstats.intake.reader_versions import ALL_READERS, is_outdated, is_settled_below, outdated_readings, readers_of
from painstats.intake.reading import PROCESS_ENDED, ReadElsewhere, ReadingFailedError, replay, staged
from painstats.intake.waiting import NewFile, Waiting, WaitingRoom, can_wait
from painstats.plan.study import Study
from painstats.progress import bytes_read, working
from painstats.sources.contract import ReadSettings
from painstats.store import ImportSummary, Store, load_records
from painstats.store.ledger import ExportIdentity, known_import, record_refusal
from painstats.store.load_new import NewExport, load_new
from painstats.store.staged import staging

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
    outcomes: list[FileOutcome] = []
    participants = cache(partial(known_participants, store))
    for candidates in _looked_at(store, files):
        new = [(each.archive, each.settings) for each in candidates if each.archive and each.settings]
        with (
            read_ahead(store.study.folder, new, processes) as ahead,
            working("reading", "bytes", sum(bytes_of(archive) for archive, _ in new)) as work,
            staging(store.study.folder) as folder,
        ):
            loading = _Loading(store, say, participants, ahead, folder.folder)
            for each in candidates:
                if each.archive:
                    work.elsewhere = partial(_bytes_under_way, ahead, each.archive, bytes_read())
                loading.load(each)
                work.done += bytes_of(each.archive) if each.archive else 0
            outcomes += loading.finished()
    return tuple(outcomes)


def load_file(store: Store, file: InboxFile, say: Say) -> FileOutcome:
    """Read, check and store one export, unless it is known; one that fails leaves the database as it was."""
    with staging(store.study.folder) as folder:
        participants = cache(partial(known_participants, store))
        loading = _Loading(store, say, participants, ReadAhead(), folder.folder, together=False)
        loading.load(_look_at(store, file))
        [outcome] = loading.finished()
    return outcome


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


@dataclass(slots=True)
class _Loading:
    """Files loaded one after another; exports of new facts wait until several are stored together.

    ``folder`` is for the staged rows of what is read here; ``outcomes`` are by the place of the file.
    """

    store: Store
    say: Say
    participants: Callable[[], KnownParticipants]
    ahead: ReadAhead
    folder: Path
    together: bool = True
    room: WaitingRoom = field(default_factory=WaitingRoom)
    outcomes: dict[int, FileOutcome] = field(default_factory=dict)
    n_files: int = 0

    def load(self, candidate: _Candidate) -> None:
        """Load a file, or read it and let it wait."""
        place, self.n_files = self.n_files, self.n_files + 1
        file, archive, settings = candidate.file, candidate.archive, candidate.settings
        if archive is None or settings is None:
            self.outcomes[place] = candidate.outcome or FileOutcome(file, "failed")
            return
        if file.participant_id is None:
            self.store_waiting()  # another file may name other participants, and then this one has no owner
            if settings.participant_id != (owner := owner_of(self.store, file)):
                settings = settings_of(self.store.study, owner)
        new = NewFile(place, file, _identity(self.store.study, file, archive, settings), archive, settings)
        if self.room.has(new.identity):
            self.store_waiting()
        if known := _known(self.store, file, archive, settings):
            self.outcomes[place] = known
            return
        self.say(f"reading {file.name}")
        self._attempt(new, partial(self._read, new))
        if self.room.is_due:
            self.store_waiting()

    def finished(self) -> list[FileOutcome]:
        """Store what still waits, and return the outcome of each file in order."""
        self.store_waiting()
        return [self.outcomes[place] for place in range(self.n_files)]

    def store_waiting(self) -> None:
        """Store what waits in one transaction; one by one where that is not possible."""
        waiting = self.room.taken()
        if not waiting:
            return
        summaries = _stored_together(self.store, [each.export for each in waiting])
        for number, each in enumerate(waiting):
            if summaries:
                self.outcomes[each.new.place] = FileOutcome(each.new.file, "loaded", summaries[number])
            elif known := _known(self.store, each.new.file, each.new.archive, each.new.settings):
                self.outcomes[each.new.place] = known  # they were stored, and what failed came after it
            else:
                self._attempt(each.new, partial(self._stored, each.new, each.read))
            self._free(each.new)

    def _attempt(self, new: NewFile, load: Callable[[], ImportSummary | None]) -> None:
        """Load a file, which leaves the database as it was if it is refused or fails; None if it waits."""
        try:
            if summary := load():
                self.outcomes[new.place] = FileOutcome(new.file, "loaded", summary)
        except ExportRefused as refusal:
            self._record(new, refusal)
            self.outcomes[new.place] = FileOutcome(new.file, "refused", rule=refusal.rule, message=str(refusal))
        except PainstatsError:
            raise
        except Exception as error:  # one file's failure must not stop the others
            message = f"{new.file.name}: {_failure(error)}"
            if new.archive.is_part:
                _remember(self.store, new.identity, "bug", message)
            self.outcomes[new.place] = FileOutcome(new.file, "failed", rule="bug", message=message)

    def _record(self, new: NewFile, refusal: ExportRefused) -> None:
        if refusal.rule == "id_collision":
            _remember(self.store, new.identity, refusal.rule, str(refusal))
        elif refusal.rule != "file_changed":  # what it is now is another file, and read by the next run
            replaces = outdated_readings(self.store, new.identity, new.settings.today)
            record_refusal(self.store, new.identity, None, refusal.rule, str(refusal), VERSION, ALL_READERS, replaces)

    def _read(self, new: NewFile) -> ImportSummary | None:
        """Read a file and store it, unless it can wait."""
        if new.identity.participant_id is not None:
            self.participants().refuse_alike(new.identity.participant_id)
        read = self.ahead.take(new.archive, new.settings) or self._read_here(new)
        export = NewExport(
            new.identity, read.source or "", read.batches, ExportedAt(*export_date(new.archive)),
            readers_of(read.source or ""),
        )  # fmt: skip
        if self.together and new.file.participant_id and can_wait(read, export):
            self._let_wait(Waiting(new, read, export))
            return None
        self.store_waiting()
        summary = self._stored(new, read)
        self._free(new)
        return summary

    def _read_here(self, new: NewFile) -> ReadElsewhere:
        folder = self.folder / str(new.place)
        folder.mkdir(mode=0o700)
        return staged(new.archive, new.settings, folder)

    def _let_wait(self, waiting: Waiting) -> None:
        for _, participant in waiting.export.facts:
            self.participants().refuse_alike(participant)
        if self.room.has_facts_of(waiting.export):
            self.store_waiting()
        self.room.add(waiting)
        self.participants().add({participant for _, participant in waiting.export.facts}, are_certain=True)

    def _stored(self, new: NewFile, read: ReadElsewhere) -> ImportSummary:
        """Store a file that was read."""
        source, batches = replay(read)
        named: set[str] = set()
        batches = _naming_participants(batches, self.participants(), named)
        dated, replaces = (
            ExportedAt(*export_date(new.archive)),
            outdated_readings(self.store, new.identity, new.settings.today),
        )
        summary = load_records(self.store, new.identity, source, batches, VERSION, dated, readers_of(source), replaces)
        self.participants().add(named, are_certain=True)
        return summary

    def _free(self, new: NewFile) -> None:
        """Remove the staged rows of a file that was stored."""
        self.ahead.free(new.archive)
        shutil.rmtree(self.folder / str(new.place), ignore_errors=True)


def _stored_together(store: Store, exports: Sequence[NewExport]) -> tuple[ImportSummary, ...] | None:
    """Store exports in one transaction; None, and nothing is stored, where that is not possible."""
    try:
        return load_new(store, exports, VERSION)
    except PainstatsError:
        raise
    except Exception:  # each is then stored by itself, and the one that fails says so
        return None


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
    return ReadSettings(participant_id, study.time_zones, study.plan.diaries, tables=study.plan.tables)


def reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what reading depends on besides the bytes of the file: its participants' zones and the mappings."""
    plan = study.plan
    ids = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(each) for each in ids]
    described += [mapping.model_dump_json() for mapping in (*plan.diaries, *plan.tables)]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
