"""``painstats init``: create a study folder with a commented plan."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.commands.time_zone import chosen_zone
from painstats.errors import StudyError
from painstats.plan.study import STUDY_FILE

PLACEHOLDER = "REGION/CITY"
"""Stands for the time zone in the plan that is copied; nobody's zone is a default."""


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
    for path in files:
        if not path.exists():
            raise StudyError(f"{path} does not exist; check the path")
    zone = chosen_zone(time_zone, files)
    text = _template().replace(PLACEHOLDER, zone.name)
    _create(folder, plan, text)
    if as_json:
        print_json({"study": str(folder), "plan": str(plan), "inbox": str(folder / "inbox"), "time_zone": zone.name})
        return 0
    if zone.said:
        print(zone.said)
    print(f"Created {folder}. Next:")
    print(f"  1. Check the format of your diary in {plan}")
    print(f"  2. Put exports into {folder / 'inbox'} (how to get them: painstats sources)")
    print(f"  3. painstats run {folder}")
    return 0


def _template() -> str:
    return (resources.files("painstats.commands") / "study.toml").read_text(encoding="utf-8")


def _create(folder: Path, plan: Path, text: str) -> None:
    try:
        (folder / "inbox").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        plan.write_text(text, encoding="utf-8")
        plan.chmod(0o600)
    except OSError as error:
        raise StudyError(f"{folder} cannot be created ({error.strerror}); choose another place") from None
