"""What contributors expect to find: each file says what the project really does."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from tests.test_house import ROOT

PAGES = ("SECURITY.md", "CONTRIBUTING.md")


def read_yaml(name: str):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def recipe(target: str) -> list[str]:
    """Return the commands of a target in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [lines] = re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in lines.splitlines()]


@pytest.mark.parametrize("name", PAGES)
def test_every_linked_page_exists(name):
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_citation_names_this_version_and_its_date():
    citation = read_yaml("CITATION.cff")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    heading = f"## {citation['version']} ({citation['date-released']})"
    assert heading in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()


def test_the_workflow_runs_the_two_make_targets_on_every_supported_system_and_python():
    workflow = read_yaml(".github/workflows/test.yml")["jobs"]["test"]
    assert workflow["strategy"]["matrix"] == {
        "os": ["ubuntu-latest", "macos-latest"],
        "python": ["3.11", "3.12", "3.13", "3.14"],
    }
    commands = [step["run"] for step in workflow["steps"] if "run" in step]
    assert commands[-2:] == ["make demo PYTHON=python", "make test PYTHON=python"]
    assert all(recipe(command.split()[1]) for command in commands[-2:])


def test_the_hooks_are_the_linters_of_make_lint():
    [source] = read_yaml(".pre-commit-config.yaml")["repos"]
    assert source["repo"] == "local"
    hooks = [hook["entry"] for hook in source["hooks"]]
    linters = [re.sub(r" (--check )?\.$", "", command) for command in recipe("lint")]
    assert hooks == linters


def test_every_form_asks_for_no_health_data():
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        if path.name != "config.yml":
            assert "Never attach" in path.read_text(encoding="utf-8"), path.name
    assert "health data" in (ROOT / ".github" / "pull_request_template.md").read_text(encoding="utf-8")
