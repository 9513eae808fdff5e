"""``painstats me``: one person's exports and diary in, one report out, nothing kept but the report."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.commands.run import as_answer, print_summary, progress, silent
from painstats.errors import StudyError
from painstats.run import SOLE_PARTICIPANT, RunSummary, run_study
from painstats.store.publish import write_privately
from painstats.study import STUDY_FILE, read_study


@dataclass(frozen=True, slots=True)
class MyDiary:
    """How one person's diary is written, as given on the command line."""

    path: Path
    pain_column: str
    date_column: str
    date_format: str
    scale: tuple[float, ...]
    higher_is: str
    filled: str
    recall: str


def me(exports: list[Path], diary: MyDiary, time_zone: str, output: Path, as_json: bool) -> int:
    """Write one report from exports and a diary, in a private folder that is removed afterwards.

    Raises
    ------
    StudyError
        A file is missing, or the time zone or a setting is wrong.
    """
    for path in (*exports, diary.path):
        if not path.exists():
            raise StudyError(f"{path} does not exist; check the path")
    with tempfile.TemporaryDirectory(prefix="painstats-") as name:
        folder = Path(name)
        _lay_out(folder, exports, diary, time_zone)
        study = read_study(folder)
        summary = run_study(study, silent if as_json else progress())
        written = _keep_report(folder, output)
        if as_json:
            print_json({**as_answer(summary), "reports": [str(output)] if written else []})
        else:
            _tell(summary, folder, diary, output, written)
    return summary.exit_code


def _lay_out(folder: Path, exports: list[Path], diary: MyDiary, time_zone: str) -> None:
    """Make a study folder whose inbox links to the files where they are."""
    inbox = folder / "inbox" / SOLE_PARTICIPANT
    inbox.mkdir(parents=True)
    for number, path in enumerate((diary.path, *exports)):
        (inbox / f"{number:02d}").mkdir()
        _link(path.resolve(), inbox / f"{number:02d}" / path.name)
    (folder / STUDY_FILE).write_text(_plan(diary, time_zone), encoding="utf-8")


def _link(path: Path, place: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, place, copy_function=os.symlink)
    else:
        place.symlink_to(path)


def _plan(diary: MyDiary, time_zone: str) -> str:
    quoted = json.dumps  # a JSON string is a valid TOML basic string
    return "\n".join(
        (
            f'[study]\nname = "My report"\ntime_zone = {quoted(time_zone)}',
            f"[outcome]\nscale = {list(diary.scale)}",
            f"[[diaries]]\nfile = {quoted(diary.path.name)}\nfilled = {quoted(diary.filled)}",
            f"date_column = {quoted(diary.date_column)}\ndate_format = {quoted(diary.date_format)}",
            f'[[diaries.items]]\nitem = "pain"\ncolumn = {quoted(diary.pain_column)}\nscale = {list(diary.scale)}',
            f"higher_is = {quoted(diary.higher_is)}\nrecall = {quoted(diary.recall)}",
            f"[participants.{SOLE_PARTICIPANT}]\ntime_zone = {quoted(time_zone)}\n",
        )
    )


def _keep_report(folder: Path, output: Path) -> bool:
    report = folder / "reports" / f"{SOLE_PARTICIPANT}.html"
    if not report.exists():
        return False
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_privately(output, report.read_bytes())
    except OSError as error:
        raise StudyError(f"{output} cannot be written ({error.strerror}); choose another place with --output") from None
    return True


def _tell(summary: RunSummary, folder: Path, diary: MyDiary, output: Path, written: bool) -> None:
    print_summary(read_study(folder), summary, hint=False)
    print(
        f"The diary was read as filled in {diary.filled.replace('_', ' ')}, about {diary.recall.replace('_', ' ')}, "
        f"{diary.scale[0]:g} to {diary.scale[1]:g}, higher is {diary.higher_is}; "
        "change this with --filled, --recall, --scale, --higher-is."
    )
    print(f"Open:  {output}" if written else "No report: nothing could be read.")
