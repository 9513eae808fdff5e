"""Erasure: remove a participant from the database, the reports and the inbox, rewrite the database, and search.

DuckDB keeps deleted text in its file; only a copy into a new file leaves it behind. So the rows are deleted, the
database is copied, the copy takes its place, and everything is searched for the participant's id.

An erasure can be killed at any instant. Before anything is removed a journal says what is to go; whatever opens the
study next finishes it (:func:`finish_erasures`). Files go before rows, because the rows say which files they came
from, and each step can be repeated.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.checksum import log_of, replace_database
from painstats.store.connection import Store, locked, open_store, opened
from painstats.store.erase_files import (
    Removal,
    folder_in_inbox,
    remove_from_inbox,
    remove_leftovers,
    remove_results,
    unfinished_copy,
)
from painstats.store.erase_rows import (
    delete_participant,
    own_contents,
    participants_in,
)
from painstats.store.erasure_journal import Intent, clear_intent, read_intent, write_intent
from painstats.store.find_traces import find_traces
from painstats.store.forgotten import (
    copy_to_table,
    forgotten_hashes,
    hashes_in_table,
    participant_hash,
    remember_forgotten,
)
from painstats.store.id_pattern import IdPattern, pattern_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed, and what a search for the id still finds.

    Parameters
    ----------
    traces
        Places that painstats, or a program that it uses, wrote and that still name the participant.
    not_removed
        The participant's files outside the inbox that links in it led to.
    kept
        Files that painstats did not write and that are the user's own to edit (the plan, shared exports).
    not_searched
        Files that could not be read.
    was_forgotten
        Whether the participant had been removed before and there was nothing left to remove.
    """

    rows_removed: int
    tables_touched: int
    files_removed: tuple[str, ...]
    files_searched: int
    traces: tuple[str, ...] = field(default=())
    not_removed: tuple[str, ...] = field(default=())
    kept: tuple[str, ...] = field(default=())
    not_searched: tuple[str, ...] = field(default=())
    was_forgotten: bool = False

    @property
    def is_proven(self) -> bool:
        """Whether no trace is left in anything that painstats wrote or could reach."""
        return not self.traces and not self.not_removed


def find_participant(study: Study, given: str) -> str:
    """Return the participant that an id from the command line means.

    A trailing slash, as the shell adds to the name of a folder, is not part of an id unless the study knows it so.

    Raises
    ------
    StudyError
        The study knows no such participant.
    """
    with open_store(study) as store:
        return _known(store, given)


def forget_participant(study: Study, given: str) -> Erasure:
    """Remove one participant from everything; one who was removed before is searched for again.

    Raises
    ------
    StudyError
        The study does not know the participant.
    """
    with locked(study):
        finish_erasures(study)
        with opened(study) as store:
            participant_id = _known(store, given)
            if not _has_data(store, participant_id) and _was_forgotten(study, participant_id):
                empty = Erasure(0, 0, (), 0, was_forgotten=True)
                return _searched(store, _pattern(store, participant_id), empty)
            intent = Intent(participant_id, own_contents(store.connection, participant_id))
        write_intent(study, intent)
        return _carried_out(study, intent)


def finish_erasures(study: Study) -> None:
    """Finish an erasure that was interrupted, and repeat those that a restored database does not know.

    The caller holds the study's lock and has no database open. Costs nothing where nobody was ever forgotten.
    """
    intent = read_intent(study)
    if intent is not None:
        _report(_carried_out(study, intent))
    for participant_id in _brought_back(study):
        intent = Intent(participant_id, with_inbox=False)
        write_intent(study, intent)
        _report(_carried_out(study, intent))


def _carried_out(study: Study, intent: Intent) -> Erasure:
    """Remove everything that an intent names, prove it, and clear the journal. Every step may be repeated."""
    remember_forgotten(study, [participant_hash(study, intent.participant_id)])
    removal = Removal(study)
    remove_results(removal)
    if intent.with_inbox:
        remove_from_inbox(removal, intent.participant_id, intent.contents)
    remove_leftovers(removal)
    with opened(study) as store:
        pattern = _pattern(store, intent.participant_id)
        rows, tables = delete_participant(store, intent.participant_id, pattern)
        _copy_database(store)
    _exchange_database(study)
    remove_leftovers(removal)
    with opened(study) as store:
        erasure = Erasure(
            rows, tables, tuple(sorted(removal.removed)), 0, not_removed=tuple(sorted(set(removal.outside)))
        )
        erasure = _searched(store, pattern, erasure)
    clear_intent(study)
    return erasure


def _copy_database(store: Store) -> None:
    fresh = str(unfinished_copy(store.study)).replace("'", "''")
    connection = store.connection
    name = connection.execute("SELECT current_database()").fetchone()
    connection.execute("CHECKPOINT")
    connection.execute(f"ATTACH '{fresh}' AS rewritten")
    connection.execute(f'COPY FROM DATABASE "{name[0] if name else ""}" TO rewritten')
    connection.execute("DETACH rewritten")


def _exchange_database(study: Study) -> None:
    """Put the copy in the database's place. The log of the old one must be gone before, or it would be replayed."""
    log_of(study.database).unlink(missing_ok=True)
    replace_database(study, unfinished_copy(study))


def _searched(store: Store, pattern: IdPattern, erasure: Erasure) -> Erasure:
    traces = find_traces(store.study, pattern, store.connection)
    return replace(
        erasure,
        files_searched=traces.searched,
        traces=tuple(traces.ours),
        kept=tuple(traces.yours),
        not_searched=tuple(traces.unreadable),
    )


# --- who is known ---


def _known(store: Store, given: str) -> str:
    for participant_id in dict.fromkeys((given, given.rstrip("/"))):
        if _is_possible(participant_id) and _is_known(store, participant_id):
            return participant_id
    raise StudyError(
        f"{store.study.folder.name} has no participant of that id; see: painstats status {store.study.folder}"
    )


def _is_possible(participant_id: str) -> bool:
    """Whether text can be an id at all: it is not empty, and can be stored."""
    is_text = not any("\ud800" <= sign <= "\udfff" for sign in participant_id)
    return bool(participant_id) and is_text and "\x00" not in participant_id


def _is_known(store: Store, participant_id: str) -> bool:
    study = store.study
    return (
        participant_id in study.plan.participants
        or any(phase.participant == participant_id for phase in study.plan.phases)
        or _has_data(store, participant_id)
        or _was_forgotten(study, participant_id)
    )


def _has_data(store: Store, participant_id: str) -> bool:
    return (
        participant_id in participants_in(store.connection) or folder_in_inbox(store.study, participant_id) is not None
    )


def _was_forgotten(study: Study, participant_id: str) -> bool:
    forgotten = forgotten_hashes(study)
    return bool(forgotten) and participant_hash(study, participant_id) in forgotten


def _pattern(store: Store, participant_id: str) -> IdPattern:
    """Return how to search for an id, told apart from the ids of others that contain it."""
    study = store.study
    folders = [path.name for path in study.inbox.iterdir() if path.is_dir()] if study.inbox.is_dir() else []
    return pattern_of(participant_id, {*participants_in(store.connection), *study.plan.participants, *folders})


# --- databases that know less than the list beside them ---


def _brought_back(study: Study) -> list[str]:
    """Return the forgotten participants in a database that is older than their erasure, as one from a backup is."""
    forgotten = forgotten_hashes(study)
    if not forgotten or not study.database.exists():
        return []
    with opened(study) as store:
        if forgotten <= hashes_in_table(store.connection):
            return []
        found = participants_in(store.connection)
        returned = sorted(each for each in found if participant_hash(study, each) in forgotten)
        if not returned:
            copy_to_table(store.connection, forgotten)
        return returned


def _report(erasure: Erasure) -> None:
    """Say that an erasure was finished, in counts alone."""
    _log.warning(
        "painstats: completed an erasure that was interrupted, or undone by an older database; %d places still name "
        "the participant, and %d linked files outside the inbox were not removed. "
        "painstats forget, with the same id, lists the places",
        len(erasure.traces),
        len(erasure.not_removed),
    )
