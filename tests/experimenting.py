"""Shared by the tests of experiments: a study with a diary, a clock that can be set, and made-up scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from painstats.cli import main
from painstats.questions.experiment import clock

FIRST_DAY = date(2026, 3, 2)
PLANNED_ON = date(2026, 3, 1)
PLAN = """\
[study]
time_zone = "Europe/London"

[[diaries]]
file = "diary*.csv"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]
"""


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the clock of experiments to eight in the evening of a day."""

    def set_clock(day: date) -> None:
        instant = datetime.combine(day, time(20), UTC)
        monkeypatch.setattr(clock, "_system_clock", lambda: instant)

    set_clock(PLANNED_ON)
    return set_clock


def diary(first: date, days: int, order: Sequence[int] = (), effect: float = 0.0, seed: int = 1) -> str:
    """Write a diary with slow noise, a score on nine days of ten, and an effect in blocks of seven days."""
    generator = np.random.default_rng(seed)
    noise, lines = 0.0, ["date,pain"]
    for number in range(days):
        noise = 0.6 * noise + 0.96 * generator.standard_normal()
        added = effect * order[number // 7] if order else 0.0
        if generator.random() < 0.9:
            lines.append(f"{first + timedelta(days=number)},{round(min(10, max(0, 5 + noise + added)))}")
    return "\n".join(lines) + "\n"


def new_study(folder: Path, *participants: str) -> Path:
    """Make a study whose participants have kept a diary for 60 days before an experiment."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "study.toml").write_text(PLAN + "".join(f"[participants.{name}]\n" for name in participants))
    for number, participant in enumerate(participants):
        put(folder, participant, "diary-before", diary(FIRST_DAY - timedelta(days=60), 60, seed=number))
    return folder


def put(study: Path, participant: str, name: str, text: str) -> None:
    """Put a diary into the inbox of a participant."""
    (study / "inbox" / participant).mkdir(exist_ok=True)
    (study / "inbox" / participant / f"{name}.csv").write_text(text)


def run(study: Path) -> int:
    return main(["run", str(study), "--quiet", "--processes", "1"])


def plan(study: Path, *more: str, first_day: date = FIRST_DAY, blocks: int = 16) -> int:
    """Plan an experiment by the command line; words in ``more`` come last, and so count."""
    words = ["--on", "10 minutes of stretching", "--off", "nothing", "--blocks", str(blocks), "--block-days", "7"]
    return main(["experiment", "plan", str(study), *words, "--first-day", first_day.isoformat(), *more])


def planned(study: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    """Plan an experiment and return what the command printed as JSON."""
    capsys.readouterr()
    assert plan(study, "--yes", "--json", *more) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def listed(study: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the list of experiments as the command prints it."""
    capsys.readouterr()
    assert main(["experiment", "list", str(study), "--json"]) == 0
    rows: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return rows
