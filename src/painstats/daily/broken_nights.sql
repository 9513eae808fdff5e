-- Sleep as episodes dated by waking: the parts of a night that was broken by a long waking are one episode. Two parts belong
-- to one night if the waking between them is shorter than four hours and both lie inside its main window: the ten hours
-- around the middle of their sleep. A night that is complete without a part leaves it outside, so that a nap on the sofa
-- stays a nap; and a window that follows the sleep is right for shift workers too. A chain of parts that would last longer
-- than fourteen hours is no night, and its parts stay apart.
-- In: part_span, logged_part, sleep_part, daily_total, read_range, clock_period, device_order.
-- Out: numbered_span, segment_episode, sleep_candidate.

CREATE OR REPLACE TEMP TABLE part_of_night AS
WITH paired AS (
    SELECT *, lag(end_us) OVER own AS end_before_us, lag(asleep_us) OVER own AS asleep_before_us,
           (start_us + end_us - lag(start_us + end_us) OVER own) / 2 AS apart_us
    FROM sleep_part
    WINDOW own AS (PARTITION BY participant_id, source, device, place, is_logged ORDER BY start_us, part)
), linked AS (
    SELECT *, coalesce(
        start_us - end_before_us BETWEEN 0 AND 4 * 3600000000 - 1
        -- How far the middle of each part is from the middle of all their sleep.
        AND apart_us * greatest(asleep_us, asleep_before_us) <= 5 * 3600000000 * (asleep_us + asleep_before_us), false) AS follows
    FROM paired
), chained AS (
    SELECT *, sum((NOT follows)::INTEGER) OVER (
        PARTITION BY participant_id, source, device, place, is_logged ORDER BY start_us, part ROWS UNBOUNDED PRECEDING
    ) AS chain
    FROM linked
), measured AS (
    SELECT *, max(end_us) OVER one - min(start_us) OVER one <= 14 * 3600000000 AS is_night, min(part) OVER one AS first_part
    FROM chained
    WINDOW one AS (PARTITION BY participant_id, source, device, place, is_logged, chain)
)
SELECT participant_id, source, device, place, is_logged, part, CASE WHEN is_night THEN first_part ELSE part END AS episode
FROM measured;

CREATE OR REPLACE TEMP TABLE numbered_span AS
SELECT s.*, n.episode
FROM part_span AS s
JOIN part_of_night AS n
  ON n.participant_id = s.participant_id AND n.source = s.source AND n.device = s.device AND n.place = s.place
 AND NOT n.is_logged AND n.part = s.part;

CREATE OR REPLACE TEMP TABLE segment_episode AS
WITH episode AS (
    SELECT participant_id, source, device, place, episode, bool_or(has_stages) AS has_stages,
           min(start_us) AS start_us, max(end_us) AS end_us, count(DISTINCT part)::INTEGER AS sleep_part_count,
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

-- The waking between the parts of a night is time in bed, and time awake, as it is within a part.
CREATE OR REPLACE TEMP TABLE logged_night AS
WITH numbered AS (
    SELECT p.*, coalesce(n.episode, p.part) AS logged_episode
    FROM logged_part AS p
    LEFT JOIN part_of_night AS n
      ON n.participant_id = p.participant_id AND n.source = p.source AND n.device = p.device AND n.place = p.place
     AND n.is_logged AND n.part = p.part
)
SELECT participant_id, source, device, place, arg_max(date, part) AS date, count(*)::INTEGER AS sleep_part_count,
       coalesce(max(end_us) - min(start_us) - sum(end_us - start_us), 0) / 60e6 AS waking_between_min,
       bool_or(coalesce(deep_sleep_min, rem_sleep_min) IS NOT NULL) AS has_stages, bool_or(is_main_sleep) AS is_main_sleep,
       fsum(total_sleep_time_min ORDER BY part) AS total_sleep_time_min,
       CASE WHEN count(*) = count(time_in_bed_min) THEN fsum(time_in_bed_min ORDER BY part) + waking_between_min END AS time_in_bed_min,
       CASE WHEN count(*) = 1 THEN 'as the source tells it' ELSE 'as the source tells it, with the waking between the parts' END AS time_in_bed_rule,
       CASE WHEN count(*) = count(wake_after_sleep_onset_min)
            THEN fsum(wake_after_sleep_onset_min ORDER BY part) + waking_between_min END AS wake_after_sleep_onset_min,
       CASE WHEN count(*) = count(deep_sleep_min) THEN fsum(deep_sleep_min ORDER BY part) END AS deep_sleep_min,
       CASE WHEN count(*) = count(rem_sleep_min) THEN fsum(rem_sleep_min ORDER BY part) END AS rem_sleep_min,
       min(start_us) AS start_us, max(end_us) AS end_us, arg_min(start_offset_us, part) AS start_offset_us,
       arg_max(end_offset_us, part) AS end_offset_us,
       list({'start_us': start_us, 'end_us': end_us} ORDER BY part) FILTER (end_us > start_us) AS logged_parts
FROM numbered GROUP BY participant_id, source, device, place, logged_episode;

CREATE OR REPLACE TEMP TABLE sleep_candidate AS
SELECT participant_id, local_date(end_us, end_offset_us) AS date, source, device, place, has_stages, NULL::BOOLEAN AS is_main_sleep,
       episode, sleep_part_count, asleep_us / 60e6 AS total_sleep_time_min, (end_us - start_us) / 60e6 AS time_in_bed_min,
       'from first to last sleep' AS time_in_bed_rule, (end_us - start_us - asleep_us) / 60e6 AS wake_after_sleep_onset_min,
       CASE WHEN has_stages THEN deep_us / 60e6 END AS deep_sleep_min, CASE WHEN has_stages THEN rem_us / 60e6 END AS rem_sleep_min,
       start_us, end_us, start_offset_us, end_offset_us, night_rule
FROM segment_episode
UNION ALL BY NAME
SELECT *, 'as the source dates it' AS night_rule FROM logged_night
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
