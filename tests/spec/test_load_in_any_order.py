"""However an export is cut into files, repeated and ordered, the same rows are stored."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from painstats.store import load_records, open_store
from painstats.store.ledger import ExportIdentity
from painstats.study import Plan, Study
from tests.conftest import table
from tests.spec.test_load import STORED, steps

HOURS = range(6, 18)


def drawn(hours):
    return "at | steps\n" + "\n".join(f"10 {hour:02d}:00 | {hour * 7}" for hour in hours)


files = st.lists(st.lists(st.sampled_from(HOURS), min_size=1, max_size=8), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(files, st.randoms(use_true_random=False))
def test_any_cut_and_any_order_give_the_union(cuts, chance):
    cuts = [*cuts, list(HOURS)]  # together they hold every hour
    chance.shuffle(cuts)
    with tempfile.TemporaryDirectory() as folder, open_store(Study(folder=Path(folder), plan=Plan())) as store:
        new = 0
        for number, hours in enumerate(cuts):
            identity = ExportIdentity(f"{number}.csv", f"hash {number}", "settings", "ann")
            summary = load_records(store, identity, "test", [steps(drawn(hours))], "0")
            assert (summary.read, summary.corrected, summary.quarantined) == (len(hours), 0, 0)
            new += summary.new
        assert new == len(HOURS)
        assert [row["step_count"] for row in table(store, STORED)] == [hour * 7 for hour in HOURS]
