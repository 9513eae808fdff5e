"""Which kinds of exercise have a column of their own, and what is left of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from painstats.mixedlm.engine.rows import Floats

LEAST_DAYS = 8
"""Days with a kind, and days without it, from which it has a column."""

LEAST_TOLERANCE = 0.2
"""Share of a kind's variance that the other columns must leave open."""

LEAST_DAYS_LEFT = 3
"""Days with any of the other kinds from which these have a column together."""

LEAST_TOLERANCE_LEFT = 0.05
"""The same share for that column, which is only adjusted for."""

WhyNoColumn = Literal["few_days_with", "few_days_without", "on_the_same_days_as_others", "unnamed"]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Kinds with a column, in the order of their names, and why the others have none; and the column of these.

    ``left`` is (n,), or None where it has too few days or only repeats other columns.
    """

    kinds: tuple[str, ...]
    reasons: Mapping[str, WhyNoColumn]
    left: Floats | None


def choose(done: Mapping[str, Floats], others: Floats, unnamed: Iterable[str] = ()) -> Choice:
    """Choose the kinds that have a column of their own.

    A kind that happens on the same days as other columns has none, the one that shares most going first; nor has one
    that can hardly be distinguished from a kind without a column, since the days of that would count as its own.

    Parameters
    ----------
    done
        Kind to 1 or 0 on n known days.
    others : (n, p)
        The intercept and the other columns of the model.
    unnamed
        Kinds that never have a column.

    References
    ----------
    docs/method/questions.md, kinds of exercise.
    """
    kinds = {kind: done[kind] for kind in sorted(done)}
    reasons: dict[str, WhyNoColumn] = {kind: "unnamed" for kind in unnamed if kind in kinds}
    for kind, values in kinds.items():
        why = _too_few(values)
        if why is not None and kind not in reasons:
            reasons[kind] = why
    while (shared := _sharing_most(kinds, reasons, others)) is not None:
        reasons[shared] = "on_the_same_days_as_others"
    kept = tuple(kind for kind in kinds if kind not in reasons)
    left = _together([kinds[kind] for kind in reasons])
    return Choice(kept, reasons, left if _has_column(left, _beside(others, kinds, kept)) else None)


def tolerance(columns: Floats, place: int) -> float:
    """Return the share of a column's variance that is no linear function of the other columns of (n, p)."""
    values, rest = columns[:, place], np.delete(columns, place, axis=1)
    residual = values - rest @ np.linalg.lstsq(rest, values, rcond=None)[0]
    return float(residual @ residual / np.square(values - values.mean()).sum())


def _too_few(done: Floats) -> WhyNoColumn | None:
    if done.sum() < LEAST_DAYS:
        return "few_days_with"
    return "few_days_without" if done.size - done.sum() < LEAST_DAYS else None


def _sharing_most(kinds: Mapping[str, Floats], reasons: Mapping[str, WhyNoColumn], others: Floats) -> str | None:
    """Return the kind that shares most with the other columns, or with those and kinds without one, if too much."""
    kept = [kind for kind in kinds if kind not in reasons]
    most = _least_open(kinds, kept, others, LEAST_TOLERANCE)
    return most or _least_open(kinds, kept, _beside(others, kinds, reasons), LEAST_TOLERANCE_LEFT)


def _least_open(kinds: Mapping[str, Floats], kept: Sequence[str], beside: Floats, least: float) -> str | None:
    """Return the kind with the lowest tolerance if that is too low; on a tie that with more days."""
    columns = _beside(beside, kinds, kept)
    shares = {kind: tolerance(columns, beside.shape[1] + place) for place, kind in enumerate(kept)}
    lowest = min(kept, key=lambda kind: (shares[kind], -kinds[kind].sum()), default=None)
    return lowest if lowest is not None and shares[lowest] < least else None


def _beside(columns: Floats, kinds: Mapping[str, Floats], names: Iterable[str]) -> Floats:
    return np.column_stack([columns, *(kinds[name] for name in names)])


def _together(done: Sequence[Floats]) -> Floats | None:
    return np.clip(np.sum(done, axis=0), 0.0, 1.0) if done else None


def _has_column(left: Floats | None, beside: Floats) -> bool:
    if left is None or left.sum() < LEAST_DAYS_LEFT or left.all():
        return False
    return tolerance(np.column_stack([beside, left]), beside.shape[1]) >= LEAST_TOLERANCE_LEFT
