"""Deep and REM sleep, in minutes, from vendors that record them, read from the real fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, zipped

FILES = {
    "garmin_2025-02-28_2025-06-08_sleepData.json": [(90, 90), (60, None), (None, None)],
    "oura_sleepmodel.csv": [(90, 100), (0, 0), (83.33, 86.67)],
    "oura_2025-03-01_2025-03-03_trends.csv": [(88.17, 90)],
    "whoop_sleeps.csv": [(86, 26), (72, 67), (80, 89)],
    "withings_sleep.csv": [(120, 90), (5, 0), (120, 90)],
}


@pytest.mark.parametrize("name", FILES)
def test_stages_are_those_of_the_file(name: str) -> None:
    nights = read(FIXTURES / name).accepted("sleep_episode").select("deep_sleep_min", "rem_sleep_min")
    assert nights.rows()[:3] == [pytest.approx(night, abs=0.01) for night in FILES[name]]


def test_samsung_tells_stages_in_a_table_of_their_own(tmp_path: Path) -> None:
    names = ("samsung_sleep.csv", "samsung_sleep_stage.csv")
    archive = zipped(tmp_path / "samsung.zip", {name: (FIXTURES / name).read_bytes() for name in names})
    nights = read(archive).accepted("sleep_episode").select("total_sleep_time_min", "deep_sleep_min", "rem_sleep_min")
    assert nights.rows() == [(400, 0, 220), (35, None, None), (380, None, None)]
