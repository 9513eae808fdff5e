-- Do two sources of the same days agree about their dates? The correlation of their values on the same dates, and with the
-- second source shifted by a day, shows a source that dates days or nights differently.
-- In: step_by_device, sleep_by_device, touched_range, device_order. Out: source_agreement.

CREATE OR REPLACE TEMP TABLE source_value AS
WITH value AS (
    -- For each source and date, the steps of the device with the most, and the longest main sleep.
    SELECT participant_id, 'step_count' AS measure, source, date, max(recorded_step_count)::DOUBLE AS value
    FROM step_by_device WHERE participant_id IN (SELECT participant_id FROM touched_range) GROUP BY ALL
    UNION ALL
    SELECT participant_id, 'total_sleep_time_min', source, date, max(total_sleep_time_min)
    FROM sleep_by_device WHERE participant_id IN (SELECT participant_id FROM touched_range) GROUP BY ALL
), several AS (
    SELECT participant_id, measure FROM value GROUP BY ALL HAVING count(DISTINCT source) > 1
)
SELECT v.* FROM value AS v JOIN several USING (participant_id, measure);

CREATE TABLE IF NOT EXISTS source_agreement (
    participant_id VARCHAR, measure VARCHAR, source_a VARCHAR, source_b VARCHAR, days BIGINT,
    correlation_day_before DOUBLE, correlation_same_day DOUBLE, correlation_day_after DOUBLE, best_shift_days INTEGER
);
DELETE FROM source_agreement WHERE participant_id IN (SELECT participant_id FROM touched_range);
INSERT INTO source_agreement
WITH pair AS (
    SELECT a.participant_id, a.measure, a.source AS source_a, b.source AS source_b, shift,
           count(*) AS days, round(corr(a.value, b.value ORDER BY a.date), 6) AS correlation
    FROM source_value AS a
    CROSS JOIN (SELECT unnest([-1, 0, 1]) AS shift)
    JOIN source_value AS b
      ON b.participant_id = a.participant_id AND b.measure = a.measure AND b.source > a.source AND b.date = a.date + shift
    GROUP BY ALL
)
SELECT participant_id, measure, source_a, source_b, coalesce(max(days) FILTER (shift = 0), 0),
       max(correlation) FILTER (shift = -1 AND isfinite(correlation)), max(correlation) FILTER (shift = 0 AND isfinite(correlation)),
       max(correlation) FILTER (shift = 1 AND isfinite(correlation)),
       arg_max(shift, {'correlation': correlation, 'nearness': -abs(shift), 'shift': shift}) FILTER (isfinite(correlation))
FROM pair
GROUP BY ALL
ORDER BY ALL;
