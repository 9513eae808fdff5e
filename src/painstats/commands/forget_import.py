"""``painstats forget-import``: withdraw one file, as if it had never been imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.plan.study import Study, read_study
from painstats.store import open_store
from painstats.store.shards import places_of
from painstats.store.withdraw import Withdrawal, find_imports, find_withdrawn, restore_imports, withdraw_import


def _withdrawn(import_id: int, places: Sequence[tuple[Study, list[int]]]) -> Withdrawal:
    """Withdraw one import from every database that holds it, and add up what was done."""
    parts = []
    for database, numbers in places:
        with open_store(database) as store:
            parts += [withdraw_import(store, number) for number in numbers]
    return Withdrawal(
        import_id,
        parts[0].file_name,
        sum(each.removed for each in parts),
        sum(each.reinstated for each in parts),
        sum(each.kept for each in parts),
    )


def forget_import(folder: Path, named: str, undo: bool, as_json: bool) -> int:
    """Withdraw an import, or with ``undo`` let the next run import it again."""
    study = read_study(folder)
    with open_store(study) as store:
        found = find_withdrawn(store, named) if undo else find_imports(store, named)
        places = [places_of(study, store.connection, [number]) for number in found]
    if undo:
        for database, numbers in chain.from_iterable(places):
            with open_store(database) as store:
                restore_imports(store, numbers)
    withdrawals = [] if undo else [_withdrawn(*each) for each in zip(found, places, strict=True)]
    if as_json:
        print_json({"taken_back": len(found)} if undo else {"withdrawn": [asdict(each) for each in withdrawals]})
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
