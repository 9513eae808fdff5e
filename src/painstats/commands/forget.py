"""``painstats forget``: remove a participant from everything, and search for what is left."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.errors import ERASURE_INCOMPLETE_EXIT_CODE, StudyError
from painstats.plan.study import read_study
from painstats.store.forget import Erasure, find_participant, forget_participant


def forget(folder: Path, given: str, yes: bool, as_json: bool) -> int:
    """Remove a participant's records, results, reports and own exports."""
    study = read_study(folder)
    participant = find_participant(study, given)
    if not yes and not _confirmed(participant):
        raise StudyError("nothing was removed; answer yes, or give --yes")
    erasure = forget_participant(study, participant)
    if as_json:
        print_json(asdict(erasure))
    else:
        _print(erasure, folder)
    return 0 if erasure.is_complete else ERASURE_INCOMPLETE_EXIT_CODE


def _confirmed(participant: str) -> bool:
    if not sys.stdin.isatty():
        return False
    answer = input(
        f"Remove {printable(participant)} from everything, with all reports and the participant's own exports in the "
        "inbox? [yes/no] "
    )
    return answer.strip().lower() in ("y", "yes")


def _print(erasure: Erasure, folder: Path) -> None:
    if erasure.was_forgotten:
        print("This participant was removed before; there was nothing left to remove.")
    else:
        print(
            f"Removed {erasure.rows_removed} rows from {erasure.tables_touched} tables, "
            f"and {len(erasure.files_removed)} files."
        )
    print(f"Searched {erasure.files_searched} files and the database for the id: found in {len(erasure.traces)}.")
    for said, places in (
        ("still there", erasure.traces),
        ("not removed, because it is outside the inbox", erasure.not_removed),
        ("could not be searched", erasure.not_searched),
        ("yours to edit, because it names the participant", erasure.kept),
    ):
        for place in places:
            print(f"  {said}: {printable(place)}")
    print("Backups and copies elsewhere are not reached.")
    if not erasure.was_forgotten:
        print(
            "All results were removed, because they included this participant's data; "
            f"compute them again with: painstats run {folder}"
        )
