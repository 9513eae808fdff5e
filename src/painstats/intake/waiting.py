"""Exports that were read and wait to be stored, so that one transaction stores many."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from painstats.archive.archive import Archive
from painstats.intake.inbox_file import InboxFile
from painstats.intake.reading import ReadElsewhere
from painstats.sources.contract import ReadSettings
from painstats.store.ledger import ExportIdentity
from painstats.store.load_new import NewExport, can_be_loaded_together

MOST_ROWS = 200_000
MOST_EXPORTS = 100
LONGEST_WAIT_S = 2.0
"""What waits is stored before it has more rows or exports, or has waited longer: a killed run reads little again."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be read: its place among those of the run, what it is, and how to read it."""

    place: int
    file: InboxFile
    identity: ExportIdentity
    archive: Archive
    settings: ReadSettings


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits: as it was read, and as it can be stored with others."""

    new: NewFile
    read: ReadElsewhere
    export: NewExport


@dataclass(slots=True)
class WaitingRoom:
    """The exports that wait, in order; no two are about the same table and participant."""

    waiting: list[Waiting] = field(default_factory=list)
    since_s: float = 0.0

    @property
    def is_due(self) -> bool:
        """Whether what waits should be stored now."""
        n_rows = sum(each.export.n_rows for each in self.waiting)
        is_full = n_rows > MOST_ROWS or len(self.waiting) >= MOST_EXPORTS
        return bool(self.waiting) and (is_full or time.monotonic() - self.since_s > LONGEST_WAIT_S)

    def has(self, identity: ExportIdentity) -> bool:
        """Whether a file of the same content or name waits."""
        same = (each.export.identity for each in self.waiting)
        return any(one.content_hash == identity.content_hash or one.file_name == identity.file_name for one in same)

    def has_facts_of(self, export: NewExport) -> bool:
        """Whether rows of the same table and participant wait."""
        return any(each.export.facts & export.facts for each in self.waiting)

    def add(self, waiting: Waiting) -> None:
        """Let an export wait."""
        self.since_s = self.since_s if self.waiting else time.monotonic()
        self.waiting.append(waiting)

    def taken(self) -> list[Waiting]:
        """Take out all that wait."""
        taken, self.waiting = self.waiting, []
        return taken


def can_wait(read: ReadElsewhere, export: NewExport) -> bool:
    """Whether an export that was read is whole, small, and can be stored together with others."""
    is_whole = read.refusal is None and read.failure is None
    return is_whole and export.n_rows <= MOST_ROWS and can_be_loaded_together(export)
