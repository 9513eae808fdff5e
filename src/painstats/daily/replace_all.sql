-- Replace the stored rows by the computed ones after a computation of all days.
-- In: new_day, step_by_device_rows, sleep_by_device_rows. Out: daily_summary, step_by_device, sleep_by_device.

CREATE OR REPLACE TABLE daily_summary AS FROM new_day ORDER BY participant_id, date;
CREATE OR REPLACE TABLE step_by_device AS FROM step_by_device_rows ORDER BY ALL;
CREATE OR REPLACE TABLE sleep_by_device AS FROM sleep_by_device_rows ORDER BY ALL;
DROP TABLE IF EXISTS device_change;
DROP TABLE IF EXISTS source_agreement;
