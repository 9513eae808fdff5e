"""``painstats init``: create a study folder with a commented plan."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.errors import StudyError
from painstats.plan.study import STUDY_FILE


def init(folder: Path, as_json: bool) -> int:
    """Create ``folder`` with a commented ``study.toml`` and an ``inbox/``."""
    plan = folder / STUDY_FILE
    if plan.exists():
        raise StudyError(f"{plan} already exists; edit it, or choose another folder")
    try:
        (folder / "inbox").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        plan.write_text((files("painstats.commands") / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
        plan.chmod(0o600)
    except OSError as error:
        raise StudyError(f"{folder} cannot be created ({error.strerror}); choose another place") from None
    if as_json:
        print_json({"study": str(folder), "plan": str(plan), "inbox": str(folder / "inbox")})
        return 0
    print(f"Created {folder}. Next:")
    print(f"  1. Set your time zone and the format of your diary in {plan}")
    print(f"  2. Put exports into {folder / 'inbox'} (how to get them: painstats sources)")
    print(f"  3. painstats run {folder}")
    return 0
