"""The files of the inbox, looked at: which are new, which are known, and which exports are in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused
from painstats.intake.inbox import MOST_OPEN_ENTRIES
from painstats.intake.inbox_file import InboxFile
from painstats.intake.owner import owner_of
from painstats.intake.parts import parts_of_zip
from painstats.intake.read_settings import reading_hash, settings_of
from painstats.intake.reader_versions import is_outdated, is_settled_below
from painstats.intake.settling import STILL_WRITTEN
from painstats.plan.study import Study
from painstats.sources.contract import ReadSettings
from painstats.store import ImportSummary, Store
from painstats.store.ledger import ExportIdentity, imports_below, known_import, last_entry, record_refusal

VERSION = version("painstats")


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The outcome of one file.

    ``loaded``, ``known`` (already imported), ``withdrawn`` (withdrawn before, and kept out), ``waiting`` (still being
    written, so that the next run reads it), ``refused`` or ``failed`` (a bug of painstats). ``entry`` is the one of its
    entries that it was refused for.
    """

    file: InboxFile
    status: str
    summary: ImportSummary | None = None
    rule: str | None = None
    message: str | None = None
    entry: str | None = field(default=None, compare=False)

    @property
    def exit_code(self) -> int:
        """Exit code for this file alone."""
        if self.status == "failed":
            return 1
        if self.status == "refused":
            return ExportRefused.exit_code
        return QUARANTINED_EXIT_CODE if self.summary and self.summary.quarantined else 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that was looked at: opened unless it is refused, and with the outcome that it has already."""

    file: InboxFile
    archive: Archive | None = None
    settings: ReadSettings | None = None
    outcome: FileOutcome | None = None


def looked_at(store: Store, files: Sequence[InboxFile]) -> Iterator[list[Candidate]]:
    """Look at files in their order, as many at a time as can be held open."""
    candidates: list[Candidate] = []
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


def _look_into(store: Store, file: InboxFile) -> list[Candidate]:
    """Look at a file, and at the exports in it if it is a zip of several.

    These are read before the zip itself. A zip that was imported holds nothing new, unless something in it was refused
    or is to be read again.
    """
    whole = look_at(store, file)
    archive, settings, known = whole.archive, whole.settings, whole.outcome
    if archive is None or settings is None:
        return [whole]
    if archive.is_folder:
        return [_closed_ifknown_outcome(each) for each in _without_refused_files(store, whole, archive)]
    is_known = known is not None and known.status != "withdrawn"
    if is_known and is_settled_below(store, file.name, settings.participant_id, settings.today):
        return [_closed_ifknown_outcome(whole)]
    try:
        parts = parts_of_zip(archive, settings)
    except Exception:  # whatever is wrong with one of its entries is reported when that entry is read
        return [_closed_ifknown_outcome(whole)]
    inside = [(f"{file.name}/{name}", part) for name, part in parts.own.items() if part]
    own = [look_at(store, replace(file, name=name, archive=part)) for name, part in inside]
    return [_closed_ifknown_outcome(each) for each in (*own, replace(whole, archive=parts.whole))]


def _without_refused_files(store: Store, whole: Candidate, archive: Archive) -> list[Candidate]:
    """Return the files of a folder that an earlier run refused and that are still the same, and the folder without."""
    below = imports_below(store, whole.file.name, whole.settings.participant_id if whole.settings else None)
    names = {known.file_name for known in below if known.status == "refused"}
    aside = {}
    for entry in archive.entries:
        file = file_below(whole.file, archive, entry)
        if file.name in names and (found := look_at(store, file)).outcome:
            aside[entry.name] = found
    rest = replace(whole.file, archive=archive.without(aside))
    return [*aside.values(), look_at(store, rest)] if aside else [whole]


def file_below(file: InboxFile, archive: Archive, entry: Entry) -> InboxFile:
    """Return one entry of an export as a file of its own, named after both."""
    return replace(file, name=f"{file.name}/{entry.name}", archive=archive.single(entry))


def look_at(store: Store, file: InboxFile) -> Candidate:
    """Open a file as one export, and find out whether it is known."""
    participant = owner_of(store, file)
    settings = settings_of(store.study, participant)
    closed = replace(file, archive=None)  # an outcome outlives the archive
    if file.is_unsettled:
        message = f"{file.name} is still being written; the next run reads it"
        return Candidate(closed, outcome=FileOutcome(closed, "waiting", rule=STILL_WRITTEN, message=message))
    try:
        archive = file.open()
        known = known_outcome(store, closed, archive, settings)
    except ExportRefused as refusal:
        identity = ExportIdentity(file.name, f"unreadable {file.name}", "", participant)
        remember_refusal(store, identity, refusal.rule, str(refusal))
        outcome = FileOutcome(closed, "refused", rule=refusal.rule, message=str(refusal))
        return Candidate(closed, outcome=outcome)
    return Candidate(closed, archive, settings, known)


def _closed_ifknown_outcome(candidate: Candidate) -> Candidate:
    """Let go of the archive of a file that is not read."""
    return replace(candidate, archive=None) if candidate.outcome else candidate


def identity_of(study: Study, file: InboxFile, archive: Archive, settings: ReadSettings) -> ExportIdentity:
    """Return what the ledger knows an export by."""
    participant = settings.participant_id
    return ExportIdentity(file.name, archive.content_hash, reading_hash(study, participant), participant)


def known_outcome(store: Store, file: InboxFile, archive: Archive, settings: ReadSettings) -> FileOutcome | None:
    """Return the outcome of an export that was read or refused before, and would be again; None if it is new."""
    known = known_import(store, identity_of(store.study, file, archive, settings), VERSION)
    if known is None or is_outdated(known, settings.today):
        return None
    status = {"loaded": "known"}.get(known.status, known.status)
    return FileOutcome(file, status, rule=known.rule, message=known.message)


def remember_refusal(store: Store, identity: ExportIdentity, rule: str, message: str) -> None:
    """Record that an export was not read, for ``painstats status``; the next run tries it again.

    What the ledger says last of the file already is not written again.
    """
    last = last_entry(store, identity.file_name, identity.participant_id)
    if last is None or (last.status, last.rule, last.message) != ("refused", rule, message):
        record_refusal(store, identity, None, rule, message, version="")
