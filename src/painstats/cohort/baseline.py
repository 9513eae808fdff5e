"""Baseline variables of the participants: what ``participants.csv`` says, as the plan declares it.

Types that the rest of the room uses: :data:`Variables` (name to declaration) and :class:`Baseline` (one row for each
participant who is enrolled). Levels are in the order of the plan (``polars.Enum``), so that the score of an ordinal
variable is its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from painstats.plan.analysis import AnalysisPlan
from painstats.plan.formula import ARM
from painstats.plan.variables import VariablePlan

PARTICIPANT = "participant_id"

Variables = Mapping[str, VariablePlan]
"""Name of a declared variable to its declaration, in the order of the plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The baseline variables of everyone enrolled: the rows of the file and the participants with data.

    Parameters
    ----------
    variables
        The declared variables.
    frame
        A row for each enrolled participant, in the order of their ids. ``participant_id`` and a column for each
        variable: numbers as Float64, levels as an Enum in their order; null where it is unknown.
    without_row
        Participants with data who are not in the file; all their variables are unknown.
    without_data
        Participants of the file without any data.
    undeclared
        Columns of the file that the plan does not declare; they are left alone.
    measured_late
        Variable to the participants of whom it was measured after their first day, or on an unknown date. It is
        described, and enters no model.
    """

    variables: Variables
    frame: pl.DataFrame
    without_row: tuple[str, ...] = ()
    without_data: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    measured_late: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def participants(self) -> tuple[str, ...]:
        """The ids of everyone enrolled, in order."""
        return tuple(self.frame[PARTICIPANT])

    @property
    def described_only(self) -> tuple[str, ...]:
        """The variables that no model may have: measured after a participant's first day, or identifying."""
        return tuple(name for name, plan in self.variables.items() if plan.identifying or self.measured_late.get(name))

    def values(self, name: str) -> pl.Series:
        """Return the values of a variable, one for each enrolled participant in the order of their ids."""
        return self.frame[name]

    def only(self, participants: Collection[str]) -> Baseline:
        """Return the baseline of some of the participants; everything else stays as it was said of all."""
        kept = self.frame.filter(pl.col(PARTICIPANT).is_in(list(participants)))
        return Baseline(self.variables, kept, self.without_row, self.without_data, self.undeclared, self.measured_late)


def arms_of(baseline: Baseline, analysis: AnalysisPlan) -> pl.Series | None:
    """Return the arm of each enrolled participant, null where it is unknown; None if the plan has no arms."""
    return baseline.values(analysis.arms).alias(ARM) if analysis.arms else None


def outside_population(baseline: Baseline, analysis: AnalysisPlan) -> frozenset[str]:
    """Return the participants outside the declared population, or of whom it is unknown whether they belong to it."""
    belongs = pl.Series([True] * baseline.frame.height, dtype=pl.Boolean)
    for name, allowed in analysis.population.items():
        values = baseline.values(name)
        if baseline.variables[name].has_levels:
            fits = values.cast(pl.String).is_in(list(map(str, allowed)))
        else:
            lowest, highest = (float(limit) for limit in allowed)
            fits = values.is_between(lowest, highest)
        belongs &= fits.fill_null(value=False)
    return frozenset(baseline.frame.filter(~belongs)[PARTICIPANT])


def baseline_of(
    variables: Variables,
    rows: pl.DataFrame,
    first_days: Mapping[str, date | None],
    undeclared: tuple[str, ...] = (),
    dates: Mapping[str, pl.Series] | None = None,
) -> Baseline:
    """Join the rows of the file with the participants who have data.

    Parameters
    ----------
    variables
        The declared variables.
    rows
        ``participant_id`` and a column for each variable, typed as in ``Baseline.frame``, in any order.
    first_days
        The first day of each participant with data; None if their data have no day.
    undeclared
        Columns of the file that are not declared.
    dates
        Of a variable with a column of dates: when it was measured, one for each row.
    """
    of_file = set(rows[PARTICIPANT])
    enrolled = pl.DataFrame({PARTICIPANT: sorted(of_file | set(first_days))}, schema={PARTICIPANT: pl.String})
    return Baseline(
        variables=variables,
        frame=enrolled.join(rows, on=PARTICIPANT, how="left", maintain_order="left"),
        without_row=tuple(sorted(set(first_days) - of_file)),
        without_data=tuple(sorted(of_file - set(first_days))),
        undeclared=undeclared,
        measured_late={
            name: late for name, measured in (dates or {}).items() if (late := _late(rows, name, measured, first_days))
        },
    )


def _late(rows: pl.DataFrame, name: str, measured: pl.Series, first_days: Mapping[str, date | None]) -> tuple[str, ...]:
    """Return the participants of whom a known value was measured after their first day, or on an unknown date."""
    return tuple(
        sorted(
            participant
            for participant, value, on in zip(rows[PARTICIPANT], rows[name], measured, strict=True)
            if value is not None and (first := first_days.get(participant)) and (on is None or on > first)
        )
    )
