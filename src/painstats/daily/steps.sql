-- Steps counted once. Where devices overlap, a device of lower rank adds only the part of its interval that no device
-- of higher rank covers; where samples of one device overlap, a later one adds only what the earlier left open; an
-- interval across midnight is split in proportion to time. The other rule, max_source, counts the device alone that has
-- most steps on a date.
-- In: step_count, read_range, replaced, clock_period, device_order (device_kind, place); variable step_rule.
-- Out: step_piece (parts of samples by date, with what they count), device_steps (participant, date, device).

CREATE OR REPLACE TEMP VIEW near_step AS
SELECT s.participant_id, s.source, s.device, s.device_kind, o.place, epoch_us(s.start_at) AS start_us,
       epoch_us(s.end_at) AS end_us, s.utc_offset_min::BIGINT * 60000000 AS recorded_offset_us, s.step_count
FROM step_count AS s
JOIN read_range AS r
  -- Three days before the dates are enough for steps.
  ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at + INTERVAL 3 DAY AND s.start_at < r.ends_at
JOIN device_order AS o USING (device_kind)
WHERE s.end_at >= getvariable('earliest_at') AND s.start_at <= getvariable('latest_at');

-- The devices of each person, so that samples carry a number in place of three names.
CREATE OR REPLACE TEMP TABLE step_device AS
SELECT *, row_number() OVER (PARTITION BY participant_id ORDER BY place, source, device, device_kind)::INTEGER AS device_rank
FROM (SELECT DISTINCT participant_id, place, source, device, device_kind FROM near_step);

CREATE OR REPLACE TEMP TABLE step_sample AS
SELECT n.* EXCLUDE (source, device, device_kind, place), d.device_rank, c.offset_us AS plan_offset_us, c.ends_us AS clock_ends_us,
       -- An offset that agrees with the plan says where the person was: then the plan's clock is followed over its changes.
       CASE WHEN n.recorded_offset_us <> c.offset_us THEN n.recorded_offset_us END AS own_offset_us,
       CASE WHEN n.recorded_offset_us IS NULL THEN c.rule ELSE 'recorded offset' END AS date_rule,
       -- Samples of one device that began earlier cover a sample up to their latest end.
       greatest(n.start_us, coalesce(max(n.end_us) OVER earlier, n.start_us)) AS open_from_us
FROM near_step AS n
JOIN step_device AS d USING (participant_id, place, source, device, device_kind)
ASOF JOIN clock_period AS c ON n.participant_id = c.participant_id AND n.start_us >= c.starts_us
WINDOW earlier AS (
    PARTITION BY n.participant_id, d.device_rank ORDER BY n.start_us, n.end_us, n.step_count DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
);

-- One row for each local date that a sample touches, of the dates that are replaced.
CREATE OR REPLACE TEMP TABLE dated_piece AS
WITH part AS (
    SELECT *, coalesce(own_offset_us, plan_offset_us) AS offset_us, start_us AS part_start_us, end_us AS part_end_us
    FROM step_sample WHERE own_offset_us IS NOT NULL OR end_us <= clock_ends_us
    UNION ALL BY NAME
    -- A sample during which the clock changed is split at the change.
    SELECT s.* REPLACE (CASE WHEN s.recorded_offset_us IS NULL THEN c.rule ELSE s.date_rule END AS date_rule),
           c.offset_us, greatest(s.start_us, c.starts_us) AS part_start_us, least(s.end_us, c.ends_us) AS part_end_us
    FROM step_sample AS s
    JOIN clock_period AS c ON c.participant_id = s.participant_id AND c.starts_us < s.end_us AND c.ends_us > s.start_us
    WHERE s.own_offset_us IS NULL AND s.end_us > s.clock_ends_us
), dated AS (
    SELECT *, unnest(generate_series(
        local_date(part_start_us, offset_us),
        greatest(local_date(part_start_us, offset_us), local_date(part_end_us - 1, offset_us)),
        INTERVAL 1 DAY
    ))::DATE AS date
    FROM part
)
SELECT d.participant_id, d.date, d.device_rank, d.date_rule, d.offset_us, d.step_count,
       greatest(d.part_start_us, midnight_us(d.date, d.offset_us)) AS piece_start_us,
       least(d.part_end_us, midnight_us(d.date + 1, d.offset_us)) AS piece_end_us,
       greatest(piece_start_us, least(d.open_from_us, piece_end_us)) AS open_start_us,
       d.open_from_us > d.start_us AND d.end_us = d.start_us AS is_covered_moment,
       d.end_us - d.start_us AS sample_us
FROM dated AS d
JOIN replaced AS r ON r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date;

-- For each rank but the first: the time that higher ranks cover, as islands with the time covered before each.
CREATE OR REPLACE TEMP TABLE covered_island AS
WITH level AS (
    SELECT DISTINCT participant_id, device_rank AS level FROM step_sample WHERE device_rank > 1
), higher AS (
    SELECT l.participant_id, l.level, s.start_us, s.end_us
    FROM level AS l JOIN step_sample AS s ON s.participant_id = l.participant_id AND s.device_rank < l.level
    WHERE s.end_us > s.start_us
), marked AS (
    SELECT *, coalesce(start_us > max(end_us) OVER earlier, true) AS begins
    FROM higher
    WINDOW earlier AS (
        PARTITION BY participant_id, level ORDER BY start_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, level ORDER BY start_us, end_us ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
), island AS (
    SELECT participant_id, level, min(start_us) AS start_us, max(end_us) AS end_us
    FROM numbered GROUP BY participant_id, level, island
)
SELECT *, (sum(end_us - start_us) OVER (PARTITION BY participant_id, level ORDER BY start_us ROWS UNBOUNDED PRECEDING)
           - (end_us - start_us))::BIGINT AS covered_before_us
FROM island;

-- What each piece counts, in millionths of a step: beside the pieces of all devices, and were its device the only one.
CREATE OR REPLACE TEMP TABLE step_piece AS
WITH covered AS (
    SELECT p.*,
           coalesce(b.covered_before_us + least(p.open_start_us, b.end_us) - b.start_us, 0) AS covered_at_start_us,
           coalesce(e.covered_before_us + least(p.piece_end_us, e.end_us) - e.start_us, 0) AS covered_at_end_us,
           is_covered_moment OR coalesce(b.end_us > p.open_start_us, false) AS starts_covered
    FROM dated_piece AS p
    ASOF LEFT JOIN covered_island AS b
        ON b.participant_id = p.participant_id AND b.level = p.device_rank AND p.open_start_us >= b.start_us
    ASOF LEFT JOIN covered_island AS e
        ON e.participant_id = p.participant_id AND e.level = p.device_rank AND p.piece_end_us >= e.start_us
), shared AS (
    SELECT *,
           CASE WHEN sample_us = 0 THEN (NOT starts_covered)::INTEGER
                ELSE ((piece_end_us - open_start_us) - (covered_at_end_us - covered_at_start_us)) / sample_us END AS merged_share,
           CASE WHEN sample_us = 0 THEN (NOT is_covered_moment)::INTEGER ELSE (piece_end_us - open_start_us) / sample_us END AS alone_share,
           CASE WHEN sample_us = 0 THEN 1 ELSE (piece_end_us - piece_start_us) / sample_us END AS recorded_share
    FROM covered
)
SELECT participant_id, date, device_rank, date_rule, offset_us, piece_start_us, piece_end_us,
       round(step_count * recorded_share, 6)::DECIMAL(18, 6) AS recorded,
       round(step_count * merged_share, 6)::DECIMAL(18, 6) AS merged,
       round(step_count * alone_share, 6)::DECIMAL(18, 6) AS alone
FROM shared;
DROP TABLE dated_piece;
DROP TABLE covered_island;

CREATE OR REPLACE TEMP TABLE device_steps AS
WITH summed AS (
    SELECT participant_id, date, device_rank, sum(recorded) AS recorded, sum(merged) AS merged, sum(alone) AS alone,
           string_agg(DISTINCT date_rule, ' + ' ORDER BY date_rule) AS date_rule
    FROM step_piece GROUP BY ALL
)
SELECT participant_id, date, device_rank, source, device, device_kind, place, recorded, date_rule,
       CASE WHEN getvariable('step_rule') = 'merge' THEN merged
            WHEN row_number() OVER (PARTITION BY participant_id, date ORDER BY alone DESC, place, source, device, device_kind) = 1 THEN alone
            ELSE 0 END AS counted
FROM summed JOIN step_device USING (participant_id, device_rank);
