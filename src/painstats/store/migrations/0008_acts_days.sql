-- Events of one day, such as injections, say for how many days they act. The table is made again, because rows are
-- written in the order of its columns, and `import_id` is the last.
ALTER TABLE treatment RENAME TO treatment_before;
CREATE TABLE treatment (
    participant_id VARCHAR NOT NULL, source VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL,
    start_date DATE NOT NULL, end_date DATE, dose DOUBLE, dose_unit VARCHAR, ramp_days BIGINT NOT NULL,
    wash_out_days BIGINT NOT NULL, acts_days BIGINT, import_id INTEGER NOT NULL
);
INSERT INTO treatment
SELECT participant_id, source, kind, name, start_date, end_date, dose, dose_unit, ramp_days, wash_out_days, NULL, import_id
FROM treatment_before;
DROP TABLE treatment_before;
-- Results of earlier versions, until the next run computes them again.
ALTER TABLE IF EXISTS treatment_phase ADD COLUMN IF NOT EXISTS acts_days BIGINT;
