-- The lines of plan_ledger.jsonl, each once. Rows are only added: one that the file lacks shows that it was replaced.
CREATE TABLE plan_ledger (
    line_hash   VARCHAR NOT NULL,  -- SHA-256 of the line
    ledger_line VARCHAR NOT NULL   -- canonical JSON: hashes, times and the version; no participant
);
