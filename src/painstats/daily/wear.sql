-- Whether the steps of a date count: by the steps alone, or because something else shows that the device was worn. A day in
-- bed has few steps; a device on the table has few, too, and its date must be missing, never low.
-- In: step_day, main_step, near_total, daily_total, dated_sample, ordered_sleep, read_range; macro lowest; variables
-- low_step_days, least_worn_steps, least_worn_hours, min_active_hours, least_wear_min, least_active_min.
-- Out: step_wear (participant_id, date, wear_rule: why the steps count, null if they do not).

-- A device measured the heart on a date and on the dates before and after it. One date alone proves nothing: a few minutes on
-- the wrist are enough for a heart rate, and on the date of an export the day is not over.
CREATE OR REPLACE TEMP TABLE heart_day AS
WITH measured AS (
    SELECT participant_id, source, device, date FROM dated_sample WHERE measure LIKE '%heart_rate%'
    UNION
    SELECT t.participant_id, t.source, t.device, t.date FROM daily_total AS t
    JOIN read_range AS r ON r.participant_id = t.participant_id AND t.date BETWEEN r.first_date AND r.last_date
    WHERE t.measure LIKE '%heart_rate%'
)
SELECT h.* FROM measured AS h
JOIN measured AS b ON b.participant_id = h.participant_id AND b.source = h.source AND b.device = h.device AND b.date = h.date - 1
JOIN measured AS a ON a.participant_id = h.participant_id AND a.source = h.source AND a.device = h.device AND a.date = h.date + 1;

-- A device recorded the nights before and after a date. One night alone proves nothing: devices are taken off in the morning,
-- and put on in the evening. A phone records nights without being carried.
CREATE OR REPLACE TEMP TABLE night_both_sides AS
WITH slept AS (
    SELECT DISTINCT participant_id, source, device, date FROM ordered_sleep
    WHERE place_in_date = 1 AND total_sleep_time_min >= lowest('total_sleep_time_min')
)
SELECT b.* FROM slept AS b
JOIN slept AS a ON a.participant_id = b.participant_id AND a.source = b.source AND a.device = b.device AND a.date = b.date + 1;

-- Minutes that the source gives for the device: worn, active, and moved with the participant.
CREATE OR REPLACE TEMP TABLE source_minutes AS
SELECT participant_id, source, device, date, max(value) FILTER (measure = 'wear_time_min') AS wear_time_min,
       max(value) FILTER (measure = 'moving_time_min') AS moving_time_min,
       fsum(value ORDER BY measure) FILTER (measure LIKE '%_active_time_min') AS active_time_min
FROM near_total GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE step_wear AS
WITH known AS (
    SELECT s.participant_id, s.date, s.step_count, s.active_hours, s.sedentary_time_min, t.wear_time_min,
           m.device_kind IN ('phone', 'app') AS is_carried, h.date IS NOT NULL AS has_heart, n.date IS NOT NULL AS has_nights,
           -- Where the hours with steps are known, they say more than a sum of minutes.
           CASE WHEN s.active_hours IS NULL THEN t.active_time_min END AS active_time_min,
           CASE WHEN s.active_hours IS NULL THEN t.moving_time_min END AS moving_time_min
    FROM step_day AS s
    LEFT JOIN main_step AS m USING (participant_id, date)
    LEFT JOIN source_minutes AS t USING (participant_id, date, source, device)
    LEFT JOIN heart_day AS h USING (participant_id, date, source, device)
    LEFT JOIN night_both_sides AS n USING (participant_id, date, source, device)
)
SELECT participant_id, date,
       CASE WHEN sedentary_time_min >= 1440 THEN NULL
            WHEN step_count >= lowest('step_count') AND coalesce(active_hours >= getvariable('min_active_hours'), true) THEN 'enough steps'
            WHEN getvariable('low_step_days') = 'always' AND step_count > 0 THEN 'the plan'
            WHEN getvariable('low_step_days') = 'never' OR step_count < getvariable('least_worn_steps') THEN NULL
            WHEN wear_time_min >= getvariable('least_wear_min') THEN 'wear time'
            WHEN active_hours >= greatest(getvariable('min_active_hours'), getvariable('least_worn_hours')) THEN 'steps in many hours'
            WHEN has_heart THEN 'heart rate'
            WHEN has_nights AND NOT is_carried THEN 'nights before and after'
            WHEN active_time_min >= getvariable('least_active_min') AND NOT is_carried THEN 'active minutes'
            WHEN moving_time_min > 0 AND is_carried THEN 'minutes of movement'
       END AS wear_rule
FROM known;
