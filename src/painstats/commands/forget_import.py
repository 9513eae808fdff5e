"""``painstats forget-import``: withdraw one file, as if it had never been imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.shards import refuse_in_shards
from painstats.store.withdraw import find_imports, restore_imports, withdraw_import


def forget_import(folder: Path, named: str, undo: bool, as_json: bool) -> int:
    """Withdraw an import, or with ``undo`` let the next run import it again."""
    study = read_study(folder)
    refuse_in_shards(study, "forget-import", "move the file out of the inbox before the first run")
    with open_store(study) as store:
        if undo:
            marks = restore_imports(store, named)
            withdrawals = []
        else:
            withdrawals = [withdraw_import(store, number) for number in find_imports(store, named)]
    if as_json:
        print_json({"taken_back": marks} if undo else {"withdrawn": [asdict(each) for each in withdrawals]})
        return 0
    if undo:
        print(f"If the file is in the inbox, the next run imports it again: painstats run {folder}")
        return 0
    for each in withdrawals:
        print(
            f"Withdrew import {each.import_id} ({printable(each.file_name)}): {each.removed:,} rows removed, "
            f"{each.reinstated:,} back to their earlier value, {each.kept:,} also in other files and kept."
        )
    print("No run imports this file again, wherever it is, until: painstats forget-import --undo")
    print(f"The reports still include it; update them with: painstats run {folder}")
    return 0
