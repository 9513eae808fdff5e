"""``painstats backup``, ``restore`` and ``rebuild``: copy the database, and recover it after damage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from painstats.commands.printing import print_json, printable
from painstats.commands.run import as_answer, print_summary, shown_progress
from painstats.plan.study import SHARDS_FOLDER, Study, read_study
from painstats.run import run_study
from painstats.store import backup as backups
from painstats.store import open_store
from painstats.store.backup_folder import SUMS_FILE

MOST_NAMES = 20


def backup(folder: Path, destination: Path | None, as_json: bool) -> int:
    """Copy the database and verify the copy."""
    study = read_study(folder)
    place, contents = backups.back_up(study, destination)
    if as_json:
        print_json({"backup": str(place), "imports": contents.imports, "rows": contents.rows})
        return 0
    print(f"Backup: {place}")
    checksum = (
        f"Checksums are in {place.name}/{SUMS_FILE}" if place.is_dir() else f"Its checksum is in {place.name}.sha256"
    )
    print(f"Verified: {contents.imports:,} imports, {contents.rows:,} rows. {checksum}")
    print(
        "It contains only the database. Also keep copies of study.toml, inbox/, .painstats.key, plan_ledger.jsonl and"
        " plans/."
    )
    return 0


def restore(folder: Path, source: Path, as_json: bool) -> int:
    """Replace the database with a backup."""
    study = read_study(folder)
    contents, aside = backups.restore(study, source)
    if as_json:
        print_json({"imports": contents.imports, "rows": contents.rows, "set_aside": _as_json(aside)})
        return 0
    print(f"Restored: {contents.imports:,} imports, {contents.rows:,} rows.")
    _print_aside(study, aside)
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
        print_json({**as_answer(summary), "set_aside": _as_json(aside), "not_imported_again": missing})
        return summary.exit_code
    print_summary(study, summary)
    _print_aside(study, aside)
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


def _as_json(aside: Sequence[Path]) -> str | list[str] | None:
    """Return where the previous database is, or the databases of a study in shards; None where there was none."""
    paths = [str(path) for path in aside]
    return paths if len(paths) > 1 else next(iter(paths), None)


def _print_aside(study: Study, aside: Sequence[Path]) -> None:
    names = [path.relative_to(study.folder).as_posix() for path in aside]
    if len(names) == 1:
        print(
            f"The previous database is now {names[0]}. It contains health data: delete it when you no longer need it."
        )
    elif names:
        print(f"The previous databases are now {names[0]} and {len(names) - 1} in {SHARDS_FOLDER}/.")
        print("They contain health data: delete them when you no longer need them.")
