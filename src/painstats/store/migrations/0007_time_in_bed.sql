-- Results of earlier versions, until the next run computes them again: times in bed were not counted.
ALTER TABLE IF EXISTS participant_summary ADD COLUMN IF NOT EXISTS valid_in_bed_nights BIGINT DEFAULT 0;
ALTER TABLE IF EXISTS participant_summary ADD COLUMN IF NOT EXISTS in_bed_only_nights BIGINT DEFAULT 0;
