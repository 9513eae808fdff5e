-- Which code read a file, so that newer code reads it again, and when one of its rejected rows may be accepted. A file
-- without a line here was read before this was kept, or is to be read again. An import that was read again gets the
-- status 'replaced': its rows are gone, and its line in the ledger is the history of it.
--
-- A table of its own, not columns of `import`: DuckDB cannot replay ALTER TABLE from its log where a column has nextval
-- as its default, so that a run killed at the wrong moment would leave a database that does not open.
CREATE TABLE import_reading (
    import_id      INTEGER NOT NULL,
    reader_version INTEGER,                -- of its source; of all sources together for a refused file
    rules_version  INTEGER,
    recheck_on     DATE                    -- null: no rejected row depends on the day on which it was read
);
