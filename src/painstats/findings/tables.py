"""The tables that judgement reads and writes: what was fitted, and what is found."""

from __future__ import annotations

import polars as pl

from painstats.store.connection import Store, transaction
from painstats.store.tables import Columns

FINDING: Columns = {
    "subject": pl.String,  # participant | cohort
    "participant_id": pl.String,  # null for the cohort
    "predictor": pl.String,
    "measure": pl.String,
    "lag_days": pl.Int64,
    "unit": pl.String,
    "basis": pl.String,  # pooled | own_days | mixed_model | two_stage
    "estimate": pl.Float64,  # outcome points per unit
    "low": pl.Float64,
    "high": pl.Float64,
    "probability_of_direction": pl.Float64,
    "reliability": pl.Float64,
    "own_estimate": pl.Float64,  # from the person's own days alone; for the cohort the two-stage mean
    "own_low": pl.Float64,
    "own_high": pl.Float64,
    "days": pl.Int64,
    "people": pl.Int64,
    "verdict": pl.String,
    "days_needed": pl.Int64,
    "reasons": pl.List(pl.String),
    "smallest_effect": pl.Float64,  # outcome points per unit
    "swing": pl.Float64,  # within-person SD of the predictor, in units
}

PARTICIPANT_SUMMARY = """
CREATE OR REPLACE TABLE participant_summary AS
WITH daily AS (
    SELECT participant_id, min(date) AS first_date, max(date) AS last_date, count(*) AS calendar_days,
           count(pain_score) AS rated_days, count(step_count) AS valid_step_days, count(total_sleep_time_min) AS valid_nights,
           count(active_time_min) AS valid_active_days, fsum(pain_score) / count(pain_score) AS mean_pain_score,
           stddev_samp(pain_score) AS sd_pain_score, count(DISTINCT pain_score) AS distinct_pain_scores,
           any_value(time_zone) AS time_zone
    FROM daily_summary GROUP BY participant_id
), commonest AS (
    SELECT participant_id, max(days) AS commonest_score_days
    FROM (SELECT participant_id, pain_score, count(*) AS days FROM daily_summary WHERE pain_score IS NOT NULL GROUP BY ALL)
    GROUP BY participant_id
), rated AS (
    SELECT participant_id, date_diff('day', min(date), max(date)) + 1 AS diary_days
    FROM daily_summary WHERE pain_score IS NOT NULL GROUP BY participant_id
), complete AS (
    SELECT participant_id, count(*) FILTER (left_out IS NULL OR left_out = 'few_days') AS complete_days,
           count(*) FILTER (left_out IS NULL) AS days_in_model
    FROM model_frame GROUP BY participant_id
)
SELECT *, coalesce(complete_days / diary_days, 0) AS compliance
FROM daily LEFT JOIN commonest USING (participant_id) LEFT JOIN rated USING (participant_id) JOIN complete USING (participant_id)
ORDER BY participant_id
"""

IMPORT_SUMMARY = """
CREATE OR REPLACE TABLE import_summary AS
SELECT participant_id, source, status, rule, count(*) AS files, sum(rows_read)::BIGINT AS rows_read,
       sum(rows_new + rows_corrected)::BIGINT AS rows_stored, sum(rows_same)::BIGINT AS rows_known,
       sum(rows_quarantined)::BIGINT AS rows_quarantined, sum(rows_ignored)::BIGINT AS rows_ignored
FROM import GROUP BY ALL ORDER BY ALL
"""


def summarise(store: Store) -> None:
    """Build the counts that reports and dashboards show: people, and imports."""
    with transaction(store) as connection:
        connection.execute(PARTICIPANT_SUMMARY)
        connection.execute(IMPORT_SUMMARY)
