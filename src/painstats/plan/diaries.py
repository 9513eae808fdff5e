"""``[[diaries]]`` of ``study.toml``: the format of a diary file, and its items."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from typing import Literal

from pydantic import Field, model_validator

from painstats.plan.values import Filled, Item, PlanTable, Recall, Scale

LATER_KEYS = (
    "form", "sheet", "turned", "side_by_side", "header_line", "uneven_rows", "notes_column", "not_days", "year",
    "carry_dates",
)  # fmt: skip
LATER_ITEM_KEYS = ("filled", "written")
"""Keys that came after the first release."""


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
    filled: Filled | None = None  # where the items of one row are filled in at different times
    map: dict[str, float] | None = None  # words to numbers, for answers in words
    written: bool = False  # whether numbers may be written as "7/10", "6-7" or "7 (bad day)"


class EventsPlan(PlanTable):
    """``[diaries.events]``: dates computed from events, as in REDCap's longitudinal projects.

    ``days`` gives the number of days after the date in ``start_column`` for each text in ``column``.
    """

    column: str = "redcap_event_name"
    start_column: str
    days: dict[str, int] = Field(min_length=1)


class DiaryPlan(PlanTable):
    """``[[diaries]]``: the format of a diary.

    ``header_line`` is the line of the column names, 0 if there are none: then they are ``column 1`` and so on.
    ``only`` keeps the rows with the given texts in these columns, such as those of one repeating instrument.
    ``entered_column`` says when a row was written; rows written more than ``max_days_late`` days after their own day
    are left out.
    """

    file: str
    form: Literal["csv", "workbook", "json", "markdown", "note"] = "csv"
    sheet: str | None = None
    layout: Literal["wide", "long", "calendar"] = "wide"
    turned: bool = False
    side_by_side: bool = False
    header_line: int = Field(default=1, ge=0)
    uneven_rows: Literal["rejected", "fitted"] = "rejected"
    notes_column: str | None = None
    not_days: tuple[str, ...] = ()
    participant_column: str | None = None
    delimiter: str = Field(default=",", pattern="^([^\n]|spaces)$")
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252", "mac_roman"] = "utf-8"
    date_column: str = "date"
    date_format: str = "%Y-%m-%d"
    year: int | None = Field(default=None, ge=1990, le=2100)
    carry_dates: bool = False
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
        key = "named" if self.layout == "long" else "column"
        if any(getattr(item, key) is None for item in self.items):
            raise ValueError(f"each item of a {self.layout} diary needs {key!r}")
        return self

    def described(self) -> str:
        """Return the declaration as text for a hash.

        Keys of ``LATER_KEYS`` are left out at their defaults, so that a declaration written before they existed keeps
        its hash and its diary is not read again.
        """
        left_out = {key for key in LATER_KEYS if getattr(self, key) == type(self).model_fields[key].default}
        described = self.model_dump(mode="json", exclude=left_out)
        for item in described["items"]:
            for key in LATER_ITEM_KEYS:
                if item[key] == ItemPlan.model_fields[key].default:
                    del item[key]
        return json.dumps(described, ensure_ascii=False, separators=(",", ":"))

    def matches(self, file_name: str) -> bool:
        """Whether a file name fits the mapping's pattern."""
        return fnmatch(file_name.lower(), self.file.lower())
