"""What the plan ledger shows: the chain itself, and each way to make a plan look older or untouched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from painstats.findings.plan_record import plan_history, plan_record, record_of
from painstats.plan.canonical import digest
from painstats.plan.ledger_chain import Standing, broken_at, next_line, standing
from painstats.plan.study import Study, checked_plan, read_study
from painstats.store import plan_ledger
from painstats.store.connection import open_store
from painstats.store.plan_ledger import PlanLedger, declare_plan, ledger_head, note_looked, note_result

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "cohort" / "ledger.json").read_text())

A, B = digest("A"), digest("B")


def story(*steps):
    lines = []
    for kind, plan, time in steps:
        lines.append(next_line(lines, kind, plan, time))
    return lines


def day(month: int, number: int = 1) -> str:
    return f"2026-{month:02d}-{number:02d}T00:00:00Z"


GOOD = story(("plan", A, day(1)), ("result", A, day(3)))
CHANGED = story(*(("plan", A, day(1)), ("result", A, day(3)), ("plan", B, day(3, 2)), ("result", B, day(3, 3))))
BEFORE_RESULT = story(("plan", A, day(1)), ("plan", B, day(1, 2)), ("result", B, day(3)))
LOOKED = story(("plan", A, day(1)), ("looked", A, day(2)), ("plan", B, day(2, 2)))
CLOCK_BACK = story(("plan", A, day(3)), ("result", A, day(3, 2)), ("plan", B, day(1)))
EDITED = [GOOD[0].replace("2026-01-01", "2025-06-01"), GOOD[1]]
TAKEN_OUT = [CHANGED[0], *CHANGED[2:]]
FRESH = story(("plan", B, day(4)))
FORGED = story(("plan", B, "2025-01-01T00:00:00Z"), ("result", B, day(4)))
COPY = [*GOOD, next_line(GOOD, "plan", B, day(3, 3))]
HEADS = [digest(GOOD[1])]

BEFORE_DATA = "declared on {}, before any data were loaded"
OLD_RESULTS = "what was changed is not kept; results of the earlier plan ({}): 1"


@pytest.mark.parametrize(
    ("lines", "plan", "heads", "loaded", "expected", "words"),
    [
        pytest.param(
            GOOD, A, HEADS, day(1, 5), "declared_before_data", BEFORE_DATA.format("1 January 2026"), id="in order"
        ),
        pytest.param(
            GOOD, A, [], "2025-12-01T00:00:00Z", "declared_after_data",
            "declared on 1 January 2026, after data were loaded, before results", id="data were there",
        ),
        pytest.param(
            CHANGED, B, [], None, "changed_after_results",
            f"changed on 2 March 2026 after results existed: {OLD_RESULTS.format(A[:16])}, the last on 1 March 2026",
            id="changed after results",
        ),
        pytest.param(CHANGED, A, [], None, "declared_before_data", BEFORE_DATA.format("1 January 2026"), id="first plan"),
        pytest.param(
            BEFORE_RESULT, B, [], None, "declared_before_data", BEFORE_DATA.format("2 January 2026"),
            id="changed before any result",
        ),
        pytest.param(
            LOOKED, B, [], None, "changed_after_results",
            f"changed on 2 February 2026 after results existed: {OLD_RESULTS.format(A[:16])}, the last on 1 February 2026",
            id="looked, then changed",
        ),
        pytest.param(
            CLOCK_BACK, B, [], None, "clock",
            "the clock went back: the order, not the dates, is sure; in that order, the plan was changed after results "
            f"existed: {OLD_RESULTS.format(A[:16])}",
            id="clock set back",
        ),
        pytest.param(
            EDITED, A, [], None, "broken", "the record of plans was altered at line 2: it proves nothing",
            id="a date edited",
        ),
        pytest.param(
            TAKEN_OUT, B, [], None, "broken", "the record of plans was altered at line 2: it proves nothing",
            id="a line taken out",
        ),
        pytest.param(
            FRESH, B, HEADS, None, "lost", "the record was replaced after results existed", id="ledger deleted"
        ),
        pytest.param(
            GOOD[:1], A, HEADS, None, "lost", "the record was replaced after results existed", id="ledger cut"
        ),
        pytest.param(
            FRESH, B, [], None, "declared_before_data", BEFORE_DATA.format("1 April 2026"),
            id="not noticeable: ledger and results deleted",
        ),
        pytest.param(
            FORGED, B, [], None, "declared_before_data", BEFORE_DATA.format("1 January 2025"),
            id="not noticeable: chain forged",
        ),
        pytest.param(
            COPY, B, HEADS, None, "changed_after_results",
            f"changed on 3 March 2026 after results existed: {OLD_RESULTS.format(A[:16])}, the last on 1 March 2026",
            id="study copied, plan changed",
        ),
        pytest.param(
            FRESH, B, [], None, "declared_before_data", BEFORE_DATA.format("1 April 2026"),
            id="not noticeable: exports copied to a fresh study",
        ),
        pytest.param([], B, [], None, "undeclared", "no record", id="no ledger"),
    ],
)  # fmt: skip
def test_each_attack_gets_its_words(tmp_path, monkeypatch, lines, plan, heads, loaded, expected, words):
    assert standing(lines, plan, heads, loaded) == expected
    monkeypatch.setattr(Study, "plan_hash", plan)
    record = record_of(
        Study(folder=tmp_path, plan=checked_plan({}, "")), PlanLedger(tuple(lines), frozenset(heads), loaded)
    )
    assert record.words == words
    assert "proved" not in record.words


def test_the_chain_has_the_hashes_of_the_reference():
    assert digest(REFERENCE["plan"]) == REFERENCE["plan_hash"]
    lines = story(*((entry["kind"], entry["plan"], entry["time"]) for entry in map(json.loads, REFERENCE["lines"])))
    assert lines == REFERENCE["lines"]
    assert [digest(line) for line in lines] == REFERENCE["hashes"]


@pytest.mark.parametrize("line", ["", "[]", "{}", "not JSON", GOOD[1] + " ", GOOD[1].replace('"seq":1', '"seq":2')])
def test_a_line_that_is_none_breaks_the_chain(line):
    assert broken_at([GOOD[0], line]) == 1


def test_a_line_is_never_earlier_than_the_one_before():
    last = json.loads(CLOCK_BACK[-1])
    assert (last["time"], last["clock"]) == (day(3, 2), day(1))


# --- in a study


PLAN = '[study]\ntime_zone = "UTC"\n'


@pytest.fixture
def study(tmp_path) -> Study:
    (tmp_path / "inbox").mkdir()
    return planned(tmp_path, "")


def planned(folder: Path, more: str) -> Study:
    (folder / "study.toml").write_text(PLAN + more, encoding="utf-8")
    return read_study(folder)


OTHER = "[rules]\nmatters = 2\n"


def record(study: Study):
    with open_store(study) as store:
        return plan_record(store)


def loaded(store) -> None:
    store.connection.execute(
        "INSERT INTO import (participant_id, file_name, content_hash, reading_hash, status, painstats_version) "
        "VALUES ('p01', 'diary.csv', 'c', 'r', 'loaded', '1')"
    )


def test_a_changed_plan_is_said_to_be_changed_and_how(study):
    with open_store(study) as store:
        declare_plan(store)
        assert plan_record(store).standing is Standing.BEFORE_DATA
        loaded(store)
        note_result(store)
        assert plan_record(store).standing is Standing.BEFORE_DATA
    changed = planned(study.folder, OTHER)
    with open_store(changed) as store:
        declare_plan(store)
        declare_plan(store)
        found = plan_record(store)
        first, second = plan_history(store)
        assert found.head == ledger_head(store)
    assert found.standing is Standing.AFTER_RESULTS
    assert "after results existed: rules matters: 1 → 2; results of the earlier plan" in found.words
    assert (first.results, second.results, second.changes) == (1, 0, ("rules matters: 1 → 2",))


def test_a_plan_declared_after_data_is_not_said_to_come_first_even_if_they_are_read_again(study):
    with open_store(study) as store:
        loaded(store)
        declare_plan(store)
        store.connection.execute("DELETE FROM import")
        loaded(store)
        assert plan_record(store).standing is Standing.BEFORE_RESULTS


def test_the_same_result_is_noted_once_and_a_look_counts_as_a_result(study):
    with open_store(study) as store:
        for _ in range(2):
            note_result(store)
        note_looked(store)
    lines = (study.folder / plan_ledger.LEDGER_FILE).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["plan", "result", "looked"]
    kept = study.folder / plan_ledger.PLANS_FOLDER / f"{study.plan_hash}.json"
    assert digest(kept.read_text(encoding="utf-8")) == study.plan_hash


def test_a_ledger_that_was_deleted_or_cut_is_noticed_by_the_database(study):
    with open_store(study) as store:
        note_result(store)
    path = study.folder / plan_ledger.LEDGER_FILE
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.splitlines()[0] + "\n", encoding="utf-8")
    assert record(study).standing is Standing.REPLACED
    path.unlink()
    assert record(study).standing is Standing.REPLACED
    path.write_text(whole, encoding="utf-8")
    assert record(study).standing is Standing.BEFORE_DATA
    path.unlink()
    with open_store(planned(study.folder, OTHER)) as store:
        declare_plan(store)
        assert plan_record(store).words == "the record was replaced after results existed"


def test_results_older_than_the_ledger_are_never_said_to_come_later(study):
    with open_store(study) as store:
        store.connection.execute("CREATE TABLE finding AS SELECT '0123456789abcdef' AS plan_hash")
        declare_plan(store)
        found = plan_record(store)
        [earlier, now] = plan_history(store)
    assert found.standing is Standing.AFTER_RESULTS
    assert "results of the earlier plan (0123456789abcdef): 1" in found.words
    assert (earlier.declared_at, now.results) == (None, 0)


def test_a_process_killed_between_file_and_database_leaves_a_sound_record(study):
    script = (
        "import os, sys; from painstats.plan.study import read_study; from painstats.store import plan_ledger as p;"
        "from painstats.store.connection import open_store; p.add_to_mirror = lambda *_: os._exit(9)\n"
        "with open_store(read_study(sys.argv[1])) as store: p.declare_plan(store)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(study.folder)], check=False)
    assert killed.returncode == 9
    assert (study.folder / plan_ledger.LEDGER_FILE).exists()
    with open_store(study) as store:
        assert plan_ledger.read_mirror(store.connection) == []
        note_result(store)
        assert len(plan_ledger.read_mirror(store.connection)) == 2
        assert plan_record(store).standing is Standing.BEFORE_DATA


def test_the_hash_of_a_plan_has_nothing_about_participants_or_formats(study):
    more = (
        '[participants.p01]\ntime_zone = "Europe/Paris"\n[[phases]]\nparticipant = "p01"\nname = "yoga"\n'
        'start = 2026-01-01\nramp_days = {}\n[inbox]\nignore = ["x"]\n'
    )
    first, second = (planned(study.folder, more.format(days)) for days in (7, 14))
    moved = planned(study.folder, more.format(7).replace("p01", "p02").replace("2026-01-01", "2026-02-01"))
    assert first.plan_hash == moved.plan_hash
    assert len({study.plan_hash, first.plan_hash, second.plan_hash}) == 3
    assert first.settings_hash != moved.settings_hash
    with open_store(first) as store:
        declare_plan(store)
    kept = (study.folder / plan_ledger.PLANS_FOLDER).iterdir()
    assert not any("p01" in path.read_text(encoding="utf-8") for path in kept)
