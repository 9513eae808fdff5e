"""Who may import what: the table of the architecture, checked against all imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "painstats"

ALLOWED = {
    "vocabulary": set(),
    "published_columns": set(),
    "errors": set(),
    "interruption": set(),
    "language": set(),
    "operating_system": {"errors"},
    "process_pool": {"operating_system", "errors", "interruption"},
    "progress": set(),
    "records": {"vocabulary", "errors"},
    "mixedlm": {"errors"},
}
ALLOWED["batch"] = ALLOWED["records"] | {"records"}
ALLOWED["staging"] = ALLOWED["batch"] | {"batch"}
ALLOWED["plan"] = ALLOWED["records"] | {"records"}
ALLOWED["archive"] = ALLOWED["plan"] | {"plan", "progress"}
ALLOWED["parsing"] = ALLOWED["archive"] | {"archive"}
ALLOWED["sources"] = ALLOWED["parsing"] | {"parsing", "batch", "operating_system"}
ALLOWED["store"] = ALLOWED["plan"] | {"plan", "batch", "staging", "interruption", "operating_system", "progress"}
ALLOWED["intake"] = ALLOWED["sources"] | ALLOWED["store"] | {"sources", "store", "process_pool"}
ALLOWED["daily"] = ALLOWED["store"] | {"store"}
ALLOWED["frame"] = ALLOWED["daily"] | {"daily"}
ALLOWED["questions"] = ALLOWED["frame"] | {"frame", "language", "mixedlm", "process_pool"}
ALLOWED["findings"] = ALLOWED["questions"] - {"mixedlm"} | {"questions"}
ALLOWED["cohort"] = ALLOWED["findings"] | ALLOWED["parsing"] | {"findings", "mixedlm", "parsing"}
ALLOWED["study_status"] = ALLOWED["findings"] | ALLOWED["intake"] | {"findings", "intake"}
ALLOWED["notify"] = ALLOWED["study_status"] | {"study_status"}
ALLOWED["reports"] = ALLOWED["findings"] | {"findings", "process_pool", "study_status", "cohort"}
ALLOWED["run_report"] = ALLOWED["findings"] | ALLOWED["intake"] | {"findings", "intake"}
ALLOWED["to_settle"] = ALLOWED["questions"] | {"questions"}
ALLOWED["shards"] = ALLOWED["intake"] | {"intake", "daily"}
ALLOWED["run"] = ALLOWED["run_report"] | {"run_report", "reports", "shards", "study_status", "to_settle"}
ALLOWED["library"] = ALLOWED["intake"] | {"intake"}
ALLOWED["commands"] = ALLOWED["run"] | ALLOWED["cohort"] | {"run", "cohort", "notify"}
ALLOWED["cli"] = {"errors", "interruption", "commands"}


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_earlier_rooms(path):
    if room(path) in ("__init__", "__main__"):
        return
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("painstats.") and name.count(".")}
    assert rooms - {room(path)} <= ALLOWED[room(path)]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_in_the_package_knows_prefect(path):
    assert not any(name.split(".")[0] == "prefect" for name in imported(path))


def test_only_the_store_opens_duckdb():
    opens = {room(path) for path in modules() if "duckdb.connect" in path.read_text(encoding="utf-8")}
    assert opens == {"store"}


def test_the_documented_tree_names_every_room():
    page = (SOURCE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^[├└]── (\w+)(?:/|\.py)", page, re.MULTILINE)
    assert sorted(drawn) == sorted(ALLOWED)


def test_every_room_of_the_table_exists():
    assert {room(path) for path in modules()} - {"__init__", "__main__"} == set(ALLOWED)
