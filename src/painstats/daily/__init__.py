"""One row for each participant and local date: steps counted once, main sleep, exercise, ratings, worn or not."""

from painstats.daily.agreement import DateShift, date_shifts, shift_sentence
from painstats.daily.build import DailyTableBuilt, build_daily_table

__all__ = ["DailyTableBuilt", "DateShift", "build_daily_table", "date_shifts", "shift_sentence"]
