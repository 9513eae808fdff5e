"""``painstats inspect``: what a file is and what is in it, before anything is loaded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from painstats.commands.printing import print_json, print_table, printable
from painstats.errors import QUARANTINED_EXIT_CODE, ExportRefused, StudyError
from painstats.inbox import SOLE_PARTICIPANT
from painstats.inspection import Inspection, inspect_export
from painstats.sources import ReadSettings
from painstats.study import Plan, Study, checked_plan, read_study

CONTENTS = {
    "table": "rows of", "what": "what", "device_kind": "device", "rows": "rows", "first_date": "from",
    "last_date": "to", "scale": "scale",
}  # fmt: skip
REJECTED = {"table": "rows of", "rule": "reason", "column": "column", "rows": "rows", "places": "first of them"}
IGNORED = {"entry": "in", "rows": "rows", "reason": "why"}


def inspect(path: Path, study_folder: Path | None, zone: str | None, as_json: bool) -> int:
    """Say what an export is, what is in it, and what would be rejected."""
    if not path.exists():
        raise StudyError(f"{path} does not exist; check the path")
    settings = _settings(path.absolute(), study_folder, zone)
    try:
        found = inspect_export(path, settings)
    except ExportRefused as refusal:
        if not as_json:
            raise
        print_json({"export": path.name, "refused": refusal.rule, "message": str(refusal)})
        return refusal.exit_code
    if as_json:
        print_json({**asdict(found), "time_zone": settings.time_zones.of(settings.participant_id)})
    else:
        _print(found, settings.time_zones.of(settings.participant_id), is_told=bool(zone or study_folder))
    return QUARANTINED_EXIT_CODE if found.summary.quarantined else 0


def _settings(path: Path, study_folder: Path | None, zone: str | None) -> ReadSettings:
    """Take zones and diary mappings from a study, if there is one, and whose the file is from where it lies."""
    study = read_study(study_folder) if study_folder else Study(folder=path.parent, plan=Plan())
    participant: str | None = SOLE_PARTICIPANT
    if study_folder and path.is_relative_to(study.inbox) and len(path.relative_to(study.inbox).parts) > 1:
        participant = path.relative_to(study.inbox).parts[0]
    zones = study.time_zones
    if zone:
        zones = Study(folder=path.parent, plan=checked_plan({"study": {"time_zone": zone}}, "--zone")).time_zones
    return ReadSettings(participant, zones, study.plan.diaries)


def _print(found: Inspection, zone: str, *, is_told: bool) -> None:
    print(f"{found.name}: {found.title}")
    who = "one person" if found.people == 1 else f"{found.people} people"
    print(f"Exported about {found.exported_at:%Y-%m-%d}; rows about {who}")
    print(f"Clock times without an offset were read in {zone}{'' if is_told else '; say otherwise with --zone'}")
    if found.contents:
        print()
        print_table(found.contents, CONTENTS)
    for title, rows, headings in (
        ("Would be rejected:", _with_places(found), REJECTED),
        ("Not needed:", found.ignored, IGNORED),
    ):
        if rows:
            print(f"\n{title}")
            print_table(rows, headings)
    if found.summary.notes or found.own_exports:
        print()
    for note in found.summary.notes:
        print(f"Note: {printable(note)}")
    for name in found.own_exports:
        print(f"Note: {printable(name)} is an export of its own; inspect it by itself")
    summary = found.summary
    print(
        f"\nRows:  {summary.read} read = {summary.new} would be stored + {summary.same} told twice "
        f"+ {summary.quarantined} would be rejected + {summary.ignored} not needed. Nothing was kept."
    )


def _with_places(found: Inspection) -> list[dict[str, object]]:
    return [
        {**row, "places": ", ".join(f"{place['entry']}:{place['line']}" for place in row["places"])}
        for row in found.rejected
    ]
