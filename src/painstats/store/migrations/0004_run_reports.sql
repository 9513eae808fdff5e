-- What each run did: one row for each run that imported, computed or wrote anything. Each stage's record is JSON, and
-- null where the stage did not run. Counts and names of painstats' own only: no participant ids and no file names.
CREATE TABLE run_report (
    started_at        TIMESTAMPTZ NOT NULL,
    finished_at       TIMESTAMPTZ,         -- null: the run was killed
    painstats_version VARCHAR NOT NULL,
    plan_hash         VARCHAR NOT NULL,
    imports_hash      VARCHAR NOT NULL,
    exit_code         INTEGER,
    files_read        JSON NOT NULL,
    daily_table_built JSON,
    model_frame_built JSON,
    questions_fitted  JSON,
    findings_made     JSON,
    pages_written     JSON
);
