"""The study whose database every release leaves for the releases after it.

    python -m tests.faults.released_study

imports the study with the version of painstats that is installed, and keeps its database as
``golden/painstats-<version>.duckdb.xz``. It is run once for each release, and no file is ever replaced.
"""

from __future__ import annotations

import lzma
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
N_DAYS = 60
PLAN = """
[study]
time_zone = "Europe/London"
[[diaries]]
file = "*diary.csv"
date_column = "date"
filled = "evening"
items = [{ item = "pain", column = "pain", recall = "today", scale = [0, 10], higher_is = "worse" }]
"""
WITHDRAWN = "withdrawn-diary.csv"


def write_study(folder: Path) -> None:
    """Write a plan and the exports of two participants, with a corrected, a rejected and a withdrawn score."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(N_DAYS)]
    for place, participant in enumerate(("anna", "bo")):
        inbox = folder / "inbox" / participant
        inbox.mkdir(parents=True)
        scores = [f"{day},{(number * 7 + place) % 5}" for number, day in enumerate(days)]
        activity = [
            f"{day},{5000 + number * 2711 % 6000},{(390 + number * 37 % 120) * 60_000}"
            for number, day in enumerate(days)
        ]
        _write(inbox / "diary.csv", "date,pain", *scores)
        _write(inbox / "daily.csv", "Date,Step count,Sleep duration (ms)", *activity)
    _write(folder / "inbox" / "anna" / "later-diary.csv", "date,pain", f"{days[3]},9", f"{days[4]},40")
    _write(folder / "inbox" / "bo" / WITHDRAWN, "date,pain", f"{days[5]},10")
    (folder / "study.toml").write_text(PLAN)


def import_study(folder: Path) -> None:
    """Run the study and withdraw one file, with the painstats of this interpreter."""
    _painstats("run", str(folder), "--quiet", "--allow-quarantine")
    _painstats("forget-import", str(folder), WITHDRAWN)
    _painstats("run", str(folder), "--quiet", "--allow-quarantine")


def _write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n")


def _painstats(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "painstats", *words], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Keep the database of the installed version."""
    kept = GOLDEN / f"painstats-{version('painstats')}.duckdb.xz"
    if kept.exists():
        raise SystemExit(f"{kept} exists; the database of a release is never replaced")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_study(folder)
        import_study(folder)
        kept.write_bytes(lzma.compress((folder / "painstats.duckdb").read_bytes(), preset=9))
    print(f"{kept}: {kept.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
