"""A large diary is read part by part, with the same rows, rejections, line numbers and refusals as when read whole."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from painstats.archive.archive import open_archive
from painstats.batch import Rows
from painstats.errors import ExportRefused
from painstats.parsing import csv_text
from painstats.parsing.csv_text import read_csv, read_csv_parts
from painstats.sources import read_batches
from tests.examples import examples
from tests.sources.reading import plan, settings, written

CELLS = st.sampled_from(
    ["2024-03-01", "2024-03-02", "01.03.2024", "45352", "7", "3", "11", "x", "", " ", '"a\n\nb"', '"', '""', "\0", "é"]
)
ROWS = st.lists(st.lists(CELLS, min_size=0, max_size=4).map(",".join), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@pytest.fixture
def parted(monkeypatch):
    """Have every CSV read by three rows at a time."""
    monkeypatch.setattr(csv_text, "PART_ROWS", 3)

    def choose(whole):
        monkeypatch.setattr(csv_text, "WHOLE_BYTES", 8 << 20 if whole else -1)

    return choose


def table_of(tables):
    """Everything that tables say, as one."""
    tables = list(tables)
    return (
        {table.header for table in tables},
        {name: [cell for table in tables for cell in table.cells[name]] for name in tables[0].header},
        [line for table in tables for line in table.lines],
        [text for table in tables for text in table.texts],
        [row for table in tables for row in table.ragged.rows()],
        sum(table.n_nul for table in tables),
    )


def told(read):
    """Return what a reader gives, or the refusal that it ends with."""
    try:
        return read()
    except ExportRefused as refusal:
        return refusal.rule, str(refusal)


@tried(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(50), deadline=None)
@given(rows=ROWS, end=ENDS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]), last=st.booleans())
@example(rows=["who,date,pain", "a,2024-03-01,7"] * 2, end="\r\n", encoding="utf-8-sig", last=True)
def test_parts_of_a_csv_add_up_to_the_whole(tmp_path, parted, rows, end, encoding, last):
    declared = encoding.removesuffix("-sig") if encoding != "latin-1" else "utf-8"  # and so perhaps not what it is
    content = (end.join(["who,date,pain", *rows]) + end * last).encode(encoding)
    path = tmp_path / "diary.csv"
    path.write_bytes(content)
    (entry,) = open_archive(path).entries
    parted(whole=False)
    in_parts = told(lambda: table_of(read_csv_parts(entry, declared)))
    assert in_parts == told(lambda: table_of([read_csv(entry, declared)]))


def _lines(people, days, scores, entered):
    return st.tuples(*map(st.sampled_from, (people, days, scores, ["pain", "fatigue"], entered))).map(",".join)


USUAL = _lines(["ann", "bob"], ["2024-03-01", "2024-03-02"], ["7", "3", "", "NA"], ["2024-03-01", "2024-03-20", ""])
ODD = _lines(["ann", "Bob", ""], ["01/03/2024", "45352", ""], ["3,5", "12", "seven", "#REF!"], ["x"])
LINES = st.tuples(st.lists(USUAL, min_size=4, max_size=30), st.lists(ODD, max_size=1), st.integers(0, 30)).map(
    lambda drawn: [*drawn[0][: drawn[2]], *drawn[1], *drawn[0][drawn[2] :]]
)
SAME = ["ann,2024-03-01,7,pain,2024-03-01"] * 7
WIDE = plan(
    participant_column="who", entered_column="entered", entered_format="%Y-%m-%d", max_days_late=10, missing=["NA"]
)
LONG = plan(
    participant_column="who", layout="long", item_column="item", value_column="pain",
    items=[{"item": "pain", "named": "pain", "scale": [0, 10], "higher_is": "worse", "recall": "today"}],
)  # fmt: skip


@tried(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(30), deadline=None)
@example(lines=SAME, mapping=WIDE)
@example(lines=SAME, mapping=LONG)
@given(lines=LINES, mapping=st.sampled_from([WIDE, LONG]))
def test_a_diary_read_in_parts_says_the_same(tmp_path, parted, lines, mapping):
    path = written(tmp_path / "diary.csv", "\n".join(["who,date,pain,item,entered", *lines]))

    def everything():
        _, reads = read_batches(open_archive(path), settings(participant=None, diaries=[mapping]))
        reads = list(reads)
        rows = [row for read in reads if isinstance(read, Rows) for row in read.frame.rows()]
        return rows, [read for read in reads if not isinstance(read, Rows)]

    parted(whole=True)
    whole = told(everything)
    parted(whole=False)
    assert told(everything) == whole


MEASURE = """
import sys
from pathlib import Path
from painstats.archive.archive import open_archive
from painstats.parsing import csv_text
from painstats.sources import read_batches
from tests.sources.reading import plan, settings

def peak_kb():  # since this program began, unlike the resource module's, which begins with the program that started it
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))

csv_text.PART_ROWS = 20_000
csv_text.WHOLE_BYTES = int(sys.argv[2])
_, reads = read_batches(open_archive(Path(sys.argv[1])), settings(participant=None, diaries=[plan(participant_column="who")]))
before = peak_kb()
rows = sum(read.frame.height for read in reads if hasattr(read, "frame"))
print(rows, peak_kb() - before)
"""


def test_memory_is_that_of_a_part(tmp_path):
    path = tmp_path / "diary.csv"
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    with path.open("w") as file:
        file.write("who,date,pain\n")
        for person in range(1_500):
            file.writelines(f"p{person},{day},{person % 7}\n" for day in days)

    def taken(whole_bytes):
        command = [sys.executable, "-c", MEASURE, str(path), str(whole_bytes)]
        # Whole files take most memory with several threads, as a command has them; these tests have one.
        threads = os.environ | {"POLARS_MAX_THREADS": "2"}
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=threads)
        rows, n_kb = answer.stdout.split()
        assert int(rows) == 1_500 * len(days)
        return int(n_kb)

    assert taken(0) < 0.4 * taken(1 << 30)
