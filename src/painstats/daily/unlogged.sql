-- Days on which a diary was kept and has no score of the outcome: entries of other kinds, from a source that also has scores of
-- the outcome, between the first and the last of these. A diary whose scores are mostly about the day before dates them so.
-- In: self_report, daily_total; variables outcome_item, outcome_site. Out: unlogged_day.

CREATE OR REPLACE TEMP TABLE unlogged_day AS
WITH score AS (
    SELECT participant_id, source, date,
           recall = 'yesterday' OR (recall = 'last_24_hours' AND filled = 'morning') AS is_of_day_before
    FROM self_report
    WHERE item = getvariable('outcome_item') AND (getvariable('outcome_site') IS NULL OR site = getvariable('outcome_site'))
), scored AS (
    SELECT participant_id, source, min(date) AS first_date, max(date) AS last_date,
           (2 * count(*) FILTER (is_of_day_before) > count(*))::INTEGER AS days_before
    FROM score GROUP BY participant_id, source
), entry_day AS (
    SELECT participant_id, source, date FROM self_report
    UNION
    SELECT participant_id, source, date FROM daily_total WHERE measure = 'unscored_entries'
)
SELECT DISTINCT e.participant_id, e.date - s.days_before AS date
FROM entry_day AS e
JOIN scored AS s ON s.participant_id = e.participant_id AND s.source = e.source AND e.date BETWEEN s.first_date AND s.last_date
ANTI JOIN score AS o ON o.participant_id = e.participant_id AND o.source = e.source AND o.date = e.date;
