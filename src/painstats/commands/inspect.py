"""``painstats inspect``: what a file is and what it contains, before anything is imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from painstats.batch import alike
from painstats.commands.printing import print_json, print_table, printable, printable_lines
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, StudyError, gravest
from painstats.intake.inbox_file import InboxFile
from painstats.intake.inspection import Inspection, exports_at, inspect_export
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Plan, Study, checked_plan, read_study
from painstats.sources import ReadSettings

CONTENTS = {
    "table": "rows of", "what": "kind", "device_kind": "device", "rows": "rows", "first_date": "from",
    "last_date": "to", "scale": "scale",
}  # fmt: skip
ZONE_USES = {
    "clock times": "Times without an offset were read in",
    "days": "Its times have offsets or are in UTC; days are those of",
}
REJECTED = {"table": "rows of", "rule": "reason", "column": "column", "rows": "rows", "places": "first places"}
IGNORED = {"entry": "in", "rows": "rows", "reason": "reason"}


def inspect(path: Path, study_folder: Path | None, zone: str | None, as_json: bool) -> int:
    """Print what an export is, what it contains, and what would be rejected."""
    if not path.exists():
        raise StudyError(f"{path} does not exist; check the path")
    settings = _settings(path.absolute(), study_folder, zone)
    files = exports_at(path, settings)
    found = [_inspected(file, settings) for file in files]
    if as_json:
        whole, *own = [_as_answer(file, each, settings) for file, each in zip(files, found, strict=True)]
        print_json(whole | ({"exports_in_it": own} if own else {}))
    elif len(found) == 1 and isinstance(found[0], ExportRefused):
        raise found[0]
    else:
        for number, (file, each) in enumerate(zip(files, found, strict=True)):
            print("\n" if number else "", end="")
            _print_one(file, each, settings, is_declared=bool(zone or study_folder))
    return gravest([_exit_code(each) for each in found])


def _inspected(file: InboxFile, settings: ReadSettings) -> Inspection | ExportRefused:
    try:
        return inspect_export(file, settings)
    except ExportRefused as refusal:
        return refusal


def _exit_code(found: Inspection | ExportRefused) -> int:
    if isinstance(found, ExportRefused):
        return found.exit_code
    return QUARANTINED_EXIT_CODE if found.summary.quarantined else 0


def _as_answer(file: InboxFile, found: Inspection | ExportRefused, settings: ReadSettings) -> dict[str, Any]:
    if isinstance(found, ExportRefused):
        return {"export": file.name, "refused": found.rule, "message": str(found)}
    return {**asdict(found), "time_zone": settings.time_zones.of(settings.participant_id)}


def _print_one(
    file: InboxFile, found: Inspection | ExportRefused, settings: ReadSettings, *, is_declared: bool
) -> None:
    if isinstance(found, ExportRefused):
        print(f"{printable(file.name)}: would be refused ({found.rule})\n  {printable_lines(str(found))}")
    else:
        _print(
            found,
            settings.time_zones.of(settings.participant_id),
            is_declared=is_declared,
            is_zip=not file.path.is_dir(),
        )


def _settings(path: Path, study_folder: Path | None, zone: str | None) -> ReadSettings:
    """Take time zones and mappings from a study, if given, and the participant from the file's place in it."""
    study = read_study(study_folder) if study_folder else Study(folder=path.parent, plan=Plan())
    participant: str | None = SOLE_PARTICIPANT
    if study_folder and path.is_relative_to(study.inbox) and len(path.relative_to(study.inbox).parts) > 1:
        participant = path.relative_to(study.inbox).parts[0]
    zones = study.time_zones
    if zone:
        zones = Study(folder=path.parent, plan=checked_plan({"study": {"time_zone": zone}}, "--zone")).time_zones
    return ReadSettings(participant, zones, study.plan.diaries, apps=study.plan.apps, tables=study.plan.tables)


def _print(found: Inspection, zone: str, *, is_declared: bool, is_zip: bool) -> None:
    print(f"{found.name}: {found.title}")
    who = "one participant" if found.participants == 1 else f"{found.participants} participants"
    made = f"Exported about {found.exported_at:%Y-%m-%d}" if found.exported_at else "Date of export unknown"
    print(f"{made}; rows of {who}")
    if found.zone_use:
        print(f"{ZONE_USES[found.zone_use]} {zone}{'' if is_declared else '; use --zone to change this'}")
    if found.contents:
        print()
        print_table([asdict(row) for row in found.contents], CONTENTS)
    for title, rows, headings in (
        ("Would be rejected:", _with_places(found), REJECTED),
        ("Unused:", [asdict(row) for row in found.ignored], IGNORED),
    ):
        if rows:
            print(f"\n{title}")
            print_table(rows, headings)
    if found.summary.notes or found.own_exports:
        print()
    for notes in alike(found.summary.notes):
        print(f"Note: {printable(notes.text)}")
    for name in found.own_exports:
        advice = "see below" if is_zip else "inspect it separately"
        print(f"Note: {printable(name)} is an export of its own; {advice}")
    summary = found.summary
    print(
        f"\nRows:  {summary.read:,} read = {summary.new:,} would be stored + {summary.same:,} duplicate "
        f"+ {summary.quarantined:,} would be rejected + {summary.ignored:,} unused. Nothing was stored."
    )


def _with_places(found: Inspection) -> list[dict[str, object]]:
    return [
        {**asdict(row), "places": ", ".join(f"{place.entry}:{place.line}" for place in row.places)}
        for row in found.rejected
    ]
