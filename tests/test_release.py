"""What is published: a wheel with only code, built the same twice, and no health data in the repository."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tomllib
import zipfile
from datetime import date

import pytest

from tests.test_house import ROOT, tracked

MOST_BYTES = 50_000
CODE = (".py", ".sql", ".j2", ".css", ".toml", ".typed", ".po", ".mo")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Build the wheel twice."""
    built = []
    for number in range(2):
        folder = tmp_path_factory.mktemp(f"wheel{number}")
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        built += folder.glob("*.whl")
    assert len(built) == 2
    return built


def test_the_wheel_holds_code_alone(wheels):
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
    assert "painstats/cli.py" in names
    assert [name for name in names if not (name.startswith("painstats/") and name.endswith(CODE))] == []


def test_the_wheel_is_built_the_same_twice(wheels):
    assert wheels[0].read_bytes() == wheels[1].read_bytes()


def test_the_changelog_begins_with_this_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\d+)\.(\d+)\.(\d+) \((.+)\)$", changelog, re.MULTILINE)
    assert len(headings) == changelog.count("\n## ")
    versions = [tuple(map(int, heading[:3])) for heading in headings]
    assert versions == sorted(set(versions), reverse=True)
    assert ".".join(map(str, versions[0])) == project["version"]
    released = [date.fromisoformat(heading[3]) for heading in headings]
    assert released == sorted(released, reverse=True)


def test_no_export_is_in_the_repository():
    """Real exports are large archives, or XML of Apple Health outside the folders that make or read it."""
    exports = [path for path in tracked("*.zip", "*.xml", "*.duckdb", "*.parquet") if path.stat().st_size > MOST_BYTES]
    assert exports == []
    mention = re.compile(rb"<Record[^>]{0,200}HKQuantityType")
    own = ("src", "tests", "sample_data", "benchmarks", "docs")
    files = [path for path in tracked() if path.relative_to(ROOT).parts[0] not in own]
    assert [path.name for path in files if mention.search(path.read_bytes())] == []


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_test_that_asks_another_machine_fails(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as one, pytest.raises(RuntimeError, match="leaves this machine"):
        one.connect(address)
    with pytest.raises(RuntimeError, match="leaves this machine"):
        socket.getaddrinfo("example.invalid", 80)
