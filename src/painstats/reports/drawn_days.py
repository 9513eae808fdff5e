"""Which of a participant's days are drawn."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

MOST_WEEKS = 53


def drawn_days(days: pl.DataFrame) -> pl.DataFrame:
    """Keep the days from the first to the last score, at most the newest 53 weeks of them.

    Years of steps before a diary began would squeeze the days that matter into a corner. Without any score the newest
    53 weeks are kept.
    """
    scored = days.filter(pl.col("outcome_score").is_not_null())["date"]
    span = scored if len(scored) else days["date"]
    last = last_of(span)
    return days.filter(
        pl.col("date").is_between(max(first_of(span), last - timedelta(weeks=MOST_WEEKS) + timedelta(days=1)), last)
    )


def first_of(dates: pl.Series) -> date:
    """Return the first of some dates."""
    first = dates.min()
    assert isinstance(first, date)
    return first


def last_of(dates: pl.Series) -> date:
    """Return the last of some dates."""
    last = dates.max()
    assert isinstance(last, date)
    return last
