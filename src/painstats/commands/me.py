"""``painstats me``: a report from one participant's exports and diary; nothing else is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from painstats.commands.my_options import MyOptions
from painstats.commands.my_stages import Stages
from painstats.errors import StudyError


def me(
    exports: list[Path],
    diary: Path | None,
    time_zone: str | None,
    last_visit: date | None,
    language: str,
    output: Path,
    overwrite: bool,
    open_page: bool,
    explain: bool,
    timings: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Write a report and a page for a visit to a doctor, in a private folder that is removed afterwards.

    Parameters
    ----------
    exports, diary
        Files of any kind that painstats reads, in any order. ``diary`` is one that the person calls their diary.
    time_zone, last_visit
        Where the person lives, and when they last saw a doctor; None where they did not say so.
    language
        Of the two pages.
    output, overwrite
        Where the report goes, and whether a file that is there already may be replaced.
    open_page, explain, timings, as_json
        Whether to open the report in the browser, to print from what everything was concluded, to print the seconds of
        each stage, and to print JSON.
    given
        The fields of :class:`MyOptions`.

    Raises
    ------
    StudyError
        A file is missing or would be replaced, or something is to be chosen: the message says with which option.
    ExportRefused
        The diary, or all that could have scores, was refused.
    """
    if not exports and diary is None:
        raise StudyError("give your files: exports from a phone or watch, and your diary")
    stages = Stages()
    from painstats.commands.my_places import pages_at  # what reads exports takes a while to load
    from painstats.commands.my_report import Wish, made_report
    from painstats.commands.my_summary import print_report, report_as_json

    stages.end("loading")
    wish = Wish(exports, diary, time_zone, last_visit, language, pages_at(output), overwrite, MyOptions(**given))
    with made_report(wish, stages, quiet=as_json) as report:
        if as_json:
            report_as_json(report)
        else:
            print_report(report, explain=explain)
    stages.end("summary")
    if timings:
        stages.print()
    if open_page and report.written:
        _open(report.written)
    return report.summary.exit_code


def _open(page: Path) -> None:
    """Open a page in the browser; without one, the printed path has to do."""
    import webbrowser

    webbrowser.open(page.resolve().as_uri())
