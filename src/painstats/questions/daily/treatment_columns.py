"""Which columns for treatments a daily model has: one for each name and dose, adjusted for and never judged.

Columns are numbered, the one with the most days first, so that no treatment's name reaches a message or a log. What has
no column is still allowed for: exposures are compared within the regime (docs/method/frame.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.mixedlm.engine.rows import Floats, Integers, without_repeats
from painstats.questions.daily.tables import WhyLeftOut

TREATMENT = "treatment_"
LEAST_DAYS = 7
"""Days with a score that a treatment must have, and as many without it."""

DAYS_PER_COLUMN = 15
"""Days with a score for each column."""

LEAST_PARTICIPANTS = 3
"""Participants who must have a treatment for a column in the mixed model."""


@dataclass(frozen=True, slots=True, eq=False)
class TreatmentColumn:
    """A treatment, name and dose, that acts on some of n rows.

    Parameters
    ----------
    treatment
        Name and dose.
    days, participants
        How many rows it acts on, and of how many participants.
    values : (n,)
        Its share of the full effect.
    left_out
        Why the model has no column for it; None if it has one.
    """

    treatment: str
    days: int
    participants: int
    values: Floats
    left_out: WhyLeftOut | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """What acts on which rows: one element for each row and treatment; ``row`` is a position among ``rows``."""

    row: Integers
    treatment: npt.NDArray[np.str_]
    share: Floats
    participants: Mapping[str, int]


def is_treatment(column: str) -> bool:
    """Whether a column of a daily model is that of a treatment."""
    return column.startswith(TREATMENT)


def fewest_days_first(columns: Mapping[str, object]) -> list[str]:
    """Return the names of columns of treatments, those with the fewest days first."""
    return sorted(filter(is_treatment, columns), key=lambda name: -int(name.removeprefix(TREATMENT)))


def numbered(found: Sequence[TreatmentColumn]) -> dict[str, Floats]:
    """Name the columns that a model has."""
    kept = [column.values for column in found if column.left_out is None]
    return {f"{TREATMENT}{number}": values for number, values in enumerate(kept, start=1)}


def own_treatments(frame: pl.DataFrame, beside: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return columns for models of participants' own days; a number is another treatment in each participant.

    Parameters
    ----------
    frame
        Usable rows of ``model_frame``, of any number of participants.
    beside
        Other columns of the models; a treatment that is a linear function of them has none.
    """
    columns: dict[str, Floats] = {}
    for rows, own in own_choices(frame, beside).values():
        for name, values in numbered(own).items():
            columns.setdefault(name, np.zeros(frame.height))[rows] = values
    return columns


def own_choices(frame: pl.DataFrame, beside: Mapping[str, Floats]) -> dict[str, tuple[Integers, list[TreatmentColumn]]]:
    """Return each participant with treatments: the positions of their rows, and every treatment on those."""
    shares = _exploded(frame)
    treated = frame.select("participant_id").with_row_index("row").join(shares, on="participant_id", how="semi")
    rows_of = dict(treated.group_by("participant_id").agg("row").iter_rows())
    found = {}
    for participant, row, treatment, share in (
        shares.group_by("participant_id", maintain_order=True).agg("row", "treatment", "share").iter_rows()
    ):
        rows = np.array(rows_of[participant], dtype=np.int64)
        own = _Shares(np.searchsorted(rows, row), np.array(treatment), np.array(share), dict.fromkeys(treatment, 1))
        found[participant] = rows, _choices(own, rows.size, {name: column[rows] for name, column in beside.items()})
    return found


def common_treatments(frame: pl.DataFrame, beside: Mapping[str, Floats]) -> list[TreatmentColumn]:
    """Return every treatment on the rows of the mixed model; it has columns for those that enough participants have.

    The parameters are those of ``own_treatments``.
    """
    shares = _exploded(frame)
    participants = dict(shares.group_by("treatment").agg(pl.col("participant_id").n_unique()).iter_rows())
    row, treatment, share = (shares[name].to_numpy() for name in ("row", "treatment", "share"))
    found = _Shares(row.astype(np.int64), treatment.astype(np.str_), share, participants)
    return _choices(found, frame.height, beside, LEAST_PARTICIPANTS)


def _exploded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each treatment that acts on a row: the row's position and participant, name and dose, share."""
    listed = frame.select("participant_id", "treatments").with_row_index("row")
    return listed.filter(pl.col("treatments").list.len() > 0).explode("treatments").unnest("treatments")


def _choices(shares: _Shares, rows: int, beside: Mapping[str, Floats], participants: int = 1) -> list[TreatmentColumn]:
    """Return every treatment, that with the most days first, with the reason where the model has no column for it.

    Of collinear ones that with the most days has none: the state of most days is the reference. Where there are too
    many columns those with the fewest days go.
    """
    found = [_estimable(column, participants) for column in _columns(shares, rows)]
    fewest_first = [column.treatment for column in reversed(found) if column.left_out is None]
    own = {column.treatment: column.values for column in found if column.left_out is None}
    apart = without_repeats({f"beside {name}": values for name, values in beside.items()} | own, fewest_first)
    left, chosen = rows // DAYS_PER_COLUMN, list[TreatmentColumn]()
    for column in found:
        why = column.left_out or _why_not(column.treatment in apart, left)
        left -= why is None
        chosen.append(replace(column, left_out=why))
    return chosen


def _columns(shares: _Shares, rows: int) -> list[TreatmentColumn]:
    columns = []
    for treatment in np.unique(shares.treatment):
        own = shares.treatment == treatment
        values = np.zeros(rows)
        values[shares.row[own]] = shares.share[own]
        name = str(treatment)
        columns.append(TreatmentColumn(name, int(own.sum()), shares.participants[name], values))
    return sorted(columns, key=lambda column: (-column.days, column.treatment))


def _estimable(column: TreatmentColumn, participants: int) -> TreatmentColumn:
    """Leave a column out that too few participants have, or that too few days have or do not have."""
    named: dict[WhyLeftOut, bool] = {
        "few_participants": column.participants < participants,
        "few_days_on": column.days < LEAST_DAYS,
        "few_days_off": column.values.size - column.days < LEAST_DAYS,
    }
    return replace(column, left_out=next((why for why, applies in named.items() if applies), None))


def _why_not(is_apart: bool, columns_left: int) -> WhyLeftOut | None:
    if not is_apart:
        return "collinear"
    return None if columns_left > 0 else "too_many_columns"
