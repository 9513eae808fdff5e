"""Where a cohort's page comes from: its plan, when that was first seen, whether it changed, the version and imports."""

from __future__ import annotations

from importlib.metadata import version

from painstats.findings.plan_record import PlanRecord, shown_hash
from painstats.reports.pages import Cell, joined, named


def plan_words(record: PlanRecord) -> str:
    """Name the plan by its hash: "Plan 1729d0a7f3b2c4d5"."""
    return f"Plan {shown_hash(record.plan_hash)}"


def provenance_words(record: PlanRecord, imports: str) -> Cell:
    """Say what the ledger shows of the plan, and which version and which data the page is from."""
    registered = (" Registered as ", named(record.registered), ".") if record.registered else ()
    head = f"Ledger {shown_hash(record.head)}, painstats {version('painstats')}, imports {imports}."
    words = record.words[:1].upper() + record.words[1:] if record.words else ""
    return joined(f"{words}.", *registered, f" {head}")
