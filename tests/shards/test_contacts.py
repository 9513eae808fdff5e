"""Shards that are computed by a local Dask cluster talk to this machine alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.flows.test_nothing_leaves import far_away
from tests.network import addresses, outside, traced
from tests.shards.small_study import write_study

READ = """
import sys
from pathlib import Path
from painstats.plan.study import read_study
from painstats.shards.workers import Workers
from tests.shards.small_study import read_all

if __name__ == "__main__":
    print(len(read_all(read_study(Path(sys.argv[1])), Workers(1, "local"))["daily_summary"]))
"""


@pytest.mark.slow
def test_shards_on_a_dask_cluster_contact_no_other_machine(tmp_path):
    study = write_study(tmp_path / "study", '[scale]\nshards = 2\nscheduler = "local"\n')
    (tmp_path / "home").mkdir()
    (tmp_path / "read.py").write_text(READ)
    command = [*traced(tmp_path / "trace"), sys.executable, str(tmp_path / "read.py"), str(study)]
    ended = subprocess.run(command, env=far_away(tmp_path / "home"), capture_output=True, text=True, check=False)
    assert int(ended.stdout) > 0, ended.stderr
    listened, contacted = addresses(tmp_path / "trace")
    assert "127.0.0.1" in listened & contacted  # the trace did see the scheduler and its workers
    assert outside(listened) == set()
    assert outside(contacted) == set()
