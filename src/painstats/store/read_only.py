"""Open the database of a study that must not, or cannot, be written to: on a read-only disk or share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.checksum import read_record
from painstats.store.connection import Store, connected_for_reading, open_store
from painstats.store.damage import check_closed, explained
from painstats.store.migrations import earlier_version
from painstats.store.runs import check_plan


@contextmanager
def open_to_look(study: Study) -> Iterator[Store]:
    """Open a study to show its state: as :func:`open_store` does, or without writing anything where that is impossible.

    Raises
    ------
    StudyInUse
        Another process is using the study.
    StorageError
        The database is damaged or cannot be opened; or nothing may be written, and it is open elsewhere, was not
        closed, or has to be migrated first.
    """
    if os.access(study.folder, os.W_OK):
        with open_store(study) as store:
            yield store
        return
    with _read_only(study) as store:
        yield store


@contextmanager
def _read_only(study: Study) -> Iterator[Store]:
    record = read_record(study)
    check_plan(study, record)
    if record is None or not study.database.exists():
        raise StorageError(f"{study.folder} has no database yet and cannot be written to; run it where it can be")
    if record.is_open:
        raise StorageError(
            f"{study.folder} cannot be written to, and its database is in use elsewhere or was not closed; "
            "look again when the run has finished, or where the study can be written to"
        )
    check_closed(study, record)
    with explained(study), connected_for_reading(study, study.database) as connection:
        if earlier_version(connection, study, f"painstats {record.painstats}"):
            raise StorageError(
                f"{study.folder} was written by painstats {record.painstats} and cannot be upgraded here, because "
                "nothing can be written; run any command of this version where the study can be written to"
            )
        yield Store(study, connection)
