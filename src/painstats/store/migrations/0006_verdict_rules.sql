-- The rules of verdicts, each time they changed: a report says so where results existed before.
CREATE TABLE verdict_rules (
    first_used_at     TIMESTAMPTZ NOT NULL,
    looks             INTEGER[] NOT NULL,  -- days with a score
    false_sign_chance DOUBLE NOT NULL,
    matters           DOUBLE NOT NULL,     -- points of a 0-10 scale, between a low and a high day
    had_results       BOOLEAN NOT NULL     -- whether there were verdicts under other rules
);
