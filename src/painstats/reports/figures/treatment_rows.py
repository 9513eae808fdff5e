"""Treatments sorted into rows of bars that do not overlap: a row for each name, or several if its entries do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import polars as pl

from painstats.findings.change_names import dose_words
from painstats.questions.phrases import capital, label_text

LOWEST, HIGHEST = 16, 22
"""Heights of a bar in pixels: of the first or only dose, and of the highest. A dose is written inside."""

WITHOUT_DOSE = 10
"""Height of a bar without one."""

MOST_STARTS = 4
"""Bars of a row up to which each has its start marked."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The days of one treatment at one dose, cut to the days that are drawn.

    Parameters
    ----------
    name, dose
        Fit to be shown; the dose is empty where none is known.
    first, last
        First and last day.
    rank
        0 for the lowest or only dose of the treatment, 1 for its highest, in between for others.
    """

    name: str
    dose: str
    first: date
    last: date
    rank: float

    @property
    def height(self) -> float:
        """Height in pixels."""
        return LOWEST + self.rank * (HIGHEST - LOWEST) if self.dose else WITHOUT_DOSE


@dataclass(frozen=True, slots=True)
class BarRow:
    """The bars of one row, which do not overlap, with the name of the treatment."""

    name: str
    bars: tuple[Bar, ...]

    @property
    def marked(self) -> tuple[Bar, ...]:
        """The bars whose starts are marked: all of a few, only the first of many, such as blocks of an experiment."""
        return self.bars if len(self.bars) <= MOST_STARTS else self.bars[:1]


def bar_rows(phases: pl.DataFrame, span: tuple[date, date]) -> list[BarRow]:
    """Sort the phases of a participant that touch a span of dates into rows, by the first start of each name.

    Parameters
    ----------
    phases
        Rows of ``treatment_phase`` of one participant.
    span
        First and last day that are drawn.
    """
    bars = sorted(_bars(phases, span), key=lambda bar: (bar.name.casefold(), bar.first, bar.last))
    grouped = [list(own) for _, own in groupby(bars, key=lambda bar: bar.name.casefold())]
    grouped.sort(key=lambda own: (own[0].first, own[0].name.casefold()))
    return [BarRow(own[0].name, tuple(row)) for own in grouped for row in _apart(own)]


def _bars(phases: pl.DataFrame, span: tuple[date, date]) -> list[Bar]:
    columns = ("name", "start_date", "end_date", "dose", "dose_unit")
    rows = list(phases.select(columns).iter_rows())
    doses: dict[str, set[float]] = {}
    for name, _, _, dose, _ in rows:
        doses.setdefault(_key(name), set()).update([] if dose is None else [dose])
    return [
        Bar(capital(label_text(name)), dose_words(dose, unit), first, last, _rank(dose, doses[_key(name)]))
        for name, start, end, dose, unit in rows
        if (first := max(start, span[0])) <= (last := min(end or span[1], span[1]))
    ]


def _key(name: str) -> str:
    return name.strip().casefold()


def _rank(dose: float | None, doses: set[float]) -> float:
    if dose is None or len(doses) < 2:
        return 0.0
    return sorted(doses).index(dose) / (len(doses) - 1)


def _apart(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Put each bar into the first row in which it overlaps none."""
    rows: list[list[Bar]] = []
    for bar in bars:
        free = next((row for row in rows if row[-1].last < bar.first), None)
        if free is None:
            rows.append([bar])
        else:
            free.append(bar)
    return rows
