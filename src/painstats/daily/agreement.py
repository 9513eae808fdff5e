"""Detect that two sources of one participant date the same days or nights differently."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt

from painstats.store.connection import Store
from painstats.store.tables import read_table
from painstats.vocabulary import MEASURES

LEAST_DAYS = 14
"""Least number of days that two sources must share for their dates to be compared."""

LEAST_CORRELATION = 0.6
LEAST_STANDARD_ERRORS = 3.0
"""How far the correlation of shifted days must exceed that of the same days, on Fisher's scale (1921, Metron 1:3)."""

HIGHEST_CORRELATION = 0.9999


@dataclass(frozen=True, slots=True)
class DateShift:
    """Two sources of one participant that agree clearly better if the second is shifted by ``shift_days``."""

    participant_id: str
    measure: str
    source_a: str
    source_b: str
    shift_days: int
    days: int
    same_day: float
    shifted: float


def date_shifts(store: Store) -> list[DateShift]:
    """List the sources that date days differently from another, by participant, measure and sources."""
    shifts = []
    for row in read_table(store, "source_agreement").iter_rows(named=True):
        shift, same_day = row["best_shift_days"], row["correlation_same_day"]
        shifted = {-1: row["correlation_day_before"], 1: row["correlation_day_after"]}.get(shift)
        if shifted is None or same_day is None or row["days"] < LEAST_DAYS:
            continue
        if shifted >= LEAST_CORRELATION and _standard_errors(shifted, same_day, row["days"]) >= LEAST_STANDARD_ERRORS:
            shifts.append(
                DateShift(
                    row["participant_id"],
                    row["measure"],
                    row["source_a"],
                    row["source_b"],
                    shift,
                    row["days"],
                    same_day,
                    shifted,
                )
            )
    return shifts


def shift_sentence(shift: DateShift) -> str:
    """Describe a shift in words, without naming the participant."""
    label = MEASURES[shift.measure].label
    later = "a day later" if shift.shift_days > 0 else "a day earlier"
    ours, theirs = shift.source_a.replace("_", " "), shift.source_b.replace("_", " ")
    return (
        f"{label}: {theirs} seems to date the same days {later} than {ours} (correlation {shift.shifted:.2f} if "
        f"shifted by one day, {shift.same_day:.2f} on the same dates, {shift.days} days); "
        "check that both use the right time zone"
    )


def _standard_errors(shifted: float, same_day: float, days: int) -> float:
    difference = _fisher(shifted) - _fisher(same_day)
    return difference / sqrt(2 / (days - 3))


def _fisher(correlation: float) -> float:
    return atanh(max(-HIGHEST_CORRELATION, min(HIGHEST_CORRELATION, correlation)))
