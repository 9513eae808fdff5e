"""A phase: the days of one treatment at one dose, as ``treatment_phase`` has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.store import Store
from painstats.store.rows import select


@dataclass(frozen=True, slots=True)
class Phase:
    """A row of ``treatment_phase``.

    Parameters
    ----------
    participant_id, name, kind
        Whose it is, its name as written, and one of ``vocabulary.TREATMENT_KINDS``.
    start_date, end_date
        The first and the last day on which it is taken, done or acts; ``end_date`` is None while it goes on.
    dose, dose_unit
        None where there is none.
    ramp_days, wash_out_days
        Days from the start until the full dose, and days after the end during which it may still act.
    acts_days
        For an event of one day, the days that it acts, from which ``end_date`` follows; else None.
    """

    participant_id: str
    name: str
    kind: str
    start_date: date
    end_date: date | None = None
    dose: float | None = None
    dose_unit: str | None = None
    ramp_days: int = 0
    wash_out_days: int = 0
    acts_days: int | None = None

    @property
    def last_day(self) -> date:
        """The last day; the latest possible date while it goes on."""
        return self.end_date or date.max


def read_phases(store: Store) -> list[Phase]:
    """Read the phases of all participants, by participant, start and name."""
    return select(store, Phase, "SELECT * FROM treatment_phase ORDER BY participant_id, start_date, name, kind")
