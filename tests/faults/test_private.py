"""All written files are readable only by their owner, whatever the umask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UMASK = 0o000
"""The worst that an account can have: without care of our own, everyone could write every file."""


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, umask=UMASK, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def open_to_others(folder: Path) -> list[str]:
    """Return what is in a folder, itself included, that others than its owner may access."""
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("private") / "sample"
    answer = run("-m", "sample_data.make", str(folder), "--participants", "1", "--days", "20")
    assert answer.returncode == 0, answer.stderr
    return folder


def test_a_sample_study_is_private(sample):
    assert len(list(sample.rglob("*"))) > 5
    assert open_to_others(sample) == []


def test_temporary_folders_are_private_and_gone_afterwards(sample, tmp_path):
    """Look from inside the process at the folder that all temporary files are put into."""
    script = (
        "import os, sys, tempfile; from pathlib import Path\n"
        "from painstats import cli\n"
        "from painstats.commands import my_report as module\n"
        "real = module.answer\n"
        "def answer(*given):\n"
        "    summary = real(*given)\n"
        "    paths = [Path(tempfile.gettempdir()), *Path(tempfile.gettempdir()).rglob('*')]\n"
        "    modes = {path.lstat().st_mode & 0o077 for path in paths if not path.is_symlink()}\n"
        "    print('seen', len(paths), modes, os.environ['TMPDIR'] == tempfile.gettempdir(), file=sys.stderr)\n"
        "    return summary\n"
        "module.answer = answer\n"
        "cli.main()"
    )
    own = next(path for path in (sample / "inbox").iterdir() if path.is_dir())
    diary = next(own.glob("*.csv"))
    words = ["me", str(own / "MyFitbitData.zip"), "--diary", str(diary), "--time-zone", "Europe/London"]
    report = tmp_path / "report.html"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    answer = run("-c", script, *words, "--output", str(report), TMPDIR=str(temporary))
    seen = next(line for line in answer.stderr.splitlines() if line.startswith("seen")).split(" ", 2)
    assert int(seen[1]) > 5
    assert seen[2] == "{0} True"
    assert list(temporary.iterdir()) == []
