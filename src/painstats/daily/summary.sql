-- The facts of each recomputed local date: one row for each participant and calendar date between their first and last record,
-- with every measure valid, or missing with a reason. A day on which no device was worn is missing, never a day of 0 steps.
-- In: replaced, stored_day (participant_id, date, has_record: what the daily table has of these participants), step_day,
-- step_wear, active_day, night, rating, item_day, exercise_day, exercise_kind_day, sampled_day, step_offset, numbered_span, clock_period; macros lowest and
-- highest; variable min_clock_hours. Out: span, near, day_fact; variables near_from, near_until.

CREATE OR REPLACE TEMP TABLE seen AS
SELECT participant_id, date FROM step_day
UNION SELECT participant_id, date FROM night
UNION SELECT participant_id, date FROM rating
UNION SELECT participant_id, date FROM item_day
UNION SELECT participant_id, date FROM active_day
UNION SELECT participant_id, date FROM exercise_kind_day
UNION SELECT participant_id, date FROM sampled_day;

CREATE OR REPLACE TEMP TABLE kept_day AS
SELECT s.* FROM stored_day AS s
WHERE NOT EXISTS (FROM replaced AS r WHERE r.participant_id = s.participant_id AND s.date BETWEEN r.first_date AND r.last_date);

CREATE OR REPLACE TEMP TABLE span AS
SELECT participant_id, min(date) AS first_date, max(date) AS last_date
FROM (SELECT participant_id, date FROM seen UNION ALL SELECT participant_id, date FROM kept_day WHERE has_record)
GROUP BY participant_id;

CREATE OR REPLACE TEMP TABLE fresh_day AS
SELECT participant_id, unnest(generate_series(first_date, last_date, INTERVAL 1 DAY))::DATE AS date FROM span
EXCEPT SELECT participant_id, date FROM kept_day;

-- The dates on which measures that use other dates may change: from six days before all replaced or new dates, for the usual
-- devices, to four weeks after them, for trailing windows.
CREATE OR REPLACE TEMP TABLE near_changed AS
WITH changed AS (
    SELECT participant_id, first_date, last_date FROM replaced
    UNION ALL
    SELECT participant_id, min(date), max(date)
    FROM (SELECT *, date - row_number() OVER (PARTITION BY participant_id ORDER BY date)::INTEGER AS run FROM fresh_day)
    GROUP BY participant_id, run
)
SELECT DISTINCT participant_id, first_date - 6 AS first_date, last_date + 28 AS last_date FROM changed;
CREATE OR REPLACE TEMP TABLE near AS FROM joined_ranges('near_changed');
SET VARIABLE near_from = (SELECT min(first_date) - 28 FROM near);
SET VARIABLE near_until = (SELECT max(last_date) + 6 FROM near);

-- The length of a date in hours on the participant's own clock, by the plan: 24 except where the clock changed.
CREATE OR REPLACE TEMP TABLE plan_change AS
WITH change AS (
    SELECT participant_id, starts_us, offset_us, lag(offset_us) OVER (PARTITION BY participant_id ORDER BY starts_us) AS offset_before_us
    FROM clock_period
), affected AS (
    SELECT DISTINCT participant_id, unnest(generate_series(
        least(local_date(starts_us - 1, offset_before_us), local_date(starts_us, offset_us)),
        greatest(local_date(starts_us - 1, offset_before_us), local_date(starts_us, offset_us)),
        INTERVAL 1 DAY
    ))::DATE AS date
    FROM change WHERE offset_before_us IS NOT NULL
)
SELECT a.participant_id, a.date,
       coalesce(sum(least(c.ends_us, midnight_us(a.date + 1, c.offset_us)) - greatest(c.starts_us, midnight_us(a.date, c.offset_us))), 0)
           / 3600e6 AS clock_hours,
       string_agg(c.time_zone, ' then ' ORDER BY c.starts_us) AS time_zone, count(DISTINCT c.time_zone) > 1 AS has_moved
FROM affected AS a
JOIN fresh_day AS f USING (participant_id, date)
LEFT JOIN clock_period AS c
  ON c.participant_id = a.participant_id
 AND c.starts_us < midnight_us(a.date + 1, c.offset_us) AND c.ends_us > midnight_us(a.date, c.offset_us)
GROUP BY a.participant_id, a.date;

-- The same by recorded offsets, if there are any: from the last offset of the day before to the last of the date.
CREATE OR REPLACE TEMP TABLE recorded_clock AS
WITH recorded AS (
    FROM step_offset
    UNION ALL
    SELECT participant_id, start_us, opening_offset_us FROM numbered_span WHERE opening_offset_us IS NOT NULL
), by_date AS (
    SELECT participant_id, local_date(start_us, offset_us) AS date,
           min({'start_us': start_us, 'offset_us': offset_us}).offset_us AS first_offset_us,
           max({'start_us': start_us, 'offset_us': offset_us}).offset_us AS last_offset_us
    FROM recorded GROUP BY ALL
)
SELECT d.participant_id, d.date, 24 + (coalesce(y.last_offset_us, d.first_offset_us) - d.last_offset_us) / 3600e6 AS clock_hours
FROM by_date AS d LEFT JOIN by_date AS y ON y.participant_id = d.participant_id AND y.date = d.date - 1;

CREATE OR REPLACE TEMP TABLE calendar AS
WITH opened AS (
    -- The plan's clock at noon UTC applies to the whole date, unless the clock changed on it.
    SELECT f.*, epoch_us(f.date::TIMESTAMPTZ) + 43200000000 AS noon_us FROM fresh_day AS f
)
SELECT o.participant_id, o.date, coalesce(r.clock_hours, p.clock_hours, 24) AS clock_hours,
       CASE WHEN p.has_moved THEN p.time_zone ELSE c.time_zone END AS time_zone
FROM opened AS o
ASOF JOIN clock_period AS c ON o.participant_id = c.participant_id AND o.noon_us >= c.starts_us
LEFT JOIN plan_change AS p ON p.participant_id = o.participant_id AND p.date = o.date
LEFT JOIN recorded_clock AS r ON r.participant_id = o.participant_id AND r.date = o.date;

CREATE OR REPLACE TEMP TABLE day_fact AS
WITH judged AS (
    SELECT c.*, s.* EXCLUDE (participant_id, date), n.* EXCLUDE (participant_id, date), a.* EXCLUDE (participant_id, date),
           r.* EXCLUDE (participant_id, date), e.* EXCLUDE (participant_id, date), m.* EXCLUDE (participant_id, date),
           i.item_scores, k.exercise_kinds,
           w.wear_rule, seen.date IS NOT NULL AS has_record,
           CASE WHEN c.clock_hours NOT BETWEEN getvariable('min_clock_hours') AND 48 - getvariable('min_clock_hours') THEN 'travel_day' END AS travel_reason,
           CASE WHEN s.step_count IS NULL THEN 'no_record'
                WHEN s.step_count > highest('step_count') THEN 'implausible'
                WHEN w.wear_rule IS NULL THEN 'not_worn'
           END AS step_reason,
           CASE WHEN n.time_in_bed_min IS NULL THEN 'no_record'
                WHEN n.time_in_bed_min NOT BETWEEN lowest('time_in_bed_min') AND highest('time_in_bed_min') THEN 'implausible'
           END AS bed_reason,
           CASE WHEN n.total_sleep_time_min IS NULL AND n.time_in_bed_min IS NOT NULL THEN 'in_bed_only'
                WHEN n.total_sleep_time_min IS NULL THEN 'no_record'
                WHEN n.total_sleep_time_min NOT BETWEEN lowest('total_sleep_time_min') AND highest('total_sleep_time_min') THEN 'implausible'
           END AS sleep_reason,
           CASE WHEN a.active_time_min IS NULL THEN 'no_record'
                WHEN a.active_time_min > highest('active_time_min') THEN 'implausible'
                WHEN a.active_time_min < lowest('active_time_min') OR a.active_sedentary_time_min >= 1440 THEN 'not_worn'
           END AS active_reason
    FROM calendar AS c
    LEFT JOIN seen USING (participant_id, date)
    LEFT JOIN step_day AS s USING (participant_id, date)
    LEFT JOIN step_wear AS w USING (participant_id, date)
    LEFT JOIN night AS n USING (participant_id, date)
    LEFT JOIN active_day AS a USING (participant_id, date)
    LEFT JOIN rating AS r USING (participant_id, date)
    LEFT JOIN item_day AS i USING (participant_id, date)
    LEFT JOIN exercise_day AS e USING (participant_id, date)
    LEFT JOIN exercise_kind_day AS k USING (participant_id, date)
    LEFT JOIN sampled_day AS m USING (participant_id, date)
), reasoned AS (
    SELECT *,
           CASE WHEN sleep_efficiency_percent IS NULL THEN 'no_record'
                WHEN sleep_reason IS NOT NULL THEN sleep_reason
                WHEN sleep_efficiency_percent NOT BETWEEN lowest('sleep_efficiency_percent') AND highest('sleep_efficiency_percent') THEN 'implausible'
           END AS efficiency_reason,
           CASE WHEN sleep_midpoint_min IS NULL THEN 'no_record'
                WHEN sleep_reason IS NOT NULL THEN sleep_reason
                WHEN sleep_midpoint_min NOT BETWEEN lowest('sleep_midpoint_min') AND highest('sleep_midpoint_min') THEN 'implausible'
           END AS midpoint_reason
    FROM judged
)
SELECT participant_id, date, has_record, outcome_score, highest_outcome_score, coalesce(report_count, 0) AS report_count, outcome_rule, item_scores,
       CASE WHEN coalesce(step_reason, travel_reason) IS NULL THEN step_count END AS step_count,
       coalesce(step_reason, travel_reason) AS step_count_missing,
       CASE WHEN coalesce(step_reason, travel_reason) IS NULL THEN wear_rule END AS step_wear_rule,
       step_count AS recorded_step_count, active_hours, step_devices, main_step_device, step_date_rule,
       CASE WHEN sleep_reason IS NULL THEN total_sleep_time_min END AS total_sleep_time_min,
       sleep_reason AS total_sleep_time_min_missing,
       total_sleep_time_min AS recorded_total_sleep_time_min,
       CASE WHEN bed_reason IS NULL THEN time_in_bed_min END AS time_in_bed_min, bed_reason AS time_in_bed_min_missing,
       time_in_bed_min AS recorded_time_in_bed_min, time_in_bed_rule, wake_after_sleep_onset_min,
       deep_sleep_min, rem_sleep_min, sleep_part_count, nap_time_min,
       CASE WHEN efficiency_reason IS NULL THEN sleep_efficiency_percent END AS sleep_efficiency_percent,
       efficiency_reason AS sleep_efficiency_percent_missing,
       CASE WHEN midpoint_reason IS NULL THEN sleep_midpoint_min END AS sleep_midpoint_min,
       midpoint_reason AS sleep_midpoint_min_missing,
       same_sleep_state_min, sleep_start_local, sleep_end_local, sleep_device, night_rule,
       CASE WHEN coalesce(active_reason, travel_reason) IS NULL THEN active_time_min END AS active_time_min,
       coalesce(active_reason, travel_reason) AS active_time_min_missing,
       recorded_exercise_time_min, exercise_session_count, exercise_types, exercise_kinds, exercise_date_rule,
       device_exercise_time_min,
       resting_heart_rate_bpm, heart_rate_variability_sdnn_ms, heart_rate_variability_rmssd_ms, clock_hours, time_zone
FROM reasoned;
