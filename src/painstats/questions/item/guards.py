"""Guard columns of the models of other items, fitted freely: one fit instead of the three of the daily questions.

Free columns protect against an item that acts back on sleep and steps as well as held ones do, with less precision
(docs/method/real_diaries.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from painstats.frame.guard import GuardColumns, day_after_name, sum_name
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.one_participant import ParticipantFit
from painstats.questions.daily.columns import EPOCH_DAYS
from painstats.questions.daily.guarded import LEAST_RHO
from painstats.questions.daily.guards import OWN_DAYS, DaysOf, columns_for

Guards = Mapping[str, Mapping[str, Floats]]
"""The within column of an exposure to its guard columns by name, each with a value for every row."""


def free_guards(first: ParticipantFit, rows: pl.DataFrame, days: DaysOf) -> Guards:
    """Return the guard columns of some rows; none with fewer than ``OWN_DAYS`` days, or without autocorrelation.

    Parameters
    ----------
    first
        A fit of the rows without guard columns.
    rows
        Rows of the frame.
    days
        Known days of the exposures that the outcome can move.
    """
    if first.n_rows < OWN_DAYS or first.rho <= LEAST_RHO:
        return {}
    day = rows.select(EPOCH_DAYS).to_series().to_numpy()
    found = columns_for(rows["participant_id"].to_numpy(), day, days, first.rho)
    with_day_after = first.fit.white_share > 0
    return {name: _by_name(name, columns, with_day_after=with_day_after) for name, columns in found.items()}


def _by_name(exposure: str, columns: GuardColumns, *, with_day_after: bool) -> dict[str, Floats]:
    """Return S, and D where residuals have noise of single days, which hides a part of what S would show."""
    found = {sum_name(exposure): columns.decaying_sum}
    return found | {day_after_name(exposure): columns.day_after} if with_day_after else found
