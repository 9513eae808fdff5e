"""The same experiment of several participants, judged together: a row of the table ``experiment_average``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.verdict import Verdict
from painstats.store.connection import Store
from painstats.store.rows import read_rows
from painstats.store.tables import table_exists

AVERAGE_TABLE = "experiment_average"


@dataclass(frozen=True, slots=True)
class ExperimentAverage:
    """The average effect over participants who finished an experiment with the same two things to compare.

    Numbers are in outcome points.

    Parameters
    ----------
    on, off
        What is compared, in the words of the participant who began first.
    participants, days
        Participants in the average, each with one experiment, and their days that count and have a score.
    left_out
        Participants who finished one that cannot be compared: it has scores in too few blocks, or another outcome.
    going_on
        Participants who have finished none yet, with one that is planned or not over.
    ended_early
        Participants who ended one early, and have no other.
    drawn_again
        Participants in the average for whom more than one order had been drawn.
    first_date, last_date
        The first day of the first experiment and the last day of the last one.
    verdict, reasons
        A direction where the lot and the mixed model agree, and why there is none, by name.
    estimate, low, high, p
        The effect of the mixed model, its 95% interval and two-sided p; None where it could not be fitted.
    lot_estimate, lot_p, lot_draws
        The mean of the participants' own effects, its two-sided p when all orders are drawn again at once, and over how
        many draws it was computed, the first one among them.
    """

    on: str
    off: str
    participants: int
    days: int
    left_out: int
    going_on: int
    ended_early: int
    drawn_again: int
    first_date: date
    last_date: date
    verdict: Verdict
    reasons: tuple[str, ...]
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    lot_estimate: float
    lot_p: float
    lot_draws: int


def read_experiment_averages(store: Store) -> list[ExperimentAverage]:
    """Read the table ``experiment_average``, by name; empty where no run has stored it."""
    if not table_exists(store, AVERAGE_TABLE):
        return []
    return read_rows(store, AVERAGE_TABLE, ExperimentAverage, 'lower("on"), lower("off")')
