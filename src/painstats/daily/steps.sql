-- Steps without double counting. Where devices overlap, a device of lower rank adds only the part of its interval that no
-- device of higher rank covers; where samples of one device overlap, a later one adds only the part that the earlier one does
-- not cover; an interval across midnight is split in proportion to time. The other rule, max_source, counts only the device
-- with the most steps on a date.
-- In: step_count, step_device, step_part, replaced, clock_period, clock_span; variables step_rule and part, the part of the
-- dates to compute. Adds to: device_steps (participant, date, device), active_hours, step_offset (recorded offsets).

CREATE OR REPLACE TEMP TABLE step_range AS
SELECT r.participant_id, greatest(r.first_date, p.first_date) AS first_date, least(r.last_date, p.last_date) AS last_date
FROM replaced AS r
JOIN step_part AS p ON p.participant_id = r.participant_id AND p.first_date <= r.last_date AND p.last_date >= r.first_date
WHERE p.part = getvariable('part');

-- No sample is longer than a day: three days before the dates are enough.
CREATE OR REPLACE TEMP TABLE near_dates AS
SELECT DISTINCT participant_id, first_date - 3 AS first_date, last_date + 3 AS last_date FROM step_range;
CREATE OR REPLACE TEMP TABLE near_range AS
SELECT r.participant_id, greatest(r.first_date::TIMESTAMPTZ, c.starts_at) AS starts_at,
       least((r.last_date + 1)::TIMESTAMPTZ, c.ends_at) AS ends_at
FROM joined_ranges('near_dates') AS r CROSS JOIN clock_span AS c;
SET VARIABLE part_from = (SELECT min(starts_at) FROM near_range);
SET VARIABLE part_until = (SELECT max(ends_at) FROM near_range);

-- The clocks of each UTC day: looking up a day is cheaper than searching periods.
CREATE OR REPLACE TEMP TABLE clock_day AS
SELECT d.device_number, c.starts_us, c.ends_us, c.offset_us, c.rule,
       unnest(range(greatest(c.starts_us, epoch_us(r.starts_at) - 86400000000) // 86400000000,
                    (least(c.ends_us, epoch_us(r.ends_at)) - 1) // 86400000000 + 1)) AS utc_day
FROM clock_period AS c
JOIN near_range AS r ON r.participant_id = c.participant_id AND c.starts_us < epoch_us(r.ends_at)
JOIN step_device AS d ON d.participant_id = c.participant_id;

CREATE OR REPLACE TEMP TABLE step_sample AS
WITH near AS (
    SELECT d.device_number, epoch_us(s.start_at) AS start_us, epoch_us(s.end_at) AS end_us,
           s.utc_offset_min::BIGINT * 60000000 AS recorded_offset_us, s.step_count
    FROM step_count AS s
    JOIN near_range AS r ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
    JOIN step_device AS d
      ON d.participant_id = s.participant_id AND d.source = s.source AND d.device = s.device AND d.device_kind = s.device_kind
    WHERE s.end_at >= getvariable('part_from') AND s.start_at <= getvariable('part_until')
)
-- Samples of one device that began earlier cover a sample up to their latest end.
SELECT *, greatest(start_us, coalesce(max(end_us) OVER earlier, start_us)) AS open_from_us
FROM near
WINDOW earlier AS (PARTITION BY device_number ORDER BY start_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- The first and the last recorded offset of each date.
INSERT INTO step_offset
SELECT participant_id, edge.start_us, edge.offset_us
FROM (
    SELECT d.participant_id, unnest([min({'start_us': s.start_us, 'offset_us': s.recorded_offset_us}),
                                     max({'start_us': s.start_us, 'offset_us': s.recorded_offset_us})]) AS edge
    FROM step_sample AS s JOIN step_device AS d USING (device_number)
    WHERE s.recorded_offset_us IS NOT NULL
    GROUP BY d.participant_id, local_date(s.start_us, s.recorded_offset_us)
);

-- One row for each sample and local date that it overlaps, for the dates of this part.
CREATE OR REPLACE TEMP TABLE dated_piece AS
WITH clocked AS NOT MATERIALIZED (
    SELECT s.*, c.offset_us AS plan_offset_us, c.ends_us AS clock_ends_us,
           -- An offset that agrees with the plan confirms the plan's zone: its clock changes are followed.
           CASE WHEN s.recorded_offset_us <> c.offset_us THEN s.recorded_offset_us END AS own_offset_us,
           CASE WHEN s.recorded_offset_us IS NULL THEN c.rule ELSE 'recorded offset' END AS date_rule
    FROM step_sample AS s
    JOIN clock_day AS c
      ON c.device_number = s.device_number AND c.utc_day = s.start_us // 86400000000 AND s.start_us >= c.starts_us AND s.start_us < c.ends_us
), part AS (
    SELECT *, coalesce(own_offset_us, plan_offset_us) AS offset_us, start_us AS part_start_us, end_us AS part_end_us
    FROM clocked WHERE own_offset_us IS NOT NULL OR end_us <= clock_ends_us
    UNION ALL BY NAME
    -- A sample during which the clock changed is split at the change.
    SELECT s.* REPLACE (CASE WHEN s.recorded_offset_us IS NULL THEN c.rule ELSE s.date_rule END AS date_rule),
           c.offset_us, greatest(s.start_us, c.starts_us) AS part_start_us, least(s.end_us, c.ends_us) AS part_end_us
    FROM clocked AS s
    JOIN step_device AS d USING (device_number)
    JOIN clock_period AS c ON c.participant_id = d.participant_id AND c.starts_us < s.end_us AND c.ends_us > s.start_us
    WHERE s.own_offset_us IS NULL AND s.end_us > s.clock_ends_us
), bounded AS (
    SELECT *, local_date(part_start_us, offset_us) AS first_date, local_date(part_end_us - 1, offset_us) AS last_date FROM part
), dated AS (
    SELECT *, unnest(
        CASE WHEN last_date <= first_date THEN [first_date] ELSE generate_series(first_date, last_date, INTERVAL 1 DAY)::DATE[] END
    ) AS date
    FROM bounded
)
SELECT d.device_number, d.date, d.date_rule, d.offset_us, d.step_count,
       greatest(d.part_start_us, midnight_us(d.date, d.offset_us)) AS piece_start_us,
       least(d.part_end_us, midnight_us(d.date + 1, d.offset_us)) AS piece_end_us,
       greatest(piece_start_us, least(d.open_from_us, piece_end_us)) AS open_start_us,
       d.open_from_us > d.start_us AND d.end_us = d.start_us AS is_covered_moment,
       d.end_us - d.start_us AS sample_us
FROM dated AS d
JOIN step_device AS v USING (device_number)
JOIN step_range AS r ON r.participant_id = v.participant_id AND d.date BETWEEN r.first_date AND r.last_date;

-- For each device but the first: the time that devices of higher rank cover, as islands with the time covered before each.
CREATE OR REPLACE TEMP TABLE covered_island AS
WITH higher AS (
    SELECT l.device_number, s.start_us, s.end_us
    FROM step_device AS l
    JOIN step_device AS h ON h.participant_id = l.participant_id AND h.device_number < l.device_number
    JOIN step_sample AS s ON s.device_number = h.device_number
    WHERE s.end_us > s.start_us
), marked AS (
    SELECT *, coalesce(start_us > max(end_us) OVER earlier, true) AS begins
    FROM higher
    WINDOW earlier AS (
        PARTITION BY device_number ORDER BY start_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY device_number ORDER BY start_us, end_us ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
), island AS (
    SELECT device_number, min(start_us) AS start_us, max(end_us) AS end_us
    FROM numbered GROUP BY device_number, island
)
SELECT *, (sum(end_us - start_us) OVER (PARTITION BY device_number ORDER BY start_us ROWS UNBOUNDED PRECEDING)
           - (end_us - start_us))::BIGINT AS covered_before_us
FROM island;
DROP TABLE step_sample;

-- The steps that each piece counts, to six decimals: together with the other devices, and as if its device were the only one.
CREATE OR REPLACE TEMP TABLE step_piece AS
WITH covered AS (
    SELECT *, 0 AS covered_at_start_us, 0 AS covered_at_end_us, is_covered_moment AS starts_covered
    FROM dated_piece WHERE device_number NOT IN (SELECT device_number FROM covered_island)
    UNION ALL BY NAME
    SELECT p.*,
           coalesce(b.covered_before_us + least(p.open_start_us, b.end_us) - b.start_us, 0) AS covered_at_start_us,
           coalesce(e.covered_before_us + least(p.piece_end_us, e.end_us) - e.start_us, 0) AS covered_at_end_us,
           p.is_covered_moment OR coalesce(b.end_us > p.open_start_us, false) AS starts_covered
    FROM (FROM dated_piece WHERE device_number IN (SELECT device_number FROM covered_island)) AS p
    ASOF LEFT JOIN covered_island AS b ON b.device_number = p.device_number AND p.open_start_us >= b.start_us
    ASOF LEFT JOIN covered_island AS e ON e.device_number = p.device_number AND p.piece_end_us >= e.start_us
), shared AS (
    SELECT *,
           CASE WHEN sample_us = 0 THEN (NOT starts_covered)::INTEGER
                ELSE ((piece_end_us - open_start_us) - (covered_at_end_us - covered_at_start_us)) / sample_us END AS merged_share,
           CASE WHEN sample_us = 0 THEN (NOT is_covered_moment)::INTEGER ELSE (piece_end_us - open_start_us) / sample_us END AS alone_share,
           CASE WHEN sample_us = 0 THEN 1 ELSE (piece_end_us - piece_start_us) / sample_us END AS recorded_share
    FROM covered
)
SELECT device_number, date, date_rule, offset_us, piece_start_us, piece_end_us,
       round(step_count * recorded_share, 6)::DECIMAL(18, 6) AS recorded,
       round(step_count * merged_share, 6)::DECIMAL(18, 6) AS merged,
       round(step_count * alone_share, 6)::DECIMAL(18, 6) AS alone
FROM shared;
DROP TABLE dated_piece;
DROP TABLE covered_island;

CREATE OR REPLACE TEMP TABLE part_steps AS
WITH summed AS (
    SELECT device_number, date, sum(recorded) AS recorded, sum(merged) AS merged, sum(alone) AS alone,
           string_agg(DISTINCT date_rule, ' + ' ORDER BY date_rule) AS date_rule
    FROM step_piece GROUP BY ALL
)
SELECT device_number, participant_id, date, source, device, device_kind, place, recorded, date_rule,
       CASE WHEN getvariable('step_rule') = 'merge' THEN merged
            WHEN row_number() OVER (PARTITION BY participant_id, date ORDER BY alone DESC, place, source, device, device_kind) = 1 THEN alone
            ELSE 0 END AS counted
FROM summed JOIN step_device USING (device_number);
INSERT INTO device_steps BY NAME SELECT * EXCLUDE (device_number) FROM part_steps;

-- Number of hours of the day with any counted step.
INSERT INTO active_hours
WITH counted AS (
    SELECT s.participant_id, p.* FROM step_piece AS p
    JOIN part_steps AS s USING (device_number, date)
    WHERE CASE WHEN getvariable('step_rule') = 'merge' THEN p.merged > 0 ELSE s.counted > 0 AND p.alone > 0 END
)
SELECT participant_id, date, count(DISTINCT hour)::INTEGER
FROM (
    SELECT participant_id, date, unnest([
        (piece_start_us + offset_us) // 3600000000, (greatest(piece_end_us - 1, piece_start_us) + offset_us) // 3600000000
    ]) AS hour
    FROM counted
)
GROUP BY ALL;
DROP TABLE step_piece;
