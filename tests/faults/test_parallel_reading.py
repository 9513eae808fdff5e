"""Several processes give the same database as one, and a process that dies loses only its own file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from painstats.intake import read_ahead as staging
from painstats.interruption import MESSAGE
from painstats.plan.study import read_study
from painstats.process_pool import Lost, for_each, in_processes, using
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.faults.reading_processes import doubled, modules, process_of, refuse, stage_unless_doomed, tripled_or_dead
from tests.faults.test_bad_input import GOOD, PLAN
from tests.faults.test_signals import descendants, is_alive

RECORD = (
    '<Record type="HKQuantityTypeIdentifierStepCount" sourceName="W" unit="count" '
    'startDate="{start:%Y-%m-%d %H:%M:%S} +0000" endDate="{end:%Y-%m-%d %H:%M:%S} +0000" value="{value}"/>\n'
)
N_RECORDS = 7_000


def health(shift=0, *, whole=True):
    """Write an Apple Health file of more than a megabyte, some records impossible; or one that is cut off."""
    starts = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number) for number in range(N_RECORDS))
    records = (
        RECORD.format(start=start, end=start + timedelta(minutes=1), value=number % 90 + shift or -5)
        for number, start in enumerate(starts)
    )
    return '<?xml version="1.0"?>\n<HealthData>\n' + "".join(records) + ("</HealthData>" if whole else "")


@pytest.fixture
def fill(tmp_path):
    """Fill study folders with the same exports."""

    def make(name):
        folder = tmp_path / name
        for person in ("anna", "bob", "cleo"):
            (folder / "inbox" / person).mkdir(parents=True)
        (folder / "study.toml").write_text(PLAN)
        files = {
            "anna/export.xml": health(),
            "anna/later.xml": health(1),
            "anna/diary.csv": GOOD,
            "bob/doomed.xml": health(2),
            "bob/cut.xml": health(3, whole=False),
            "bob/letter.csv": "where,when\n" + "Spain,June\n" * 150_000,
            "cleo/export.xml": health(),
            "cleo/copy.xml": health(),
        }
        for place, (path, text) in enumerate(files.items()):
            (folder / "inbox" / path).write_text(text)
            os.utime(folder / "inbox" / path, (1_770_000_000 + place, 1_770_000_000 + place))
        return read_study(folder)

    return make


def dumped(store):
    """Every row of every table in the order in which it lies there, but for times and the session's random name."""
    names = store.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
    tables = [row[0] for row in names]
    return {
        name: store.connection.execute(
            f"SELECT COLUMNS(c -> c NOT IN ('imported_at', 'applied_at', 'session')) FROM {name}"
        ).fetchall()
        for name in tables
    }


def read(study, processes):
    lines = []
    with open_store(study) as store:
        outcomes = load_files(store, list_inbox(study), lines.append, processes)
        assert not (study.folder / ".reading").exists()
        return (
            dumped(store),
            [(each.file.name, each.status, each.rule, each.message, each.summary) for each in outcomes],
            lines,
        )


def test_reading_in_parallel_gives_the_same_database_byte_for_byte(fill):
    serial, parallel = read(fill("serial"), 1), read(fill("parallel"), 3)
    assert parallel == serial
    stored, outcomes, _ = serial
    assert len(stored["step_count"]) > 20_000
    statuses = {name: status for name, status, *_ in outcomes}
    assert statuses == {
        "anna/export.xml": "loaded", "anna/later.xml": "loaded", "anna/diary.csv": "loaded",
        "bob/doomed.xml": "loaded", "bob/cut.xml": "refused", "bob/letter.csv": "refused",
        "cleo/export.xml": "loaded", "cleo/copy.xml": "known",
    }  # fmt: skip


def test_a_killed_process_takes_only_its_own_file_along(fill, monkeypatch):
    study = fill("study")
    monkeypatch.setattr(staging, "read_and_stage", stage_unless_doomed)
    stored, outcomes, _ = read(study, 2)
    failed = [(name, message) for name, status, _, message, _ in outcomes if status == "failed"]
    assert [name for name, _ in failed] == ["bob/doomed.xml"]
    assert "was killed" in failed[0][1]
    assert len(stored["step_count"]) > 10_000
    monkeypatch.undo()
    _, again, _ = read(study, 2)
    assert {name: status for name, status, *_ in again}["bob/doomed.xml"] == "loaded"


def test_answers_come_in_order_and_only_the_task_of_a_dead_process_is_lost():
    answers = list(in_processes(doubled, [1, 2, 13, 3, 14, 4, 5, 13, 6], 3))
    assert [answer for answer in answers if not isinstance(answer, Lost)] == [2, 4, 6, 8, 10, 12]
    lost = [place for place, answer in enumerate(answers) if isinstance(answer, Lost)]
    assert lost == [2, 4, 7]
    assert answers[4] == Lost("ValueError")


def test_what_a_dead_process_did_not_answer_is_done_here(monkeypatch):
    monkeypatch.setattr("painstats.process_pool.LEAST_TASKS", 3)
    with using(2):
        assert list(for_each(tripled_or_dead, range(6))) == [0, 3, 6, 9, 12, 15]
    assert list(for_each(process_of, range(3))) == [os.getpid()] * 3
    with using(2):
        assert list(for_each(process_of, range(2))) == [os.getpid()] * 2  # too few tasks
        others = set(for_each(process_of, range(4)))
        with pytest.raises(ValueError, match="an error of the task"):
            list(for_each(refuse, range(4)))
    assert os.getpid() not in others


def test_tasks_are_drawn_only_as_far_ahead_as_processes_need_them():
    drawn = []

    def tasks():
        for number in range(0, 40, 2):
            drawn.append(number)
            yield number

    answers = in_processes(doubled, tasks(), 2)
    next(answers)
    assert len(drawn) <= 6
    answers.close()


def test_a_process_that_reads_never_touches_the_database():
    task = next(iter(in_processes(modules, [None], 1)))
    assert "painstats.intake.reading" in task
    assert "polars" in task
    assert "duckdb" not in task


def test_processes_end_with_the_one_that_started_them_even_in_the_middle_of_a_task():
    script = (
        "from painstats.process_pool import in_processes; from tests.faults.reading_processes import process_number\n"
        "answers = in_processes(process_number, range(10), 1); print(next(answers), flush=True); next(answers)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_alive(child)


def test_a_process_does_not_import_the_program_that_started_it(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from pathlib import Path; from painstats.process_pool import in_processes\n"
        "from tests.faults.reading_processes import doubled\n"
        "with open('started', 'a') as file: file.write('x')\n"
        "print(list(in_processes(doubled, [1, 2, 3], 2)))\n"
    )
    words = [sys.executable, str(script)]
    at_root = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=at_root, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("[2, 4, 6]\n", "")
    assert (tmp_path / "started").read_text() == "x"


def test_ctrl_c_in_a_terminal_ends_a_run_and_its_processes_with_one_line(fill):
    """A terminal sends Ctrl-C to every process of the run, also to one that is just starting."""
    study = fill("study")
    for delay_s in (0, 0.1, 0.4):
        run = subprocess.Popen(
            [sys.executable, "-m", "painstats", "run", "--quiet", "--processes", "2", str(study.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        while len(family := descendants(run.pid)) < 2 and run.poll() is None:
            time.sleep(0.01)
        time.sleep(delay_s)
        family |= descendants(run.pid)
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=60)
        assert run.returncode == 130
        assert said.splitlines() == [MESSAGE]
        until = time.monotonic() + 5
        while any(map(is_alive, family)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(map(is_alive, family))
        assert not (study.folder / ".reading").exists()


def test_staged_files_are_private_and_those_of_a_killed_run_are_removed(fill):
    study = fill("study")
    left = study.folder / ".reading" / "0"
    left.mkdir(parents=True)
    (left / "000000-accepted.parquet").write_bytes(b"left by a run that was killed")
    seen = []

    def look(_):
        below = list((study.folder / ".reading").rglob("*"))
        seen.extend((path.name, path.stat().st_mode & 0o077) for path in [study.folder / ".reading", *below])

    with open_store(study) as store:
        assert not left.exists()
        load_files(store, list_inbox(study), look, 2)
    assert any(name.endswith(".parquet") for name, _ in seen)
    assert {mode for _, mode in seen} == {0}
    assert not (study.folder / ".reading").exists()
