-- Main sleep of the night that ends on a date, from one device, how similar sleep was 24 hours apart, and the time in bed of
-- nights without sleep.
-- In: sleep_candidate, numbered_span, sleep_segment, read_range, replaced, clock_period, device_order. Out:
-- sleep_by_device_rows, night.

CREATE OR REPLACE TEMP TABLE ordered_sleep AS
SELECT *, row_number() OVER (
    PARTITION BY participant_id, date, source, device
    ORDER BY coalesce(is_main_sleep, false) DESC, total_sleep_time_min DESC, start_us, end_us, time_in_bed_min, place
) AS place_in_date
FROM sleep_candidate;

-- The device of a date is chosen by its main sleep alone: of the devices whose main sleep is at least half as long as the
-- longest, a staged one before an unstaged one, then by device order. Its other episodes are naps.
CREATE OR REPLACE TEMP TABLE chosen_device AS
WITH longest AS (
    SELECT *, max(total_sleep_time_min) OVER (PARTITION BY participant_id, date) AS longest_min
    FROM ordered_sleep WHERE place_in_date = 1
)
SELECT participant_id, date, source, device
FROM longest
QUALIFY row_number() OVER (
    PARTITION BY participant_id, date
    ORDER BY total_sleep_time_min >= 0.5 * longest_min DESC, has_stages DESC, place, source, device
) = 1;

CREATE OR REPLACE TEMP TABLE sleep_by_device_rows AS
WITH summed AS (
    SELECT participant_id, date, source, device,
           max(CASE WHEN place_in_date = 1 THEN night_rule END) AS night_rule,
           max(CASE WHEN place_in_date = 1 THEN total_sleep_time_min END) AS total_sleep_time_min,
           coalesce(fsum(total_sleep_time_min ORDER BY place_in_date) FILTER (place_in_date > 1), 0) AS nap_time_min,
           max((end_us - start_us) / 60e6) AS longest_episode_min
    FROM ordered_sleep GROUP BY ALL
)
SELECT s.*, c.device IS NOT NULL AS is_counted
FROM summed AS s
LEFT JOIN chosen_device AS c USING (participant_id, date, source, device)
JOIN replaced AS r ON r.participant_id = s.participant_id AND s.date BETWEEN r.first_date AND r.last_date;

CREATE OR REPLACE TEMP TABLE main_sleep AS
SELECT o.* FROM ordered_sleep AS o JOIN chosen_device USING (participant_id, date, source, device) WHERE o.place_in_date = 1;

-- Time in bed: the shortest in-bed segment of any device that contains the whole sleep. It ends on the UTC date on which the
-- sleep ends, or on the next one.
CREATE OR REPLACE TEMP TABLE in_bed AS
WITH bed AS (
    SELECT s.participant_id, epoch_us(s.start_at) AS start_us, epoch_us(s.end_at) AS end_us,
           unnest([end_us // 86400000000, end_us // 86400000000 - 1]) AS day
    FROM sleep_segment AS s
    JOIN read_range AS r ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
    WHERE s.stage = 'in_bed' AND is_counted(s.source, s.device) AND s.end_at >= getvariable('earliest_at') AND s.start_at <= getvariable('latest_at')
)
SELECT m.participant_id, m.date, min(b.end_us - b.start_us) / 60e6 AS time_in_bed_min
FROM main_sleep AS m
JOIN bed AS b ON b.participant_id = m.participant_id AND b.day = m.end_us // 86400000000
 AND b.start_us <= m.start_us AND b.end_us >= m.end_us
WHERE m.episode IS NOT NULL
GROUP BY m.participant_id, m.date;

-- Nights of which a device recorded only the time in bed: no device has a valid sleep that ends on the date. Segments that are
-- at most two hours apart are one time in bed; it belongs to the date on which it ends, and the longest one counts. It is
-- never sleep.
CREATE OR REPLACE TEMP TABLE bed_only AS
WITH bed AS (
    SELECT s.participant_id, s.source, s.device, o.place, epoch_us(s.start_at) AS start_us, epoch_us(s.end_at) AS end_us,
           s.utc_offset_min::BIGINT * 60000000 AS recorded_offset_us
    FROM sleep_segment AS s
    JOIN read_range AS r ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
    JOIN device_order AS o USING (source, device_kind)
    WHERE s.stage = 'in_bed' AND s.end_at > s.start_at AND is_counted(s.source, s.device)
), opened AS (
    SELECT *, greatest(start_us, coalesce(max(end_us) OVER earlier, start_us)) AS open_start_us,
           coalesce(start_us > max(end_us) OVER earlier + 7200000000, true) AS begins
    FROM bed
    WINDOW earlier AS (
        PARTITION BY participant_id, source, device, place ORDER BY start_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (
        PARTITION BY participant_id, source, device, place ORDER BY start_us, end_us ROWS UNBOUNDED PRECEDING
    ) AS episode
    FROM opened
), episode AS (
    SELECT participant_id, source, device, place, max(end_us) AS end_us, arg_max(recorded_offset_us, end_us) AS recorded_offset_us,
           sum(greatest(end_us - open_start_us, 0))::BIGINT / 60e6 AS time_in_bed_min
    FROM numbered GROUP BY participant_id, source, device, place, episode
    HAVING time_in_bed_min <= 1440  -- no one lies in bed for longer; and no date may depend on far ones
), dated AS (
    SELECT e.*, local_date(e.end_us, coalesce(e.recorded_offset_us, c.offset_us)) AS date
    FROM episode AS e ASOF JOIN clock_period AS c ON e.participant_id = c.participant_id AND e.end_us >= c.starts_us
)
SELECT d.participant_id, d.date, d.time_in_bed_min
FROM dated AS d
JOIN replaced AS r ON r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date
WHERE NOT EXISTS (
    FROM main_sleep AS m
    WHERE m.participant_id = d.participant_id AND m.date = d.date AND m.total_sleep_time_min >= lowest('total_sleep_time_min')
)
QUALIFY row_number() OVER (
    PARTITION BY d.participant_id, d.date ORDER BY d.time_in_bed_min DESC, d.place, d.source, d.device, d.end_us
) = 1;

-- When the participant was asleep, without overlaps; if only start and end of an episode are known, all the time between them.
CREATE OR REPLACE TEMP TABLE asleep_piece AS
WITH asleep AS (
    SELECT o.participant_id, o.date, p.start_us, p.end_us
    FROM ordered_sleep AS o
    JOIN chosen_device USING (participant_id, date, source, device)
    JOIN numbered_span AS p
      ON p.participant_id = o.participant_id AND p.source = o.source AND p.device = o.device AND p.place = o.place AND p.episode = o.episode
    WHERE p.is_asleep
    UNION ALL
    SELECT o.participant_id, o.date, p.start_us, p.end_us
    FROM ordered_sleep AS o
    JOIN chosen_device USING (participant_id, date, source, device)
    CROSS JOIN unnest(o.logged_parts) AS part (p)
), opened AS (
    SELECT participant_id, date, end_us,
           greatest(start_us, coalesce(max(end_us) OVER earlier, start_us)) AS start_us
    FROM asleep
    WINDOW earlier AS (
        PARTITION BY participant_id ORDER BY start_us, end_us, date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)
SELECT * FROM opened WHERE end_us > start_us;

-- Minutes of the 24 hours before noon in which the participant was in the same state, asleep or awake, as 24 hours earlier
-- (elapsed time): all minutes, minus those asleep on either day, plus twice those asleep on both. Null unless both nights
-- are known.
CREATE OR REPLACE TEMP TABLE alike AS
WITH known AS (
    SELECT participant_id, date, midnight_us(date, end_offset_us) + 43200000000 AS noon_us FROM main_sleep WHERE end_us > start_us
), compared AS (
    SELECT t.* FROM known AS t
    JOIN known AS y ON y.participant_id = t.participant_id AND y.date = t.date - 1
    JOIN replaced AS r ON r.participant_id = t.participant_id AND t.date BETWEEN r.first_date AND r.last_date
), near AS (
    SELECT participant_id, start_us, end_us, unnest([date, date + 1, date + 2]) AS date FROM asleep_piece
), today AS (
    SELECT c.participant_id, c.date, greatest(n.start_us, c.noon_us - 86400000000) AS start_us, least(n.end_us, c.noon_us) AS end_us
    FROM compared AS c JOIN near AS n USING (participant_id, date)
    WHERE n.end_us > c.noon_us - 86400000000 AND n.start_us < c.noon_us
), day_before AS (
    SELECT c.participant_id, c.date, greatest(n.start_us + 86400000000, c.noon_us - 86400000000) AS start_us,
           least(n.end_us + 86400000000, c.noon_us) AS end_us
    FROM compared AS c JOIN near AS n USING (participant_id, date)
    WHERE n.end_us > c.noon_us - 2 * 86400000000 AND n.start_us < c.noon_us - 86400000000
), one_asleep AS (
    SELECT participant_id, date, sum(end_us - start_us) AS one_us
    FROM (SELECT * FROM today UNION ALL SELECT * FROM day_before) GROUP BY ALL
), both_asleep AS (
    SELECT t.participant_id, t.date, sum(least(t.end_us, y.end_us) - greatest(t.start_us, y.start_us)) AS both_us
    FROM today AS t JOIN day_before AS y USING (participant_id, date)
    WHERE y.start_us < t.end_us AND y.end_us > t.start_us
    GROUP BY ALL
)
SELECT c.participant_id, c.date,
       round((86400000000 - coalesce(a.one_us, 0) + 2 * coalesce(b.both_us, 0)) / 60e6)::INTEGER AS same_sleep_state_min
FROM compared AS c
LEFT JOIN one_asleep AS a USING (participant_id, date)
LEFT JOIN both_asleep AS b USING (participant_id, date);

CREATE OR REPLACE TEMP TABLE night AS
SELECT participant_id, date, m.source || ' ' || m.device AS sleep_device, m.night_rule, m.total_sleep_time_min,
       coalesce(b.time_in_bed_min, n.time_in_bed_min, m.time_in_bed_min) AS time_in_bed_min,
       CASE WHEN b.time_in_bed_min IS NOT NULL THEN 'in bed as recorded'
            WHEN n.time_in_bed_min IS NOT NULL THEN 'in bed as recorded, without sleep'
            WHEN m.time_in_bed_min IS NOT NULL THEN m.time_in_bed_rule END AS time_in_bed_rule,
       m.wake_after_sleep_onset_min, m.deep_sleep_min, m.rem_sleep_min, m.sleep_part_count, s.nap_time_min,
       100 * m.total_sleep_time_min / nullif(coalesce(b.time_in_bed_min, m.time_in_bed_min), 0) AS sleep_efficiency_percent,
       -- Halfway between falling asleep and waking, by the clock at waking, in minutes after midnight: 23:30 is -30.
       ((m.start_us + m.end_us) // 2 - midnight_us(m.date, m.end_offset_us)) / 60e6 AS sleep_midpoint_min,
       a.same_sleep_state_min,
       make_timestamp(m.start_us + m.start_offset_us) AS sleep_start_local, make_timestamp(m.end_us + m.end_offset_us) AS sleep_end_local
FROM main_sleep AS m
JOIN sleep_by_device_rows AS s USING (participant_id, date, source, device)
FULL JOIN bed_only AS n USING (participant_id, date)
LEFT JOIN in_bed AS b USING (participant_id, date)
LEFT JOIN alike AS a USING (participant_id, date);
