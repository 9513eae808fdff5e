"""Keep the last run's findings where nothing that they are computed from has changed.

A verdict changes at looks only, so on most nights the days until the last look are those of the night before. The
digest of all that the kinds are fitted to is kept in a table of its own, which is removed with the findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO

from painstats.errors import StudyError
from painstats.questions.exploratory.own_days import OwnDays
from painstats.store.connection import Store
from painstats.store.rows import read_rows, replace_rows
from painstats.store.tables import table_exists

TABLE = "contrast_digest"


@dataclass(frozen=True, slots=True)
class Digest:
    """What the stored findings were computed from: a row of ``contrast_digest``, the only one."""

    digest: str


def digest_of(asked: object, days: Iterable[OwnDays]) -> str:
    """Hash the version, what is asked, and the days of every participant until their looks."""
    digest = hashlib.sha256(repr((version("painstats"), asked)).encode())
    for own in days:
        digest.update(repr((own.participant_id, own.when, own.outcome, own.design)).encode())
        for frame in (own.frame, own.daily):
            buffer = BytesIO()
            frame.rechunk().write_ipc(buffer)
            digest.update(buffer.getbuffer())
        for name, known in sorted(own.guard_days.items()):
            digest.update(name.encode() + known.day.tobytes() + known.value.tobytes())
    return digest.hexdigest()


def is_stored(store: Store, digest: str, tables: Iterable[str]) -> bool:
    """Whether the stored findings were computed from what this digest is of."""
    if not all(table_exists(store, table) for table in (TABLE, *tables)):
        return False
    try:
        return [row.digest for row in read_rows(store, TABLE, Digest)] == [digest]
    except StudyError:  # of a version with other columns
        return False


def note_stored(store: Store, digest: str) -> None:
    """Record what the stored findings were computed from."""
    replace_rows(store, TABLE, Digest, [Digest(digest)])
