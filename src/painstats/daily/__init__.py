"""One row for each participant and local date: steps counted once, main sleep, ratings, worn or not."""

from painstats.daily.build import build_daily_table

__all__ = ["build_daily_table"]
