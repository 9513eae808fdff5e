"""Stored between runs: the plan, whether the last run finished, and what was published."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.plan.study import read_study
from painstats.run import run_study
from tests.faults.test_bad_input import PLAN
from tests.faults.test_damage import loaded


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = loaded(tmp_path_factory.mktemp("runs") / "study")
    run_study(read_study(folder))
    return folder


@pytest.fixture
def study(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "study"))


def status(folder, capsys, code=0):
    assert main(["status", str(folder), "--json"]) == code
    return json.loads(capsys.readouterr().out)["runs"]


# --- the plan ---


def test_a_plan_cut_anywhere_is_refused(study, capsys):
    plan = study / "study.toml"
    database = (study / "painstats.duckdb").read_bytes()
    for length in [*range(0, len(PLAN) - 1, 3), *(place + 1 for place, sign in enumerate(PLAN[:-1]) if sign == "\n")]:
        plan.write_text(PLAN[:length])
        assert main(["run", str(study), "--quiet"]) == 2, PLAN[:length]
        assert "study.toml" in capsys.readouterr().err
    plan.unlink()
    assert main(["run", str(study), "--quiet"]) == 2
    assert "study.toml is missing" in capsys.readouterr().err
    assert (study / "painstats.duckdb").read_bytes() == database
    plan.write_text(PLAN)
    assert main(["status", str(study)]) == 0


def test_a_plan_that_was_shortened_on_purpose_is_accepted(study, capsys):
    short = PLAN[: PLAN.index("[[diaries]]")]
    (study / "study.toml").write_text(short)
    assert main(["status", str(study)]) == 2
    assert "seems to be truncated after line 5" in capsys.readouterr().err
    (study / "study.toml").write_text(short + "# no diaries\n")
    assert main(["status", str(study)]) == 0


@pytest.mark.parametrize(
    "edited", [PLAN + "[rules]\nmin_days_shown = 25\n", PLAN.replace("London", "Paris"), PLAN.rstrip()]
)
def test_a_plan_that_was_edited_is_accepted(study, edited):
    (study / "study.toml").write_text(edited)
    assert main(["status", str(study)]) == 0


# --- runs ---


def test_status_says_when_a_run_last_finished(study, capsys):
    runs = status(study, capsys)
    assert runs["unfinished_since"] is None
    assert runs["last_import_at"] <= runs["last_finished_at"]
    assert main(["status", str(study)]) == 0
    assert f"Last finished run {runs['last_finished_at'][:10]}" in capsys.readouterr().out


def test_status_and_the_next_run_report_a_killed_run(study, capsys):
    script = (
        "import os, sys; from pathlib import Path; from painstats import run\n"
        "from painstats.plan.study import read_study\n"
        "run.load_files = lambda *_: os.kill(os.getpid(), 9)\n"
        "run.run_study(read_study(Path(sys.argv[1])))"
    )
    finished = status(study, capsys)["last_finished_at"]
    subprocess.run([sys.executable, "-c", script, str(study)], check=False)
    runs = status(study, capsys, NEEDS_HAND_EXIT_CODE)
    assert runs["unfinished_since"] > finished == runs["last_finished_at"]
    assert main(["status", str(study)]) == NEEDS_HAND_EXIT_CODE
    assert "did not finish: painstats run" in capsys.readouterr().out
    assert main(["run", str(study)]) in (0, 7)
    assert "did not finish; this run does the rest" in capsys.readouterr().err
    assert status(study, capsys)["unfinished_since"] is None


# --- published files ---


@pytest.mark.parametrize(
    "spoil", [lambda content: content[:-20], lambda content: content[:0], lambda content: b"x" * len(content)]
)
def test_a_damaged_published_file_is_noticed_and_written_again(study, capsys, spoil):
    path = study / "reports" / "published" / "finding.parquet"
    whole = path.read_bytes()
    assert status(study, capsys)["damaged_files"] == []
    path.write_bytes(spoil(whole))
    for _ in range(2):  # looking does not take the damaged file for the true one
        assert status(study, capsys, NEEDS_HAND_EXIT_CODE)["damaged_files"] == ["reports/published/finding.parquet"]
    assert main(["run", str(study), "--quiet"]) in (0, 7)
    assert path.read_bytes() == whole
    capsys.readouterr()
    assert status(study, capsys)["damaged_files"] == []
