"""``[[diaries]]`` of ``study.toml``: the format of a diary file, and its items."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Literal

from pydantic import Field, model_validator

from painstats.plan.values import Filled, Item, PlanTable, Recall, Scale


class ItemPlan(PlanTable):
    """``[[diaries.items]]``: one item of a diary, with the two ends of its scale, and which end is worse.

    ``column`` names the column of a wide diary; ``named`` is the text in the item column of a long one.
    """

    item: Item
    column: str | None = None
    named: str | None = None
    scale: Scale
    higher_is: Literal["worse", "better"]
    recall: Recall
    site: str = ""
    map: dict[str, float] | None = None  # words to numbers, for answers in words


class EventsPlan(PlanTable):
    """``[diaries.events]``: dates computed from events, as in REDCap's longitudinal projects.

    ``days`` gives the number of days after the date in ``start_column`` for each text in ``column``.
    """

    column: str = "redcap_event_name"
    start_column: str
    days: dict[str, int] = Field(min_length=1)


class DiaryPlan(PlanTable):
    """``[[diaries]]``: the format of a diary CSV. Nothing about it is guessed.

    ``only`` keeps the rows with the given texts in these columns, such as those of one repeating instrument.
    ``entered_column`` says when a row was written; rows written more than ``max_days_late`` days after their own day
    are left out.
    """

    file: str
    layout: Literal["wide", "long"] = "wide"
    participant_column: str | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    date_column: str = "date"
    date_format: str = "%Y-%m-%d"
    time_column: str | None = None
    time_format: str = "%H:%M"
    times_are: Literal["local", "utc"] = "local"
    entered_column: str | None = None
    entered_format: str = "%Y-%m-%d"
    max_days_late: int | None = Field(default=None, ge=0)
    filled: Filled
    item_column: str | None = None
    value_column: str | None = None
    missing: tuple[str, ...] = ("", "NA", "n/a")
    only: dict[str, str] = Field(default={})
    events: EventsPlan | None = None
    items: tuple[ItemPlan, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_columns(self) -> DiaryPlan:
        if self.layout == "long" and not (self.item_column and self.value_column):
            raise ValueError("a long diary needs item_column and value_column")
        if self.max_days_late is not None and self.entered_column is None:
            raise ValueError("max_days_late needs entered_column, the column that says when a row was written")
        key = "column" if self.layout == "wide" else "named"
        if any(getattr(item, key) is None for item in self.items):
            raise ValueError(f"each item of a {self.layout} diary needs {key!r}")
        return self

    def matches(self, file_name: str) -> bool:
        """Whether a file name fits the mapping's pattern."""
        return fnmatch(file_name.lower(), self.file.lower())
