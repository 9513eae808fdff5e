-- When a participant's usual devices changed. A new device can shift the level of a measure although nothing else changed:
-- device_change lists the changes, device_era numbers the periods between them from 1.
-- In: daily_summary, touched_range. Out: daily_summary.device_era, device_change.

CREATE OR REPLACE TEMP TABLE device_era AS
WITH own AS (
    SELECT d.participant_id, d.date, d.usual_step_device, d.usual_sleep_device
    FROM daily_summary AS d WHERE d.participant_id IN (SELECT participant_id FROM touched_range)
), earlier AS (
    SELECT *, last_value(usual_step_device IGNORE NULLS) OVER before AS step_device_before,
           last_value(usual_sleep_device IGNORE NULLS) OVER before AS sleep_device_before,
           coalesce(usual_step_device, step_device_before) AS step_device, coalesce(usual_sleep_device, sleep_device_before) AS sleep_device
    FROM own
    WINDOW before AS (PARTITION BY participant_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), marked AS (
    SELECT *, coalesce(usual_step_device <> step_device_before, false) OR coalesce(usual_sleep_device <> sleep_device_before, false) AS has_changed
    FROM earlier
)
SELECT *, 1 + sum(has_changed::INTEGER) OVER (PARTITION BY participant_id ORDER BY date ROWS UNBOUNDED PRECEDING)::INTEGER AS device_era
FROM marked;

UPDATE daily_summary AS d SET device_era = e.device_era
FROM device_era AS e
WHERE e.participant_id = d.participant_id AND e.date = d.date AND d.device_era IS DISTINCT FROM e.device_era;

CREATE TABLE IF NOT EXISTS device_change (
    participant_id VARCHAR, date DATE, from_step_device VARCHAR, to_step_device VARCHAR, from_sleep_device VARCHAR,
    to_sleep_device VARCHAR, device_era INTEGER
);
DELETE FROM device_change WHERE participant_id IN (SELECT participant_id FROM touched_range);
INSERT INTO device_change
SELECT participant_id, date, step_device_before, step_device, sleep_device_before, sleep_device, device_era
FROM device_era WHERE has_changed ORDER BY participant_id, date;
