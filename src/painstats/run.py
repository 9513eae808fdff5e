"""One run over a study: the seven verbs in their order. The command line and the flows call this and add nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

from painstats.checks import check_records
from painstats.daily import build_daily_table
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, NotEnoughData, PainstatsError, StudyError, gravest
from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.models.analysis import fit_models
from painstats.reports import write_reports
from painstats.sources import read_export
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings
from painstats.sources.export import content_hash
from painstats.store import ImportSummary, Store, load_records, open_store, publish_tables
from painstats.store.ledger import (
    ExportIdentity,
    has_participants,
    known_import,
    loaded_exports,
    lost_when_read_again,
    mark_reported,
    record_refusal,
    unreported_quarantine,
)
from painstats.store.load import CheckedRows, IgnoredRows, Reading, ReadingNote
from painstats.store.stages import StageDone, clear_records, done_before, inputs_hash, mark_done
from painstats.study import Study

VERSION = version("painstats")
SOLE_PARTICIPANT = "me"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox and whose it is (None where only the file itself can say)."""

    path: Path
    name: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: ``loaded``, ``known`` (read before), ``refused`` or ``failed`` (our fault)."""

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

    ``changed`` is False when nothing was new: then nothing was computed or written.
    """

    files: tuple[FileOutcome, ...]
    changed: bool
    reports: tuple[Path, ...] = ()
    refusal: str | None = None
    exit_code: int = field(default=0)


def run_study(study: Study, say: Say = lambda _: None) -> RunSummary:
    """Read what is new in the inbox, and answer.

    Parameters
    ----------
    study
        The study to run.
    say
        Receives one line of progress at a time, without any person's values.

    Raises
    ------
    PainstatsError
        The study cannot be run at all (:mod:`painstats.errors`). Refused files do not raise; they are in the result.
    """
    with open_store(study) as store:
        prepare(store, say)
        outcomes = tuple(load_file(store, file, say) for file in list_inbox(study))
        return answer(store, outcomes, say)


def prepare(store: Store, say: Say) -> None:
    """Start again from the inbox when zones or diary mappings changed, provided that every file is still there."""
    loaded = loaded_exports(store)
    identities = [export.identity for export in loaded]
    if all(known.reading_hash == _reading_hash(store.study, known.participant_id) for known in identities):
        return
    present = {_content_or_none(file.path) for file in list_inbox(store.study)}
    absent = sorted(lost_when_read_again(loaded, present))
    if absent:
        raise StudyError(
            "time zones or diary mappings in study.toml changed, so that everything must be read again, but files "
            f"read before are no longer in {store.study.inbox}: {', '.join(absent[:5])}{' …' if absent[5:] else ''}. "
            "Put them back, undo the change, or start anew by removing painstats.duckdb"
        )
    say("time zones or diary mappings changed: everything is read again")
    clear_records(store)


def _content_or_none(path: Path) -> str | None:
    try:
        return content_hash(path)
    except ExportRefused:
        return None


def list_inbox(study: Study) -> list[InboxFile]:
    """List the files of the inbox, the oldest first, with the participant that their folder names."""
    if not study.inbox.is_dir():
        raise StudyError(f"{study.inbox} is missing; make it and put the exported files in")
    paths = [
        path
        for path in _walked(study.inbox)
        if (path.is_file() or path.is_symlink()) and not any(map(_is_hidden, path.relative_to(study.inbox).parts))
    ]
    # Where two files contradict each other the later one counts, so the one changed last comes last.
    paths.sort(key=lambda path: (path.lstat().st_mtime_ns, str(path)))
    ignore = study.plan.inbox.ignore
    files = []
    for path in paths:
        below = path.relative_to(study.inbox)
        if any(fnmatch(path.name, pattern) or fnmatch(str(below), pattern) for pattern in ignore):
            continue
        files.append(InboxFile(path, str(below), below.parts[0] if len(below.parts) > 1 else None))
    return files


def _walked(folder: Path) -> Iterator[Path]:
    """Walk a folder, also through links to folders, each once; links that lead nowhere are found too."""
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(parent) / name for name in names)


def load_file(store: Store, file: InboxFile, say: Say) -> FileOutcome:
    """Read, check and store one file, unless it is known; a file that fails leaves the database as it was."""
    study = store.study
    participant = file.participant_id or _sole_participant(store)
    try:
        content = content_hash(file.path)
    except ExportRefused as refusal:
        return FileOutcome(file, "refused", rule=refusal.rule, message=str(refusal))
    identity = ExportIdentity(file.name, content, _reading_hash(study, participant), participant)
    known = known_import(store, identity, VERSION)
    if known is not None:
        status = "known" if known.status == "loaded" else "refused"
        return FileOutcome(file, status, rule=known.rule, message=known.message)
    say(f"reading {file.name}")
    try:
        settings = ReadSettings(participant, study.time_zones, study.plan.diaries)
        source, reads = read_export(file.path, settings)
        summary = load_records(store, identity, source.name, _checked(reads, settings), VERSION)
    except ExportRefused as refusal:
        record_refusal(store, identity, None, refusal.rule, str(refusal), VERSION)
        return FileOutcome(file, "refused", rule=refusal.rule, message=str(refusal))
    except PainstatsError:
        raise
    except Exception as error:  # one file's failure must not stop the others
        message = f"{file.name}: {type(error).__name__} while reading; please report it"
        return FileOutcome(file, "failed", rule="bug", message=message)
    return FileOutcome(file, "loaded", summary)


def answer(store: Store, outcomes: tuple[FileOutcome, ...], say: Say) -> RunSummary:
    """Compute and write everything that rests on the records, unless nothing changed since the last time."""
    codes = [outcome.exit_code for outcome in outcomes]
    if unreported_quarantine(store):
        codes.append(QUARANTINED_EXIT_CODE)  # also that of a run which did not come this far
    inputs = inputs_hash(store, VERSION)
    before = done_before(store, "reports", inputs)
    if before is not None:
        codes.append(NotEnoughData.exit_code if before.refusal else 0)
        return RunSummary(outcomes, changed=False, refusal=before.refusal, exit_code=gravest(codes))
    refusal = None
    say("building the daily table")
    build_daily_table(store)
    build_model_frame(store)
    say("fitting the models")
    try:
        fit_models(store, say)
    except NotEnoughData as error:
        refusal = str(error)
        codes.append(error.exit_code)
    find(store)
    say("writing the reports")
    published = publish_tables(store)
    reports = write_reports(store)
    mark_done(store, "reports", inputs, StageDone(refusal, (*published, *reports)))
    mark_reported(store)
    return RunSummary(outcomes, True, tuple(reports), refusal, gravest(codes))


def _checked(reads: Iterator[Read], settings: ReadSettings) -> Iterator[Reading]:
    for read in reads:
        match read:
            case Ignored(entry, rows, reason):
                yield IgnoredRows(entry, rows, reason)
            case Noted(entry, message):
                yield ReadingNote(f"{entry}: {message}" if entry else message)
            case batch:
                if settings.participant_id is None and batch.frame["participant_id"].null_count():
                    raise ExportRefused(
                        "no_participant",
                        "the file does not say whose it is; move it into a folder named after the participant: "
                        "inbox/<participant>/",
                    )
                checked = check_records(batch, settings.today)
                yield CheckedRows(batch.table, checked.accepted, checked.rejected)


def _sole_participant(store: Store) -> str | None:
    """Return whose the files directly in the inbox are, None where that cannot be known.

    They are the one declared participant's, or the user's own, in a study that has never known anybody else: not in
    its inbox, not in its ledger, and nobody who was forgotten.
    """
    declared = set(store.study.plan.participants)
    sole = next(iter(declared)) if len(declared) == 1 else SOLE_PARTICIPANT
    folders = {path.name for path in store.study.inbox.iterdir() if path.is_dir() and not _is_hidden(path.name)}
    return None if (declared | folders) - {sole} or has_participants(store, sole) else sole


def _is_hidden(name: str) -> bool:
    """Whether a file or folder belongs to the system or a synchroniser, not to a person."""
    return name.startswith((".", "@", "__MACOSX"))


def _reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what the reading of a file depends on beside its bytes: the zones of its people, and the diary mappings."""
    plan = study.plan
    people = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(person) for person in people]
    described += [diary.model_dump_json() for diary in plan.diaries]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
