"""JSON: what is refused, where the error is, and what is not in its message."""

from __future__ import annotations

from pathlib import Path

import pytest

from painstats.archive.entries import Entry
from painstats.errors import ExportRefused
from painstats.parsing.strict_json import read_documents, read_objects


def entry(folder: Path, content: str) -> Entry:
    path = folder / "sleep.json"
    path.write_bytes(content.encode())
    return Entry("sleep.json", path.stat().st_size, path)


@pytest.mark.parametrize(
    ("content", "rule", "line", "byte"),
    [
        ('[{"é": 1},\n {"a": 1, "secret": 2, "secret": 3}]', "json_duplicate_key", 2, 44),
        ('[{"é": 1},\n {"a": -Infinity}]', "json_not_a_number", 2, 20),
        ('[{"é": 1},\n {"a": 1.5e', "json_truncated", 2, 22),
        ('[{"é": 1},\n {"a": tru', "json_truncated", 2, 21),
        ('[{"é": 1},\n {"a": tru}]', "json_malformed", 2, 22),
        ('[{"é": 1},\n {"a": "x\n"}]', "json_malformed", 3, 22),
        ("[" * 300, "json_depth", 1, 201),
    ],
)
def test_an_error_is_named_with_its_place_and_without_any_text_of_the_file(
    content: str, rule: str, line: int, byte: int, tmp_path: Path
) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read_objects(entry(tmp_path, content))
    assert refusal.value.rule == rule
    assert f"sleep.json, line {line}: " in str(refusal.value)
    assert f"(near byte {byte})" in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "rule", "line", "byte"),
    [
        ('\n{"a": 1}\n{"b": 2', "json_truncated", 3, 16),
        ('\n{"a": 1}\n{"b": 2\n{"c": 3}\n', "json_malformed", 3, 16),
        ('{"a": 1}\n\n{"b": NaN}\n', "json_not_a_number", 3, 16),
        ('{"a": 1}\n{"b": 2} {"c": 3}', "json_malformed", 2, 18),
    ],
)
def test_an_error_in_one_line_of_many_is_named_with_its_place_in_the_file(
    content: str, rule: str, line: int, byte: int, tmp_path: Path
) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read_documents(entry(tmp_path, content))
    assert refusal.value.rule == rule
    assert f"line {line}: " in str(refusal.value)
    assert f"(near byte {byte})" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "documents"),
    [
        ("", []),
        (" \n", []),
        ('\ufeff{\n"a": 1\n}\n', [{"a": 1}]),
        ('\n{"a": 1}\r\n\n{"b": [2, -0.0, 1e3]}', [{"a": 1}, {"b": [2, -0.0, 1000.0]}]),
    ],
)
def test_one_object_or_one_on_each_line(content: str, documents: list[object], tmp_path: Path) -> None:
    assert read_documents(entry(tmp_path, content)) == documents


@pytest.mark.parametrize("content", ["[]", "7", '{"a": 1}\n7'])
def test_documents_are_objects(content: str, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read_documents(entry(tmp_path, content))
    assert refusal.value.rule == "json_shape"
