"""``painstats plan`` and ``painstats history``: the declared plan as one page, and every plan with what it gave."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from painstats.cohort.preregistration import preregistration
from painstats.commands.printing import print_json, printable, printable_lines
from painstats.findings.plan_record import PlanInHistory, plan_history, plan_record, shown_hash
from painstats.intake.undeclared_zone import refuse_undeclared_zone
from painstats.plan.study import read_study
from painstats.questions.asked import asked
from painstats.store import open_store
from painstats.store.plan_ledger import declare_plan


def plan(folder: Path, as_json: bool) -> int:
    """Declare the plan in its ledger, and print it as a page to register."""
    study = read_study(folder)
    refuse_undeclared_zone(study)
    asked(study)  # a plan that cannot be asked is not declared
    with open_store(study) as store:
        declare_plan(store)
        record = plan_record(store)
    page = preregistration(study, record)
    if as_json:
        print_json({**asdict(record), "page": page})
        return 0
    print(printable_lines(page))
    return 0


def history(folder: Path, as_json: bool) -> int:
    """List the plans of a study and what each gave."""
    study = read_study(folder)
    with open_store(study) as store:
        plans, record = plan_history(store), plan_record(store)
    if as_json:
        print_json({"plans": [asdict(each) for each in plans], "now": asdict(record)})
        return 0
    if not plans:
        print(f"No plan has been declared yet. Declare it with: painstats plan {folder}")
        return 0
    for number, each in enumerate(plans, start=1):
        print(printable_lines("\n".join(_lines(number, each))))
    print(f"Now: {printable(record.words)}.")
    return 0


def _lines(number: int, plan: PlanInHistory) -> list[str]:
    declared = f"declared {plan.declared_at:%Y-%m-%d %H:%M} UTC" if plan.declared_at else "older than the plan ledger"
    last = f", the last {plan.last_result_at:%Y-%m-%d %H:%M} UTC" if plan.last_result_at else ""
    lines = [f"{number}. plan {shown_hash(plan.plan_hash)}, {declared}"]
    lines.append(f"   results: {plan.results}{last}; opened before the final date: {plan.looks}")
    lines += [f"   changed: {change}" for change in plan.changes]
    lines += ["   the clock went back: the order, not the dates, is sure"] if plan.clock_went_back else []
    return lines
