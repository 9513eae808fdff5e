"""In any cut, repetition, contradiction and order of exports, the same rows and the same history are stored."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from painstats.batch import ExportedAt, Ignored
from painstats.plan.study import Plan, Study
from painstats.records import RECORD_TABLES
from painstats.store import load_records, open_store
from painstats.store.ledger import ExportIdentity
from painstats.store.withdraw import withdraw_import
from tests.conftest import table
from tests.examples import examples
from tests.spec.test_load import STORED, steps

HOURS = range(6, 18)
FIRST_EXPORT = datetime(2026, 2, 1, tzinfo=UTC)


@contextmanager
def fresh_store():
    with tempfile.TemporaryDirectory() as folder, open_store(Study(folder=Path(folder), plan=Plan())) as store:
        yield store


def drawn(hours):
    return "at | steps\n" + "\n".join(f"10 {hour:02d}:00 | {hour * 7}" for hour in hours)


files = st.lists(st.lists(st.sampled_from(HOURS), min_size=1, max_size=8), min_size=1, max_size=5)


@settings(max_examples=examples(6), deadline=None)
@given(files, st.randoms(use_true_random=False))
def test_any_cut_and_any_order_give_the_union(cuts, chance):
    cuts = [*cuts, list(HOURS)]  # together they hold every hour
    chance.shuffle(cuts)
    with fresh_store() as store:
        new = 0
        for number, hours in enumerate(cuts):
            identity = ExportIdentity(f"{number}.csv", f"hash {number}", "settings", "ann")
            summary = load_records(store, identity, "test", [steps(drawn(hours))], "0")
            assert (summary.read, summary.corrected, summary.quarantined) == (len(hours), 0, 0)
            new += summary.new
        assert new == len(HOURS)
        assert [row["step_count"] for row in table(store, STORED)] == [hour * 7 for hour in HOURS]


# --- exports that contradict each other ---

exports = st.lists(
    st.tuples(
        st.integers(0, 3),  # days after the first export; two may be of one moment
        st.lists(st.tuples(st.sampled_from(range(6, 11)), st.integers(1, 3)), min_size=1, max_size=6),  # hour, steps
    ),
    min_size=2,
    max_size=5,
    unique_by=str,
)


def load(store, number, export):
    day, rows = export
    text = "at | steps\n" + "\n".join(f"10 {hour:02d}:00 | {count}" for hour, count in rows)
    identity = ExportIdentity(f"{number}.csv", f"hash {number}", "settings", "ann")
    dated = ExportedAt(FIRST_EXPORT + timedelta(days=day))
    readings = [steps(text), Ignored("x", number, "not needed")]
    return load_records(store, identity, "test", readings, "0", dated)


def stored(store, *, ledger=False):
    """Everything that is stored, with content hashes in place of numbers that only say in which order files came."""
    who = (
        "(SELECT list(i.content_hash ORDER BY i.content_hash) FROM import AS i WHERE list_contains(coalesce("
        "(SELECT import_ids FROM import_group WHERE group_id = t.import_id), [t.import_id]), i.import_id)) AS held_by"
    )
    names = [*RECORD_TABLES, "superseded", "quarantine", "ignored"]
    found = {
        name: store.connection.execute(
            f"SELECT t.* EXCLUDE (import_id), {who} FROM {name} AS t ORDER BY ALL"
        ).fetchall()
        for name in names
    }
    groups = store.connection.execute("SELECT count(*) FROM import_group").fetchone()
    if ledger:
        found["import"] = store.connection.execute(
            "SELECT * EXCLUDE (import_id, imported_at, exported_at), epoch_us(exported_at) FROM import "
            "WHERE status <> 'withdrawn' ORDER BY file_name"
        ).fetchall()
    return {**found, "groups": groups}


@settings(max_examples=examples(6), deadline=None)
@given(exports, st.randoms(use_true_random=False))
def test_of_contradicting_exports_the_one_exported_last_counts_in_any_order(cuts, chance):
    numbered = list(enumerate(cuts))
    with fresh_store() as store:
        for number, export in numbered:
            load(store, number, export)
        in_order = stored(store)
        counted = {(row["at"], row["step_count"]) for row in table(store, STORED.replace("start_at,", "at,"))}
    ranked = sorted(numbered, key=lambda each: (each[1][0], f"hash {each[0]}"))
    truth = {hour: count for _, (_, rows) in ranked for hour, count in rows}
    assert counted == {(f"2026-01-10 {hour:02d}:00:00+00", count) for hour, count in truth.items()}
    chance.shuffle(numbered)
    with fresh_store() as store:
        for number, export in numbered:
            load(store, number, export)
        assert stored(store) == in_order


@settings(max_examples=examples(6), deadline=None)
@given(exports, st.randoms(use_true_random=False))
def test_an_import_that_is_withdrawn_might_as_well_never_have_been(cuts, chance):
    numbered = list(enumerate(cuts))
    chance.shuffle(numbered)
    gone = {number for number, _ in numbered if chance.random() < 0.4}
    with fresh_store() as store:
        for number, export in numbered:
            if number not in gone:
                load(store, number, export)
        without = stored(store, ledger=True)
    with fresh_store() as store:
        for number, export in numbered:
            summary = load(store, number, export)
            if number in gone and chance.random() < 0.5:
                withdraw_import(store, summary.import_id)
        left = store.connection.execute(
            "SELECT import_id FROM import WHERE status = 'loaded' AND list_contains(?, file_name)",
            [[f"{number}.csv" for number in gone]],
        ).fetchall()
        for (import_id,) in left:
            withdraw_import(store, import_id)
        assert stored(store, ledger=True) == without
