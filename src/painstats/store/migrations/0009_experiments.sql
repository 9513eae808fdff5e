-- Planned experiments as they were drawn. Rows are only added, never changed, and stay when the inbox is imported again:
-- neither the order nor the time of drawing is in any file. Only erasing the participant deletes them.
CREATE TABLE experiment_plan (
    participant_id VARCHAR NOT NULL,
    fingerprint    VARCHAR NOT NULL,      -- SHA-256 of canonical, which chooses the order
    canonical      VARCHAR NOT NULL,      -- the plan with its random seed, as JSON
    drawn_at       TIMESTAMPTZ NOT NULL,
    outcome        VARCHAR NOT NULL,      -- what is explained, as JSON: another outcome is not tested with this order
    is_medicine    BOOLEAN NOT NULL,
    agreed_on      DATE,                  -- when the prescriber agreed, where it is a medicine
    agreed_by      VARCHAR                -- in which role
);

-- Experiments that were stopped before their last day.
CREATE TABLE experiment_end (
    participant_id VARCHAR NOT NULL,
    fingerprint    VARCHAR NOT NULL,
    ended_at       TIMESTAMPTZ NOT NULL
);
