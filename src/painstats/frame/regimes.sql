-- Which treatments act on each day and how much of its full effect each has, and the day's regime: which of them act.
-- In: daily_summary, treatment_phase. Out: regime_day. The rules are those of docs/method/frame.md.

CREATE OR REPLACE TEMP TABLE regime_day AS
WITH entry AS (
    SELECT participant_id, lower(trim(name)) AS name,
           concat_ws(' ', lower(trim(name)), regexp_replace(dose::VARCHAR, '\.0$', ''), lower(trim(dose_unit)))
               AS treatment,
           start_date,
           coalesce(end_date, DATE '9999-12-31') AS last_date, -- the one place that says which day is the last
           ramp_days::INTEGER AS ramp_days, wash_out_days::INTEGER AS wash_out_days
    FROM treatment_phase
), placed AS (
    SELECT *, row_number() OVER own AS place,
           coalesce(start_date > lag(last_date + wash_out_days) OVER own + 1, true) AS begins
    FROM entry
    WINDOW own AS (PARTITION BY participant_id, name ORDER BY start_date, last_date, treatment)
), linked AS ( -- entries of a name that follow each other: refills, and changes of dose
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant_id, name ORDER BY place) AS course FROM placed
), bounded AS ( -- until when an entry can act: its wash-out, or the day before a later one has replaced it in full
    SELECT *, greatest(last_date, least(
                  min(if(last_date >= start_date + ramp_days, start_date + ramp_days - 1, NULL)) OVER later,
                  greatest(last_date + wash_out_days, max(last_date + wash_out_days) OVER later)
              )) AS acts_until
    FROM linked
    WINDOW later AS (
        PARTITION BY participant_id, name, course ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    )
), acting AS (
    SELECT d.participant_id, d.date, e.* EXCLUDE (participant_id),
           least(1, (least(d.date, e.last_date) - e.start_date + 1) / (e.ramp_days + 1)) AS share
    FROM daily_summary AS d
    JOIN bounded AS e ON e.participant_id = d.participant_id AND d.date BETWEEN e.start_date AND e.acts_until
), fading AS ( -- after its last day an entry fades as each later one builds up
    SELECT a.participant_id, a.date, a.treatment, a.share, a.place,
           list(1 - least(1, (least(a.date, n.last_date) - n.start_date + 1) / (n.ramp_days + 1))) AS shares_left
    FROM acting AS a
    JOIN bounded AS n
        ON n.participant_id = a.participant_id AND n.name = a.name AND n.course = a.course AND n.place > a.place
        AND n.start_date <= a.date
    WHERE a.date > a.last_date
    GROUP BY ALL
), shared AS (
    SELECT a.participant_id, a.date, a.treatment,
           list(a.share * coalesce(list_product(list_sort(f.shares_left)), 1)) AS shares
    FROM acting AS a LEFT JOIN fading AS f
        ON f.participant_id = a.participant_id AND f.date = a.date AND f.treatment = a.treatment AND f.place = a.place
    GROUP BY ALL
), on_day AS ( -- lists are sorted, so that sums and products are the same in every run
    SELECT participant_id, date,
           list_sort(list({'treatment': treatment, 'share': least(1, list_sum(list_sort(shares)))})) AS treatments,
           list_transform(treatments, lambda acting: acting.treatment) AS names
    FROM shared WHERE list_max(shares) > 0 GROUP BY participant_id, date
), whole AS (
    SELECT d.participant_id, d.date, coalesce(o.treatments, []) AS treatments,
           min(d.date) OVER (PARTITION BY d.participant_id, coalesce(o.names, [])) AS first_date
    FROM daily_summary AS d LEFT JOIN on_day AS o USING (participant_id, date)
)
SELECT participant_id, date, treatments,
       (dense_rank() OVER (PARTITION BY participant_id ORDER BY first_date))::INTEGER AS regime
FROM whole;
