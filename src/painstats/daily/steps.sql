-- Steps counted once. Where devices overlap, a device of lower rank adds only the part of its interval that no device
-- of higher rank covers; where samples of one device overlap, a later one adds only what the earlier left open; an
-- interval across midnight is split in proportion to time.
-- In: step_count, zone_period, device_order (device_kind, place). Out: step_by_device (participant, date, device).

CREATE OR REPLACE TEMP TABLE step_sample AS
WITH ranked AS (
SELECT s.participant_id, s.source, s.device, s.device_kind, s.start_at, s.end_at, s.step_count,
       z.time_zone, timezone(z.time_zone, s.start_at) AS start_local, timezone(z.time_zone, s.end_at) AS end_local,
       dense_rank() OVER (PARTITION BY s.participant_id ORDER BY o.place, s.source, s.device) AS device_rank
FROM step_count AS s
JOIN device_order AS o USING (device_kind)
ASOF JOIN zone_period AS z ON s.participant_id = z.participant_id AND s.start_at >= z.starts_at
)
-- Samples of one device that began earlier cover a sample up to their latest end.
SELECT *, greatest(start_at, coalesce(max(end_at) OVER earlier, start_at)) AS open_from
FROM ranked
WINDOW earlier AS (
    PARTITION BY participant_id, device_rank ORDER BY start_at, end_at, step_count DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
);

-- One row for each local date that a sample touches.
CREATE OR REPLACE TEMP TABLE step_piece AS
WITH dated AS (
    SELECT *, unnest(generate_series(
        start_local::DATE,
        greatest(start_local::DATE, (end_local - INTERVAL 1 MICROSECOND)::DATE),
        INTERVAL 1 DAY
    ))::DATE AS date
    FROM step_sample
)
SELECT participant_id, source, device, device_kind, device_rank, date, step_count, start_local, end_local,
       greatest(start_at, timezone(time_zone, date::TIMESTAMP)) AS piece_start_at,
       least(end_at, timezone(time_zone, (date + 1)::TIMESTAMP)) AS piece_end_at,
       greatest(piece_start_at, least(open_from, piece_end_at)) AS open_start_at,
       open_from > start_at AND end_at = start_at AS is_covered_moment,
       epoch_us(end_at) - epoch_us(start_at) AS sample_us
FROM dated;

-- For each rank but the first: the time that higher ranks cover, as islands with the time covered before each.
CREATE OR REPLACE TEMP TABLE covered_island AS
WITH level AS (
    SELECT DISTINCT participant_id, device_rank AS level FROM step_sample WHERE device_rank > 1
), higher AS (
    SELECT l.participant_id, l.level, s.start_at, s.end_at
    FROM level AS l JOIN step_sample AS s ON s.participant_id = l.participant_id AND s.device_rank < l.level
    WHERE s.end_at > s.start_at
), marked AS (
    SELECT *, coalesce(start_at > max(end_at) OVER earlier, true) AS begins
    FROM higher
    WINDOW earlier AS (
        PARTITION BY participant_id, level ORDER BY start_at, end_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, level ORDER BY start_at, end_at ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
), island AS (
    SELECT participant_id, level, min(start_at) AS start_at, max(end_at) AS end_at
    FROM numbered GROUP BY participant_id, level, island
)
SELECT *, (sum(epoch_us(end_at) - epoch_us(start_at)) OVER (
    PARTITION BY participant_id, level ORDER BY start_at ROWS UNBOUNDED PRECEDING
) - (epoch_us(end_at) - epoch_us(start_at)))::BIGINT AS covered_before_us
FROM island;

CREATE OR REPLACE TEMP TABLE counted_piece AS
WITH covered AS (
    SELECT p.*,
           coalesce(b.covered_before_us + least(epoch_us(p.open_start_at), epoch_us(b.end_at)) - epoch_us(b.start_at), 0)
               AS covered_at_start_us,
           coalesce(e.covered_before_us + least(epoch_us(p.piece_end_at), epoch_us(e.end_at)) - epoch_us(e.start_at), 0)
               AS covered_at_end_us,
           is_covered_moment OR coalesce(b.end_at > p.open_start_at, false) AS starts_covered
    FROM step_piece AS p
    ASOF LEFT JOIN covered_island AS b
        ON b.participant_id = p.participant_id AND b.level = p.device_rank AND p.open_start_at >= b.start_at
    ASOF LEFT JOIN covered_island AS e
        ON e.participant_id = p.participant_id AND e.level = p.device_rank AND p.piece_end_at >= e.start_at
)
SELECT *,
       CASE WHEN sample_us = 0 THEN step_count * (NOT starts_covered)::INTEGER
            ELSE step_count * ((epoch_us(piece_end_at) - epoch_us(open_start_at)) - (covered_at_end_us - covered_at_start_us))
                 / sample_us
       END AS counted
FROM covered;

CREATE OR REPLACE TABLE step_by_device AS
SELECT participant_id, date, source, device, device_kind, min(device_rank)::INTEGER AS device_rank,
       round(fsum(CASE WHEN sample_us = 0 THEN step_count
                       ELSE step_count * (epoch_us(piece_end_at) - epoch_us(piece_start_at)) / sample_us END))::BIGINT AS recorded_step_count,
       round(fsum(counted), 6) AS counted_step_count
FROM counted_piece
GROUP BY ALL
ORDER BY ALL;

-- Hours of the day in which any counted step was taken.
CREATE OR REPLACE TEMP TABLE active_hours AS
SELECT participant_id, date, count(DISTINCT hour)::INTEGER AS active_hours
FROM (
    SELECT participant_id, date, unnest([
        hour(greatest(start_local, date::TIMESTAMP)),
        hour(least(greatest(end_local - INTERVAL 1 MICROSECOND, start_local), (date + 1)::TIMESTAMP - INTERVAL 1 MICROSECOND))
    ]) AS hour
    FROM counted_piece WHERE counted > 0
)
GROUP BY ALL;
