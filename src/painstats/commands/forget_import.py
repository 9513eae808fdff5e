"""``painstats forget-import``: take one file out again, as if it had never been read."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.withdraw import find_imports, restore_imports, withdraw_import


def forget_import(folder: Path, named: str, undo: bool, as_json: bool) -> int:
    """Withdraw an import, or with ``undo`` let the next run read it again."""
    study = read_study(folder)
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
        print(f"The next run reads it again, if it is in the inbox: painstats run {folder}")
        return 0
    for each in withdrawals:
        print(
            f"Took import {each.import_id} out ({printable(each.file_name)}): {each.removed} rows went, "
            f"{each.reinstated} have their earlier value again, {each.kept} stay because other files hold them too."
        )
    print("The file is not read again, wherever it lies, until: painstats forget-import --undo")
    print(f"Reports still tell of it; compute them anew with: painstats run {folder}")
    return 0
