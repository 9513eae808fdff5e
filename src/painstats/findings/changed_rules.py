"""The rules of verdicts, and whether they were changed when there were results already.

Rules that are chosen after seeing results promise nothing, so a report says when that happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from painstats.plan.rules import RulesPlan
from painstats.store.connection import Store, transaction
from painstats.store.rows import select

RULES = "SELECT looks, false_sign_chance, matters, had_results, first_used_at FROM verdict_rules ORDER BY first_used_at"


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """The looks in days with a score, the chance of a false sign, and the difference that matters."""

    looks: tuple[int, ...]
    false_sign_chance: float
    matters: float


@dataclass(frozen=True, slots=True)
class RulesChange:
    """Rules that were changed when there were results already."""

    on: date
    before: VerdictRules
    after: VerdictRules


@dataclass(frozen=True, slots=True)
class _Used:
    looks: tuple[int, ...]
    false_sign_chance: float
    matters: float
    had_results: bool
    first_used_at: datetime

    @property
    def rules(self) -> VerdictRules:
        return VerdictRules(self.looks, self.false_sign_chance, self.matters)


def note_rules(store: Store) -> None:
    """Record the rules of the plan, if they are not those that were used last. Call it before results are replaced."""
    used, now = select(store, _Used, RULES), rules_of(store.study.plan.rules)
    if used and used[-1].rules == now:
        return
    with transaction(store) as connection:
        connection.execute(
            "INSERT INTO verdict_rules VALUES (?, ?, ?, ?, ?)",
            [datetime.now(UTC), list(now.looks), now.false_sign_chance, now.matters, bool(used)],
        )


def rules_of(plan: RulesPlan) -> VerdictRules:
    """Return the rules of a plan that decide about verdicts."""
    return VerdictRules(plan.looks, plan.false_sign_chance, plan.matters)


def last_change(store: Store) -> RulesChange | None:
    """Return the last change of the rules that came after results; None if there was none."""
    used = select(store, _Used, RULES)
    if not used or not used[-1].had_results:
        return None
    return RulesChange(used[-1].first_used_at.date(), used[-2].rules, used[-1].rules)
