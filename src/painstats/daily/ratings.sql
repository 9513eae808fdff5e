-- The outcome, turned so that higher is worse, put on the study's scale, and dated by the day it describes. A morning
-- report about the last 24 hours, and any report about yesterday, describe the day before the report. Where the time of a
-- report is known, an evening that lasts past midnight still belongs to its day, and a diary filled in at any time counts
-- as a morning's before noon.
-- In: self_report, zone_period; variables outcome_item, outcome_site, outcome_low, outcome_high, day_ends_hour. Out: rating.

CREATE OR REPLACE TEMP TABLE rating AS
WITH placed AS (
    SELECT r.*, hour(timezone(z.time_zone, r.reported_at)) AS reported_hour
    FROM self_report AS r
    ASOF LEFT JOIN zone_period AS z ON r.participant_id = z.participant_id AND r.reported_at >= z.starts_at
    WHERE item = getvariable('outcome_item') AND (getvariable('outcome_site') IS NULL OR site = getvariable('outcome_site'))
), timed AS (
    SELECT *,
           filled <> 'morning' AND coalesce(reported_hour < getvariable('day_ends_hour'), false) AS is_past_midnight,
           filled = 'morning' OR (filled = 'any_time' AND coalesce(reported_hour < 12, false)) AS is_morning
    FROM placed
), described AS (
    SELECT participant_id,
           date - (is_past_midnight OR recall = 'yesterday' OR (recall = 'last_24_hours' AND is_morning))::INTEGER
                - (is_past_midnight AND recall = 'yesterday')::INTEGER AS date,
           CASE WHEN higher_is_worse THEN value - scale_low ELSE scale_high - value END / (scale_high - scale_low) AS share
    FROM timed
), scored AS (
    SELECT participant_id, date,
           getvariable('outcome_low') + share * (getvariable('outcome_high') - getvariable('outcome_low')) AS score
    FROM described
)
SELECT participant_id, date, fsum(score) / count(*) AS pain_score, max(score) AS highest_pain_score, count(*)::INTEGER AS report_count
FROM scored
GROUP BY participant_id, date;
