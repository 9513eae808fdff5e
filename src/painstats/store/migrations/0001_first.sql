-- The import ledger: one row for each file that was read or refused.
CREATE SEQUENCE import_number START 1;
CREATE TABLE import (
    import_id         INTEGER PRIMARY KEY DEFAULT nextval('import_number'),
    participant_id    VARCHAR,             -- null for a file of many people
    file_name         VARCHAR NOT NULL,    -- path below the inbox
    content_hash      VARCHAR NOT NULL,    -- SHA-256 of the file
    reading_hash      VARCHAR NOT NULL,    -- hash of the zones and diary mappings it was read with
    source            VARCHAR,             -- null when no source recognised it
    status            VARCHAR NOT NULL,    -- loaded | refused | withdrawn (its rows were taken out again)
    rule              VARCHAR,             -- why it was refused
    message           VARCHAR,
    notes             VARCHAR[],
    rows_read         BIGINT NOT NULL DEFAULT 0,
    rows_new          BIGINT NOT NULL DEFAULT 0,
    rows_same         BIGINT NOT NULL DEFAULT 0,
    rows_corrected    BIGINT NOT NULL DEFAULT 0,
    rows_quarantined  BIGINT NOT NULL DEFAULT 0,
    rows_ignored      BIGINT NOT NULL DEFAULT 0,
    reported          BOOLEAN NOT NULL DEFAULT false,  -- whether a finished run has told of its quarantine
    painstats_version VARCHAR NOT NULL,
    imported_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    exported_at       TIMESTAMPTZ,         -- of contradicting files the one exported last counts; null when refused
    CHECK (rows_read = rows_new + rows_same + rows_corrected + rows_quarantined + rows_ignored)
);

-- Files and rows for each source, as they stand at any moment.
CREATE VIEW import_summary AS
SELECT participant_id, source, status, rule, count(*) AS files, sum(rows_read)::BIGINT AS rows_read,
       sum(rows_new + rows_corrected)::BIGINT AS rows_stored, sum(rows_same)::BIGINT AS rows_known,
       sum(rows_quarantined)::BIGINT AS rows_quarantined, sum(rows_ignored)::BIGINT AS rows_ignored
FROM import GROUP BY ALL ORDER BY ALL;

CREATE TABLE quarantine (
    import_id   INTEGER NOT NULL,
    table_name  VARCHAR NOT NULL,
    entry       VARCHAR,
    line        BIGINT,
    column_name VARCHAR,
    rule        VARCHAR NOT NULL,
    text        VARCHAR
);

CREATE TABLE ignored (import_id INTEGER NOT NULL, entry VARCHAR, rows BIGINT NOT NULL, reason VARCHAR NOT NULL);

-- Which imports hold a row: `import_id` of a record is the number of an import, or, below zero, of a group of imports
-- that all hold the very same row. Numbers of groups come and go with the imports.
CREATE SEQUENCE import_group_number START -1 INCREMENT -1 MINVALUE -2147483648 MAXVALUE -1;
CREATE TABLE import_group (group_id INTEGER NOT NULL, import_ids INTEGER[] NOT NULL);

-- Values of a fact that do not count because a file exported later says otherwise, each with who holds it.
CREATE TABLE superseded (
    table_name VARCHAR NOT NULL, participant_id VARCHAR NOT NULL, import_id INTEGER NOT NULL, record JSON NOT NULL
);

-- People whose data was removed for good, as a keyed hash of their id: their rows are not let in again.
CREATE TABLE forgotten (participant_hash VARCHAR NOT NULL, forgotten_at TIMESTAMPTZ NOT NULL DEFAULT now());

-- Records. Columns and keys: records.py. No primary keys: they cost five times the load; merge.py keeps keys unique.
CREATE TABLE step_count (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, utc_offset_min INTEGER, step_count BIGINT NOT NULL, import_id INTEGER NOT NULL
);
CREATE TABLE sleep_segment (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, utc_offset_min INTEGER, stage VARCHAR NOT NULL, import_id INTEGER NOT NULL
);
CREATE TABLE sleep_episode (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    start_at TIMESTAMPTZ, end_at TIMESTAMPTZ, utc_offset_min INTEGER, episode_id VARCHAR NOT NULL, date DATE NOT NULL,
    total_sleep_time_min DOUBLE, time_in_bed_min DOUBLE, wake_after_sleep_onset_min DOUBLE, deep_sleep_min DOUBLE, rem_sleep_min DOUBLE,
    is_main_sleep BOOLEAN,
    import_id INTEGER NOT NULL
);
CREATE TABLE exercise_session (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, utc_offset_min INTEGER,
    session_id VARCHAR NOT NULL, exercise_type VARCHAR NOT NULL, duration_min DOUBLE NOT NULL, distance_m DOUBLE,
    energy_kcal DOUBLE, heart_rate_bpm DOUBLE, import_id INTEGER NOT NULL
);
CREATE TABLE measurement (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, utc_offset_min INTEGER,
    measure VARCHAR NOT NULL, value DOUBLE NOT NULL, import_id INTEGER NOT NULL
);
CREATE TABLE daily_total (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, device VARCHAR NOT NULL, device_kind VARCHAR NOT NULL,
    date DATE NOT NULL, measure VARCHAR NOT NULL, value DOUBLE NOT NULL, import_id INTEGER NOT NULL
);
CREATE TABLE self_report (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, date DATE NOT NULL, reported_at TIMESTAMPTZ,
    item VARCHAR NOT NULL, site VARCHAR NOT NULL, recall VARCHAR NOT NULL, filled VARCHAR NOT NULL,
    entry_number BIGINT NOT NULL, value DOUBLE NOT NULL, scale_low DOUBLE NOT NULL, scale_high DOUBLE NOT NULL,
    higher_is_worse BOOLEAN NOT NULL, import_id INTEGER NOT NULL
);
CREATE TABLE treatment (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL,
    start_date DATE NOT NULL, end_date DATE, dose DOUBLE, dose_unit VARCHAR, ramp_days BIGINT NOT NULL,
    wash_out_days BIGINT NOT NULL, import_id INTEGER NOT NULL
);

-- What the results rest on, so that a run with nothing new changes nothing.
CREATE TABLE stage_done (
    stage VARCHAR NOT NULL, inputs_hash VARCHAR NOT NULL,
    refusal VARCHAR,                       -- why there is no answer, if there is none
    files VARCHAR[] NOT NULL               -- what was written
);

-- Which days the records that came, changed or went may have changed, until the daily table is built again: the UTC
-- dates of those records, widened by two days at either end.
CREATE TABLE touched_day (participant_id VARCHAR NOT NULL, first_date DATE NOT NULL, last_date DATE NOT NULL);

-- What the daily table was built with: a hash of the plan, of the rules and of the version, and the newest import.
CREATE TABLE daily_built (inputs_hash VARCHAR NOT NULL, last_import_id INTEGER);
