-- The participants' clocks as periods of constant UTC offset, and the dates that are read and replaced.
-- In: zone_period (participant_id, starts_at, ends_at, time_zone, rule), zone_offset (time_zone, starts_at, ends_at,
-- offset_min), touched_range (participant_id, first_date, last_date), measure_limit. Out: replaced, read_range, clock_period; macros for
-- local clocks; variables earliest_at, latest_at (of all that is read). Columns ending in _us are whole microseconds since
-- 1970: sums of integers do not depend on their order, and converting time zones row by row would take most of the time.

-- DuckDB's estimates of row counts are rough; if they are far too low, it would compare every pair of rows.
SET asof_loop_join_threshold = 0;

CREATE OR REPLACE TEMP MACRO local_date(instant_us, offset_us) AS
    DATE '1970-01-01' + ((instant_us + offset_us) // 86400000000)::INTEGER;
CREATE OR REPLACE TEMP MACRO midnight_us(date, offset_us) AS (date - DATE '1970-01-01') * 86400000000 - offset_us;

-- Whether the plan counts a device.
CREATE OR REPLACE TEMP MACRO is_counted(source, device) AS
    NOT list_contains(getvariable('ignored_devices')::VARCHAR[], source || ' ' || device);

-- Plausible limits of a measure on one date.
CREATE OR REPLACE TEMP MACRO lowest(name) AS (SELECT l.lowest FROM measure_limit AS l WHERE l.measure = name);
CREATE OR REPLACE TEMP MACRO highest(name) AS (SELECT l.highest FROM measure_limit AS l WHERE l.measure = name);

-- Merge each participant's ranges of dates that overlap or are adjacent.
CREATE OR REPLACE TEMP MACRO joined_ranges(ranges) AS TABLE
WITH marked AS (
    SELECT *, coalesce(first_date > max(last_date) OVER earlier + 1, true) AS begins
    FROM query_table(ranges)
    WINDOW earlier AS (
        PARTITION BY participant_id ORDER BY first_date, last_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id ORDER BY first_date, last_date ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
)
SELECT participant_id, min(first_date) AS first_date, max(last_date) AS last_date
FROM numbered GROUP BY participant_id, island;

-- The local dates to replace: the touched ones and the two days after them, because a night is compared with the two before.
CREATE OR REPLACE TEMP TABLE touched_on AS
SELECT DISTINCT participant_id, first_date, last_date + 2 AS last_date FROM touched_range;
CREATE OR REPLACE TEMP TABLE replaced AS FROM joined_ranges('touched_on');

-- The records that the replaced dates can depend on. No record is longer than a day, and neither is sleep (all dates of a
-- participant with longer sleep are replaced): a night begins up to a day before it ends, the two nights before it lie two
-- days back, a local date starts up to 14 hours before the UTC date, and samples that began earlier cover later ones.
CREATE OR REPLACE TEMP TABLE read_range AS
WITH widened AS (
    SELECT participant_id, first_date - 6 AS first_date, last_date + 3 AS last_date FROM replaced
), marked AS (
    SELECT *, coalesce(first_date > max(last_date) OVER earlier + 1, true) AS begins
    FROM widened
    WINDOW earlier AS (PARTITION BY participant_id ORDER BY first_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id ORDER BY first_date ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
)
SELECT participant_id, min(first_date) AS first_date, max(last_date) AS last_date,
       min(first_date)::TIMESTAMPTZ AS starts_at, (max(last_date) + 1)::TIMESTAMPTZ AS ends_at
FROM numbered GROUP BY participant_id, island;

SET VARIABLE earliest_at = (SELECT min(starts_at) FROM read_range);
SET VARIABLE latest_at = (SELECT max(ends_at) FROM read_range);

-- Clocks are needed for all dates between the first and the last record.
CREATE OR REPLACE TEMP TABLE clock_span AS
SELECT min(first_at) - INTERVAL 3 DAY AS starts_at, max(last_at) + INTERVAL 3 DAY AS ends_at
FROM (
    SELECT min(start_at) AS first_at, max(end_at) AS last_at FROM step_count
    UNION ALL SELECT min(start_at), max(end_at) FROM sleep_segment
    UNION ALL SELECT min(start_at), max(end_at) FROM sleep_episode
    UNION ALL SELECT min(start_at), max(end_at) FROM exercise_session
    UNION ALL SELECT min(start_at), max(end_at) FROM measurement
    UNION ALL SELECT min(date)::TIMESTAMPTZ, max(date)::TIMESTAMPTZ FROM sleep_episode
    UNION ALL SELECT min(date)::TIMESTAMPTZ, max(date)::TIMESTAMPTZ FROM daily_total
    UNION ALL SELECT min(date)::TIMESTAMPTZ, max(date)::TIMESTAMPTZ FROM self_report
    UNION ALL SELECT min(reported_at), max(reported_at) FROM self_report
);

CREATE OR REPLACE TEMP TABLE clock_period AS
SELECT z.participant_id, z.time_zone, z.rule, epoch_us(greatest(z.starts_at, o.starts_at)) AS starts_us,
       epoch_us(least(z.ends_at, o.ends_at)) AS ends_us, o.offset_min::BIGINT * 60000000 AS offset_us
FROM zone_period AS z
JOIN zone_offset AS o USING (time_zone)
JOIN clock_span AS s ON least(z.ends_at, o.ends_at) > s.starts_at AND greatest(z.starts_at, o.starts_at) <= s.ends_at
WHERE o.starts_at < z.ends_at AND o.ends_at > z.starts_at;
