-- Measures that use the dates around a date: sleep regularity and sleep debt, days without exercise, the usual devices.
-- In: near_fact (the facts of near, of the four weeks before and the six days after), near, span; variables outcome_item, outcome_site.
-- Out: new_day.

-- The usual device of a date: the one that was most often the main device within six days of it. A single day without the
-- watch changes nothing, and a new watch is detected on its first day.
CREATE OR REPLACE TEMP TABLE usual_device AS
WITH used AS (
    SELECT participant_id, date, 'steps' AS kind, main_step_device AS device FROM near_fact WHERE main_step_device IS NOT NULL
    UNION ALL
    SELECT participant_id, date, 'sleep' AS kind, sleep_device AS device FROM near_fact WHERE sleep_device IS NOT NULL
), around AS (
    SELECT participant_id, kind, device, date AS used_on, unnest(generate_series(date - 6, date + 6, INTERVAL 1 DAY))::DATE AS date FROM used
), counted AS (
    SELECT participant_id, date, kind, device, count(*) AS days, bool_or(used_on = date) AS is_used
    FROM around GROUP BY ALL
), chosen AS (
    SELECT participant_id, date, kind, device FROM counted
    QUALIFY row_number() OVER (PARTITION BY participant_id, date, kind ORDER BY days DESC, is_used DESC, device) = 1
)
SELECT participant_id, date, max(device) FILTER (kind = 'steps') AS usual_step_device, max(device) FILTER (kind = 'sleep') AS usual_sleep_device
FROM chosen GROUP BY participant_id, date;

CREATE OR REPLACE TEMP TABLE new_day AS
WITH windowed AS (
    SELECT *,
           count(same_sleep_state_min) OVER two_weeks AS compared_days, sum(same_sleep_state_min) OVER two_weeks AS same_state_min,
           count(total_sleep_time_min) OVER one_week AS nights_of_week, count(total_sleep_time_min) OVER four_weeks AS nights_of_month,
           sum(total_sleep_time_min::DECIMAL(18, 6)) OVER one_week::DOUBLE AS sleep_of_week,
           sum(total_sleep_time_min::DECIMAL(18, 6)) OVER four_weeks::DOUBLE AS sleep_of_month,
           count(recorded_exercise_time_min) OVER four_weeks AS days_with_exercise
    FROM near_fact
    WINDOW one_week AS (PARTITION BY participant_id ORDER BY date RANGE BETWEEN INTERVAL 6 DAY PRECEDING AND CURRENT ROW),
           two_weeks AS (PARTITION BY participant_id ORDER BY date RANGE BETWEEN INTERVAL 13 DAY PRECEDING AND CURRENT ROW),
           four_weeks AS (PARTITION BY participant_id ORDER BY date RANGE BETWEEN INTERVAL 27 DAY PRECEDING AND CURRENT ROW)
), judged AS (
    SELECT *,
           -- Phillips et al. 2017: 100 for the same state always, 0 for chance, over the pairs of days of two weeks.
           CASE WHEN same_sleep_state_min IS NOT NULL AND compared_days >= 7
                THEN -100 + 200 * same_state_min / (1440 * compared_days) END AS regularity,
           -- Van Dongen et al. 2003: sleep lost relative to one's own need, taken to be the mean of four weeks.
           CASE WHEN total_sleep_time_min IS NOT NULL AND nights_of_week >= 5 AND nights_of_month >= 14
                THEN 7 * (sleep_of_month / nights_of_month - sleep_of_week / nights_of_week) END AS sleep_debt_min,
           -- A day without exercise counts as 0 if a device was worn and exercise was recorded in the four weeks before.
           CASE WHEN recorded_exercise_time_min > highest('exercise_time_min') THEN 'implausible'
                WHEN recorded_exercise_time_min IS NOT NULL THEN NULL
                WHEN days_with_exercise = 0 THEN 'no_record'
                WHEN step_count IS NULL THEN 'not_worn' END AS exercise_reason
    FROM windowed
)
SELECT j.participant_id, j.date, j.has_record,
       getvariable('outcome_item') AS item, coalesce(getvariable('outcome_site')::VARCHAR, '') AS site, j.outcome_score, j.highest_outcome_score, j.report_count, j.outcome_rule, j.item_scores,
       j.step_count, j.step_count_missing, j.step_wear_rule, j.recorded_step_count, j.active_hours, j.step_devices, j.main_step_device, j.step_date_rule,
       j.total_sleep_time_min, j.total_sleep_time_min_missing, j.recorded_total_sleep_time_min,
       j.time_in_bed_min, j.time_in_bed_min_missing, j.recorded_time_in_bed_min, j.time_in_bed_rule,
       j.wake_after_sleep_onset_min, j.deep_sleep_min, j.rem_sleep_min, j.sleep_part_count, j.nap_time_min, j.sleep_efficiency_percent, j.sleep_efficiency_percent_missing,
       j.sleep_midpoint_min, j.sleep_midpoint_min_missing, j.same_sleep_state_min,
       j.regularity AS sleep_regularity_index, CASE WHEN j.regularity IS NULL THEN 'few_nights' END AS sleep_regularity_index_missing,
       j.sleep_debt_min, j.sleep_start_local, j.sleep_end_local, j.sleep_device, j.night_rule,
       j.active_time_min, j.active_time_min_missing,
       CASE WHEN j.exercise_reason IS NULL THEN coalesce(j.recorded_exercise_time_min, 0) END AS exercise_time_min,
       j.exercise_reason AS exercise_time_min_missing, j.recorded_exercise_time_min, j.exercise_session_count, j.exercise_types,
       j.exercise_kinds, j.exercise_date_rule, j.device_exercise_time_min, j.resting_heart_rate_bpm, j.heart_rate_variability_sdnn_ms, j.heart_rate_variability_rmssd_ms,
       u.usual_step_device, u.usual_sleep_device, NULL::INTEGER AS device_era, j.clock_hours, j.time_zone
FROM judged AS j
LEFT JOIN usual_device AS u USING (participant_id, date)
JOIN near AS n ON n.participant_id = j.participant_id AND j.date BETWEEN n.first_date AND n.last_date
JOIN span AS s ON s.participant_id = j.participant_id AND j.date BETWEEN s.first_date AND s.last_date;
