-- The steps of a date: counted from intervals, or a daily total of the source itself. By the rule merge, a total is used only
-- if its device ranks above every device that recorded intervals; by the rule max_source, if it is larger.
-- In: device_steps, active_hours, daily_total, read_range, replaced, device_order; variable step_rule.
-- Out: step_by_device_rows (what is kept of each device), main_step (the device with the most counted steps), step_day.

CREATE OR REPLACE TEMP TABLE near_total AS
SELECT t.*, o.place
FROM daily_total AS t
JOIN replaced AS r ON r.participant_id = t.participant_id AND t.date BETWEEN r.first_date AND r.last_date
JOIN device_order AS o USING (source, device_kind)
WHERE is_counted(t.source, t.device);

CREATE OR REPLACE TEMP TABLE step_choice AS
WITH merged AS (
    SELECT participant_id, date, sum(counted) AS counted, min(place) AS place FROM device_steps GROUP BY ALL
), total AS (
    SELECT participant_id, date, source, device, value, place
    FROM near_total WHERE measure = 'step_count'
    QUALIFY row_number() OVER (
        PARTITION BY participant_id, date
        ORDER BY CASE WHEN getvariable('step_rule') = 'merge' THEN place ELSE -value END, place, value DESC, source, device
    ) = 1
)
SELECT participant_id, date, t.source, t.device,
       m.counted IS NULL OR coalesce(CASE WHEN getvariable('step_rule') = 'merge' THEN t.place < m.place ELSE t.value > m.counted END, false)
           AS takes_total
FROM merged AS m FULL JOIN total AS t USING (participant_id, date);

CREATE OR REPLACE TEMP TABLE step_by_device_rows AS
SELECT s.participant_id, s.date, s.source, s.device, s.device_kind, false AS is_daily_total,
       round(s.recorded)::BIGINT AS recorded_step_count,
       CASE WHEN c.takes_total THEN 0 ELSE s.counted END::DOUBLE AS counted_step_count, s.date_rule
FROM device_steps AS s JOIN step_choice AS c USING (participant_id, date)
UNION ALL
SELECT t.participant_id, t.date, t.source, t.device, t.device_kind, true, round(t.value)::BIGINT,
       CASE WHEN c.takes_total AND c.source = t.source AND c.device = t.device THEN t.value ELSE 0 END, 'as the source dates it'
FROM near_total AS t JOIN step_choice AS c USING (participant_id, date)
WHERE t.measure = 'step_count';

CREATE OR REPLACE TEMP TABLE main_step AS
SELECT participant_id, date, source, device, device_kind
FROM step_by_device_rows WHERE counted_step_count > 0
QUALIFY row_number() OVER (PARTITION BY participant_id, date ORDER BY counted_step_count DESC, source, device, is_daily_total) = 1;

CREATE OR REPLACE TEMP TABLE step_day AS
WITH shown AS (
    -- Show the rules and kinds of the devices that count; of all devices if none counts a step.
    SELECT *, counted_step_count > 0 OR max(counted_step_count) OVER (PARTITION BY participant_id, date) = 0 AS is_shown
    FROM step_by_device_rows
), summed AS (
    SELECT participant_id, date, round(sum(counted_step_count::DECIMAL(18, 6)))::BIGINT AS step_count,
           string_agg(DISTINCT device_kind, '+' ORDER BY device_kind) FILTER (is_shown) AS step_devices,
           string_agg(DISTINCT date_rule, ' + ' ORDER BY date_rule) FILTER (is_shown) AS step_date_rule
    FROM shown GROUP BY ALL
)
SELECT s.*, CASE WHEN NOT c.takes_total THEN h.active_hours END AS active_hours, m.source || ' ' || m.device AS main_step_device,
       CASE WHEN c.takes_total THEN w.value END AS sedentary_time_min
FROM summed AS s
JOIN step_choice AS c USING (participant_id, date)
LEFT JOIN active_hours AS h USING (participant_id, date)
LEFT JOIN main_step AS m USING (participant_id, date)
LEFT JOIN near_total AS w
  ON w.measure = 'sedentary_time_min' AND w.participant_id = s.participant_id AND w.date = s.date
 AND w.source = c.source AND w.device = c.device;

-- Active time from one device: the sum of light, moderate and very active minutes, or missing if one of them is.
CREATE OR REPLACE TEMP TABLE active_day AS
WITH device_day AS (
    SELECT participant_id, date, place, source, device,
           fsum(value ORDER BY measure) FILTER (measure <> 'sedentary_time_min') AS active_time_min,
           count(*) FILTER (measure <> 'sedentary_time_min') AS parts,
           max(value) FILTER (measure = 'sedentary_time_min') AS sedentary_time_min
    FROM near_total
    WHERE measure IN (
        'sedentary_time_min', 'lightly_active_time_min', 'moderately_active_time_min', 'very_active_time_min'
    )
    GROUP BY ALL
)
SELECT participant_id, date, CASE WHEN parts = 3 THEN active_time_min END AS active_time_min,
       sedentary_time_min AS active_sedentary_time_min
FROM device_day
QUALIFY row_number() OVER (PARTITION BY participant_id, date ORDER BY parts = 3 DESC, place, source, device) = 1;
