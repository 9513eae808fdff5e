"""Progress in a terminal: lines as everywhere, and under them a bar for work that takes longer than a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from painstats.intake.load_files import Say
from painstats.interruption import MESSAGE, say_when_interrupted
from painstats.progress import Work, work_under_way

WORTH_A_BAR_S = 1.0
REFRESHED_PER_S = 5.0


class _Bar:
    """The bar of the work under way, if it is worth one; asked for it several times a second."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._work: Work | None = None
        self._began = 0.0
        self._bar = Progress(console=console, auto_refresh=False)

    def __call__(self) -> RenderableType:
        work = work_under_way()
        if work is not self._work:
            self._work, self._began = work, time.monotonic()
            self._bar = Progress(*_columns(work), console=self._console, auto_refresh=False) if work else self._bar
            if work:
                self._bar.add_task(work.label, total=work.total)
        if work is None or time.monotonic() - self._began < WORTH_A_BAR_S:
            return Group()
        self._bar.update(self._bar.task_ids[0], completed=work.completed)
        return self._bar.get_renderable()


def _columns(work: Work) -> tuple[ProgressColumn, ...]:
    if work.unit == "bytes":
        count: tuple[ProgressColumn, ...] = (DownloadColumn(),)
    else:
        count = (MofNCompleteColumn(), TextColumn(work.unit))
    left = TextColumn("left")
    return TextColumn("{task.description}"), BarColumn(), *count, TimeRemainingColumn(), left


@contextmanager
def progress_bar(timed: Callable[[str], str]) -> Iterator[Say]:
    """Show a bar on standard error during the block; yield a function that prints a line above it."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    live = Live(
        get_renderable=_Bar(console),
        console=console,
        refresh_per_second=REFRESHED_PER_S,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    say_when_interrupted(f"\n{MESSAGE}")  # below the bar
    try:
        with live:
            console.show_cursor(True)  # a signal ends the process without a chance to bring it back
            yield lambda line: console.print(Text(timed(line)), soft_wrap=True)
    finally:
        say_when_interrupted(MESSAGE)
