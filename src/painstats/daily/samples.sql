-- Resting heart rate, heart rate variability and the minutes that a device itself counts as exercise, each from one device
-- per date: minutes are summed, the others averaged. A sample belongs to the local date on which it ends.
-- In: measurement, near_total, read_range, replaced, clock_period, device_order, sampled (measure). Out: dated_sample,
-- sampled_day.

CREATE OR REPLACE TEMP TABLE dated_sample AS
WITH near AS (
    SELECT m.participant_id, m.source, m.device, o.place, m.measure, m.value, epoch_us(m.end_at) AS end_us,
           m.utc_offset_min::BIGINT * 60000000 AS recorded_offset_us
    FROM measurement AS m
    JOIN read_range AS r ON r.participant_id = m.participant_id AND m.end_at >= r.starts_at AND m.start_at < r.ends_at
    JOIN device_order AS o USING (source, device_kind)
    WHERE is_counted(m.source, m.device) AND m.end_at >= getvariable('earliest_at') AND m.start_at <= getvariable('latest_at')
)
SELECT n.*, local_date(n.end_us, coalesce(n.recorded_offset_us, c.offset_us)) AS date
FROM near AS n ASOF JOIN clock_period AS c ON n.participant_id = c.participant_id AND n.end_us >= c.starts_us;

CREATE OR REPLACE TEMP TABLE sampled_day AS
WITH device_day AS (
    SELECT participant_id, date, measure, place, source, device, 1 AS is_sample,
           fsum(value ORDER BY value) / CASE WHEN measure = 'exercise_time_min' THEN 1 ELSE count(*) END AS value
    FROM dated_sample GROUP BY participant_id, date, measure, place, source, device
    UNION ALL
    SELECT participant_id, date, measure, place, source, device, 0, value
    FROM near_total WHERE measure IN (SELECT measure FROM sampled)
), chosen AS (
    SELECT d.* FROM device_day AS d
    JOIN replaced AS r ON r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date
    QUALIFY row_number() OVER (PARTITION BY d.participant_id, d.date, d.measure ORDER BY d.place, d.is_sample, d.source, d.device) = 1
)
SELECT participant_id, date,
       max(value) FILTER (measure = 'exercise_time_min') AS device_exercise_time_min,
       max(value) FILTER (measure = 'resting_heart_rate_bpm') AS resting_heart_rate_bpm,
       max(value) FILTER (measure = 'heart_rate_variability_sdnn_ms') AS heart_rate_variability_sdnn_ms,
       max(value) FILTER (measure = 'heart_rate_variability_rmssd_ms') AS heart_rate_variability_rmssd_ms
FROM chosen GROUP BY participant_id, date;
