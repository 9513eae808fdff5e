"""The runs of the last nights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo

from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, NotEnoughData
from painstats.store.run_log import LoggedRun
from painstats.study_status.status import NIGHTS, Night, NightState

WITH_PROBLEMS = (ExportRefused.exit_code, QUARANTINED_EXIT_CODE)
FINISHED = (0, NotEnoughData.exit_code, *WITH_PROBLEMS)


def last_nights(runs: Sequence[LoggedRun], today: date, zone: tzinfo) -> tuple[Night, ...]:
    """Return the 15 dates up to today, each with the last run that began on it where ``zone`` is the local time."""
    by_date = {run.began.astimezone(zone).date(): run for run in runs}
    dates = [today - timedelta(days) for days in reversed(range(NIGHTS))]
    return tuple(_night(day, by_date.get(day)) for day in dates)


def state_of(run: LoggedRun) -> NightState:
    """Say how a run ended: without problems, with problems, or not at all."""
    if run.exit_code not in FINISHED or run.failure:
        return NightState.FAILED
    return NightState.PROBLEMS if run.exit_code in WITH_PROBLEMS else NightState.FINISHED


def _night(day: date, run: LoggedRun | None) -> Night:
    return Night(day, state_of(run), run.seconds) if run else Night(day, NightState.NONE)
