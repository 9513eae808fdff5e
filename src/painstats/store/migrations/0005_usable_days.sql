-- Results of earlier versions, until the next run computes them again: days that can be used were the complete ones.
ALTER TABLE IF EXISTS participant_summary RENAME complete_days TO usable_days;
ALTER TABLE IF EXISTS participant_summary RENAME last_complete_date TO last_usable_date;
