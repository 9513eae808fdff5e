"""Reading and the daily table of a study in shards, put together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from painstats.daily import DailyTableBuilt
from painstats.intake.candidates import FileOutcome
from painstats.intake.inbox import participant_folders
from painstats.intake.load_files import Say
from painstats.plan.study import Study
from painstats.shards.work import ShardRead, read_shard
from painstats.shards.workers import Workers, in_every_shard
from painstats.store import ImportSummary, Store, open_store
from painstats.store.ledger import mark_reported
from painstats.store.shards import deal

PARTICIPANTS_PER_SHARD = 1_000
WORST_FIRST = ("failed", "refused", "waiting", "loaded", "withdrawn", "known")
"""Of a file that several shards read, the status that is shown."""


@dataclass(frozen=True, slots=True)
class ShardsRead:
    """All shards after reading.

    Parameters
    ----------
    outcomes
        What happened to each file, once for a file that several shards read.
    daily
        The days of all participants.
    unreported
        The shards with rows in quarantine that no finished run has reported.
    """

    outcomes: tuple[FileOutcome, ...]
    daily: DailyTableBuilt
    unreported: tuple[Study, ...]


def dealt_at_run(store: Store) -> tuple[Study, ...]:
    """Return the shards of a study that is about to be run, dealing it if it is new; empty for one database.

    Raises
    ------
    StudyError
        The plan asks for another number of shards than the study has.
    """
    row = store.connection.execute("SELECT count(*) FROM import").fetchone()
    n_participants = len({*participant_folders(store.study), *store.study.plan.participants})
    count = max(1, math.ceil(n_participants / PARTICIPANTS_PER_SHARD))
    return deal(store.study, count, has_imports=bool(row and row[0]))


def read_shards(
    shards: Sequence[Study], workers: Workers, say: Say, unsettled: frozenset[str] = frozenset()
) -> ShardsRead:
    """Read what is new in every shard, and bring the daily tables up to date.

    ``unsettled`` are the names of files that are still being written (:func:`names_still_written`).

    Raises
    ------
    PainstatsError
        One of the shards could not be read; what the others read is kept.
    """
    say(f"reading {len(shards)} shards")
    read: list[ShardRead] = []
    for each in in_every_shard(partial(read_shard, unsettled=unsettled), shards, workers):
        read.append(each)
        say(f"shard {len(read)} of {len(shards)}: {len(each.outcomes)} files, {each.daily.days} days")
    return ShardsRead(
        merged_outcomes([each.outcomes for each in read]),
        _all_days([each.daily for each in read]),
        tuple(shard for shard, each in zip(shards, read, strict=True) if each.has_unreported),
    )


def mark_shards_reported(shards: Sequence[Study]) -> None:
    """Remember in each shard that the rows in quarantine have been reported."""
    for shard in shards:
        with open_store(shard) as store:
            mark_reported(store)


def merged_outcomes(of_shards: Sequence[Sequence[FileOutcome]]) -> tuple[FileOutcome, ...]:
    """Return one outcome for each file, by its name: rows are added up, and the worst status counts."""
    by_file: dict[tuple[str, bool], list[FileOutcome]] = {}
    for outcome in (outcome for outcomes in of_shards for outcome in outcomes):
        by_file.setdefault((outcome.file.name, outcome.file.is_joined), []).append(outcome)
    return tuple(_merged(by_file[key]) for key in sorted(by_file))


def _merged(outcomes: Sequence[FileOutcome]) -> FileOutcome:
    worst = min(outcomes, key=lambda outcome: WORST_FIRST.index(outcome.status))
    summaries = [outcome.summary for outcome in outcomes if outcome.summary]
    return replace(worst, summary=_added_up(summaries)) if summaries and worst.summary else worst


def _added_up(summaries: Sequence[ImportSummary]) -> ImportSummary:
    return replace(
        summaries[0],
        new=sum(each.new for each in summaries),
        same=sum(each.same for each in summaries),
        corrected=sum(each.corrected for each in summaries),
        quarantined=sum(each.quarantined for each in summaries),
        ignored=sum(each.ignored for each in summaries),
        notes=tuple(dict.fromkeys(note for each in summaries for note in each.notes)),
    )


def _all_days(built: Sequence[DailyTableBuilt]) -> DailyTableBuilt:
    """Add up what the shards built; they build at the same time, so the slowest of them says how long it took."""
    return DailyTableBuilt(
        participants=sum(each.participants for each in built),
        days=sum(each.days for each in built),
        rebuilt_participants=sum(each.rebuilt_participants for each in built),
        rebuilt_days=sum(each.rebuilt_days for each in built),
        seconds=max(each.seconds for each in built),
    )
