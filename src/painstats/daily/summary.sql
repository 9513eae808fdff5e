-- The daily table: one row for each participant and calendar date between their first and last, every measure valid or
-- missing with the reason. A day without wear is missing, never a day without steps.
-- In: step_by_device, active_hours, night, rating, daily_total, zone_period, device_order, measure_limit; variables
-- min_active_hours, min_clock_hours. Out: daily_summary.

-- A sum that a source made itself takes the day only where its device ranks before every device that recorded intervals.
CREATE OR REPLACE TEMP TABLE step_day AS
WITH merged AS (
    SELECT s.participant_id, s.date, round(fsum(s.counted_step_count))::BIGINT AS step_count,
           any_value(h.active_hours) AS active_hours,
           string_agg(DISTINCT s.device_kind, '+' ORDER BY s.device_kind) AS devices,
           NULL::DOUBLE AS sedentary_time_min, min(o.place) AS place, 0 AS is_total
    FROM step_by_device AS s
    JOIN device_order AS o USING (device_kind)
    LEFT JOIN active_hours AS h USING (participant_id, date)
    GROUP BY s.participant_id, s.date
), total AS (
    SELECT d.participant_id, d.date, d.value::BIGINT AS step_count, NULL::INTEGER AS active_hours, d.device_kind AS devices,
           w.value AS sedentary_time_min, o.place, 1 AS is_total
    FROM daily_total AS d
    JOIN device_order AS o USING (device_kind)
    LEFT JOIN daily_total AS w
      ON w.measure = 'sedentary_time_min' AND w.participant_id = d.participant_id AND w.date = d.date
     AND w.source = d.source AND w.device = d.device
    WHERE d.measure = 'step_count'
    QUALIFY row_number() OVER (
        PARTITION BY d.participant_id, d.date ORDER BY o.place, d.value DESC, d.source, d.device
    ) = 1
)
SELECT * EXCLUDE (place, is_total)
FROM (SELECT * FROM merged UNION ALL SELECT * FROM total)
QUALIFY row_number() OVER (PARTITION BY participant_id, date ORDER BY place, is_total) = 1;

-- Active time of one device, complete or missing: light, moderate and very active minutes together.
CREATE OR REPLACE TEMP TABLE active_day AS
WITH device_day AS (
    SELECT d.participant_id, d.date, o.place, d.source, d.device,
           fsum(d.value) FILTER (d.measure <> 'sedentary_time_min') AS active_time_min,
           count(*) FILTER (d.measure <> 'sedentary_time_min') AS parts,
           max(d.value) FILTER (d.measure = 'sedentary_time_min') AS sedentary_time_min
    FROM daily_total AS d JOIN device_order AS o USING (device_kind)
    WHERE d.measure IN (
        'sedentary_time_min', 'lightly_active_time_min', 'moderately_active_time_min', 'very_active_time_min'
    )
    GROUP BY ALL
)
SELECT participant_id, date, CASE WHEN parts = 3 THEN active_time_min END AS active_time_min, sedentary_time_min
FROM device_day
QUALIFY row_number() OVER (PARTITION BY participant_id, date ORDER BY parts = 3 DESC, place, source, device) = 1;

CREATE OR REPLACE TEMP TABLE calendar AS
WITH seen AS (
    SELECT participant_id, date FROM step_day
    UNION ALL SELECT participant_id, date FROM night
    UNION ALL SELECT participant_id, date FROM rating
    UNION ALL SELECT participant_id, date FROM active_day
), span AS (
    SELECT participant_id, unnest(generate_series(min(date), max(date), INTERVAL 1 DAY))::DATE AS date
    FROM seen GROUP BY participant_id
)
-- The clock hours of a date: the time during which the person's own calendar showed it (23 or 25 at a clock change).
SELECT s.participant_id, s.date,
       sum(greatest(0, epoch_us(least(z.ends_at, timezone(z.time_zone, (s.date + 1)::TIMESTAMP)))
                     - epoch_us(greatest(z.starts_at, timezone(z.time_zone, s.date::TIMESTAMP))))) / 3600e6 AS clock_hours,
       string_agg(z.time_zone, ' then ' ORDER BY z.starts_at) AS time_zone
FROM span AS s
JOIN zone_period AS z
  ON z.participant_id = s.participant_id
 AND z.starts_at < timezone(z.time_zone, (s.date + 1)::TIMESTAMP) AND z.ends_at > timezone(z.time_zone, s.date::TIMESTAMP)
GROUP BY s.participant_id, s.date;

CREATE OR REPLACE TABLE daily_summary AS
WITH judged AS (
    SELECT c.*, s.step_count, s.active_hours, s.devices AS step_devices,
           n.total_sleep_time_min, n.time_in_bed_min, n.nap_time_min, n.sleep_start_local, n.sleep_end_local, n.date_rule AS night_rule,
           a.active_time_min, r.pain_score, r.highest_pain_score, r.report_count,
           CASE WHEN c.clock_hours NOT BETWEEN getvariable('min_clock_hours') AND 48 - getvariable('min_clock_hours') THEN 'travel_day' END AS travel_reason,
           CASE WHEN s.step_count IS NULL THEN 'no_record'
                WHEN s.step_count > ls.highest THEN 'implausible'
                WHEN s.step_count < ls.lowest OR s.sedentary_time_min >= 1440 OR s.active_hours < getvariable('min_active_hours') THEN 'not_worn'
           END AS step_reason,
           CASE WHEN n.total_sleep_time_min IS NULL THEN 'no_record'
                WHEN n.total_sleep_time_min NOT BETWEEN lt.lowest AND lt.highest THEN 'implausible'
           END AS sleep_reason,
           CASE WHEN a.active_time_min IS NULL THEN 'no_record'
                WHEN a.active_time_min > la.highest THEN 'implausible'
                WHEN a.active_time_min < la.lowest OR a.sedentary_time_min >= 1440 THEN 'not_worn'
           END AS active_reason
    FROM calendar AS c
    LEFT JOIN step_day AS s USING (participant_id, date)
    LEFT JOIN night AS n USING (participant_id, date)
    LEFT JOIN active_day AS a USING (participant_id, date)
    LEFT JOIN rating AS r USING (participant_id, date)
    CROSS JOIN (SELECT * FROM measure_limit WHERE measure = 'step_count') AS ls
    CROSS JOIN (SELECT * FROM measure_limit WHERE measure = 'total_sleep_time_min') AS lt
    CROSS JOIN (SELECT * FROM measure_limit WHERE measure = 'active_time_min') AS la
)
SELECT participant_id, date, pain_score, highest_pain_score, coalesce(report_count, 0) AS report_count,
       CASE WHEN coalesce(step_reason, travel_reason) IS NULL THEN step_count END AS step_count,
       coalesce(step_reason, travel_reason) AS step_count_missing,
       step_count AS recorded_step_count, active_hours, step_devices,
       CASE WHEN sleep_reason IS NULL THEN total_sleep_time_min END AS total_sleep_time_min,
       sleep_reason AS total_sleep_time_min_missing,
       total_sleep_time_min AS recorded_total_sleep_time_min, time_in_bed_min, nap_time_min, sleep_start_local, sleep_end_local, night_rule,
       CASE WHEN coalesce(active_reason, travel_reason) IS NULL THEN active_time_min END AS active_time_min,
       coalesce(active_reason, travel_reason) AS active_time_min_missing,
       clock_hours, time_zone
FROM judged
ORDER BY participant_id, date;
