"""``painstats forget``: delete a participant's data and verify that nothing is left."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.errors import ERASURE_INCOMPLETE_EXIT_CODE, StudyError
from painstats.plan.study import read_study
from painstats.store.forget import Erasure, find_participant, forget_participant


def forget(folder: Path, given: str, yes: bool, as_json: bool) -> int:
    """Delete a participant's records, results, reports and exports."""
    study = read_study(folder)
    participant = find_participant(study, given)
    if not yes and not _confirmed(participant):
        raise StudyError("nothing was deleted; answer yes, or use --yes")
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
        f"Delete all data of {printable(participant)}, all reports, and this participant's exports in the inbox? "
        "[yes/no] "
    )
    return answer.strip().lower() in ("y", "yes")


def _print(erasure: Erasure, folder: Path) -> None:
    if erasure.was_forgotten:
        print("This participant was already forgotten; there was nothing left to delete.")
    else:
        print(
            f"Deleted {erasure.rows_removed:,} rows from {erasure.tables_touched} tables, "
            f"and {len(erasure.files_removed)} files."
        )
    print(f"Searched {erasure.files_searched:,} files and the database for the id: found in {len(erasure.traces)}.")
    for state, places in (
        ("still there", erasure.traces),
        ("not deleted, because it is outside the inbox", erasure.not_removed),
        ("could not be searched", erasure.not_searched),
        ("names the participant; edit it yourself", erasure.kept),
    ):
        for place in places:
            print(f"  {state}: {printable(place)}")
    print("Backups and copies outside the study were not searched.")
    if not erasure.was_forgotten:
        print(
            "All results were deleted, because they included this participant's data; "
            f"compute them again with: painstats run {folder}"
        )
