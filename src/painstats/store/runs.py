"""Record when runs began and finished, and the plan of the last one, for the next run and ``status``."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from painstats.errors import StudyError
from painstats.plan.study import STUDY_FILE, Study
from painstats.store.checksum import KeptPlan, Record, now, read_record, update_record


def note_run_started(study: Study) -> str | None:
    """Record when a run began and with which plan; return when the previous run began, if it did not finish."""
    record = read_record(study) or Record()
    update_record(study, run_started_at=now(), plan=_kept_plan(study))
    return unfinished_run(record)


def note_run_finished(study: Study) -> None:
    """Record that a run finished."""
    update_record(study, run_finished_at=now())


def unfinished_run(record: Record) -> str | None:
    """Return when the last run began (ISO 8601), if it did not finish."""
    started, finished = record.run_started_at, record.run_finished_at
    return started if started and (finished is None or finished < started) else None


def check_plan(study: Study, record: Record | None) -> None:
    """Refuse a ``study.toml`` that looks like a truncated copy of the one that the last run used.

    Raises
    ------
    StudyError
        The file is missing, or contains only the first lines of the last one and has a different meaning.
    """
    path, kept = study.folder / STUDY_FILE, record.plan if record else None
    if kept is None or kept.plan_hash == study.settings_hash:
        return
    if not path.exists():
        raise StudyError(f"{path} is missing, but the last run used one. Restore it, or write a new one")
    lines = _complete_lines(path)
    digests = _digests(lines, kept.salt)
    if len(lines) < len(kept.lines) and digests == kept.lines[: len(digests)]:
        raise StudyError(
            f"{path} seems to be truncated after line {len(lines)}: at the last run it had {len(kept.lines)} lines, "
            "which began with these. Restore it. If you removed the rest on purpose, add a comment line (# …) at the "
            "end"
        )


def _kept_plan(study: Study) -> KeptPlan | None:
    path = study.folder / STUDY_FILE
    if not path.exists():
        return None
    salt = secrets.token_hex(8)
    return KeptPlan(study.settings_hash, salt, _digests(_complete_lines(path), salt))


def _complete_lines(path: Path) -> list[bytes]:
    """Return the lines of a file that end in a line break."""
    return path.read_bytes().split(b"\n")[:-1]


def _digests(lines: list[bytes], salt: str) -> list[str]:
    """Return for each line a digest of the file up to its end."""
    running, digests = hashlib.sha256(salt.encode()), []
    for line in lines:
        running.update(line + b"\n")
        digests.append(running.hexdigest()[:12])
    return digests
