-- Sleep as each device recorded it, in parts: segments that are at most two hours apart, or an episode of the source. Time
-- asleep is the union of asleep segments minus the union of awake segments, found in one pass over the device's segments in
-- time order.
-- In: sleep_segment, sleep_episode, read_range, clock_period, device_order. Out: part_span, logged_part, sleep_part.

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

CREATE OR REPLACE TEMP TABLE part_span AS
WITH marked AS (
    SELECT *, coalesce(start_us > lag(end_us) OVER own + 7200000000, true) AS begins
    FROM sleep_span WHERE is_in_sleep
    WINDOW own AS (PARTITION BY participant_id, source, device, place ORDER BY start_us)
)
SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, source, device, place ORDER BY start_us ROWS UNBOUNDED PRECEDING) AS part
FROM marked;

CREATE OR REPLACE TEMP TABLE logged_part AS
SELECT e.*, o.place, epoch_us(e.start_at) AS start_us, epoch_us(e.end_at) AS end_us,
       coalesce(e.utc_offset_min::BIGINT * 60000000, b.offset_us) AS start_offset_us,
       CASE WHEN e.utc_offset_min IS NULL OR e.utc_offset_min::BIGINT * 60000000 = b.offset_us THEN z.offset_us
            ELSE e.utc_offset_min::BIGINT * 60000000 END AS end_offset_us,
       row_number() OVER (
           PARTITION BY e.participant_id, e.source, e.device, o.place ORDER BY e.start_at, e.end_at, e.episode_id
       )::BIGINT AS part
FROM sleep_episode AS e
JOIN read_range AS r ON r.participant_id = e.participant_id AND e.date BETWEEN r.first_date AND r.last_date
JOIN device_order AS o USING (source, device_kind)
ASOF LEFT JOIN clock_period AS b ON e.participant_id = b.participant_id AND epoch_us(e.start_at) >= b.starts_us
ASOF LEFT JOIN clock_period AS z ON e.participant_id = z.participant_id AND epoch_us(e.end_at) >= z.starts_us
WHERE is_counted(e.source, e.device);

CREATE OR REPLACE TEMP TABLE sleep_part AS
SELECT participant_id, source, device, place, false AS is_logged, part, min(start_us) AS start_us, max(end_us) AS end_us,
       coalesce(sum(end_us - start_us) FILTER (is_asleep), 0)::DOUBLE AS asleep_us
FROM part_span GROUP BY ALL
UNION ALL
SELECT participant_id, source, device, place, true, part, start_us, end_us, total_sleep_time_min * 60e6
FROM logged_part WHERE end_us > start_us;
