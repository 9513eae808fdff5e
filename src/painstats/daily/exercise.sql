-- Exercise without double counting. Where sessions overlap, for example because a watch and an app recorded the same workout,
-- the time belongs to the device of higher rank, and within a device to the session that began first; the others add only the
-- rest of their time. A session across midnight is split in proportion to time. The kind of a stretch of time is that of the
-- first of its sessions that is not "other": a watch that knows no swimming leaves the kind to the app that does. Meditation and
-- therapy sessions are kinds of a date too; they are counted apart, so that they neither add to nor take from exercise.
-- In: exercise_session, read_range, replaced, clock_period, device_order; variable resting_types. Out: exercise_day,
-- exercise_kind_day.

CREATE OR REPLACE TEMP TABLE session AS
WITH near AS (
    SELECT s.participant_id, s.source, s.device, o.place, s.session_id, s.exercise_type,
           NOT list_contains(getvariable('resting_types')::VARCHAR[], s.exercise_type) AS is_exercise, epoch_us(s.start_at) AS start_us,
           -- A session without an end lasts for its stated duration.
           CASE WHEN s.end_at > s.start_at THEN epoch_us(s.end_at) ELSE epoch_us(s.start_at) + round(s.duration_min * 60e6)::BIGINT END AS end_us,
           round(s.duration_min * 60e6)::BIGINT AS active_us, s.utc_offset_min::BIGINT * 60000000 AS recorded_offset_us
    FROM exercise_session AS s
    JOIN read_range AS r ON r.participant_id = s.participant_id AND s.end_at >= r.starts_at AND s.start_at < r.ends_at
    JOIN device_order AS o USING (source, device_kind)
    WHERE is_counted(s.source, s.device)
)
SELECT n.*, coalesce(n.recorded_offset_us, c.offset_us) AS offset_us,
       CASE WHEN n.recorded_offset_us IS NULL THEN c.rule ELSE 'recorded offset' END AS date_rule,
       least(n.active_us / (n.end_us - n.start_us), 1) AS active_share,
       row_number() OVER (
           PARTITION BY n.participant_id ORDER BY n.place, n.source, n.device, n.start_us, n.end_us DESC, n.session_id
       ) AS session_rank
FROM near AS n
ASOF JOIN clock_period AS c ON n.participant_id = c.participant_id AND n.start_us >= c.starts_us
WHERE n.end_us > n.start_us;

-- Sessions cut at UTC midnights, so that only sessions of the same UTC date are compared.
CREATE OR REPLACE TEMP TABLE session_part AS
WITH dated AS (
    SELECT *, unnest(range(start_us // 86400000000, (end_us - 1) // 86400000000 + 1)) AS utc_day FROM session
)
SELECT * REPLACE (greatest(start_us, utc_day * 86400000000) AS start_us, least(end_us, (utc_day + 1) * 86400000000) AS end_us)
FROM dated;

-- The time between two neighbouring starts, ends or local midnights belongs to one session.
CREATE OR REPLACE TEMP TABLE session_slot AS
WITH edge AS (
    SELECT DISTINCT participant_id, is_exercise, utc_day, unnest([start_us, end_us,
           greatest(start_us, least(end_us, midnight_us(local_date(end_us - 1, offset_us), offset_us)))]) AS start_us
    FROM session_part
), slot AS (
    SELECT participant_id, is_exercise, utc_day, start_us,
           lead(start_us) OVER (PARTITION BY participant_id, is_exercise, utc_day ORDER BY start_us) AS end_us
    FROM edge
)
SELECT p.participant_id, p.is_exercise, p.session_rank, p.date_rule, local_date(t.start_us, p.offset_us) AS date,
       coalesce(arg_min(p.exercise_type, p.session_rank) FILTER (p.exercise_type <> 'other') OVER same_time, 'other') AS exercise_type,
       round((t.end_us - t.start_us) * p.active_share / 60e6, 6)::DECIMAL(18, 6) AS counted_min
FROM slot AS t
JOIN session_part AS p
  ON p.participant_id = t.participant_id AND p.is_exercise = t.is_exercise AND p.utc_day = t.utc_day
 AND p.start_us <= t.start_us AND p.end_us >= t.end_us
WINDOW same_time AS (PARTITION BY t.participant_id, t.is_exercise, t.utc_day, t.start_us)
QUALIFY row_number() OVER (PARTITION BY t.participant_id, t.is_exercise, t.utc_day, t.start_us ORDER BY p.session_rank) = 1;

CREATE OR REPLACE TEMP TABLE exercise_day AS
SELECT s.participant_id, s.date, sum(s.counted_min)::DOUBLE AS recorded_exercise_time_min,
       count(DISTINCT s.session_rank)::INTEGER AS exercise_session_count,
       string_agg(DISTINCT s.exercise_type, '+' ORDER BY s.exercise_type) AS exercise_types,
       string_agg(DISTINCT s.date_rule, ' + ' ORDER BY s.date_rule) AS exercise_date_rule
FROM session_slot AS s
JOIN replaced AS r ON r.participant_id = s.participant_id AND s.date BETWEEN r.first_date AND r.last_date
WHERE s.is_exercise
GROUP BY s.participant_id, s.date;

CREATE OR REPLACE TEMP TABLE exercise_kind_day AS
WITH of_kind AS (
    SELECT s.participant_id, s.date, s.exercise_type, sum(s.counted_min)::DOUBLE AS minutes
    FROM session_slot AS s
    JOIN replaced AS r ON r.participant_id = s.participant_id AND s.date BETWEEN r.first_date AND r.last_date
    GROUP BY s.participant_id, s.date, s.exercise_type
)
SELECT participant_id, date, list({'exercise_type': exercise_type, 'minutes': minutes} ORDER BY exercise_type) AS exercise_kinds
FROM of_kind GROUP BY participant_id, date;
