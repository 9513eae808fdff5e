"""A study is not run in a time zone that was not chosen."""

from __future__ import annotations

from painstats.errors import StudyError
from painstats.intake.inbox import is_hidden, participant_folders
from painstats.plan.study import STUDY_FILE, Study


def refuse_undeclared_zone(study: Study) -> None:
    """Refuse to run a study in a time zone that was not chosen.

    Raises
    ------
    StudyError
        ``[study]`` has no ``time_zone``, and neither has each participant of the inbox one.
    """
    if "time_zone" in study.plan.study.model_fields_set or _each_has_one(study):
        return
    raise StudyError(
        f"{study.folder / STUDY_FILE} does not say where you live, which decides when days begin: write under "
        '[study] for example\n  time_zone = "Europe/London"'
    )


def _each_has_one(study: Study) -> bool:
    """Whether each file belongs to a participant with a declared time zone."""
    folders = set(participant_folders(study))
    declared = {name for name, plan in study.plan.participants.items() if plan.time_zone}
    has_loose_files = any(path.is_file() and not is_hidden(path.name) for path in study.inbox.glob("*"))
    return bool(folders) and folders <= declared and not has_loose_files
