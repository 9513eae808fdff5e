"""``painstats init``: create a study folder with a commented plan, filled in from files if there are any."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from painstats.commands.my_files import HandMadeDiary, check_files, hand_made_diaries, without_folders
from painstats.commands.my_outcome import Rated
from painstats.commands.my_study import fill_inbox, read_files
from painstats.commands.printing import print_json, printable
from painstats.commands.time_zone import chosen_zone
from painstats.errors import StudyError
from painstats.plan.study import STUDY_FILE, Study, checked_plan
from painstats.questions.phrases import counted
from painstats.sources.diaries.conclusion import block_of
from painstats.store import open_store

PLACEHOLDER = "REGION/CITY"
"""Stands for the time zone in the plan that is copied; no zone is a default."""

_DIARIES, _AFTER_DIARIES = "# The format of a diary that", "# Words of your own"
_BEFORE_SITES = '# site = "neck"'
_MOST_RATED = 12
_LINE = 118


def init(folder: Path, files: list[Path], time_zone: str | None, as_json: bool) -> int:
    """Create ``folder`` with a commented ``study.toml`` and an ``inbox/``.

    Raises
    ------
    StudyError
        The folder is a study already or cannot be created, a file is missing, or the time zone is unknown.
    """
    plan = folder / STUDY_FILE
    if plan.exists():
        raise StudyError(f"{plan} already exists; edit it, or choose another folder")
    check_files(files)
    files = without_folders(files)
    zone = chosen_zone(time_zone, files)
    diaries = hand_made_diaries(files)
    rated = _rated(files, zone.name, diaries)
    _create(folder, plan, _filled_in(zone.name, diaries, rated))
    if as_json:
        print_json({"study": str(folder), "plan": str(plan), "inbox": str(folder / "inbox"), "time_zone": zone.name})
        return 0
    if zone.said:
        print(zone.said)
    _tell(diaries)
    print(f"Created {folder}. Next:")
    print(f"  1. Check the format of your diary in {plan}")
    print(f"  2. Put exports into {folder / 'inbox'} (how to get them: painstats sources)")
    print(f"  3. painstats run {folder}")
    return 0


def _tell(diaries: Sequence[HandMadeDiary]) -> None:
    for diary in diaries:
        for sentence in diary.found.said:
            print(printable(f"{diary.path.name}: {sentence}"))
        for ask in diary.found.asked:
            print(printable(f"{diary.path.name}: {ask.question} Answer in study.toml, and remove the # of its block."))


def _rated(files: Sequence[Path], zone: str, diaries: Sequence[HandMadeDiary]) -> list[Rated]:
    """Find out what the files rate, in a study that is removed afterwards."""
    if not files:
        return []
    declared = [diary.found.plan.model_dump() for diary in diaries if diary.found.plan]
    with tempfile.TemporaryDirectory(prefix="painstats-") as name:
        plan = checked_plan({"study": {"time_zone": zone}, "diaries": declared}, "the files")
        study = Study(folder=Path(name), plan=plan)
        fill_inbox(study, files)
        with open_store(study) as store:
            return read_files(store, lambda _: None).rated


# --- the text of the plan ---


def _filled_in(zone: str, diaries: Sequence[HandMadeDiary], rated: Sequence[Rated]) -> str:
    """Return the plan with the zone, the concluded diaries in place of the example, and what the files rate."""
    text = (resources.files("painstats.commands") / "study.toml").read_text(encoding="utf-8").replace(PLACEHOLDER, zone)
    if diaries:
        before, rest = text.split(_DIARIES, 1)
        after = rest.split(_AFTER_DIARIES, 1)[1]
        text = before + "\n\n".join(map(_declared, diaries)) + f"\n\n{_AFTER_DIARIES}" + after
    elif rated:
        text = _without_example(text)
    found = ", ".join(f"{_named(each)} ({counted(each.days, 'day')})" for each in rated[:_MOST_RATED])
    lines = textwrap.wrap(f"Rated in your files: {found}", _LINE, initial_indent="# ", subsequent_indent="# ")
    return text.replace(_BEFORE_SITES, "\n".join([*lines, _BEFORE_SITES])) if found else text


def _declared(diary: HandMadeDiary) -> str:
    """Return the block of a diary under what was concluded; a comment while something is asked."""
    found = diary.found
    said = [f"# {line}" for sentence in found.said for line in printable(sentence).splitlines()]
    if found.draft is None:
        return "\n".join(said)
    lines = block_of(found.draft, found.asked).splitlines()
    if found.asked:
        questions = [f"# {printable(ask.question)}" for ask in found.asked]
        lines = [*questions, *(f"# {line}" for line in lines)]
    return "\n".join([*said, *lines])


def _without_example(text: str) -> str:
    """Return the plan with the example of a diary as a comment: an app's diary needs no declaration."""
    before, rest = text.split(_DIARIES, 1)
    example, after = rest.split(_AFTER_DIARIES, 1)
    commented = "\n".join(f"# {line}" if line and not line.startswith("#") else line for line in example.splitlines())
    return f"{before}{_DIARIES}{commented}\n\n{_AFTER_DIARIES}{after}"


def _named(rated: Rated) -> str:
    return f"{rated.item} of {rated.site}" if rated.site else rated.item


def _create(folder: Path, plan: Path, text: str) -> None:
    try:
        (folder / "inbox").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        plan.write_text(text, encoding="utf-8")
        plan.chmod(0o600)
    except OSError as error:
        raise StudyError(f"{folder} cannot be created ({error.strerror}); choose another place") from None
