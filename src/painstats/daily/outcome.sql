-- The outcome of each day from the scores of its sites. A site that is rated only on bad days must not raise or lower the score of
-- those days by its own level, so each score counts as its difference from the site's own mean (docs/method/questions.md, scores
-- of several sites): the outcome is the mean of these differences over the sites rated that day, plus the mean of the sites' means.
-- It can leave the scale a little. Sites with too few rated days do not count, unless no site has enough; a day on which no site
-- counts has no score. Of the worst site the score itself counts.
-- In: a table of days with participant_id, date, item, site, item_scores, outcome_score (kept on a day without a score of the
-- outcome); variables outcome_site, across_sites, good_items, least_site_days. Out: macros site_score, site_mean and outcome_of.

-- The scores of the outcome by day and site.
CREATE OR REPLACE TEMP MACRO site_score(days) AS TABLE
WITH reported AS (
    SELECT participant_id, date, item AS outcome_item, site AS outcome_site, unnest(item_scores, recursive := true) FROM query_table(days)
)
SELECT participant_id, date, site, score FROM reported
WHERE item = outcome_item AND (getvariable('outcome_site') IS NULL OR site = outcome_site);

-- Each site's mean over its rated days, and whether it counts.
CREATE OR REPLACE TEMP MACRO site_mean(days) AS TABLE
SELECT participant_id, site, count(*) AS rated_days, fsum(score ORDER BY date) / count(*) AS mean_score,
       getvariable('across_sites') = 'worst' OR rated_days >= getvariable('least_site_days')
           OR max(rated_days) OVER (PARTITION BY participant_id) < getvariable('least_site_days') AS counts
FROM site_score(days) GROUP BY participant_id, site;

-- Written so that a day on which all sites were rated has exactly the mean of their scores: above_rated is 0.
CREATE OR REPLACE TEMP MACRO outcome_of(days) AS TABLE
WITH counted AS (
    SELECT participant_id, site, mean_score FROM site_mean(days) WHERE counts
), usual AS (
    SELECT participant_id, fsum(mean_score ORDER BY site) / count(*) AS usual_score FROM counted GROUP BY participant_id
), rated AS (
    SELECT DISTINCT participant_id, date FROM site_score(days)
), of_day AS (
    SELECT participant_id, date, fsum(score ORDER BY site) / count(*) AS mean_of_day, min(score) AS lowest, max(score) AS highest,
           any_value(usual_score) - fsum(mean_score ORDER BY site) / count(*) AS above_rated
    FROM site_score(days) JOIN counted USING (participant_id, site) JOIN usual USING (participant_id)
    GROUP BY participant_id, date
)
SELECT d.participant_id, d.date,
       CASE WHEN r.date IS NULL THEN d.outcome_score
            WHEN getvariable('across_sites') = 'mean' THEN o.mean_of_day + o.above_rated
            WHEN list_contains(getvariable('good_items')::VARCHAR[], d.item) THEN o.lowest ELSE o.highest END AS outcome_score
FROM query_table(days) AS d
LEFT JOIN rated AS r ON r.participant_id = d.participant_id AND r.date = d.date
LEFT JOIN of_day AS o ON o.participant_id = d.participant_id AND o.date = d.date;
