"""What a page may say of the plan: whether it was declared before the data, before results, or changed after them.

The sentences follow from the plan ledger alone. None says that anything is proved: a ledger that was deleted together
with all results, or forged as a whole, cannot be noticed from inside (docs/method/plan_record.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from painstats.plan.ledger_chain import RESULTS_SEEN, Entry, Standing, broken_at, declaration, standing
from painstats.plan.study import Study
from painstats.questions.date_words import date_words
from painstats.store.connection import Store
from painstats.store.plan_ledger import PlanLedger, kept_plan, read_plan_ledger

MOST_CHANGES = 6
"""Changes of a plan that a sentence lists one by one."""

SHOWN_DIGITS = 16
"""Digits of a hash on a page."""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """What is known of the plan of a study.

    Parameters
    ----------
    plan_hash, head
        SHA-256 of the plan and of the last line of its ledger; ``head`` is None without a ledger.
    standing
        What may be said.
    words
        The same as a sentence part, such as "declared on 1 March 2026, before any data were loaded".
    registered
        Where the plan says that it is registered, else None.
    declared_at
        When the plan was declared first, else None.
    changes
        The keys that differ from the plan of the earlier results, as "key: before → now".
    """

    plan_hash: str
    head: str | None
    standing: Standing
    words: str
    registered: str | None = None
    declared_at: datetime | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanInHistory:
    """A plan in the order of the ledger: what it gave, and how it differs from the one before.

    Parameters
    ----------
    plan_hash
        SHA-256 of the plan.
    declared_at
        When it was declared; None for results that are older than the ledger.
    results, looks
        Numbers of lines that say that there were results, and that results were opened before the final date.
    last_result_at
        When there was a result last; None without one.
    changes
        The keys that differ from the plan before.
    clock_went_back
        Whether the clock was behind an earlier line.
    """

    plan_hash: str
    declared_at: datetime | None
    results: int
    looks: int
    last_result_at: datetime | None
    changes: tuple[str, ...]
    clock_went_back: bool


def plan_record(store: Store) -> PlanRecord:
    """Return what may be said of the plan of an open study."""
    return record_of(store.study, read_plan_ledger(store))


def record_of(study: Study, ledger: PlanLedger) -> PlanRecord:
    """Return what a ledger shows of the plan of a study."""
    plan_hash = study.plan_hash
    stands = standing(ledger.lines, plan_hash, ledger.heads, ledger.loaded)
    declared = declaration(ledger.entries, plan_hash)
    seen = results_before(ledger.entries, declared)
    changes = changes_since(study, seen[-1].plan, plan_hash) if seen else ()
    return PlanRecord(
        plan_hash=plan_hash,
        head=ledger.head,
        standing=stands,
        words=_words(stands, ledger.lines, declared, seen, changes),
        registered=study.plan.analysis.registered,
        declared_at=_time(declared) if declared else None,
        changes=changes,
    )


def results_before(entries: Sequence[Entry], declared: Entry | None) -> list[Entry]:
    """Return the lines about results that come before a declaration."""
    return [entry for entry in entries if declared and entry.kind in RESULTS_SEEN and entry.seq < declared.seq]


def changes_since(study: Study, before: str, now: str) -> tuple[str, ...]:
    """Return the keys in which two plans differ, as "key: before → now"; empty if the earlier one is not kept."""
    earlier, later = kept_plan(study, before), kept_plan(study, now)
    if earlier is None or later is None:
        return ()
    old, new = dict(_flat(earlier)), dict(_flat(later))
    keys = [key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)]
    return tuple(f"{key}: {old.get(key, 'none')} → {new.get(key, 'none')}" for key in sorted(keys))


def plan_history(store: Store) -> list[PlanInHistory]:
    """Return every declaration of a plan, in order, with what it gave until the next one."""
    entries = read_plan_ledger(store).entries
    starts = [place for place, entry in enumerate(entries) if entry.kind == "plan"]
    if entries and starts[:1] != [0]:
        starts.insert(0, 0)
    stretches = [entries[start:end] for start, end in zip(starts, [*starts[1:], len(entries)], strict=True)]
    before = [None, *(stretch[0].plan for stretch in stretches)]
    return [_in_history(store.study, *each) for each in zip(stretches, before, strict=False)]


def shown_hash(value: str | None) -> str:
    """Write the first digits of a hash, which a page has room for."""
    return value[:SHOWN_DIGITS] if value else "none"


def _in_history(study: Study, stretch: Sequence[Entry], before: str | None) -> PlanInHistory:
    first = stretch[0]
    results = [entry for entry in stretch if entry.kind == "result"]
    return PlanInHistory(
        plan_hash=first.plan,
        declared_at=_time(first) if first.kind == "plan" else None,
        results=len(results),
        looks=sum(entry.kind == "looked" for entry in stretch),
        last_result_at=_time(results[-1]) if results else None,
        changes=changes_since(study, before, first.plan) if before else (),
        clock_went_back=any(entry.clock is not None for entry in stretch),
    )


def _words(
    stands: Standing, lines: Sequence[str], declared: Entry | None, seen: Sequence[Entry], changes: Sequence[str]
) -> str:
    if stands is Standing.BROKEN:
        return f"the record of plans was altered at line {(broken_at(lines) or 0) + 1}: it proves nothing"
    if stands is Standing.REPLACED:
        return "the record was replaced after results existed"
    if stands is Standing.NO_RECORD or declared is None:
        return "no record"
    if stands is Standing.CLOCK:
        order = f"; in that order, the plan was {_changed(seen, changes)}" if seen else ""
        return f"the clock went back: the order, not the dates, is sure{order}"
    on = date_words(_time(declared).date())
    if stands is Standing.AFTER_RESULTS:
        return _changed(seen, changes, on=f" on {on}")
    if stands is Standing.BEFORE_RESULTS:
        return f"declared on {on}, after data were loaded, before results"
    return f"declared on {on}, before any data were loaded"


def _changed(seen: Sequence[Entry], changes: Sequence[str], on: str = "") -> str:
    """Write that a plan came after results, what was changed, and which results the earlier plan had."""
    earlier = seen[-1]
    times = sum(entry.plan == earlier.plan for entry in seen)
    last = "" if not on else f", the last on {date_words(_time(earlier).date())}"
    results = f"results of the earlier plan ({shown_hash(earlier.plan)}): {times}{last}"
    more = f" and {len(changes) - MOST_CHANGES} more" if len(changes) > MOST_CHANGES else ""
    listed = ", ".join(changes[:MOST_CHANGES]) + more if changes else "what was changed is not kept"
    return f"changed{on} after results existed: {listed}; {results}"


def _time(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.time)


def _flat(content: object, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of a plan with its key, such as "questions 1 lag_days"; a list of values is one value."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{above} {key}".strip())
    elif isinstance(content, list) and any(isinstance(value, Mapping) for value in content):
        for place, value in enumerate(content, start=1):
            yield from _flat(value, f"{above} {place}")
    else:
        yield above, _value(content)


def _value(content: object) -> str:
    if isinstance(content, list):
        return "[" + ", ".join(map(_value, content)) + "]"
    if content is None or content == "":
        return "none"
    return f"{content:g}" if isinstance(content, float) else str(content)
