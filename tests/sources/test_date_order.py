"""The order of day and month in a column where every part could be a month."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from painstats.parsing.date_formats import day_format_of

DAY, MONTH = "%d/%m/%Y", "%m/%d/%Y"
FOUR_A_MONTH = [date(2025, month, day) for month in range(1, 13) for day in (1, 5, 9, 12)]
IN_MAY = [date(2025, 5, 1) + timedelta(days=day) for day in range(12)]


@pytest.mark.parametrize(
    ("texts", "readings"),
    [
        ([f"{day:{DAY}}" for day in FOUR_A_MONTH], {DAY}),
        ([f"{day:{DAY}}" for day in reversed(FOUR_A_MONTH)], {DAY}),
        ([f"{day:{DAY}}" for day in IN_MAY], {DAY}),
        ([f"{day:{MONTH}}" for day in IN_MAY], {MONTH}),
        # Month first in the order of time, or day first and sorted as text: only who wrote it knows.
        ([f"{day:{MONTH}}" for day in FOUR_A_MONTH], {DAY, MONTH}),
    ],
    ids=["oldest first", "newest first", "days of a month", "days of a month, month first", "sorted as text"],
)
def test_rows_that_follow_one_another_in_time_decide(texts: list[str], readings: set[str]) -> None:
    assert set(day_format_of(pl.Series(texts)).readings) == readings
