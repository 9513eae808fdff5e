"""``painstats backup``, ``restore`` and ``rebuild``: copy the database, and recover it after damage."""

from __future__ import annotations

from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.commands.run import as_answer, print_summary, shown_progress
from painstats.plan.study import read_study
from painstats.run import run_study
from painstats.store import backup as backups
from painstats.store import open_store

MOST_NAMES = 20


def backup(folder: Path, destination: Path | None, as_json: bool) -> int:
    """Copy the database and verify the copy."""
    place, contents = backups.back_up(read_study(folder), destination)
    if as_json:
        print_json({"backup": str(place), "imports": contents.imports, "rows": contents.rows})
        return 0
    print(f"Backup: {place}")
    print(f"Verified: {contents.imports:,} imports, {contents.rows:,} rows. Its checksum is in {place.name}.sha256")
    print(
        "It contains only the database. Also keep copies of study.toml, inbox/, .painstats.key, plan_ledger.jsonl and"
        " plans/."
    )
    return 0


def restore(folder: Path, source: Path, as_json: bool) -> int:
    """Replace the database with a backup."""
    contents, aside = backups.restore(read_study(folder), source)
    if as_json:
        print_json({"imports": contents.imports, "rows": contents.rows, "set_aside": aside and str(aside)})
        return 0
    print(f"Restored: {contents.imports:,} imports, {contents.rows:,} rows.")
    _print_aside(aside)
    print(f"Import newer files and update the reports with: painstats run {folder}")
    return 0


def rebuild(folder: Path, as_json: bool, quiet: bool) -> int:
    """Set the database aside and import everything in the inbox again."""
    study = read_study(folder)
    aside, kept = backups.start_again(study)
    with shown_progress(quiet=quiet or as_json) as say:
        summary = run_study(study, say)
    with open_store(study) as store:
        missing = backups.not_imported_again(store, kept)
    if as_json:
        print_json({**as_answer(summary), "set_aside": aside and str(aside), "not_imported_again": missing})
        return summary.exit_code
    print_summary(study, summary)
    _print_aside(aside)
    if kept.withdrawn:
        print(f"{len(kept.withdrawn)} withdrawn import(s) stay withdrawn.")
    elif not kept.loaded and aside:
        print(
            "The old database could not be read, so withdrawn files were imported again. "
            "Withdraw them with: painstats forget-import"
        )
    if missing:
        print(f"{len(missing)} file(s) imported earlier are no longer in the inbox, or were not imported this time:")
        for name in missing[:MOST_NAMES]:
            print(f"  {printable(name)}")
        if len(missing) > MOST_NAMES:
            print(f"  and {len(missing) - MOST_NAMES} more")
    return summary.exit_code


def _print_aside(aside: Path | None) -> None:
    if aside:
        print(
            f"The previous database is now {aside.name}. It contains health data: delete it when you no longer need it."
        )
