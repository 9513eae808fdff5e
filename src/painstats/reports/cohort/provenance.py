"""Where a cohort's page comes from: its plan, when that was first seen, whether it changed, the version and imports."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from painstats.findings.plan_record import PlanRecord, shown_hash
from painstats.plan.ledger_chain import Standing
from painstats.reports.pages import Cell, joined, named


def plan_words(record: PlanRecord) -> str:
    """Name the plan by its hash: "Plan 1729d0a7f3b2c4d5"."""
    return f"Plan {shown_hash(record.plan_hash)}"


def provenance_words(record: PlanRecord, imports: str) -> Cell:
    """Say what the ledger shows of the plan, and which version and which data the page is from."""
    head = f"Ledger {shown_hash(record.head)}, painstats {version('painstats')}, imports {imports}."
    return joined(*_record_words(record), f" {head}")


def shareable_provenance(record: PlanRecord) -> Cell:
    """Say the same without anything from the data, and without what was changed, which could name a treatment."""
    words = record.words.partition("; in that order")[0]
    if record.standing is Standing.AFTER_RESULTS:
        words = words.partition(":")[0]
    return joined(
        *_record_words(replace(record, words=words)),
        f" Ledger {shown_hash(record.head)}, painstats {version('painstats')}.",
    )


def _record_words(record: PlanRecord) -> tuple[Cell, ...]:
    registered: tuple[Cell, ...] = (" Registered as ", named(record.registered), ".") if record.registered else ()
    words = record.words[:1].upper() + record.words[1:] if record.words else ""
    return (f"{words}.", *registered)
