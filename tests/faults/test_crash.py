"""A run that is killed leaves only complete files, and the next run does the rest."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from painstats.plan.study import read_study
from painstats.store import open_store
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.reading_inboxes import read_inbox

SMALL = Truth(people=3, days=30)
RECORDS = ("step_count", "sleep_segment", "sleep_episode", "daily_total", "self_report")


def table_hashes(study):
    """One number for each record table, whatever the order of its rows and the numbers of its imports."""
    with open_store(study) as store:
        return {
            name: store.connection.execute(
                f"SELECT count(*), coalesce(bit_xor(hash(r)), 0) FROM (SELECT * EXCLUDE (import_id) FROM {name}) AS r"
            ).fetchone()
            for name in RECORDS
        }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "study"
    make_study(folder, SMALL, 5)
    study = read_study(folder)
    read_inbox(folder)
    return table_hashes(study)


TOGETHER = 2
RUN = f"""
import sys
from painstats.intake import waiting
waiting.MOST_EXPORTS = {TOGETHER}
from painstats.cli import main
sys.exit(main(["run", sys.argv[1]]))
"""


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("files_before_the_kill", [1, 3, 5])
def test_kill_while_loading(tmp_path, undisturbed, files_before_the_kill):
    folder = tmp_path / "study"
    make_study(folder, SMALL, 5)
    run = start(folder)
    begun = 0
    for line in run.stderr:
        begun += "reading " in line
        if begun > files_before_the_kill or "daily table" in line:
            break
    time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stderr.close()
    study = read_study(folder)
    with open_store(study) as store:
        stored = store.connection.execute(
            "SELECT sum(rows_new), count(*) FROM import WHERE status = 'loaded'"
        ).fetchone()
        there = sum(store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in RECORDS)
    assert (stored[0] or 0) == there  # every row belongs to a whole import
    assert stored[1] >= files_before_the_kill // TOGETHER * TOGETHER
    read_inbox(folder)
    assert table_hashes(study) == undisturbed


def test_a_failure_at_every_statement_leaves_whole_files(tmp_path, undisturbed):
    """Make the n-th statement of a load fail, for n = 1, 2, 3, … until a load passes untouched."""
    from painstats.intake.load_files import load_file
    from painstats.run import list_inbox, prepare

    folder = tmp_path / "study"
    make_study(folder, SMALL, 5)
    study = read_study(folder)

    class Failing:
        """The real connection, except that the n-th statement raises as a full disk would."""

        def __init__(self, connection, fail_at):
            self.connection, self.left = connection, fail_at

        def execute(self, statement, *arguments):
            if not statement.startswith(("BEGIN", "ROLLBACK", "SELECT import_id")):
                self.left -= 1
                if self.left == 0:
                    raise MemoryError("made to fail")
            return self.connection.execute(statement, *arguments)

        def __getattr__(self, name):
            return getattr(self.connection, name)

    from painstats.store import Store

    with open_store(study) as store:
        prepare(store, lambda _: None)
        file = next(
            file for file in list_inbox(study) if file.name.endswith("diary.csv") or file.name.endswith("tagebuch.csv")
        )
        for fail_at in range(1, 200):
            outcome = load_file(Store(study, Failing(store.connection, fail_at)), file, lambda _: None)
            rows = store.connection.execute("SELECT count(*) FROM self_report").fetchone()[0]
            ledger = store.connection.execute("SELECT coalesce(sum(rows_new), 0) FROM import").fetchone()[0]
            assert rows == ledger
            if outcome.status in ("loaded", "known"):
                break
            assert outcome.status == "failed"
            if rows:
                break  # only the look at the ledger after the commit failed: the file is there, whole
        else:
            pytest.fail("no load ever passed")
    assert fail_at > 5
    read_inbox(folder)
    assert table_hashes(study) == undisturbed
