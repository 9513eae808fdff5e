"""The wheel in a new environment, outside the repository: what it installs, what runs, and which extra is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.flows.test_nightly import free_port, wait_for
from tests.test_house import ROOT, tracked

MOST_PACKAGES = 41  # so that a dependency is added on purpose
MOST_MEGABYTES = 850
OF_EXTRAS = {"prefect", "fastapi", "sqlalchemy", "uvicorn", "streamlit", "dask", "distributed"}
LONGEST_INSTALL_S = 60

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but the wheel, and a folder to work in."""

    bin: Path
    folder: Path

    def painstats(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.bin / "painstats"), *words]
        return subprocess.run(
            command, cwd=self.folder, env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


def uv(*words: str) -> str:
    command = [str(Path(sys.executable).with_name("uv")), *words]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_INSTALL_S, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def install(python: Path, wheel: Path) -> None:
    """Install the wheel with the versions of the lock: from the cache that ``make setup`` filled, or as it does."""
    words = ["pip", "install", "--quiet", "--python", str(python), "--constraint", str(ROOT / "requirements.lock")]
    try:
        uv(*words, "--offline", str(wheel))
    except AssertionError:
        uv(*words, str(wheel))


def build_wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def unpacked(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel, and return the folder to put on ``PYTHONPATH``: the libraries of this environment with it."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def copy_compiled_modules(environment: Path) -> None:
    """Copy compiled modules of this environment, so that the libraries need not be compiled again.

    They are of the same versions. Python compiles a module again where the time or size of its source differs.
    """
    ours, theirs = (Path(sysconfig.get_path("purelib", vars=place)) for place in ({}, {"base": str(environment)}))
    for compiled in ours.rglob("__pycache__"):
        target = theirs / compiled.relative_to(ours)
        if target.parent.exists():
            shutil.copytree(compiled, target, dirs_exist_ok=True)


def write_exports(folder: Path) -> None:
    """Write a pain diary and steps and sleep by day as Google Fit exports them, 60 days each."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(60)]
    diary = [f"{day},{number * 7 % 9}" for number, day in enumerate(days)]
    steps = [
        f"{day},{5000 + number * 2711 % 6000},{(390 + number * 37 % 120) * 60_000}" for number, day in enumerate(days)
    ]
    (folder / "diary.csv").write_text("\n".join(["date,pain", *diary]) + "\n")
    (folder / "steps.csv").write_text("\n".join(["Date,Step count,Sleep duration (ms)", *steps]) + "\n")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Installed:
    """Install the wheel, with the versions of the lock, into an environment of its own."""
    place = tmp_path_factory.mktemp("wheel")
    uv("venv", "--quiet", "--python", sys.executable, str(place / "env"))
    python = place / "env" / "bin" / "python"
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        str(python),
        "--constraint",
        str(ROOT / "requirements.lock"),
        str(wheel),
    )
    (place / "work").mkdir()
    write_exports(place / "work")
    return Installed(python.parent, place / "work")


@pytest.fixture(scope="module")
def compiled(installed: Installed) -> Installed:
    """Return the environment with the compiled modules of this one, which is larger but need not compile them."""
    copy_compiled_modules(installed.bin.parent)
    return installed


def test_the_library_needs_few_packages_and_no_server(installed):
    listed = uv("pip", "list", "--format", "freeze", "--python", str(installed.bin / "python"))
    packages = set(re.findall(r"^([\w.-]+)==", listed, re.MULTILINE))
    assert "painstats" in packages
    assert packages & OF_EXTRAS == set()
    assert len(packages) <= MOST_PACKAGES
    environment = installed.bin.parent
    size = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file() and not path.is_symlink())
    assert size / 1e6 <= MOST_MEGABYTES


def test_me_writes_a_report(compiled):
    answer = compiled.painstats("me", "steps.csv", "--diary", "diary.csv", "--time-zone", "Europe/London")
    assert answer.returncode == 0, answer.stderr
    assert "180 rows: 180 new" in answer.stdout
    assert "Open:        painstats-report.html" in answer.stdout
    report = (compiled.folder / "painstats-report.html").read_text(encoding="utf-8")
    assert "Steps" in report
    assert "<svg" in report


def test_a_study_runs(compiled):
    assert compiled.painstats("init", "study", "--time-zone", "Europe/London").returncode == 0
    inbox = compiled.folder / "study" / "inbox" / "anna"
    inbox.mkdir()
    for name in ("diary.csv", "steps.csv"):
        (inbox / name).write_bytes((compiled.folder / name).read_bytes())
    said = compiled.painstats("run", "study")
    assert said.returncode == 0, said.stderr
    assert "2 read" in said.stdout
    assert "anna" in compiled.painstats("status", "study").stdout
    assert "Google Fit" in compiled.painstats("inspect", "steps.csv").stdout
    assert compiled.painstats("quarantine", "study").returncode == 0
    assert "Apple Health" in compiled.painstats("sources").stdout


@pytest.mark.parametrize(
    ("words", "library", "extra"),
    [
        (("server",), "Prefect", "nightly"),
        (("serve", "study"), "Prefect", "nightly"),
        (("dashboard", "study"), "Streamlit", "dashboard"),
    ],
)
def test_a_missing_extra_is_named(installed, words, library, extra):
    answer = installed.painstats(*words)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        f"painstats: the command {words[0]} needs {library}, which is not installed; "
        f"install the extra '{extra}' with: pip install 'painstats[{extra}]'\n"
    )


def test_the_dashboard_starts_from_the_wheel(tmp_path, wheel):
    site = unpacked(wheel, tmp_path)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text('[study]\ntime_zone = "Europe/London"\n')
    port = free_port()
    command = [sys.executable, "-P", "-m", "painstats", "dashboard", "study", "--port", str(port)]
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(site)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert f"http://127.0.0.1:{port}/?token=" in process.stdout.readline()
            wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read(), 60)
            folder = Path(f"/proc/{process.pid}/cwd")
            assert not folder.exists() or folder.resolve() == site / "painstats" / "_shipped" / "dashboards"
        finally:
            process.terminate()


def test_the_wheel_carries_every_flow_and_the_dashboard(wheel):
    with zipfile.ZipFile(wheel) as packed:
        carried = {name.removeprefix("painstats/_shipped/") for name in packed.namelist() if "/_shipped/" in name}
    own = {path.relative_to(ROOT).as_posix() for path in tracked("flows/**", "dashboards/**")}
    assert carried == own
