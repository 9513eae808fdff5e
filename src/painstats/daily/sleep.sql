-- All recorded sleep as episodes dated by waking. Segments of one device are joined into episodes (a gap of two hours ends
-- one); time asleep is the union of asleep segments minus the union of awake segments, found in one pass over the device's
-- segments in time order.
-- In: sleep_segment, sleep_episode, daily_total, read_range, clock_period, device_order. Out: sleep_span, sleep_candidate.

-- Spans between neighbouring starts and ends of segments, with the number of asleep and awake segments that cover each.
CREATE OR REPLACE TEMP TABLE sleep_span AS
WITH segment AS (
    SELECT s.participant_id, s.source, s.device, o.place, epoch_us(s.start_at) AS start_us, epoch_us(s.end_at) AS end_us,
           s.stage <> 'awake' AS is_asleep, s.stage IN ('core', 'deep', 'rem', 'light') AS is_staged,
           s.stage = 'deep' AS is_deep, s.stage = 'rem' AS is_rem,
           CASE WHEN s.stage <> 'awake' THEN s.utc_offset_min::BIGINT * 60000000 END AS recorded_offset_us
    FROM sleep_segment AS s
    JOIN read_range AS r
      ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
    JOIN device_order AS o USING (source, device_kind)
    WHERE s.stage <> 'in_bed' AND s.end_at > s.start_at AND is_counted(s.source, s.device)
      AND s.end_at >= getvariable('earliest_at') AND s.start_at <= getvariable('latest_at')
), edge AS (
    SELECT participant_id, source, device, place, start_us AS start_us, is_asleep::INTEGER AS asleep_step,
           (NOT is_asleep)::INTEGER AS awake_step, is_deep::INTEGER AS deep_step, is_rem::INTEGER AS rem_step,
           is_staged::INTEGER AS staged_starts,
           recorded_offset_us AS opening_offset_us, NULL::BIGINT AS closing_offset_us
    FROM segment
    UNION ALL
    SELECT participant_id, source, device, place, end_us, -is_asleep::INTEGER, -(NOT is_asleep)::INTEGER, -is_deep::INTEGER, -is_rem::INTEGER, 0,
           NULL, recorded_offset_us
    FROM segment
), instant AS (
    SELECT participant_id, source, device, place, start_us, sum(asleep_step) AS asleep_step, sum(awake_step) AS awake_step,
           sum(deep_step) AS deep_step, sum(rem_step) AS rem_step,
           sum(staged_starts) AS staged_starts, max(opening_offset_us) AS opening_offset_us, max(closing_offset_us) AS closing_offset_us
    FROM edge GROUP BY participant_id, source, device, place, start_us
)
SELECT participant_id, source, device, place, start_us, lead(start_us) OVER own AS end_us, staged_starts > 0 AS has_stages,
       opening_offset_us, lead(closing_offset_us) OVER own AS closing_offset_us,
       sum(asleep_step) OVER so_far > 0 AS is_in_sleep, sum(asleep_step) OVER so_far > 0 AND sum(awake_step) OVER so_far = 0 AS is_asleep,
       sum(deep_step) OVER so_far > 0 AS is_deep, sum(rem_step) OVER so_far > 0 AND sum(deep_step) OVER so_far = 0 AS is_rem
FROM instant
WINDOW own AS (PARTITION BY participant_id, source, device, place ORDER BY start_us),
       so_far AS (PARTITION BY participant_id, source, device, place ORDER BY start_us ROWS UNBOUNDED PRECEDING);

CREATE OR REPLACE TEMP TABLE numbered_span AS
WITH marked AS (
    SELECT *, coalesce(start_us > lag(end_us) OVER own + 7200000000, true) AS begins
    FROM sleep_span WHERE is_in_sleep
    WINDOW own AS (PARTITION BY participant_id, source, device, place ORDER BY start_us)
)
SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, source, device, place ORDER BY start_us ROWS UNBOUNDED PRECEDING) AS episode
FROM marked;

CREATE OR REPLACE TEMP TABLE segment_episode AS
WITH episode AS (
    SELECT participant_id, source, device, place, episode, bool_or(has_stages) AS has_stages,
           min(start_us) AS start_us, max(end_us) AS end_us,
           coalesce(sum(end_us - start_us) FILTER (is_asleep), 0)::BIGINT AS asleep_us,
           coalesce(sum(end_us - start_us) FILTER (is_asleep AND is_deep), 0)::BIGINT AS deep_us,
           coalesce(sum(end_us - start_us) FILTER (is_asleep AND is_rem), 0)::BIGINT AS rem_us,
           arg_min(opening_offset_us, start_us) FILTER (opening_offset_us IS NOT NULL) AS opening_offset_us,
           arg_max(closing_offset_us, start_us) FILTER (closing_offset_us IS NOT NULL) AS closing_offset_us
    FROM numbered_span GROUP BY ALL
)
SELECT e.*, coalesce(e.opening_offset_us, b.offset_us) AS start_offset_us,
       -- A recorded offset that agrees with the plan confirms the plan's zone: its clock changes are followed.
       CASE WHEN e.closing_offset_us IS NULL OR e.closing_offset_us IN (b.offset_us, z.offset_us) THEN z.offset_us
            ELSE e.closing_offset_us END AS end_offset_us,
       CASE WHEN e.closing_offset_us IS NULL THEN z.rule ELSE 'recorded offset' END AS night_rule
FROM episode AS e
ASOF JOIN clock_period AS b ON e.participant_id = b.participant_id AND e.start_us >= b.starts_us
ASOF JOIN clock_period AS z ON e.participant_id = z.participant_id AND e.end_us >= z.starts_us;

CREATE OR REPLACE TEMP TABLE sleep_candidate AS
SELECT participant_id, local_date(end_us, end_offset_us) AS date, source, device, place, has_stages, NULL::BOOLEAN AS is_main_sleep,
       episode, asleep_us / 60e6 AS total_sleep_time_min, (end_us - start_us) / 60e6 AS time_in_bed_min,
       'from first to last sleep' AS time_in_bed_rule, (end_us - start_us - asleep_us) / 60e6 AS wake_after_sleep_onset_min,
       CASE WHEN has_stages THEN deep_us / 60e6 END AS deep_sleep_min, CASE WHEN has_stages THEN rem_us / 60e6 END AS rem_sleep_min,
       start_us, end_us, start_offset_us, end_offset_us, night_rule
FROM segment_episode
UNION ALL BY NAME
SELECT e.participant_id, e.date, e.source, e.device, o.place,
       coalesce(e.deep_sleep_min, e.rem_sleep_min) IS NOT NULL AS has_stages, e.is_main_sleep, e.total_sleep_time_min, e.time_in_bed_min,
       'as the source tells it' AS time_in_bed_rule, e.wake_after_sleep_onset_min,
       e.deep_sleep_min, e.rem_sleep_min, epoch_us(e.start_at) AS start_us, epoch_us(e.end_at) AS end_us,
       coalesce(e.utc_offset_min::BIGINT * 60000000, b.offset_us) AS start_offset_us,
       CASE WHEN e.utc_offset_min IS NULL OR e.utc_offset_min::BIGINT * 60000000 = b.offset_us THEN z.offset_us
            ELSE e.utc_offset_min::BIGINT * 60000000 END AS end_offset_us,
       'as the source dates it' AS night_rule
FROM sleep_episode AS e
JOIN read_range AS r ON r.participant_id = e.participant_id AND e.date BETWEEN r.first_date AND r.last_date
JOIN device_order AS o USING (source, device_kind)
ASOF LEFT JOIN clock_period AS b ON e.participant_id = b.participant_id AND epoch_us(e.start_at) >= b.starts_us
ASOF LEFT JOIN clock_period AS z ON e.participant_id = z.participant_id AND epoch_us(e.end_at) >= z.starts_us
WHERE is_counted(e.source, e.device)
UNION ALL BY NAME
SELECT d.participant_id, d.date, d.source, d.device, o.place, false AS has_stages, true AS is_main_sleep,
       d.value AS total_sleep_time_min, b.value AS time_in_bed_min, 'as the source tells it' AS time_in_bed_rule,
       'as the source dates it' AS night_rule
FROM daily_total AS d
JOIN read_range AS r ON r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date
JOIN device_order AS o USING (source, device_kind)
LEFT JOIN daily_total AS b
  ON b.measure = 'time_in_bed_min' AND b.participant_id = d.participant_id AND b.date = d.date
 AND b.source = d.source AND b.device = d.device
WHERE d.measure = 'total_sleep_time_min' AND is_counted(d.source, d.device);
