"""Build the model frame: outcome, lagged exposures, within and between parts, calendar terms, reasons for exclusion.

Lags are by calendar date, never by row, so that nothing is compared across a gap.

Every day with a score is a row. Where an exposure is unknown, its day's deviation is 0 and ``x_unknown`` is 1; models
get both, so that such a day still counts for the other exposures (docs/method/real_diaries.md). A participant for
whom an exposure is known on too few of these days counts as one for whom it is never known. Plans may ask for complete
days instead: ``[rules] unknown_predictors = "complete"``.

An exposure ``x`` enters as the day's
deviation from the participant's own mean over the observed days of the same regime (``x_within``), and as the
deviation of their mean over all observed days from the mean over participants (``x_between``): Enders & Tofighi 2007,
Psychological Methods 12:121. Days with the same treatments at the same doses are one regime (``frame/regimes.py``). If
the plan adjusts for devices, the participant's own mean is over the days with the same usual devices too, so that a
new watch that counts differently does not look like a change in behaviour.

Covariates of the plan (``[[adjust]]``) add two columns each (``frame/covariates.py``).

``treatments`` lists what acts on a day, name and dose, with the assumed share of its full effect, which the plan sets:
k / (ramp days + 1), at most 1, on day k of a treatment (the first is 1); the share of the last day on each wash-out day
after its end. While a new dose builds up, the old one has what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

import polars as pl

from painstats.daily.declare import declare_outcome
from painstats.daily.outcome_days import several_sites_rated
from painstats.frame.covariates import covariates_of, with_covariates
from painstats.frame.exposure import Exposure
from painstats.frame.regimes import Days, at_level, build_regimes, levels, observed_means
from painstats.frame.treatments import declare_phases
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Study
from painstats.store.connection import Store, transaction

DAYS_PER_TIME_UNIT = 30.0

USABLE = "(left_out IS NULL OR left_out = 'few_days')"
"""Which rows of ``model_frame`` are usable days, also of participants with too few of them for a model."""


@dataclass(frozen=True, slots=True)
class ModelFrameBuilt:
    """What the model frame holds.

    Parameters
    ----------
    rows, usable_rows
        Participant-days, and those that can be used.
    left_out
        Reason to the number of participant-days that cannot be used.
    seconds
        How long it took.
    """

    rows: int
    usable_rows: int
    left_out: Mapping[str, int]
    seconds: float = field(compare=False)


ALL_DAYS = Days("daily_summary", "lagged")
DAYS_UNTIL = Days("daily_until", "lagged_until")


def build_model_frame(store: Store, exposures: Sequence[Exposure]) -> ModelFrameBuilt:
    """Build ``model_frame``: one row for each participant-day, with the reason if it is excluded.

    Column ``left_out`` is null for a row that is used, else ``no_outcome``, ``no_<measure>`` (for the first missing
    exposure, where the plan asks for complete days) or ``few_days`` (the participant has fewer usable days than the
    model needs). ``in_cohort`` is whether all exposures are known on enough of the participant's rows, so that these
    enter a model over participants of all of them.

    Parameters
    ----------
    store
        The open study, with its daily table.
    exposures
        The exposures of the model; at least one.
    """
    started, study = perf_counter(), store.study
    with transaction(store) as connection:
        declare_phases(store)
        build_regimes(store)
        connection.execute(_lagged_query(study.plan.rules, exposures))
        _summarise_participants(store, exposures, ALL_DAYS)
        connection.execute(f"CREATE OR REPLACE TABLE model_frame AS {_frame_query(study, exposures, ALL_DAYS)}")
        connection.execute(f"COMMENT ON TABLE model_frame IS '{study.frame_hash}'")
        counts = dict(
            connection.execute(
                "SELECT left_out, count(*) FROM model_frame GROUP BY left_out ORDER BY left_out"
            ).fetchall()
        )
    rows, usable = sum(counts.values()), counts.pop(None, 0)
    return ModelFrameBuilt(rows, usable, counts, perf_counter() - started)


def is_frame_of_plan(store: Store) -> bool:
    """Whether ``model_frame`` was built from what ``study.toml`` declares now about days, treatments and questions.

    A frame of an earlier version, which does not say so, counts as one that was.
    """
    query = "SELECT comment FROM duckdb_tables() WHERE table_name = 'model_frame' AND NOT temporary"
    row = store.connection.execute(query).fetchone()
    return row is None or row[0] in (None, store.study.frame_hash)


def frame_until(store: Store, exposures: Sequence[Exposure], until: Mapping[str, date]) -> pl.DataFrame:
    """Return the rows of ``model_frame`` as they were on a date of each participant: no later day enters any column.

    Parameters
    ----------
    store
        The open study, with its daily table and model frame.
    exposures
        As in ``build_model_frame``.
    until
        Participant to the last day; participants without one have no rows.
    """
    connection = store.connection
    last = pl.DataFrame({"participant_id": list(until), "until": list(until.values())})
    connection.register("last_day", last.to_arrow())
    try:
        connection.execute(_until_query(DAYS_UNTIL.daily, "daily_summary", "d.*"))
        lagged = "d.* EXCLUDE (left_out), nullif(d.left_out, 'few_days') AS missing"
        connection.execute(_until_query(DAYS_UNTIL.lagged, "model_frame", lagged))
        if several_sites_rated(store):
            _score_until(store, exposures)
        _summarise_participants(store, exposures, DAYS_UNTIL)
        return connection.execute(_frame_query(store.study, exposures, DAYS_UNTIL)).pl()
    finally:
        connection.unregister("last_day")


def _until_query(table: str, source: str, columns: str) -> str:
    """Copy the rows of a table until each participant's last day, which ``last_day`` has."""
    return (
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns} FROM {source} AS d "
        "JOIN last_day USING (participant_id) WHERE d.date <= last_day.until"
    )


def _score_until(store: Store, exposures: Sequence[Exposure]) -> None:
    """Give the days the outcome as it was: a site's mean is that of its days until then."""
    declare_outcome(store.connection, store.study)
    store.connection.execute(f"""
CREATE OR REPLACE TEMP TABLE {DAYS_UNTIL.lagged} AS
SELECT * REPLACE ({_missing(store.study.plan.rules, exposures)} AS missing) FROM (
    SELECT l.* REPLACE (o.outcome_score AS outcome_score)
    FROM {DAYS_UNTIL.lagged} AS l JOIN outcome_of('{DAYS_UNTIL.daily}') AS o USING (participant_id, date)
)""")


def _missing(rules: RulesPlan, exposures: Sequence[Exposure]) -> str:
    """Return the expression of why a day is no row, null for one that is."""
    needed = exposures if rules.unknown_predictors == "complete" else ()
    reasons = "".join(f"\n            WHEN {p.name} IS NULL THEN 'no_{p.measure}'" for p in needed)
    return f"CASE WHEN outcome_score IS NULL THEN 'no_outcome'{reasons} END"


def _summarise_participants(store: Store, exposures: Sequence[Exposure], days: Days) -> None:
    store.connection.execute(_participant_query(store.study.plan.rules, exposures, days))
    query = levels(store.study.plan.rules, exposures, days)
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE level AS {query}")


def _lagged_query(rules: RulesPlan, exposures: Sequence[Exposure]) -> str:
    """Join each day with its lagged exposures, in the units of their effects; say which days are no rows."""
    columns = "".join(
        f",\n       {_alias(place)}.{p.measure} / {p.definition.per} AS {p.name}, "
        f"{_alias(place)}.device_era AS {p.name}_era, {_alias(place)}_regime.regime AS {p.name}_regime"
        + _few_steps(p, _alias(place))
        for place, p in enumerate(exposures)
    )
    joins = "".join(
        f"\nLEFT JOIN daily_summary AS {_alias(place)} ON {_alias(place)}.participant_id = d.participant_id "
        f"AND {_alias(place)}.date = d.date - {p.lag_days}"
        f"\nLEFT JOIN regime_day AS {_alias(place)}_regime ON {_alias(place)}_regime.participant_id = d.participant_id "
        f"AND {_alias(place)}_regime.date = {_alias(place)}.date"
        for place, p in enumerate(exposures)
    )
    return f"""
CREATE OR REPLACE TEMP TABLE lagged AS
WITH joined AS (
SELECT d.participant_id, d.date, d.item, d.site, d.outcome_score, d.device_era, r.regime, r.treatments{columns}
FROM daily_summary AS d
JOIN regime_day AS r ON r.participant_id = d.participant_id AND r.date = d.date{joins}
)
SELECT *, {_missing(rules, exposures)} AS missing
FROM joined"""


def _has_steps(exposure: Exposure) -> bool:
    return exposure.measure == "step_count"


def _few_steps(exposure: Exposure, alias: str) -> str:
    """Return the column that marks days of few steps, for a check of the results without them."""
    rule = f"{alias}.step_wear_rule <> 'enough steps'"
    return f", coalesce({rule}, false) AS {exposure.few_steps}" if _has_steps(exposure) else ""


def _participant_query(rules: RulesPlan, exposures: Sequence[Exposure], days: Days) -> str:
    """Count each participant's usable days, and those with each exposure; average over all observed days."""
    means = "".join(f",\n       m.{p.name}_mean" for p in exposures)
    known = "".join(
        f",\n           count({p.name}) FILTER (missing IS NULL) >= {rules.min_days_known} AS {p.name}_is_known"
        for p in exposures
    )
    all_known = " AND ".join(f"c.{p.name}_is_known" for p in exposures)
    return f"""
CREATE OR REPLACE TEMP TABLE participant_mean AS
WITH mean AS (
    SELECT participant_id{observed_means(exposures)} FROM {days.daily} GROUP BY participant_id
), usable AS (
    SELECT participant_id,
           count(*) FILTER (missing IS NULL) AS usable_days,
           min(date) FILTER (missing IS NULL) AS first_usable_date,
           max(date) FILTER (missing IS NULL) AS last_usable_date{known}
    FROM {days.lagged} GROUP BY participant_id
)
SELECT c.*, {all_known} AS all_known{means}
FROM usable AS c JOIN mean AS m USING (participant_id)"""


def _frame_query(study: Study, exposures: Sequence[Exposure], days: Days) -> str:
    within = "".join(
        f",\n       if(p.{p.name}_is_known, coalesce(l.{p.name} - {_alias(place)}.{p.name}_mean, 0), 0) AS {p.within}"
        f",\n       (l.{p.name} IS NULL OR NOT p.{p.name}_is_known)::DOUBLE AS {p.unknown}"
        for place, p in enumerate(exposures)
    )
    rules = study.plan.rules
    levels_of = "".join(
        f"\nLEFT JOIN level AS {_alias(place)} ON "
        + at_level(rules, _alias(place), "l.participant_id", f"l.{p.name}_regime", f"l.{p.name}_era")
        for place, p in enumerate(exposures)
    )
    between = "".join(f",\n       p.{p.name}_mean - g.{p.name}_mean AS {p.between}" for p in exposures)
    grand = ", ".join(
        f"fsum({p.name}_mean ORDER BY participant_id) / count({p.name}_mean) AS {p.name}_mean" for p in exposures
    )
    own = ", ".join(
        f"l.{p.name}, l.{p.name}_era, l.{p.name}_regime" + (f", l.{p.few_steps}" * _has_steps(p)) for p in exposures
    )
    enough = rules.min_days_in_model
    frame = f"""
SELECT l.participant_id, l.date, l.item, l.site, l.outcome_score, {own}{within}{between}, l.device_era,
       (isodow(l.date) >= 6)::DOUBLE AS is_weekend,
       ((l.date - p.first_usable_date) + (l.date - p.last_usable_date)) / 2 / {DAYS_PER_TIME_UNIT} AS time_30d,
       l.regime, l.treatments,
       CASE WHEN l.missing IS NOT NULL THEN l.missing WHEN p.usable_days < {enough} THEN 'few_days' END AS left_out,
       p.usable_days >= {enough} AND p.all_known AS in_cohort
FROM {days.lagged} AS l
JOIN participant_mean AS p USING (participant_id){levels_of}
CROSS JOIN (SELECT {grand} FROM participant_mean WHERE usable_days >= {enough} AND all_known) AS g
ORDER BY l.participant_id, l.date"""
    return with_covariates(frame, days.daily, covariates_of(study.plan), rules.min_days_known)


def _alias(place: int) -> str:
    return f"x{place}"
