-- Cut dates into parts with about equally many samples, so that counting steps takes the same memory for any number of them.
-- In: step_count, read_range, device_order; variable part_samples. Out: step_device, step_part (part, participant_id, first_date,
-- last_date: all dates of all participants with samples); and the empty tables device_steps, active_hours and step_offset, which
-- are filled part by part.

CREATE OR REPLACE TEMP TABLE step_block AS
SELECT s.participant_id, s.source, s.device, s.device_kind, epoch_us(s.start_at) // (28 * 86400000000) AS block, count(*) AS samples
FROM step_count AS s
JOIN read_range AS r ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
WHERE s.end_at >= getvariable('earliest_at') AND s.start_at <= getvariable('latest_at')
GROUP BY ALL;

-- The devices of each participant by rank, so that samples have one number instead of four names.
CREATE OR REPLACE TEMP TABLE step_device AS
SELECT *, row_number() OVER (ORDER BY participant_id, place, source, device, device_kind)::INTEGER AS device_number
FROM (SELECT DISTINCT participant_id, source, device, device_kind FROM step_block) JOIN device_order USING (source, device_kind)
WHERE is_counted(source, device);

CREATE OR REPLACE TEMP TABLE step_part AS
WITH counted AS (
    SELECT participant_id, block, sum(samples) AS samples FROM step_block GROUP BY ALL
), placed AS (
    SELECT participant_id, DATE '1970-01-01' + (block * 28)::INTEGER AS date,
           ((sum(samples) OVER (ORDER BY participant_id, block) - samples)
               // greatest(getvariable('part_samples'), (sum(samples) OVER ()) // 16))::INTEGER AS part
    FROM counted
)
SELECT part, participant_id,
       CASE WHEN lag(part) OVER own IS NULL THEN DATE '1800-01-01' ELSE min(date) END AS first_date,
       coalesce(lead(min(date)) OVER own - 1, DATE '2300-01-01') AS last_date
FROM placed GROUP BY participant_id, part
WINDOW own AS (PARTITION BY participant_id ORDER BY part);

CREATE OR REPLACE TEMP TABLE device_steps (
    participant_id VARCHAR, date DATE, source VARCHAR, device VARCHAR, device_kind VARCHAR, place BIGINT,
    recorded DECIMAL(38, 6), date_rule VARCHAR, counted DECIMAL(38, 6)
);
CREATE OR REPLACE TEMP TABLE active_hours (participant_id VARCHAR, date DATE, active_hours INTEGER);
CREATE OR REPLACE TEMP TABLE step_offset (participant_id VARCHAR, start_us BIGINT, offset_us BIGINT);
