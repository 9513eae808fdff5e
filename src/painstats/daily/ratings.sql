-- Every reported item on the study's scale, where a high score means much of the item (more pain, a better mood), dated by the
-- day it describes; and by which rule the scores of the outcome are of their day (outcome.sql makes one of them). A morning report about the last 24 hours, and any report about yesterday, describe the day
-- before the report. If the time of a report is known, an evening report after midnight still belongs to the day before, and a
-- report of a diary filled in at any time counts as a morning report before noon.
-- A day on which the diary was kept without a score is one without any of the item only if the plan says so.
-- In: self_report, read_range, replaced, clock_period, unlogged_day; variables outcome_item, outcome_site, good_items, outcome_low,
-- outcome_high, unlogged_is_zero, day_ends_hour. Out: item_day, rating.

CREATE OR REPLACE TEMP TABLE dated_score AS
WITH near AS (
    SELECT s.* FROM self_report AS s
    JOIN read_range AS r ON r.participant_id = s.participant_id AND s.date BETWEEN r.first_date AND r.last_date
), placed AS (
    SELECT n.*, ((epoch_us(n.reported_at) + c.offset_us) // 3600000000) % 24 AS reported_hour
    FROM near AS n
    ASOF LEFT JOIN clock_period AS c ON n.participant_id = c.participant_id AND epoch_us(n.reported_at) >= c.starts_us
), timed AS (
    SELECT *,
           filled <> 'morning' AND coalesce(reported_hour < getvariable('day_ends_hour'), false) AS is_past_midnight,
           filled = 'morning' OR (filled = 'any_time' AND coalesce(reported_hour < 12, false)) AS is_morning,
           recall = 'yesterday' OR (recall = 'last_24_hours' AND is_morning AND NOT is_past_midnight) AS is_of_day_before,
           list_contains(getvariable('good_items')::VARCHAR[], item) AS is_good
    FROM placed
), described AS (
    SELECT participant_id, item, site,
           date - is_past_midnight::INTEGER - is_of_day_before::INTEGER AS date,
           CASE WHEN is_past_midnight AND is_of_day_before THEN 'evening past midnight, about the day before'
                WHEN is_past_midnight THEN 'evening past midnight'
                WHEN is_of_day_before THEN 'about the day before' ELSE 'day of the report' END AS outcome_rule,
           CASE WHEN higher_is_worse <> is_good THEN value - scale_low ELSE scale_high - value END / (scale_high - scale_low) AS share
    FROM timed
)
SELECT d.participant_id, d.date, d.item, d.site, d.outcome_rule,
       getvariable('outcome_low') + share * (getvariable('outcome_high') - getvariable('outcome_low')) AS score
FROM described AS d
JOIN replaced AS r ON r.participant_id = d.participant_id AND d.date BETWEEN r.first_date AND r.last_date;

-- Several reports of one item and site on a day are averaged.
CREATE OR REPLACE TEMP TABLE item_score AS
SELECT participant_id, date, item, site, fsum(score ORDER BY score) / count(*) AS score
FROM dated_score GROUP BY participant_id, date, item, site;

CREATE OR REPLACE TEMP TABLE item_day AS
SELECT participant_id, date, list({'item': item, 'site': site, 'score': score} ORDER BY item, site) AS item_scores
FROM item_score GROUP BY participant_id, date;

CREATE OR REPLACE TEMP TABLE rating AS
WITH rated AS (
    SELECT participant_id, date, NULL::DOUBLE AS outcome_score, max(score) AS highest_outcome_score, count(*)::INTEGER AS report_count,
           string_agg(DISTINCT outcome_rule, ' + ' ORDER BY outcome_rule) AS outcome_rule
    FROM dated_score
    WHERE item = getvariable('outcome_item') AND (getvariable('outcome_site') IS NULL OR site = getvariable('outcome_site'))
    GROUP BY participant_id, date
)
FROM rated
UNION ALL BY NAME
SELECT u.participant_id, u.date, getvariable('outcome_low')::DOUBLE AS outcome_score, getvariable('outcome_low')::DOUBLE AS highest_outcome_score,
       0 AS report_count, 'entries without a score, read as none' AS outcome_rule
FROM unlogged_day AS u
JOIN replaced AS r ON r.participant_id = u.participant_id AND u.date BETWEEN r.first_date AND r.last_date
ANTI JOIN rated AS d ON d.participant_id = u.participant_id AND d.date = u.date
WHERE getvariable('unlogged_is_zero');
