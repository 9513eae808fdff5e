"""Which columns for treatments a daily model has: one for each name and dose, adjusted for and never judged.

Columns are numbered, the one with the most days first, so that no treatment's name reaches a message or a log. What has
no column is still allowed for: exposures are compared within the regime (docs/method/frame.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from painstats.mixedlm.engine.rows import LEAST_OWN_SHARE, Floats, Integers
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
        Its share of the full effect; empty where too few participants or days have it or not.
    left_out
        Why the model has no column for it; None if it has one.
    """

    treatment: str
    days: int
    participants: int
    values: Floats
    left_out: WhyLeftOut | None = None


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
    acting = shares.with_columns(row="own_row").partition_by("participant_id", as_dict=True)
    found = {}
    for (participant,), own in treated.partition_by("participant_id", as_dict=True).items():
        rows = own["row"].to_numpy().astype(np.int64)
        others = {name: values[rows] for name, values in beside.items()}
        found[str(participant)] = rows, _choices(acting[participant,], rows.size, others)
    return found


def common_treatments(frame: pl.DataFrame, beside: Mapping[str, Floats]) -> list[TreatmentColumn]:
    """Return every treatment on the rows of the mixed model; it has columns for those that enough participants have.

    The parameters are those of ``own_treatments``.
    """
    return _choices(_exploded(frame), frame.height, beside, LEAST_PARTICIPANTS)


def _exploded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each treatment that acts on a row: name and dose, share, participant, and the row's position.

    ``row`` is the position among all rows, ``own_row`` that among those of the participant.
    """
    place = pl.int_range(pl.len())
    listed = frame.select("participant_id", "treatments", row=place, own_row=place.over("participant_id"))
    return listed.filter(pl.col("treatments").list.len() > 0).explode("treatments").unnest("treatments")


def _choices(
    shares: pl.DataFrame, rows: int, beside: Mapping[str, Floats], least_participants: int = 1
) -> list[TreatmentColumn]:
    """Return every treatment, that with the most days first, with the reason where the model has no column for it.

    Of collinear ones that with the most days has none: the state of most days is the reference. Where there are too
    many columns those with the fewest days go.
    """
    found = list(_columns(shares, rows, least_participants))
    own = {column.treatment: column.values for column in reversed(found) if column.left_out is None}
    is_apart = dict(zip(own, _are_independent([*beside.values()], [*own.values()]), strict=True))
    left, chosen = rows // DAYS_PER_COLUMN, list[TreatmentColumn]()
    for column in found:
        why = column.left_out or _why_not(is_apart[column.treatment], left)
        left -= why is None
        chosen.append(replace(column, left_out=why))
    return chosen


def _are_independent(beside: Sequence[Floats], columns: Sequence[Floats]) -> list[bool]:
    """Return whether each column is no linear function of ``beside`` and of the columns before it that are none.

    Gram-Schmidt on the correlations, so that the time is that of one product of all columns.
    """
    if not columns:
        return []
    kept, apart = list[int](), list[bool]()
    correlations = _correlations([*beside, *columns])
    for place in range(len(correlations)):
        among, own = correlations[np.ix_(kept, kept)], correlations[kept, place]
        is_apart = correlations[place, place] - own @ np.linalg.solve(among, own) > LEAST_OWN_SHARE
        if is_apart:
            kept.append(place)
        apart.append(bool(is_apart))
    return apart[len(beside) :]


def _correlations(columns: Sequence[Floats]) -> Floats:
    """Return the (k, k) correlations of k columns; those of a constant column are 0, also with itself."""
    centred = [values - values.mean() for values in columns]
    scaled = np.array([values / max(float(np.linalg.norm(values)), np.finfo(float).tiny) for values in centred])
    return np.asarray(scaled @ scaled.T)


def _columns(shares: pl.DataFrame, rows: int, least_participants: int) -> Iterator[TreatmentColumn]:
    """Yield every treatment, without values where too few participants have it or too few days tell of it."""
    participants = pl.col("participant_id").n_unique().alias("participants")
    acting = shares.group_by("treatment").agg(pl.len().alias("days"), participants, "row", "share")
    for treatment, days, people, row, share in acting.sort("days", "treatment", descending=[True, False]).iter_rows():
        why = _too_little(people < least_participants, days, rows)
        values = np.zeros(0 if why else rows)
        if why is None:
            values[row] = share
        yield TreatmentColumn(treatment, days, people, values, why)


def _too_little(has_few_participants: bool, days: int, rows: int) -> WhyLeftOut | None:
    if has_few_participants:
        return "few_participants"
    if days < LEAST_DAYS:
        return "few_days_on"
    return "few_days_off" if rows - days < LEAST_DAYS else None


def _why_not(is_apart: bool, columns_left: int) -> WhyLeftOut | None:
    if not is_apart:
        return "collinear"
    return None if columns_left > 0 else "too_many_columns"
