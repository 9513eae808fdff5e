"""``painstats reread``: import files again, and update the results."""

from __future__ import annotations

import sys
from pathlib import Path

from painstats.commands.printing import printable
from painstats.commands.run import run
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.ledger import imports_named, mark_outdated, still_outdated
from painstats.store.shards import places_of

MOST_NAMED = 5


def reread(folder: Path, named: str | None, as_json: bool, quiet: bool, processes: int | None = None) -> int:
    """Import one file, or all files, again in a run, and return the run's exit code.

    A run that is interrupted leaves the rest to the next one. Rows of files that are no longer in the inbox stay
    as they are.

    Raises
    ------
    StudyError
        No file of that name or number was imported.
    """
    study = read_study(folder)
    with open_store(study) as store:
        places = places_of(study, store.connection, imports_named(store, named))
    for database, numbers in places:
        with open_store(database) as store:
            mark_outdated(store, numbers)
    code = run(folder, as_json, quiet, allow_quarantine=False, processes=processes)
    with open_store(study) as store:
        left = still_outdated(store)
    if left:
        names = ", ".join(map(printable, left[:MOST_NAMED])) + (", …" if len(left) > MOST_NAMED else "")
        print(
            f"painstats: {len(left)} file(s) could not be read again, so their rows are unchanged: {names}; "
            "put them back into the inbox and run again",
            file=sys.stderr,
        )
    return code
