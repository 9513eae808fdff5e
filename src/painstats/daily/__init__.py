"""The daily table: one row per participant and local date with steps, main sleep, exercise, scores and wear."""

from painstats.daily.agreement import DateShift, date_shifts, shift_sentence
from painstats.daily.build import DailyTableBuilt, build_daily_table

__all__ = ["DailyTableBuilt", "DateShift", "build_daily_table", "date_shifts", "shift_sentence"]
