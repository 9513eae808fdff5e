-- The outcome, turned so that higher is worse, put on the study's scale, and dated by the day it describes: a morning
-- report about the last 24 hours, and any report about yesterday, describe the day before the report.
-- In: self_report; variables outcome_item, outcome_site, outcome_low, outcome_high. Out: rating.

CREATE OR REPLACE TEMP TABLE rating AS
WITH described AS (
    SELECT participant_id,
           date - (recall = 'yesterday' OR (recall = 'last_24_hours' AND filled = 'morning'))::INTEGER AS date,
           CASE WHEN higher_is_worse THEN value - scale_low ELSE scale_high - value END / (scale_high - scale_low) AS share
    FROM self_report
    WHERE item = getvariable('outcome_item') AND (getvariable('outcome_site') IS NULL OR site = getvariable('outcome_site'))
), scored AS (
    SELECT participant_id, date,
           getvariable('outcome_low') + share * (getvariable('outcome_high') - getvariable('outcome_low')) AS score
    FROM described
)
SELECT participant_id, date, fsum(score) / count(*) AS pain_score, max(score) AS highest_pain_score, count(*)::INTEGER AS report_count
FROM scored
GROUP BY participant_id, date;
