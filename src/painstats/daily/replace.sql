-- Replace the stored rows by the computed ones after a partial computation.
-- In: touched_participant, near, span, replaced, new_day, step_by_device_rows, sleep_by_device_rows. Out: daily_summary,
-- step_by_device, sleep_by_device.

DELETE FROM daily_summary AS d
WHERE d.participant_id IN (FROM touched_participant)
  AND (EXISTS (FROM near AS n WHERE n.participant_id = d.participant_id AND d.date BETWEEN n.first_date AND n.last_date)
       OR NOT EXISTS (FROM span AS s WHERE s.participant_id = d.participant_id AND d.date BETWEEN s.first_date AND s.last_date));
INSERT INTO daily_summary BY NAME FROM new_day ORDER BY participant_id, date;

DELETE FROM step_by_device AS d
WHERE EXISTS (FROM replaced AS r WHERE r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date);
INSERT INTO step_by_device BY NAME FROM step_by_device_rows ORDER BY ALL;

DELETE FROM sleep_by_device AS d
WHERE EXISTS (FROM replaced AS r WHERE r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date);
INSERT INTO sleep_by_device BY NAME FROM sleep_by_device_rows ORDER BY ALL;
