-- Replace the outcome of all days of the touched participants: a site's mean is that of all its days.
-- In: daily_summary, touched_range; macro outcome_of. Out: daily_summary.outcome_score.

CREATE OR REPLACE TEMP TABLE own_day AS
SELECT participant_id, date, item, site, item_scores, outcome_score
FROM daily_summary WHERE participant_id IN (SELECT participant_id FROM touched_range);

UPDATE daily_summary AS d SET outcome_score = o.outcome_score
FROM outcome_of('own_day') AS o
WHERE o.participant_id = d.participant_id AND o.date = d.date AND d.outcome_score IS DISTINCT FROM o.outcome_score;
