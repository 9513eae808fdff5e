"""Real files from start to end: again, longer, from another season, overlapping, corrected, in any order and runs."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest

from painstats.plan.study import Plan, Study
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.sources.reading import zipped
from tests.spec.test_load_in_any_order import stored

RECORD = '<Record type="HKQuantityTypeIdentifierStepCount" sourceName="W" unit="count" startDate="{}" endDate="{}" value="{}"/>'
FIRST = datetime(2026, 3, 20, 8, tzinfo=UTC)
WINTER, SUMMER = timezone(timedelta(0)), timezone(timedelta(hours=1))
FORM = "%Y-%m-%d %H:%M:%S %z"


def export(days, exported, zone, *, walked=None):
    """Write an Apple Health export: an hour's steps each day; its dates carry the offset of the day of export."""
    records = []
    for day in days:
        start = (FIRST + timedelta(days=day)).astimezone(zone)
        count = (walked or {}).get(day, 100 + day)
        records.append(RECORD.format(start.strftime(FORM), (start + timedelta(hours=1)).strftime(FORM), count))
    date = f'<ExportDate value="{exported.astimezone(zone).strftime(FORM)}"/>'
    text = "\n".join(['<?xml version="1.0"?>', "<HealthData>", date, *records, "</HealthData>"])
    return {"apple_health_export/export.xml": text}


EXPORTS = {
    "winter.zip": export(range(5), FIRST + timedelta(days=5), WINTER),
    "again.zip": export(range(5), FIRST + timedelta(days=5), WINTER),
    "summer.zip": export(range(12), FIRST + timedelta(days=12), SUMMER),
    "overlap.zip": export(range(8, 20), FIRST + timedelta(days=20), SUMMER),
    "corrected.zip": export(range(3, 10), FIRST + timedelta(days=30), SUMMER, walked={4: 999, 9: 1}),
    "outdated.zip": export(range(4), FIRST + timedelta(days=4), WINTER, walked={1: 5}),
}
TRUTH = {day: 100 + day for day in range(20)} | {4: 999, 9: 1}
ORDERS = list(itertools.permutations(EXPORTS))[:: 720 // 8]


def read(tmp_path, runs):
    """Put exports into the inbox run by run, and return what is stored in the end."""
    (tmp_path / "inbox" / "ann").mkdir(parents=True)
    study = Study(folder=tmp_path, plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))
    for names in runs:
        for name in names:
            zipped(tmp_path / "inbox" / "ann" / name, EXPORTS[name])
        with open_store(study) as store:
            outcomes = load_files(store, list_inbox(study), lambda _: None, 1)
            assert {outcome.status for outcome in outcomes} <= {"loaded", "known"}
            found = stored(store)
            steps = store.connection.execute("SELECT start_at::VARCHAR, step_count FROM step_count").fetchall()
    return found, {(datetime.fromisoformat(start) - FIRST).days: count for start, count in steps}


def without_containers(found):
    """Leave out the hashes of zips, which hold the time of packing."""
    return {name: [row[:-1] for row in rows] if isinstance(rows, list) else rows for name, rows in found.items()}


@pytest.fixture(scope="module")
def in_order(tmp_path_factory):
    return read(tmp_path_factory.mktemp("study"), [list(EXPORTS)])


def test_the_export_made_last_counts_for_each_fact(in_order):
    found, steps = in_order
    assert steps == TRUTH
    assert len(found["superseded"]) == 3  # the two that were corrected, and the outdated one


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name[0] for name in order))
def test_any_order_of_runs_gives_the_same(tmp_path, order, in_order):
    found, steps = read(tmp_path, [[name] for name in order])
    assert steps == TRUTH
    assert without_containers(found) == without_containers(in_order[0])


def test_the_same_export_again_adds_nothing(tmp_path):
    found, steps = read(tmp_path, [["winter.zip"], ["again.zip"]])
    assert len(found["step_count"]) == 5
    assert found["superseded"] == []
    assert steps == {day: 100 + day for day in range(5)}


def test_an_export_of_another_season_has_the_same_instants(tmp_path):
    found, steps = read(tmp_path, [["summer.zip"], ["winter.zip"]])
    assert len(found["step_count"]) == 12
    assert found["superseded"] == []
    assert steps == {day: 100 + day for day in range(12)}
