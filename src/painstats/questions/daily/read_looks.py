"""Read the evidence of all looks, by participant and question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from painstats.questions.daily.tables import LookEvidence
from painstats.questions.look import ExposureRange, Look, LookDay, ScaleEnds
from painstats.store.connection import Store
from painstats.store.rows import read_rows


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks at one question: on own days, or of an average; and pooled.

    ``refused`` is why the last look on own days, or of the average, could not judge; empty if it did.
    """

    own: tuple[Look, ...] = ()
    pooled: tuple[Look, ...] = ()
    refused: tuple[str, ...] = ()


NO_LOOKS = Looks()
EXPOSURE = ("exposure_low", "exposure_high", "exposure_sd")
ENDS = ("room", "at_low", "at_high")


def read_looks(store: Store) -> Mapping[tuple[str | None, str], Looks]:
    """Return the looks of each participant (None: the average) and question."""
    rows: dict[tuple[str | None, str], list[LookEvidence]] = {}
    for row in sorted(read_rows(store, "look_evidence", LookEvidence), key=lambda row: row.number):
        rows.setdefault((row.participant_id, row.question), []).append(row)
    return {key: _looks(own) for key, own in rows.items()}


def _looks(rows: list[LookEvidence]) -> Looks:
    looks = [look for row in rows if (look := _look(row)) is not None]
    alone = [row for row in rows if not row.is_pooled]
    return Looks(
        own=tuple(look for look in looks if look.basis != "pooled"),
        pooled=tuple(look for look in looks if look.basis == "pooled"),
        refused=alone[-1].reasons if alone else (),
    )


def _look(row: LookEvidence) -> Look | None:
    """Return the look of a row; None if it could not judge."""
    if row.reasons:
        return None
    found = {name: getattr(row, name) for name in ("estimate", "z", "smallest_effect", *EXPOSURE, *ENDS)}
    return Look(
        when=LookDay(row.number, row.date, row.days),
        basis=row.basis,
        participants=row.participants or 1,
        value=found["estimate"],
        se=row.se,
        df=row.df,
        z=found["z"],
        limits=row.limits,
        lows=row.lows,
        highs=row.highs,
        smallest_effect=found["smallest_effect"],
        exposure=ExposureRange(*(found[name] for name in EXPOSURE)),
        ends=ScaleEnds(*(found[name] for name in ENDS)),
    )
