"""Loading is exactly once: equal rows change nothing, later values correct, counts add up, failures leave no trace."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from painstats.batch import Ignored, Note, Rows
from painstats.records import STEP_COUNT
from painstats.staging import Staging
from painstats.store import load_records
from painstats.store.forgotten import participant_hash, remember_forgotten
from painstats.store.ledger import ExportIdentity, known_import, record_refusal
from tests.checked_rows import checked_rows
from tests.conftest import drawn, table

REJECTED = {"entry": pl.String, "line": pl.Int64, "column": pl.String, "rule": pl.String, "text": pl.String}
STORED = "SELECT start_at::VARCHAR AS start_at, step_count FROM step_count ORDER BY start_at"


def identity(name, participant="ann"):
    return ExportIdentity(name, f"hash of {name}", "settings", participant)


def steps(text, rejected=()):
    rows = [
        {
            "participant_id": row.get("participant_id", "ann"), "source": "test", "device": "w", "device_kind": "watch",
            "start_at": datetime.fromisoformat(f"2026-01-{row['at']}:00").replace(tzinfo=UTC),
            "end_at": datetime.fromisoformat(f"2026-01-{row['at']}:30").replace(tzinfo=UTC),
            "step_count": int(row["steps"]),
        }
        for row in drawn(text)
    ]  # fmt: skip
    return checked_rows(
        "step_count",
        pl.DataFrame(rows, schema=STEP_COUNT.columns),
        pl.DataFrame(list(rejected), schema=REJECTED, orient="row"),
    )


def load(store, name, *readings):
    return load_records(store, identity(name), "test", readings, "0")


def counts(summary):
    return (summary.new, summary.same, summary.corrected, summary.quarantined, summary.ignored)


JANUARY = "at | steps\n10 08:00 | 100\n10 09:00 | 200"
LONGER = "at | steps\n10 08:00 | 100\n10 09:00 | 200\n11 08:00 | 300"


def test_an_overlapping_export_adds_only_what_is_new(store):
    assert counts(load(store, "a", steps(JANUARY))) == (2, 0, 0, 0, 0)
    assert counts(load(store, "b", steps(LONGER))) == (1, 2, 0, 0, 0)
    assert len(table(store, STORED)) == 3


def test_exports_in_either_order_give_the_same_table(store):
    load(store, "b", steps(LONGER))
    load(store, "a", steps(JANUARY))
    assert [row["step_count"] for row in table(store, STORED)] == [100, 200, 300]


def test_a_later_export_corrects_and_the_old_value_is_kept(store):
    first = load(store, "a", steps(JANUARY))
    later = load(store, "b", steps("at | steps\n10 09:00 | 250"))
    assert counts(later) == (0, 0, 1, 0, 0)
    assert [row["step_count"] for row in table(store, STORED)] == [100, 250]
    [old] = table(store, "SELECT import_id, (record->>'step_count')::INTEGER AS step_count FROM superseded")
    assert old == {"import_id": first.import_id, "step_count": 200}
    assert table(store, "SELECT import_id, step_count FROM step_count WHERE step_count = 250") == [
        {"import_id": later.import_id, "step_count": 250}
    ]


def test_a_repeated_row_in_one_file_counts_as_known(store):
    assert counts(load(store, "a", steps(JANUARY + "\n10 08:00 | 100"))) == (2, 1, 0, 0, 0)


def test_rejected_and_ignored_rows_are_kept_and_counted(store):
    rejected = [{"entry": "a.csv", "line": 7, "column": "step_count", "rule": "negative", "text": "-5"}]
    summary = load(store, "a", steps(JANUARY, rejected), Ignored("a.csv", 9, "not needed"), Note("", "a note"))
    assert counts(summary) == (2, 0, 0, 1, 9)
    assert summary.read == 12
    assert table(store, "SELECT line, column_name, rule, text FROM quarantine") == [
        {"line": 7, "column_name": "step_count", "rule": "negative", "text": "-5"}
    ]
    assert table(store, "SELECT rows_read, notes FROM import") == [{"rows_read": 12, "notes": ["a note"]}]


def test_a_failure_half_way_leaves_nothing(store):
    def readings():
        yield steps(JANUARY)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        load_records(store, identity("a"), "test", readings(), "0")
    assert table(store, STORED) == []
    assert table(store, "SELECT * FROM import") == []
    assert counts(load(store, "a", steps(JANUARY))) == (2, 0, 0, 0, 0)


def test_a_file_is_known_by_content_settings_and_person(store):
    load(store, "a", steps(JANUARY))
    known = known_import(store, identity("a"), "0")
    assert known is not None
    assert known.status == "loaded"
    assert known_import(store, identity("a", "bob"), "0") is None
    assert known_import(store, ExportIdentity("a", "hash of a", "other settings", "ann"), "0") is None


def test_a_refusal_is_remembered_until_the_file_loads(store):
    record_refusal(store, identity("a"), None, "not_recognised", "unknown file", "0")
    assert known_import(store, identity("a"), "0").rule == "not_recognised"
    load(store, "a", steps(JANUARY))
    assert table(store, "SELECT status FROM import") == [{"status": "loaded"}]


def test_a_forgotten_person_is_not_let_in_again(store):
    remember_forgotten(store.study, [participant_hash(store.study, "bob")])
    summary = load(store, "a", steps("participant_id | at | steps\nann | 10 08:00 | 1\nbob | 10 08:00 | 2"))
    assert counts(summary) == (1, 0, 0, 0, 1)
    assert table(store, "SELECT DISTINCT participant_id FROM step_count") == [{"participant_id": "ann"}]


def test_rejected_rows_of_a_forgotten_participant_are_not_kept(store):
    remember_forgotten(store.study, [participant_hash(store.study, "bob")])
    rows = [("ann", "steps_negative", "ann,-1"), ("bob", "steps_negative", "bob,-2"), (None, "unreadable", "?,-3")]
    rejected = pl.DataFrame(rows, schema=dict.fromkeys(("participant_id", "rule", "text"), pl.String), orient="row")
    summary = load(store, "a", checked_rows("step_count", steps(JANUARY).accepted, rejected))
    assert counts(summary) == (2, 0, 0, 2, 1)
    kept = table(store, "SELECT text FROM quarantine ORDER BY text")
    assert [row["text"] for row in kept] == ["?,-3", "ann,-1"]


def test_rows_that_another_process_staged_keep_their_numbers_without_a_forgotten_participant(store, tmp_path):
    """The number of a row tells it from the others of its file, also of batches that are not written again."""
    remember_forgotten(store.study, [participant_hash(store.study, "bob")])
    folder = tmp_path / "staged"
    folder.mkdir()
    elsewhere = Staging(folder)
    drawn_batches = [JANUARY, "participant_id | at | steps\nbob | 10 08:00 | 2\nann | 11 08:00 | 3\nann | 11 08:00 | 3"]
    batches = [replace(rows, frame=elsewhere.write(rows)) for rows in map(steps, drawn_batches)]
    assert counts(load(store, "a", *batches)) == (3, 1, 0, 0, 1)
    assert [row["step_count"] for row in table(store, STORED)] == [100, 200, 3]


def test_the_tables_hold_the_columns_that_records_declares(store):
    from painstats.records import RECORD_TABLES

    for name, declared in RECORD_TABLES.items():
        columns = [row["column_name"] for row in table(store, f"SELECT column_name FROM (DESCRIBE {name})")]
        assert columns == [*declared.columns, "import_id"]


def test_a_row_that_contradicts_another_of_its_file_is_kept_apart(store):
    summary = load(store, "a", steps("at | steps\n10 08:00 | 100\n10 08:00 | 700\n10 08:00 | 700"))
    assert counts(summary) == (1, 1, 0, 1, 0)
    assert [row["step_count"] for row in table(store, STORED)] == [700]
    [kept] = table(store, "SELECT rule, (text::JSON->>'step_count')::INTEGER AS step_count FROM quarantine")
    assert kept == {"rule": "conflicting_duplicate", "step_count": 100}


def test_a_file_that_was_replaced_and_put_back_counts_again(store):
    first, second = identity("diary"), ExportIdentity("diary", "hash of the replacement", "settings", "ann")
    load_records(store, first, "test", [steps("at | steps\n10 08:00 | 100")], "0")
    load_records(store, second, "test", [steps("at | steps\n10 08:00 | 200")], "0")
    assert known_import(store, second, "0") is not None
    assert known_import(store, first, "0") is None
    load_records(store, first, "test", [steps("at | steps\n10 08:00 | 100")], "0")
    assert [row["step_count"] for row in table(store, STORED)] == [100]


def test_a_refusal_of_another_version_is_tried_again(store):
    record_refusal(store, identity("a"), None, "not_recognised", "unknown file", "0")
    assert known_import(store, identity("a"), "0") is not None
    assert known_import(store, identity("a"), "1") is None


def test_rows_that_were_not_checked_are_refused(store):
    unchecked = Rows("step_count", steps(JANUARY).accepted)
    with pytest.raises(ValueError, match="rows of step_count were not checked"):
        load(store, "a", unchecked)
    assert table(store, "SELECT * FROM import") == []
