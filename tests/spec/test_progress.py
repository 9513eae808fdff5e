"""Progress: the same lines everywhere, and in a terminal a bar under them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading

import pytest
from rich.console import Console

from painstats.cli import main
from painstats.commands import progress_bar
from painstats.commands.printing import print_table
from painstats.progress import Work, bytes_read, bytes_read_elsewhere, bytes_shared, work_under_way, working
from tests.faults.test_parallel_reading import fill  # noqa: F401  a fixture

LINES = [
    "reading anna/export.xml", "reading anna/later.xml", "reading anna/diary.csv", "building the daily table",
    "fitting the models", "writing the reports", "done",
]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def small(fill):  # noqa: F811
    study = fill("study")
    for name in ("bob", "cleo"):
        for path in (study.inbox / name).iterdir():
            path.unlink()
    return study


def make_terminal(monkeypatch):
    """Make standard error a terminal of 100 columns, with bars that do not wait."""
    for name, value in {"COLUMNS": "100", "TERM": "xterm", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(progress_bar, "WORTH_A_BAR_S", 0.0)
    monkeypatch.setattr(progress_bar, "REFRESHED_PER_S", 200.0)
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    return shown


def lines_of(text):
    return [line for line in LINES if re.search(rf"\[ *\d+\.\d s\] {line}", text)]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_terminal_shows_lines_and_bars_that_fill(small, monkeypatch, processes):
    terminal = make_terminal(monkeypatch)
    assert main(["run", str(small.folder), "--processes", processes]) in (0, 4, 7)
    text = terminal.getvalue()
    assert lines_of(text) == LINES
    size = sum(path.stat().st_size for path in (small.inbox / "anna").iterdir())
    read = [float(done) for done in re.findall(r"reading ━*.*?([\d.]+)/[\d.]+ MB", text)]
    assert f"/{size / 1e6:.1f} MB" in text
    assert read == sorted(read)
    assert 0 < read[-1] <= round(size / 1e6, 1)
    assert re.search(r"writing the reports [━ ]+ [01]/1 pages .*left", text)
    assert text.count("\x1b[?25l") <= text.count("\x1b[?25h")  # the cursor is visible when a signal comes


def test_without_a_terminal_there_are_only_lines(small, capsys):
    main(["run", str(small.folder)])
    said = capsys.readouterr().err
    assert [re.sub(r"^\[ *\d+\.\d s\] ", "", line) for line in said.splitlines()] == LINES


def test_a_bar_waits_until_the_work_is_worth_one(monkeypatch):
    console = Console(file=Terminal(), width=100, force_terminal=True)
    clock = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: clock[0])
    bar = progress_bar._Bar(console)
    with working("reading", "bytes", 4_000_000) as work:
        assert not list(bar().renderables)
        clock[0] = 0.9
        assert not list(bar().renderables)
        clock[0], work.done = 1.1, 1_000_000
        console.print(bar())
        assert "1.0/4.0 MB" in console.file.getvalue()
    assert not list(bar().renderables)


def test_the_innermost_work_counts_and_never_exceeds_its_total():
    with working("reading", "bytes", 10) as outer:
        outer.done, outer.elsewhere = 4, lambda: 3
        assert outer.completed == 7
        with working("pages", "pages", 1) as inner:
            inner.advance()
            inner.advance()
            assert work_under_way() is inner
            assert inner.completed == 1
        assert work_under_way() is outer
    assert work_under_way() is None
    assert Work("x", "pages", 0).completed == 0


def test_another_process_shares_how_much_it_has_read(tmp_path):
    from painstats.archive.entries import open_file

    (tmp_path / "export").write_bytes(bytes(3 << 20))
    shared = tmp_path / "bytes"
    assert bytes_read_elsewhere(shared) == 0
    with bytes_shared(shared), open_file(tmp_path / "export") as file:
        assert bytes_read_elsewhere(shared) == 0
        file.read(2 << 20)
        assert bytes_read_elsewhere(shared) == 2 << 20
        file.read()
        assert bytes_read() == bytes_read_elsewhere(shared) == 3 << 20


def test_a_bar_is_read_from_another_thread_while_the_work_goes_on():
    seen = []
    with working("fitting", "participants", 2) as work:
        work.advance()
        thread = threading.Thread(target=lambda: seen.append(work_under_way().completed))
        thread.start()
        thread.join()
    assert seen == [1]


def test_a_table_in_a_terminal_keeps_its_text_and_fits_the_window(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    shown = Terminal()
    monkeypatch.setattr("sys.stdout", shown)
    rows = [
        {"file": "[red]export[/red] :smile:.zip", "rows": 1200, "from": None},
        {"file": "a\x1b[2J", "rows": 3, "from": 0.5},
    ]
    print_table(rows, {"file": "file", "rows": "rows", "from": "from"})
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown.getvalue())
    assert "\x1b" not in plain
    lines = plain.splitlines()
    assert max(map(len, lines)) <= 40
    text = "".join(line[:20].strip() for line in lines)
    assert "[red]export[/red]" in text.replace(" ", "")
    assert next(line for line in lines if "a�[2J" in line).split() == ["a�[2J", "3", "0.50"]


def test_a_table_elsewhere_is_plain(capsys):
    print_table([{"file": "[red]x", "rows": 1200}, {"file": "é", "rows": None}], {"file": "file", "rows": "rows read"})
    assert capsys.readouterr().out == "file    rows read\n[red]x  1200\né       –\n"


def test_rich_is_not_loaded_without_a_terminal(small):
    script = "import sys; from painstats.cli import main; main(sys.argv[1:]); print('rich' in sys.modules)"
    words = [sys.executable, "-c", script, "status", str(small.folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.endswith("False\n")
