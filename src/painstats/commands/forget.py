"""``painstats forget``: remove a person from everything, and prove it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.errors import StudyError
from painstats.plan.study import read_study
from painstats.store.forget import Erasure, forget_participant


def forget(folder: Path, participant: str, yes: bool, as_json: bool) -> int:
    """Remove a participant's records, results, reports and own inbox folder."""
    study = read_study(folder)
    if not yes and not _confirmed(participant):
        raise StudyError("nothing was removed; answer yes, or give --yes")
    erasure = forget_participant(study, participant)
    if as_json:
        print_json(asdict(erasure))
    else:
        _print(erasure, folder)
    return 0 if erasure.is_proven else 1


def _confirmed(participant: str) -> bool:
    if not sys.stdin.isatty():
        return False
    answer = input(
        f"Remove {participant} from everything, with all reports and the exports in their own inbox folder? [yes/no] "
    )
    return answer.strip().lower() in ("y", "yes")


def _print(erasure: Erasure, folder: Path) -> None:
    print(
        f"Removed {erasure.rows_removed} rows from {erasure.tables_touched} tables, "
        f"and {len(erasure.files_removed)} files."
    )
    print(f"Looked for the id in {erasure.files_searched} remaining files: found in {len(erasure.traces)}.")
    for trace in erasure.traces:
        print(f"  still there: {trace}")
    for kept in erasure.kept:
        print(f"  yours to edit: {kept} names the person")
    print("Backups and copies elsewhere are not reached.")
    print(f"Results rested on everybody's data and were removed too; compute them anew with: painstats run {folder}")
