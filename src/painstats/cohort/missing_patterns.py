"""Which days lack what, and whether days go missing after worse days, within each participant.

A description without a model: what a missing day would have been is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import polars as pl

from painstats.cohort.baseline import PARTICIPANT
from painstats.frame.exposure import Exposure

RATING = "rating"


@dataclass(frozen=True, slots=True)
class MissingPattern:
    """The calendar days on which exactly these are known.

    Parameters
    ----------
    known
        Whether the rating (``rating``) and each exposure, by its name, is known.
    days, participants
        How many days there are, and of how many participants.
    """

    known: dict[str, bool]
    days: int
    participants: int


@dataclass(frozen=True, slots=True)
class BeforeMissing:
    """Yesterday's rating before days on which something is missing, less before days on which it is known.

    Parameters
    ----------
    what
        ``rating`` or the name of an exposure.
    difference
        The mean over participants of their own difference, in points; None if no participant has both kinds of days.
    participants
        How many have both.
    """

    what: str
    difference: float | None
    participants: int


def missing_patterns(frame: pl.DataFrame, exposures: Sequence[Exposure]) -> list[MissingPattern]:
    """Count the days of each combination of known and missing, everything known first.

    Parameters
    ----------
    frame
        The model frame: a row for each participant and calendar day.
    exposures
        The exposures of the models, each on the day whose rating it precedes.
    """
    columns = _columns(exposures)
    known = frame.select(PARTICIPANT, **{name: pl.col(column).is_not_null() for name, column in columns.items()})
    counted = known.group_by(list(columns)).agg(days=pl.len(), participants=pl.col(PARTICIPANT).n_unique())
    found = {tuple(row[name] for name in columns): (row["days"], row["participants"]) for row in counted.to_dicts()}
    return [
        MissingPattern(dict(zip(columns, pattern, strict=True)), *found.get(pattern, (0, 0)))
        for pattern in product((True, False), repeat=len(columns))
    ]


def before_missing(frame: pl.DataFrame, exposures: Sequence[Exposure]) -> list[BeforeMissing]:
    """Compare yesterday's ratings before missing and before known days, within each participant.

    Parameters
    ----------
    frame, exposures
        As in :func:`missing_patterns`.
    """
    yesterday = frame.select(PARTICIPANT, pl.col("date").dt.offset_by("1d"), yesterday="outcome_score").drop_nulls()
    joined = frame.join(yesterday, on=[PARTICIPANT, "date"])
    return [_before(joined, name, column) for name, column in _columns(exposures).items()]


def _before(joined: pl.DataFrame, name: str, column: str) -> BeforeMissing:
    is_missing, before = pl.col(column).is_null(), pl.col("yesterday")
    own = joined.group_by(PARTICIPANT).agg(
        difference=before.filter(is_missing).mean() - before.filter(~is_missing).mean()
    )
    differences = own.sort(PARTICIPANT)["difference"].drop_nulls()
    mean = differences.mean()
    return BeforeMissing(name, mean if isinstance(mean, float) else None, len(differences))


def _columns(exposures: Sequence[Exposure]) -> dict[str, str]:
    return {RATING: "outcome_score", **{each.name: each.name for each in exposures}}
