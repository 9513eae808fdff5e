"""Tables of vendors in other formats, broken in the middle, or changed far down: the same rows, or one row rejected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written
from tests.sources.test_names import KNOWN, NAMED, as_it_is, told

MANY = 30_000
SLEEP = (FIXTURES / "withings_sleep.csv").read_text()


# --- the same table written in other ways ---


def mixed(content: bytes) -> bytes:
    """End every line in another of the three ways."""
    ends = (b"\n", b"\r\n", b"\r")
    return b"".join(line + ends[number % 3] for number, line in enumerate(content.splitlines()))


@pytest.mark.parametrize(
    "dress",
    [
        lambda content: b"\r\n".join(content.splitlines()) + b"\r\n",
        lambda content: b"\r".join(content.splitlines()) + b"\r",
        mixed,
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: b"\n".join(content.splitlines()),
        lambda content: content.rstrip() + b"\n\n\n",
    ],
    ids=["crlf", "cr", "mixed", "bom", "no last line end", "blank lines"],
)
@pytest.mark.parametrize("name", [name for name in NAMED if name.endswith(".csv")])
def test_a_table_in_another_dress_is_the_same(name: str, dress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path / name, dress((FIXTURES / name).read_bytes()))
    assert told(read(path, KNOWN)) == as_it_is(name)


# --- rows, quotes and headers ---


def sleeps(path: Path, content: str) -> Contents:
    return read(written(path / "sleep.csv", content), KNOWN)


@pytest.mark.parametrize("row", ["2025-03-05T08:10:00+01:00,2025-03-05T16:10:00+01:00", ","])
def test_rows_of_another_length_are_rejected_alone(tmp_path: Path, row: str) -> None:
    contents = sleeps(tmp_path, SLEEP + row + "\n" + SLEEP.splitlines()[1] + ",x,y\n")
    assert [(line, rule) for _, line, _, rule in contents.rejected()] == [(6, "ragged_row"), (7, "ragged_row")]
    assert contents.accepted("sleep_episode").height == 3
    assert contents.n_rows == 4 + 2


def test_line_ends_and_quotes_in_a_cell_are_part_of_it(tmp_path: Path) -> None:
    contents = sleeps(tmp_path, SLEEP.replace("slept badly", '"slept\n\n""badly"", twice"'))
    assert told(contents)[1] == told(read(FIXTURES / "withings_sleep.csv", KNOWN))[1]
    assert contents.n_rows == 4


def test_a_quote_that_is_not_closed_is_refused_where_it_opens(tmp_path: Path) -> None:
    refusal = refusal_of(sleeps, tmp_path, SLEEP.replace("slept badly", '"slept badly'))
    assert refusal.rule == "quote"
    assert "line 2" in str(refusal)


def test_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    refusal = refusal_of(sleeps, tmp_path, SLEEP.replace("Snoring episodes", "Light (S)"))
    assert refusal.rule == "duplicate_column"


@pytest.mark.parametrize("above", ["My nights\n", "My nights\n\nfrom Withings\n"])
def test_lines_above_the_header_are_not_skipped_on_a_guess(tmp_path: Path, above: str) -> None:
    assert refusal_of(sleeps, tmp_path, above + SLEEP).rule == "not_recognised"


# --- far down ---


def test_a_text_far_down_a_column_of_numbers_is_rejected_alone(tmp_path: Path) -> None:
    row = "2025-03-01T09:00:00+01:00,[60],[40]"
    content = "\n".join(["start,duration,value", *[row] * MANY, "2025-03-01T09:01:00+01:00,[60],[many]"])
    contents = read(written(tmp_path / "raw_tracker_steps.csv", content), KNOWN)
    assert contents.rejected() == [("raw_tracker_steps.csv", MANY + 2, "duration", "unreadable")]
    assert contents.accepted("step_count").height == MANY


def test_another_type_far_down_a_list_is_rejected_alone_and_new_keys_are_no_obstacle(tmp_path: Path) -> None:
    days = [{"calendarDate": "2025-03-01", "totalSteps": 8000, "new": {"key": [1]}}] * MANY
    content = json.dumps(
        [*days, {"calendarDate": "2025-03-02", "totalSteps": "many"}, {"calendarDate": 7, "totalSteps": 5}]
    )
    contents = read(written(tmp_path / "UDSFile.json", content), settings())
    assert [(line, column) for _, line, column, _ in contents.rejected()] == [
        (MANY + 1, "totalSteps"),
        (MANY + 2, "calendarDate"),
    ]
    assert contents.accepted("daily_total").height == MANY
