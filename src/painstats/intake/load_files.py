"""Read, check and store the files of the inbox; one that fails leaves the database as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from painstats.archive.archive import Archive, export_date
from painstats.batch import Batch, ExportedAt, Rows
from painstats.errors import ExportRefused, PainstatsError
from painstats.intake.candidates import (
    VERSION,
    Candidate,
    FileOutcome,
    file_below,
    identity_of,
    known_outcome,
    look_at,
    looked_at,
    remember_refusal,
)
from painstats.intake.inbox_file import InboxFile
from painstats.intake.known_participants import KnownParticipants, known_participants
from painstats.intake.owner import owner_of
from painstats.intake.read_ahead import ReadAhead, bytes_of, read_ahead
from painstats.intake.read_settings import settings_of
from painstats.intake.reader_versions import ALL_READERS, outdated_readings, readers_of
from painstats.intake.reading import PROCESS_ENDED, ReadElsewhere, ReadingFailedError, replay, staged
from painstats.intake.settling import CHANGED
from painstats.intake.waiting import NewFile, Waiting, WaitingRoom, can_wait
from painstats.progress import bytes_read, working
from painstats.sources import SOURCES
from painstats.sources.recognition import first_taker
from painstats.store import ImportSummary, Store, load_records
from painstats.store.connection import use_threads_for
from painstats.store.ledger import forget_refused, imports_with_content, record_refusal
from painstats.store.load_new import NewExport, load_new
from painstats.store.staged import staging

Say = Callable[[str], None]


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
    for candidates in looked_at(store, files):
        new = [(each.archive, each.settings) for each in candidates if each.archive and each.settings]
        n_bytes = sum(bytes_of(archive) for archive, _ in new)
        use_threads_for(store.connection, n_bytes)
        with (
            read_ahead(store.study.folder, new, processes) as ahead,
            working("reading", "bytes", n_bytes) as work,
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
        loading.load(look_at(store, file))
        [outcome] = loading.finished()
    return outcome


def _bytes_under_way(ahead: ReadAhead, archive: Archive, begun_at: int) -> int:
    """Return how much has been read of an export, here or in another process, and of those after it."""
    return min(bytes_read() - begun_at, bytes_of(archive)) + ahead.bytes_read(archive)


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

    def load(self, candidate: Candidate) -> None:
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
        new = NewFile(place, file, identity_of(self.store.study, file, archive, settings), archive, settings)
        if self.room.has(new.identity):
            self.store_waiting()
        if known := known_outcome(self.store, file, archive, settings):
            self.outcomes[place] = known
            return
        self.say(f"reading {file.name}")
        self._attempt(new, partial(self._read, new))
        if self.room.is_due:
            self.store_waiting()
        self._load_rest(candidate, new)

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
            elif known := known_outcome(self.store, each.new.file, each.new.archive, each.new.settings):
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
            status = "waiting" if refusal.rule == CHANGED else "refused"
            self.outcomes[new.place] = FileOutcome(
                new.file, status, rule=refusal.rule, message=str(refusal), entry=refusal.entry
            )
        except PainstatsError:
            raise
        except Exception as error:  # one file's failure must not stop the others
            message = f"{new.file.name}: {_failure(error)}"
            remember_refusal(self.store, new.identity, "bug", message)
            self.outcomes[new.place] = FileOutcome(new.file, "failed", rule="bug", message=message)

    def _record(self, new: NewFile, refusal: ExportRefused) -> None:
        if refusal.rule == "id_collision":
            remember_refusal(self.store, new.identity, refusal.rule, str(refusal))
        elif refusal.rule != CHANGED:  # what it is now is another file, and read by the next run
            replaces = self._replaced(new)
            record_refusal(self.store, new.identity, None, refusal.rule, str(refusal), VERSION, ALL_READERS, replaces)

    def _replaced(self, new: NewFile) -> tuple[int, ...]:
        """Return the imports that a file replaces: older readings, and loose files that are now read as one export."""
        joined = new.archive.entries if new.file.is_joined else ()
        singles = [new.archive.single(entry).content_hash for entry in joined]
        return (
            *outdated_readings(self.store, new.identity, new.settings.today),
            *imports_with_content(self.store, singles, new.identity.participant_id),
        )

    def _load_rest(self, candidate: Candidate, new: NewFile) -> None:
        """Load a folder without the file that it was refused for, so that this one does not hide the others."""
        outcome = self.outcomes.get(new.place)
        if outcome is None or outcome.status != "refused" or outcome.entry is None or not new.archive.is_folder:
            return
        rest = new.archive.without({outcome.entry})
        if first_taker(rest, SOURCES, new.settings) is not None:
            self.outcomes[new.place] = _set_aside(self.store, new, outcome)
            self.load(replace(candidate, archive=rest))

    def _read(self, new: NewFile) -> ImportSummary | None:
        """Read a file and store it, unless it can wait."""
        if new.identity.participant_id is not None:
            self.participants().refuse_alike(new.identity.participant_id)
        read = self.ahead.take(new.archive, new.settings) or self._read_here(new)
        export = NewExport(
            new.identity, read.source or "", read.batches, ExportedAt(*export_date(new.archive)),
            readers_of(read.source or ""),
        )  # fmt: skip
        is_free = new.file.participant_id is not None and not new.file.is_joined
        if self.together and is_free and can_wait(read, export):
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
        summary = load_records(
            self.store, new.identity, source, batches, VERSION, ExportedAt(*export_date(new.archive)),
            readers_of(source), self._replaced(new),
        )  # fmt: skip
        self.participants().add(named, are_certain=True)
        return summary

    def _free(self, new: NewFile) -> None:
        """Remove the staged rows of a file that was stored."""
        self.ahead.free(new.archive)
        shutil.rmtree(self.folder / str(new.place), ignore_errors=True)


def _set_aside(store: Store, new: NewFile, outcome: FileOutcome) -> FileOutcome:
    """Record the refusal of a folder as that of the one file that is to blame."""
    [entry] = [entry for entry in new.archive.entries if entry.name == outcome.entry]
    below = file_below(new.file, new.archive, entry)
    forget_refused(store, new.identity)
    single = identity_of(store.study, below, below.open(), new.settings)
    record_refusal(store, single, None, outcome.rule or "", outcome.message or "", VERSION, ALL_READERS)
    return replace(outcome, file=replace(below, archive=None), entry=None)


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


def _failure(error: Exception) -> str:
    kind = str(error) if isinstance(error, ReadingFailedError) else type(error).__name__
    if kind == PROCESS_ENDED:
        return "the process that read it was killed, perhaps because memory ran out; run again with --processes 1"
    return f"{kind} while reading; please report it"
