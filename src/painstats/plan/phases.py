"""``[[phases]]`` of ``study.toml``: the declared treatments of participants."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from pydantic import Field, model_validator

from painstats.plan.doses import expected_dose, is_possible_dose
from painstats.plan.treatment_names import same_name
from painstats.plan.values import PlanTable, Treatment
from painstats.vocabulary import ONE_DAY_KINDS


class PhasePlan(PlanTable):
    """``[[phases]]``: a treatment or programme of one participant, from its first day.

    ``ramp_days`` pass until the full dose: day k counts as k / (``ramp_days`` + 1) of a day in the phase, at most 1.
    ``wash_out_days`` pass after the end until the effect is gone: each counts like the last day. An event of one day,
    such as an injection, acts for ``acts_days``, the first day included.
    """

    participant: str
    name: str
    kind: Treatment = "therapy"
    start: date
    end: date | None = None
    dose: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    dose_unit: str | None = None
    ramp_days: int = Field(default=0, ge=0, le=3650)
    wash_out_days: int = Field(default=0, ge=0, le=3650)
    acts_days: int | None = Field(default=None, ge=1, le=3650)

    @property
    def last_day(self) -> date | None:
        """The last day on which it is taken, done or acts; None while it goes on."""
        return self.end if self.acts_days is None else self.start + timedelta(days=self.acts_days - 1)

    @model_validator(mode="after")
    def _is_possible(self) -> PhasePlan:
        if not self.name.strip():
            raise ValueError("name is empty; write what the treatment is called")
        if self.end is not None and self.end < self.start:
            raise ValueError("end is before start")
        if self.dose is not None and not is_possible_dose(self.dose, self.dose_unit, self.name, self.kind):
            raise ValueError(f"{self.dose:,g} {self.dose_unit} of {self.name}: {expected_dose(self.name, self.kind)}")
        return self

    @model_validator(mode="after")
    def _acts_for_a_time(self) -> PhasePlan:
        is_one_day = self.end in (None, self.start)
        if self.acts_days is not None and not is_one_day:
            raise ValueError(f"{self.name} has acts_days, which is for one day, and a later end; remove one of the two")
        if self.kind in ONE_DAY_KINDS and self.acts_days is None and is_one_day:
            raise ValueError(
                f"{self.name} needs acts_days: for how many days does it act? A series of them has an end instead"
            )
        return self


def overlaps(phases: Iterable[PhasePlan]) -> Iterator[str]:
    """Say which entries of one name overlap, by participant: it cannot be known which of the two counts.

    Names are the same when they differ only in capitals and in spaces at their ends.
    """
    by_name: dict[tuple[str, str], list[PhasePlan]] = {}
    for phase in phases:
        by_name.setdefault((phase.participant, same_name(phase.name)), []).append(phase)
    for entries in by_name.values():
        for earlier, later in itertools.pairwise(sorted(entries, key=lambda phase: phase.start)):
            if earlier.last_day is None or earlier.last_day >= later.start:
                yield _overlap(earlier, later)


def _overlap(earlier: PhasePlan, later: PhasePlan) -> str:
    name, first, second = f"{later.name.strip()} of {later.participant}", earlier.start, later.start
    if first == second:
        return f"{name} has two entries that start on {first}; keep one of them"
    key = "a smaller acts_days" if earlier.acts_days else f"end = {second - timedelta(days=1)}"
    last = f"lasts until {earlier.last_day}" if earlier.last_day else "has no end"
    return f"{name}: the entry from {first} {last}, so it overlaps the one from {second}; give the first {key}"
