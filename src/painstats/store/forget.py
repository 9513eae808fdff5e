"""Erasure: delete a participant from database, reports and inbox, rewrite the database, and verify by a search.

DuckDB keeps deleted text in its file; only a copy into a new file gets rid of it. So the rows are deleted, the database
is copied and replaced by the copy, and everything is searched for the participant's id.

An erasure can be killed at any moment. Before anything is removed, a journal records what will be; the next process
that opens the study finishes it (:func:`finish_erasures`). Files are removed before rows, because the rows say which
files they came from, and each step can be repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.checksum import log_of, replace_database
from painstats.store.connection import Store, locked, open_store, opened
from painstats.store.erase_files import (
    Removal,
    folder_in_inbox,
    remove_copies,
    remove_from_inbox,
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
from painstats.store.shards import dealt

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed, and where a search still finds the id.

    Parameters
    ----------
    traces
        Places, written by painstats or a program that it uses, that still name the participant.
    not_removed
        The participant's files outside the inbox to which links in it led.
    kept
        Files that name the participant but that painstats did not write and the user must edit (plan, shared exports).
    not_searched
        Files that could not be read.
    was_forgotten
        Whether the participant had been forgotten before and nothing was left to remove.
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
    def is_complete(self) -> bool:
        """Whether no trace is left in anything that painstats wrote or could remove."""
        return not self.traces and not self.not_removed


def find_participant(study: Study, given: str) -> str:
    """Return the participant for an id from the command line.

    A trailing slash, which shells add to folder names, is removed unless the id is known with it.

    Raises
    ------
    StudyError
        The study knows no such participant.
    """
    with open_store(study) as store:
        return _known(store, given)


def forget_participant(study: Study, given: str) -> Erasure:
    """Delete all data of a participant; if there are none left from an earlier erasure, only search again.

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
    """Finish an interrupted erasure, and repeat those that a restored database has undone.

    The caller must hold the study's lock and have no database open. Does nothing if no participant was ever forgotten.
    """
    intent = read_intent(study)
    if intent is not None:
        _report(_carried_out(study, intent))
    for participant_id in _brought_back(study):
        intent = Intent(participant_id, with_inbox=False)
        write_intent(study, intent)
        _report(_carried_out(study, intent))


def _carried_out(study: Study, intent: Intent) -> Erasure:
    """Remove everything that an intent names, verify it, and clear the journal. Every step can be repeated."""
    remember_forgotten(study, [participant_hash(study, intent.participant_id)])
    removal = Removal(study)
    remove_results(removal)
    if intent.with_inbox:
        remove_from_inbox(removal, intent.participant_id, intent.contents)
    remove_copies(removal)
    of_shards = [_erased_in_shard(shard, intent.participant_id) for shard in dealt(study)]
    with opened(study, with_shards=False) as store:
        pattern = _pattern(store, intent.participant_id)
        rows, tables = delete_participant(store, intent.participant_id, pattern)
        _copy_database(store)
    _exchange_database(study)
    remove_copies(removal)
    with opened(study, with_shards=False) as store:
        erasure = Erasure(
            rows, tables, tuple(sorted(removal.removed)), 0, not_removed=tuple(sorted(set(removal.outside)))
        )
        erasure = _searched(store, pattern, erasure)
    clear_intent(study)
    return _with_shards(erasure, of_shards)


def _erased_in_shard(shard: Study, participant_id: str) -> Erasure:
    """Erase a participant from a shard. One that is interrupted is finished when the shard is opened: it is listed."""
    with locked(shard):
        erasure = _carried_out(shard, Intent(participant_id, with_inbox=False))
    folder = shard.folder.relative_to(shard.whole)
    return replace(erasure, traces=tuple(f"{folder}/{trace}" for trace in erasure.traces))


def _with_shards(whole: Erasure, of_shards: Sequence[Erasure]) -> Erasure:
    """Add up what was removed; the files of the study are searched with the study, the databases of shards each."""
    of_shard = [trace for each in of_shards for trace in each.traces]
    return replace(
        whole,
        rows_removed=whole.rows_removed + sum(each.rows_removed for each in of_shards),
        tables_touched=max([whole.tables_touched, *(each.tables_touched for each in of_shards)]),
        traces=tuple(dict.fromkeys((*whole.traces, *of_shard))),
    )


def _copy_database(store: Store) -> None:
    fresh = str(unfinished_copy(store.study)).replace("'", "''")
    connection = store.connection
    name = connection.execute("SELECT current_database()").fetchone()
    connection.execute("CHECKPOINT")
    connection.execute(f"ATTACH '{fresh}' AS rewritten")
    connection.execute(f'COPY FROM DATABASE "{name[0] if name else ""}" TO rewritten')
    connection.execute("DETACH rewritten")


def _exchange_database(study: Study) -> None:
    """Replace the database by the copy; remove the old write-ahead log first, or it would be replayed."""
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


# --- known participants ---


def _known(store: Store, given: str) -> str:
    for participant_id in dict.fromkeys((given, given.rstrip("/"))):
        if _is_possible(participant_id) and _is_known(store, participant_id):
            return participant_id
    raise StudyError(
        f"{store.study.folder.name} has no participant with that id; see: painstats status {store.study.folder}"
    )


def _is_possible(participant_id: str) -> bool:
    """Whether text can be an id: it must not be empty, and must be storable."""
    is_text = not any("\ud800" <= character <= "\udfff" for character in participant_id)
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
    """Return the search pattern of an id, which excludes longer ids that contain it."""
    study = store.study
    folders = [path.name for path in study.inbox.iterdir() if path.is_dir()] if study.inbox.is_dir() else []
    return pattern_of(participant_id, {*participants_in(store.connection), *study.plan.participants, *folders})


# --- databases older than the list of forgotten participants ---


def _brought_back(study: Study) -> list[str]:
    """Return the forgotten participants in a database that is older than their erasure, such as a restored backup."""
    forgotten = forgotten_hashes(study)
    if not forgotten or not study.database.exists():
        return []
    with opened(study, with_shards=False) as store:
        if forgotten <= hashes_in_table(store.connection):
            return []
        found = participants_in(store.connection)
        returned = sorted(each for each in found if participant_hash(study, each) in forgotten)
        if not returned:
            copy_to_table(store.connection, forgotten)
        return returned


def _report(erasure: Erasure) -> None:
    """Log that an erasure was finished, with counts only."""
    _log.warning(
        "painstats: completed an erasure that was interrupted, or undone by an older database; %d places still name "
        "the participant, and %d linked files outside the inbox were not removed. "
        "painstats forget, with the same id, lists the places",
        len(erasure.traces),
        len(erasure.not_removed),
    )
