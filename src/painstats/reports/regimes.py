"""What reports say of declared treatments as something to allow for: how many regimes and columns there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from painstats.questions.daily.tables import TreatmentRow, WhyLeftOut
from painstats.questions.phrases import counted, whole
from painstats.reports.data_used import OF_PARTICIPANT
from painstats.store.connection import Store
from painstats.store.rows import select

WHY: dict[WhyLeftOut, str] = {
    "few_participants": "fewer than 3 participants have it",
    "few_days_on": "it acts on fewer than 7 days",
    "few_days_off": "fewer than 7 days are without it",
    "collinear": "other columns already tell its days apart",
    "too_many_columns": "too few days for so many columns",
}
"""Why a treatment has no column."""


@dataclass(frozen=True, slots=True)
class _Regimes:
    """How many regimes there are, in how many participants with more than one, of all participants."""

    regimes: int
    participants: int
    in_all: int


def own_regimes(store: Store, participant_id: str) -> int:
    """Return how many sets of treatments and doses a participant's usable days fall into."""
    query = f"SELECT regimes FROM participant_summary WHERE {OF_PARTICIPANT}"
    row = store.connection.execute(query, [participant_id]).fetchone()
    return int(row[0]) if row else 0


def own_regimes_words(regimes: int) -> tuple[str, ...]:
    """Say what a participant's days are compared with; nothing where treatments did not change."""
    if regimes < 2:
        return ()
    return (
        f"Your days fall into {whole(regimes)} groups with different treatments or doses. Each day is compared with "
        "your average over its own group, or over the group before it where there are fewer than 7 days.",
    )


def regimes_words(store: Store) -> tuple[str, ...]:
    """Say how many regimes there are; nothing where no treatment changed."""
    [found] = select(
        store,
        _Regimes,
        "SELECT coalesce(sum(regimes), 0)::INTEGER AS regimes, count(*) FILTER (regimes > 1) AS participants, "
        "count(*) AS in_all FROM participant_summary",
    )
    if not found.participants:
        return ()
    return (
        f"Treatments or doses changed in {whole(found.participants)} of {whole(found.in_all)} participants. There "
        f"are {whole(found.regimes)} regimes: a participant's days under the same treatments at the same doses. Each "
        "day is compared with the participant's average over its own regime, or over the regime before it where there "
        "are fewer than 7 days.",
    )


def treatment_columns_words(rows: Sequence[TreatmentRow]) -> tuple[str, ...]:
    """Say how many columns for treatments a model has; nothing without treatments."""
    if not rows:
        return ()
    left_out = [row.left_out for row in rows if row.left_out is not None]
    if len(left_out) == len(rows):
        return (f"The model has no column for a treatment.{_others(left_out)}",)
    return (
        f"The model has columns for {counted(len(rows) - len(left_out), 'treatment')}, by name and dose. They are "
        "adjusted for, and neither tested nor shown: a difference before and after an open start has many possible "
        f"causes.{_others(left_out)}",
    )


def _others(left_out: Sequence[WhyLeftOut]) -> str:
    if not left_out:
        return ""
    reasons = "; ".join(f"{WHY[why]} ({whole(number)})" for why, number in sorted(Counter(left_out).items()))
    number = counted(len(left_out), "treatment")
    return f" The comparison within regimes alone allows for {number} without a column: {reasons}."
