"""What ``kind = "change"`` may say: nothing but its name; it asks about every daily exposure of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from painstats.plan.values import PlanTable

NAME = "change"

CHANGE, LAST_60_DAYS, BEFORE = "change_per_30_days", "last_60_days", "before"
"""Contrasts: how much the slope changes in 30 days, and the slopes of the last 60 days and of the days before them."""

CHANGED, NO_CHANGE = "link_changed", "no_change_found"
"""Reasons, by name."""

RECENT_DAYS = 60


def first_recent_day(look: date) -> date:
    """Return the first of the last 60 days before a look, which is the last of them."""
    return look - timedelta(days=RECENT_DAYS - 1)


class ChangeKeys(PlanTable):
    """The keys of one table: none besides the kind."""


def ask(tables: Sequence[Mapping[str, object]]) -> None:
    """Refuse unknown keys.

    Raises
    ------
    pydantic.ValidationError
        A key is unknown.
    """
    for keys in tables:
        ChangeKeys.model_validate(dict(keys))
