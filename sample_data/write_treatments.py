"""Write ``treatments.csv``: what participants list, in painstats' own columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sample_data.simulate import Life
from sample_data.treatments import Treatment

FILE = "treatments.csv"
COLUMNS = (
    "participant_id", "kind", "name", "start_date", "end_date", "dose", "dose_unit", "ramp_days", "wash_out_days",
    "acts_days",
)  # fmt: skip


def write_treatments(path: Path, lives: Sequence[Life]) -> None:
    """Write a row for each treatment of each participant; what is not known or does not apply is left empty."""
    lines = [",".join(COLUMNS)]
    for life in lives:
        lines += [",".join(_cells(life, treatment)) for treatment in (*life.treatments, *_doses(life))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def _doses(life: Life) -> Iterator[Treatment]:
    """Yield a row for each day on which a medicine was taken as needed: one that ends on the day of its start."""
    if (needed := life.person.as_needed) is None:
        return
    for day in np.flatnonzero((life.pain_score >= needed.least_score) & ~life.diary_missing).tolist():
        yield Treatment("medicine", needed.name, day, day, needed.dose, needed.dose_unit)


def _cells(life: Life, treatment: Treatment) -> list[str]:
    written = {
        "participant_id": life.person.participant_id,
        "kind": treatment.kind,
        "name": treatment.name,
        "start_date": date_of(life, treatment.starts_on),
        "end_date": date_of(life, treatment.ends_on),
        "dose": treatment.dose,
        "dose_unit": treatment.dose_unit,
        "ramp_days": treatment.ramp_days,
        "wash_out_days": treatment.wash_out_days,
        "acts_days": treatment.acts_days,
    }
    return ["" if written[column] is None else f"{written[column]}" for column in COLUMNS]


def date_of(life: Life, day: int | None) -> date | None:
    """Return the date of a day that is counted from the first of the record."""
    return None if day is None else life.dates[0] + timedelta(days=day)
