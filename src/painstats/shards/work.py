"""What is done in one shard, in whatever process or machine: nothing here knows Dask or Prefect."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from painstats.daily import DailyTableBuilt, build_daily_table
from painstats.errors import PainstatsError, place_of
from painstats.intake.candidates import FileOutcome
from painstats.intake.changed_settings import clear_if_settings_changed
from painstats.intake.inbox import list_inbox
from painstats.intake.load_files import load_files
from painstats.intake.settling import marked
from painstats.plan.study import Study
from painstats.process_pool import Lost
from painstats.store import open_store
from painstats.store.ledger import unreported_quarantine


@dataclass(frozen=True, slots=True)
class ShardRead:
    """A shard after reading: what happened to its files, and its days.

    ``has_unreported`` is whether rows are in quarantine that no finished run has reported.
    """

    outcomes: tuple[FileOutcome, ...]
    daily: DailyTableBuilt
    has_unreported: bool


def read_shard(study: Study, unsettled: Collection[str] = ()) -> ShardRead | PainstatsError | Lost:
    """Read what is new for the participants of a shard, and bring its daily table up to date.

    ``unsettled`` are the names of files that are still being written and wait for the next run.

    Interrupted at any moment and done again, it gives the same. Errors are returned, not raised: schedulers log the
    arguments of what fails, and these name participants.
    """
    try:
        with open_store(study) as store:
            clear_if_settings_changed(store, lambda _: None)
            outcomes = load_files(store, marked(list_inbox(study), unsettled), lambda _: None, processes=1)
            return ShardRead(outcomes, build_daily_table(store), bool(unreported_quarantine(store)))
    except PainstatsError as error:
        return error
    except Exception as error:
        return Lost(f"{type(error).__name__} in {place_of(error)}")
