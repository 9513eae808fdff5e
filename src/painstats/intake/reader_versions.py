"""Which files to read again: an older reader or older rules read them, or a rejected row may now be accepted."""

from __future__ import annotations

from datetime import date

from painstats.intake.checks import RULES_VERSION
from painstats.sources import VERSIONS
from painstats.store import Store
from painstats.store.ledger import ExportIdentity, KnownImport, Readers, imports_below, readings_of

ALL_READERS = Readers(sum(VERSIONS.values()), RULES_VERSION)
"""The versions stored with a refusal: any source that improves may recognise the file."""


def readers_of(source: str) -> Readers:
    """Return the present versions of the code that reads a file of a source."""
    return Readers(VERSIONS.get(source), RULES_VERSION)


def is_outdated(known: KnownImport, today: date) -> bool:
    """Whether a file that was loaded or refused might be read differently today."""
    if known.status == "withdrawn":
        return False
    now = ALL_READERS if known.status == "refused" or known.source is None else readers_of(known.source)
    is_older = (known.readers.reader or 0) < (now.reader or 0) or (known.readers.rules or 0) < (now.rules or 0)
    return is_older or (known.recheck_on is not None and known.recheck_on <= today)


def outdated_readings(store: Store, identity: ExportIdentity, today: date) -> tuple[int, ...]:
    """Return the imports that reading a file again replaces."""
    return tuple(known.import_id for known in readings_of(store, identity) if is_outdated(known, today))


def is_settled_below(store: Store, file_name: str, participant_id: str | None, today: date) -> bool:
    """Whether every export inside a file was loaded, and by the present readers."""
    below = imports_below(store, file_name, participant_id)
    return not any(known.status == "refused" or is_outdated(known, today) for known in below)
