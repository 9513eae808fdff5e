-- The numbers of days of each participant, for reports and dashboards.
-- In: daily_summary, device_change, model_frame. Out: participant_summary.

CREATE OR REPLACE TABLE participant_summary AS
WITH daily AS (
    SELECT participant_id, any_value(item) AS item, any_value(site) AS site,
           min(date) AS first_date, max(date) AS last_date, count(*) AS calendar_days,
           count(outcome_score) AS outcome_days, count(step_count) AS valid_step_days,
           count(total_sleep_time_min) AS valid_nights, count(active_time_min) AS valid_active_days,
           count(exercise_time_min) AS valid_exercise_days, count(sleep_efficiency_percent) AS valid_efficiency_nights,
           count(sleep_midpoint_min) AS valid_midpoint_nights, count(sleep_regularity_index) AS valid_regularity_nights,
           count(time_in_bed_min) AS valid_in_bed_nights,
           count(*) FILTER (total_sleep_time_min_missing = 'in_bed_only') AS in_bed_only_nights,
           fsum(outcome_score ORDER BY date) / count(outcome_score) AS mean_outcome_score,
           stddev_samp(outcome_score ORDER BY date) AS sd_outcome_score,
           count(DISTINCT outcome_score) AS distinct_outcome_scores, arg_max(time_zone, date) AS time_zone
    FROM daily_summary GROUP BY participant_id
), score AS (
    SELECT participant_id, outcome_score, count(*) AS days
    FROM daily_summary WHERE outcome_score IS NOT NULL GROUP BY participant_id, outcome_score
), commonest AS (
    SELECT participant_id, max(days) AS commonest_score_days FROM score GROUP BY participant_id
), scored AS (
    SELECT participant_id, date_diff('day', min(date), max(date)) + 1 AS diary_days
    FROM daily_summary WHERE outcome_score IS NOT NULL GROUP BY participant_id
), usable AS (
    SELECT participant_id, count(*) FILTER (left_out IS NULL OR left_out = 'few_days') AS usable_days,
           count(*) FILTER (left_out IS NULL) AS days_in_model,
           max(date) FILTER (left_out IS NULL OR left_out = 'few_days') AS last_usable_date,
           count(DISTINCT regime) FILTER (left_out IS NULL OR left_out = 'few_days') AS regimes
    FROM model_frame GROUP BY participant_id
), changed AS (
    SELECT participant_id, count(*) AS device_changes FROM device_change GROUP BY participant_id
)
SELECT * REPLACE (coalesce(device_changes, 0) AS device_changes), coalesce(usable_days / diary_days, 0) AS compliance
FROM daily
LEFT JOIN commonest USING (participant_id)
LEFT JOIN scored USING (participant_id)
JOIN usable USING (participant_id)
LEFT JOIN changed USING (participant_id)
ORDER BY participant_id;
