"""``painstats treatments``: who takes what when, what can be judged from which day on, and what is to be settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from painstats.commands.printing import print_json, print_table, printable
from painstats.commands.treatment_looks import HEADINGS as LOOK_HEADINGS
from painstats.commands.treatment_looks import looks_of_changes, looks_row
from painstats.frame.always_on import always_on, scored_dates
from painstats.frame.logged_days import LoggedDay
from painstats.frame.phase import Phase
from painstats.frame.safety import OpioidWithBlocker, opioids_with_blockers, single_doses
from painstats.frame.treatments import collected_treatments, treatments_to_settle
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.tables import table_exists

HEADINGS = {
    "participant_id": "participant", "name": "treatment", "kind": "kind", "dose": "dose", "start_date": "from",
    "end_date": "to", "ramp_days": "builds up (days)", "wash_out_days": "wears off (days)", "acts_days": "acts (days)",
}  # fmt: skip
AS_NEEDED = {
    "participant_id": "participant", "name": "now and then", "kind": "kind", "days": "days", "first_date": "first",
    "last_date": "last",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """A treatment that was logged on single days which are no phase, and on how many."""

    participant_id: str
    name: str
    kind: str
    days: int
    first_date: date
    last_date: date


def treatments(folder: Path, as_json: bool) -> int:
    """Print the treatments of a study by participant, as the plan and the imported tables now say."""
    study = read_study(folder)
    with open_store(study) as store:
        phases, logged = collected_treatments(store)
        was_run = table_exists(store, "daily_summary")
        settle = treatments_to_settle(store) if was_run else []
        scored = scored_dates(store) if was_run else {}
    looks = looks_of_changes(phases, scored, study.plan.rules)
    without_comparison = always_on(phases, scored)
    pairs = opioids_with_blockers([*phases, *single_doses(logged)])
    needed = as_needed(logged)
    if as_json:
        print_json(
            {
                "study": study.plan.study.name,
                "treatments": [asdict(phase) for phase in phases],
                "as_needed": [asdict(each) for each in needed],
                "changes": [asdict(each) for each in looks],
                "always_on": [{"participant_id": who, "name": name} for who, name in without_comparison],
                "opioid_with_naltrexone": [_answer(pair) for pair in pairs],
                "to_settle": settle,
            }
        )
        return 0
    if not phases and not needed:
        print(
            "There are no treatments yet. Write them as [[phases]] into study.toml, or put a table of treatments into "
            f"{study.inbox} and run: painstats run {folder}"
        )
    _print_tables(phases, needed)
    if looks:
        print("\nWhat can be judged:")
        print_table([looks_row(each) for each in looks], LOOK_HEADINGS)
    for line in (*map(_safety_words, pairs), *_always_on_words(without_comparison), *settle):
        print(f"\n{printable(line)}")
    return 0


def as_needed(logged: Iterable[LoggedDay]) -> list[AsNeeded]:
    """Count the logged days that are no phase, by participant and name."""
    own: dict[tuple[str, str], list[LoggedDay]] = {}
    for day in logged:
        if not day.is_in_phase:
            own.setdefault(day.treatment, []).append(day)
    return [
        AsNeeded(days[0].participant_id, days[-1].name, days[-1].kind, len(days), days[0].date, days[-1].date)
        for days in own.values()
    ]


def _print_tables(phases: Sequence[Phase], needed: Sequence[AsNeeded]) -> None:
    if phases:
        print_table([_row(phase) for phase in phases], HEADINGS)
    if phases and needed:
        print()
    if needed:
        print_table([asdict(each) for each in needed], AS_NEEDED)


def _row(phase: Phase) -> dict[str, object]:
    days = {name: getattr(phase, name) or None for name in ("ramp_days", "wash_out_days")}
    return asdict(phase) | days | {"dose": _dose(phase), "end_date": phase.end_date or "goes on"}


def _dose(phase: Phase) -> str | None:
    return None if phase.dose is None else f"{phase.dose:g} {phase.dose_unit or ''}".strip()


def _always_on_words(found: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{who} had {name} on every day with a score, so there is nothing to compare it with" for who, name in found
    ]


def _safety_words(pair: OpioidWithBlocker) -> str:
    return (
        f"{pair.participant_id} listed {pair.opioid} ({_days(pair.opioid_days)}) and {pair.blocker} "
        f"({_days(pair.blocker_days)}) within two weeks of each other. Their report begins with a notice about it"
    )


def _days(days: tuple[date, date]) -> str:
    first, last = days
    if last == date.max:
        return f"since {first}"
    return f"on {first}" if first == last else f"{first} to {last}"


def _answer(pair: OpioidWithBlocker) -> dict[str, object]:
    return {"participant_id": pair.participant_id, "opioid": pair.opioid, "blocker": pair.blocker}
