"""Build the model frame: outcome, lagged exposures, within and between parts, calendar terms, and what was left out.

Lags are by calendar date, never by row, so a gap breaks them. An exposure ``x`` enters as the day's departure from
the participant's own mean over all days on which it was observed (``x_within``) and as that mean's departure from the
mean over participants (``x_between``): Enders & Tofighi 2007, Psychological Methods 12:121. Where the plan adjusts for
devices, the own mean is that of the days with the same usual devices, so that a new watch that counts differently moves
no day.

``in_phase`` is the share of a treatment's effect that a day is taken to have, fixed before the data are looked at: day
k of a treatment (its first is 1) has k / (ramp days + 1), at most 1; each day of the wash-out after its end has what
the last day had; every other day has 0. Of several treatments the largest share counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from painstats.frame.exposure import Exposure
from painstats.plan.study import Study
from painstats.store.connection import Store, transaction

DAYS_PER_TIME_UNIT = 30.0

PHASE_SHARE = """
       coalesce((
           SELECT max(least(1, (least(l.date, coalesce(t.end_date, l.date)) - t.start_date + 1) / (t.ramp_days + 1)))
           FROM treatment_phase AS t
           WHERE t.participant_id = l.participant_id
             AND l.date >= t.start_date AND l.date - coalesce(t.end_date, l.date) <= t.wash_out_days
       ), 0)"""


def build_model_frame(store: Store, exposures: Sequence[Exposure]) -> int:
    """Build ``model_frame``: one row for each participant-day, with the reason where it cannot be used.

    Column ``left_out`` is null for a complete row, else ``no_outcome``, ``no_<measure>`` (for the first exposure that
    is missing) or ``few_days`` (the participant has fewer complete days than the model needs).

    Parameters
    ----------
    store
        The open study, with its daily table.
    exposures
        What the outcome is compared with; at least one.

    Returns
    -------
    The number of complete rows.
    """
    with transaction(store) as connection:
        _declare_phases(store)
        connection.execute(_lagged_query(exposures))
        connection.execute(_participant_query(exposures))
        connection.execute(_level_query(store.study, exposures))
        connection.execute(_frame_query(store.study, exposures))
        row = connection.execute("SELECT count(*) FROM model_frame WHERE left_out IS NULL").fetchone()
    return int(row[0]) if row else 0


def _declare_phases(store: Store) -> None:
    """Keep the treatments of the plan and those that were read as one table."""
    connection = store.connection
    connection.execute(
        "CREATE OR REPLACE TABLE treatment_phase AS SELECT participant_id, name, kind, start_date, end_date, dose, "
        "dose_unit, ramp_days, wash_out_days FROM treatment"
    )
    for phase in store.study.plan.phases:
        connection.execute(
            "INSERT INTO treatment_phase VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                phase.participant, phase.name, phase.kind, phase.start, phase.end, phase.dose, phase.dose_unit,
                phase.ramp_days, phase.wash_out_days,
            ],
        )  # fmt: skip


def _lagged_query(exposures: Sequence[Exposure]) -> str:
    """Each day with the exposures of the days before, in the units of their effects."""
    columns = "".join(
        f",\n       {_alias(place)}.{p.measure} / {p.definition.per} AS {p.name}, "
        f"{_alias(place)}.device_era AS {p.name}_era"
        for place, p in enumerate(exposures)
    )
    joins = "".join(
        f"\nLEFT JOIN daily_summary AS {_alias(place)} ON {_alias(place)}.participant_id = d.participant_id "
        f"AND {_alias(place)}.date = d.date - {p.lag_days}"
        for place, p in enumerate(exposures)
    )
    reasons = "\n            ".join(f"WHEN {p.name} IS NULL THEN 'no_{p.measure}'" for p in exposures)
    return f"""
CREATE OR REPLACE TEMP TABLE lagged AS
WITH joined AS (
SELECT d.participant_id, d.date, d.item, d.site, d.outcome_score, d.device_era{columns}
FROM daily_summary AS d{joins}
)
SELECT *, CASE WHEN outcome_score IS NULL THEN 'no_outcome'
            {reasons} END AS missing
FROM joined"""


def _participant_query(exposures: Sequence[Exposure]) -> str:
    """Return each participant's number of complete days, with their means over all observed days."""
    means = "".join(f",\n       m.{p.name}_mean" for p in exposures)
    return f"""
CREATE OR REPLACE TEMP TABLE participant_mean AS
WITH mean AS (
    SELECT participant_id{_observed_means(exposures)} FROM daily_summary GROUP BY participant_id
), complete AS (
    SELECT participant_id,
           count(*) FILTER (missing IS NULL) AS complete_days,
           min(date) FILTER (missing IS NULL) AS first_complete_date,
           max(date) FILTER (missing IS NULL) AS last_complete_date
    FROM lagged GROUP BY participant_id
)
SELECT c.*{means}
FROM complete AS c JOIN mean AS m USING (participant_id)"""


def _level_query(study: Study, exposures: Sequence[Exposure]) -> str:
    """Return what a day's values are compared with: the mean of all days, or of those with the same usual devices."""
    era = "device_era" if study.plan.rules.adjust_for_device else "NULL::INTEGER"
    return f"""
CREATE OR REPLACE TEMP TABLE level AS
SELECT participant_id, {era} AS era{_observed_means(exposures)}
FROM daily_summary GROUP BY participant_id, era"""


def _observed_means(exposures: Sequence[Exposure]) -> str:
    """Return means over all observed days, added up in the order of dates, so that they are the same in every run."""
    return "".join(
        f",\n           fsum({p.measure} ORDER BY date) / count({p.measure}) / {p.definition.per} AS {p.name}_mean"
        for p in exposures
    )


def _frame_query(study: Study, exposures: Sequence[Exposure]) -> str:
    within = "".join(
        f",\n       l.{p.name} - {_alias(place)}.{p.name}_mean AS {p.within}" for place, p in enumerate(exposures)
    )
    era = "{alias}.era = l.{name}_era" if study.plan.rules.adjust_for_device else "true"
    levels = "".join(
        f"\nLEFT JOIN level AS {_alias(place)} ON {_alias(place)}.participant_id = l.participant_id "
        f"AND {era.format(alias=_alias(place), name=p.name)}"
        for place, p in enumerate(exposures)
    )
    between = "".join(f",\n       p.{p.name}_mean - g.{p.name}_mean AS {p.between}" for p in exposures)
    grand = ", ".join(
        f"fsum({p.name}_mean ORDER BY participant_id) / count({p.name}_mean) AS {p.name}_mean" for p in exposures
    )
    own = ", ".join(f"l.{p.name}" for p in exposures)
    enough = study.plan.rules.min_days_in_model
    return f"""
CREATE OR REPLACE TABLE model_frame AS
SELECT l.participant_id, l.date, l.item, l.site, l.outcome_score, {own}{within}{between}, l.device_era,
       (isodow(l.date) >= 6)::DOUBLE AS is_weekend,
       ((l.date - p.first_complete_date) + (l.date - p.last_complete_date)) / 2 / {DAYS_PER_TIME_UNIT} AS time_30d,
       {PHASE_SHARE.strip()}::DOUBLE AS in_phase,
       CASE WHEN l.missing IS NOT NULL THEN l.missing WHEN p.complete_days < {enough} THEN 'few_days' END AS left_out
FROM lagged AS l
JOIN participant_mean AS p USING (participant_id){levels}
CROSS JOIN (SELECT {grand} FROM participant_mean WHERE complete_days >= {enough}) AS g
ORDER BY l.participant_id, l.date"""


def _alias(place: int) -> str:
    return f"x{place}"
