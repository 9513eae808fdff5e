"""Regimes: days under the same treatments at the same doses, and the means that such days are compared with.

A treatment may change nights and steps as much as the outcome. Compared with the mean of all days, the longer nights
under it would seem to go with what it did to the outcome; compared with the other nights under the same treatments,
they do not (docs/method/frame.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.plan.rules import RulesPlan
from painstats.store.connection import Store

LEAST_DAYS = 7
"""Observed days that a regime needs for a mean of its own."""

TREATMENTS = pl.List(pl.Struct({"treatment": pl.String, "share": pl.Float64}))
"""Type of the frame's column ``treatments``: name and dose of what acts on a day, and its share of the full effect."""


@dataclass(frozen=True, slots=True)
class Days:
    """Where days come from.

    Parameters
    ----------
    daily
        The table of days.
    lagged
        The table of the same days with their lagged exposures and their regimes.
    """

    daily: str
    lagged: str


def build_regimes(store: Store) -> None:
    """Make the table ``regime_day`` from ``treatment_phase``, for this connection only: no later day enters any row."""
    store.connection.execute((files("painstats.frame") / "regimes.sql").read_text(encoding="utf-8"))


def observed_means(exposures: Sequence[Exposure]) -> str:
    """Return columns of means over observed days, summed in date order so that they are the same in every run."""
    return "".join(
        f",\n           fsum({p.measure} ORDER BY date) / count({p.measure}) / {p.definition.per} AS {p.name}_mean"
        for p in exposures
    )


def levels(rules: RulesPlan, exposures: Sequence[Exposure], days: Days) -> str:
    """Return the query of what a day of a regime is compared with, for each participant, regime and device era.

    It is the mean over the regime's observed days; with fewer than ``LEAST_DAYS`` of them, the mean of the last regime
    before it that has enough, else of the first one after it, else of all days. Devices have eras of their own if the
    plan adjusts for them.
    """
    era = "d.device_era" if rules.adjust_for_device else "NULL::INTEGER"
    counts = "".join(f", count({p.measure}) AS {p.name}_days" for p in exposures)
    own = "".join(f",\n       coalesce({_of_near_regime(p)}, m.{p.name}_mean) AS {p.name}_mean" for p in exposures)
    return f"""
WITH day AS (
    SELECT d.*, {era} AS era, l.regime
    FROM {days.daily} AS d JOIN {days.lagged} AS l ON l.participant_id = d.participant_id AND l.date = d.date
), regime AS (
    SELECT participant_id, era, regime, min(date) AS first_date{counts}{observed_means(exposures)}
    FROM day GROUP BY participant_id, era, regime
), mean AS (
    SELECT participant_id, era{observed_means(exposures)} FROM day GROUP BY participant_id, era
)
SELECT r.participant_id, r.era, r.regime{own}
FROM regime AS r JOIN mean AS m ON m.participant_id = r.participant_id AND m.era IS NOT DISTINCT FROM r.era
WINDOW own AS (PARTITION BY r.participant_id, r.era ORDER BY r.first_date),
       later AS (own ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"""


def at_level(rules: RulesPlan, level: str, participant: str, regime: str, era: str) -> str:
    """Return the condition under which a row of ``levels`` is that of a day."""
    same_era = f" AND {level}.era = {era}" if rules.adjust_for_device else ""
    return f"{level}.participant_id = {participant} AND {level}.regime = {regime}{same_era}"


def _of_near_regime(exposure: Exposure) -> str:
    mean = f"if(r.{exposure.name}_days >= {LEAST_DAYS}, r.{exposure.name}_mean, NULL) IGNORE NULLS"
    return f"last_value({mean}) OVER own, first_value({mean}) OVER later"
