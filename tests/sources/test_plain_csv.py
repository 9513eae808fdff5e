"""A CSV without quotation marks is cut all at once; the rows are those that the general parser finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from painstats.archive.entries import Entry
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import read_csv

SIGNS = ["a", "é", " ", "1", "\n", "\n", "\r\n", "\r", "\0", "😀", "\u2028", "\x0b"]


def entry(path: Path, text: str) -> Entry:
    path.write_bytes(text.encode())
    return Entry(path.name, path.stat().st_size, path)


def contents(path: Path, text: str, **options: object) -> object:
    try:
        table = read_csv(entry(path, text), **options)
    except ExportRefused as refusal:
        return refusal.rule, str(refusal)
    cells = {name: (series.name, str(series.dtype), series.to_list()) for name, series in table.cells.items()}
    rows = (table.lines.to_list(), table.texts.to_list(), table.ragged.rows(), table.ragged.schema, table.n_nul)
    return table.header, cells, rows, table.lines.name, table.texts.name, table.delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "."])
def test_plain_rows_are_those_of_the_general_parser(delimiter: str, tmp_path: Path) -> None:
    """One quoted heading is enough for the general parser; the cells are the same."""
    chance = random.Random(delimiter)
    n_ragged = 0
    for _ in range(300):
        body = "".join(chance.choice([*SIGNS, *[delimiter] * 6]) for _ in range(chance.randrange(60)))
        options = {"delimiter": delimiter, "repeated_columns": chance.random() < 0.5}
        plain = contents(tmp_path / "a.csv", f"x{delimiter}y\n{body}", **options)
        assert plain == contents(tmp_path / "a.csv", f'"x"{delimiter}y\n{body}', **options)
        n_ragged += len(plain[2][2])
    assert n_ragged > 100


def test_lines_and_texts_of_a_plain_file(tmp_path: Path) -> None:
    table = read_csv(entry(tmp_path / "a.csv", "made by x\n\nday,score\r\n1,\x002\n\n3\r4,5,6\n7,\n"), rows_above=1)
    assert table.header == ("day", "score")
    assert table.cells["score"].to_list() == [" 2", ""]
    assert table.lines.to_list() == [4, 8]
    assert table.texts.to_list() == ["1, 2", "7,"]
    assert table.ragged.rows() == [(6, "3"), (7, "4,5,6")]
    assert table.n_nul == 1


@pytest.mark.parametrize("text", ["", "\n\n", "x\n", "x,x\n1,2\n", f"x,y\n1,{'z' * 140_000}\n"])
def test_edges_are_those_of_the_general_parser(text: str, tmp_path: Path) -> None:
    plain = contents(tmp_path / "a.csv", text)
    quoted = contents(tmp_path / "a.csv", text.replace("x", '"x"', 1))
    assert plain == quoted
