-- Main sleep of the night that ends on a date. Segments of one device are joined into episodes (a gap of two hours ends
-- one); asleep time is the union of asleep segments less the union of what the device calls awake.
-- In: sleep_segment, sleep_episode, daily_total, zone_period, device_order. Out: night.

-- Unions of asleep and of awake segments, for each device.
CREATE OR REPLACE TEMP TABLE sleep_island AS
WITH segment AS (
    SELECT s.*, o.place, s.stage <> 'awake' AS is_asleep, s.stage IN ('core', 'deep', 'rem', 'light') AS is_staged
    FROM sleep_segment AS s JOIN device_order AS o USING (device_kind)
    WHERE s.stage <> 'in_bed' AND s.end_at > s.start_at
), marked AS (
    SELECT *, coalesce(start_at > max(end_at) OVER earlier, true) AS begins
    FROM segment
    WINDOW earlier AS (
        PARTITION BY participant_id, source, device, is_asleep ORDER BY start_at, end_at
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (
        PARTITION BY participant_id, source, device, is_asleep ORDER BY start_at, end_at ROWS UNBOUNDED PRECEDING
    ) AS island
    FROM marked
)
SELECT participant_id, source, device, place, is_asleep, min(start_at) AS start_at, max(end_at) AS end_at,
       bool_or(is_staged) AS has_stages
FROM numbered
GROUP BY participant_id, source, device, place, is_asleep, island;

CREATE OR REPLACE TEMP TABLE asleep_island AS
SELECT a.* EXCLUDE (is_asleep),
       coalesce((
           SELECT sum(epoch_us(least(a.end_at, w.end_at)) - epoch_us(greatest(a.start_at, w.start_at))) / 60e6
           FROM sleep_island AS w
           WHERE NOT w.is_asleep AND w.participant_id = a.participant_id AND w.source = a.source AND w.device = a.device
             AND w.start_at < a.end_at AND w.end_at > a.start_at
       ), 0) AS awake_min
FROM sleep_island AS a WHERE a.is_asleep;

CREATE OR REPLACE TEMP TABLE segment_episode AS
WITH marked AS (
    SELECT *, coalesce(start_at > lag(end_at) OVER own + INTERVAL 2 HOUR, true) AS begins
    FROM asleep_island
    WINDOW own AS (PARTITION BY participant_id, source, device ORDER BY start_at)
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, source, device ORDER BY start_at ROWS UNBOUNDED PRECEDING) AS episode
    FROM marked
), episode AS (
    SELECT participant_id, source, device, place, bool_or(has_stages) AS has_stages,
           min(start_at) AS start_at, max(end_at) AS end_at,
           fsum((epoch_us(end_at) - epoch_us(start_at)) / 60e6 - awake_min) AS total_sleep_time_min
    FROM numbered GROUP BY participant_id, source, device, place, episode
)
SELECT e.* EXCLUDE (start_at, end_at), timezone(z.time_zone, e.end_at)::DATE AS date,
       timezone(z.time_zone, e.start_at) AS start_local, timezone(z.time_zone, e.end_at) AS end_local,
       (epoch_us(e.end_at) - epoch_us(e.start_at)) / 60e6 AS time_in_bed_min
FROM episode AS e
ASOF JOIN zone_period AS z ON e.participant_id = z.participant_id AND e.end_at >= z.starts_at;

CREATE OR REPLACE TEMP TABLE sleep_candidate AS
SELECT participant_id, date, source, device, place, has_stages, NULL::BOOLEAN AS is_main_sleep,
       total_sleep_time_min, time_in_bed_min, start_local, end_local, 'waking, in the zone of the person' AS date_rule
FROM segment_episode
UNION ALL
SELECT e.participant_id, e.date, e.source, e.device, o.place, true, e.is_main_sleep, e.total_sleep_time_min, e.time_in_bed_min,
       timezone(b.time_zone, e.start_at), timezone(z.time_zone, e.end_at), 'waking, as the source dates it'
FROM sleep_episode AS e
JOIN device_order AS o USING (device_kind)
ASOF LEFT JOIN zone_period AS b ON e.participant_id = b.participant_id AND e.start_at >= b.starts_at
ASOF LEFT JOIN zone_period AS z ON e.participant_id = z.participant_id AND e.end_at >= z.starts_at
UNION ALL
SELECT d.participant_id, d.date, d.source, d.device, o.place, false, true, d.value, b.value, NULL, NULL, 'waking, as the source dates it'
FROM daily_total AS d
JOIN device_order AS o USING (device_kind)
LEFT JOIN daily_total AS b
  ON b.measure = 'time_in_bed_min' AND b.participant_id = d.participant_id AND b.date = d.date
 AND b.source = d.source AND b.device = d.device
WHERE d.measure = 'total_sleep_time_min';

-- The device of a date is chosen by its main sleep alone: of the devices whose main sleep is at least half as long as the
-- longest, a staged one before an unstaged one, then by device order. Its other episodes are naps.
CREATE OR REPLACE TEMP TABLE night AS
WITH ordered AS (
    SELECT *, row_number() OVER (
        PARTITION BY participant_id, date, source, device
        ORDER BY coalesce(is_main_sleep, false) DESC, total_sleep_time_min DESC, start_local
    ) AS place_in_date
    FROM sleep_candidate
), longest AS (
    SELECT *, max(total_sleep_time_min) OVER (PARTITION BY participant_id, date) AS longest_min
    FROM ordered WHERE place_in_date = 1
), chosen AS (
    SELECT participant_id, date, source, device
    FROM longest
    QUALIFY row_number() OVER (
        PARTITION BY participant_id, date
        ORDER BY total_sleep_time_min >= 0.5 * longest_min DESC, has_stages DESC, place, source, device
    ) = 1
)
SELECT participant_id, date, source, device, min(date_rule) AS date_rule,
       max(CASE WHEN place_in_date = 1 THEN total_sleep_time_min END) AS total_sleep_time_min,
       max(CASE WHEN place_in_date = 1 THEN time_in_bed_min END) AS time_in_bed_min,
       max(CASE WHEN place_in_date = 1 THEN start_local END) AS sleep_start_local,
       max(CASE WHEN place_in_date = 1 THEN end_local END) AS sleep_end_local,
       coalesce(fsum(CASE WHEN place_in_date > 1 THEN total_sleep_time_min END), 0) AS nap_time_min
FROM ordered JOIN chosen USING (participant_id, date, source, device)
GROUP BY participant_id, date, source, device;
