"""Covered time equals the count minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from painstats.records import INSTANT
from painstats.sources.fitbit.cover import NOTHING, joined_time, lies_in

FIRST = datetime(2025, 10, 5, 8, tzinfo=UTC)
MINUTES = range(-5, 65)

intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=12)


def frame(spans: list[tuple[int, int]]) -> pl.DataFrame:
    rows = [(FIRST + timedelta(minutes=start), FIRST + timedelta(minutes=start + length)) for start, length in spans]
    return pl.DataFrame(rows, schema={"start_at": INSTANT, "end_at": INSTANT}, orient="row")


@given(intervals, st.integers(0, 5))
@settings(deadline=None)
def test_minutes_are_covered_as_counting_finds_them(spans: list[tuple[int, int]], gap: int) -> None:
    covered = {minute for start, length in spans for minute in range(start, start + length)}
    for minute in range(60):
        before = max((at for at in covered if at < minute), default=-99)
        after = min((at for at in covered if at >= minute), default=199)
        if after - before - 1 <= gap:
            covered |= set(range(before + 1, after))
    joined = joined_time(frame(spans), timedelta(minutes=gap))
    instants = pl.Series([FIRST + timedelta(minutes=minute) for minute in MINUTES], dtype=INSTANT)
    assert lies_in(joined, instants).to_list() == [minute in covered for minute in MINUTES]
    assert (joined["start_at"][1:] > joined["end_at"][:-1]).all()


def test_unknown_times_cover_nothing_and_are_not_covered() -> None:
    unknown = pl.Series([None, FIRST], dtype=INSTANT)
    assert lies_in(NOTHING, unknown).to_list() == [False, False]
    assert lies_in(joined_time(frame([(0, 1)])), unknown).to_list() == [False, True]
    assert joined_time(frame([(0, 1)]).with_columns(pl.lit(None, INSTANT).alias("end_at"))).is_empty()
