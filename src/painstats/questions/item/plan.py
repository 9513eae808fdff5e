"""What ``kind = "item"`` may say: which items are asked about, or nothing for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from painstats.plan.values import Item, PlanTable

NAME = "item"


class ItemKeys(PlanTable):
    """The keys of one table. Without ``items`` every other item of the diaries is asked about."""

    items: tuple[Item, ...] | None = Field(default=None, min_length=1)


Asked = frozenset[str] | None
"""The items to ask about; None for all."""


def ask(tables: Sequence[Mapping[str, object]]) -> Asked:
    """Return the items that tables ask about together.

    Raises
    ------
    pydantic.ValidationError
        A key is unknown or its value is wrong.
    """
    listed = [ItemKeys.model_validate(dict(keys)).items for keys in tables]
    return None if None in listed else frozenset(item for items in listed for item in items or ())
