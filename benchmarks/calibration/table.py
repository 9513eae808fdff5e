"""The results of the grid as tables: promises, kept or not, and what was said by each look."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

from benchmarks.calibration.after import EXPOSURES
from benchmarks.calibration.promises import is_kept
from benchmarks.calibration.results import Batch, Rate, rate
from benchmarks.calibration.rows import Row
from benchmarks.calibration.tally import Tally

MEASURED = {
    "ever": "ever a false sign in a year",
    "ever_sleep": "ever a false sign for sleep",
    "ever_steps": "ever a false sign for steps",
    "interval_covers": "95% interval covers, at looks",
    "range_covers": "range covers, at every look",
    "wrong": "wrong among signs",
    "withdrawn": "withdrawn of true signs",
    "withdrawn_false": "withdrawn of false signs",
    "small_wrong": "at most small, of effects that matter",
    "forecast": "verdict within its forecast",
    "judged": "looks that judge",
}

BASES = {
    "own": "",
    "pooled": "pooled: ",
    "verdict": "own days and pooled: ",
    "average": "average: ",
}

NIGHTS = {
    "nights.interval_covers": "95% interval covers, on every 15th night",
    "nights.ever": "ever a false sign by a 95% interval of any 15th night",
}

HEADER = "| diaries | measured, % | value | promise | kept | n |\n|---|---|---:|---|---|---:|"
EVERY = (60, 90, 180, 365)
NO_COUNT = (0, 0)
SECONDS_PER_HOUR = 3600


def report(rows: Sequence[Row], batches: Sequence[Batch]) -> str:
    """Return all tables in Markdown; a row without results says so."""
    found = {row.name: [batch for batch in batches if batch.row == row.name] for row in rows}
    parts = [_stamp(batches), HEADER]
    parts += [line for row in rows for line in promise_lines(row, [batch.tally for batch in found[row.name]])]
    parts += ["", _looks_header()]
    parts += [line for row in rows for line in look_lines(row, [batch.tally for batch in found[row.name]])]
    return "\n".join(parts)


def _stamp(batches: Sequence[Batch]) -> str:
    if not batches:
        return "No results yet.\n"
    hours = sum(batch.cpu_seconds for batch in batches) / SECONDS_PER_HOUR
    versions = " and ".join(sorted({batch.version for batch in batches}))
    days = sorted({batch.date for batch in batches})
    ran = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Table of {date.today()}: painstats {versions}, run on {ran}, {hours:.1f} hours of one CPU.\n"


def promise_lines(row: Row, tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield a line for each promise of a row; the reason follows the first that is not kept."""
    if not tallies:
        yield f"| {row.name} | | not run | | | 0 |"
    why = row.reason or "not explained"
    for promise in row.promises if tallies else ():
        found = rate(tallies, promise.quantity)
        kept = is_kept(promise, found) if found else ""
        text = f"**no**: {why}" if kept == "no" else kept
        canary = "canary: " if promise.is_canary else ""
        label = canary + measured(promise.quantity)
        yield f"| {row.name} | {label} | {_value(found)} | {promise.text} | {text} | {found.of if found else 0} |"


def measured(quantity: str) -> str:
    """Return a quantity in words."""
    if quantity in NIGHTS:
        return NIGHTS[quantity]
    basis, name = quantity.split(".")
    if name in MEASURED:
        return BASES[basis] + MEASURED[name]
    kind, exposure, days = name.split("_")
    return f"{BASES[basis]}{'at most small' if kind == 'small' else 'a sign'} for {exposure} by {days} days"


def _value(found: Rate | None) -> str:
    if found is None:
        return "none"
    return f"{found.percent:.1f}" + ("" if math.isnan(found.error) else f" ± {found.error:.1f}")


def _looks_header() -> str:
    looks = " / ".join(map(str, EVERY))
    names = ("diaries", "exposure", f"sign by {looks} days, %", "at most small, %", "false signs withdrawn, %")
    return "| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|"


def look_lines(row: Row, tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield a line for sleep and one for steps: what was said by each look."""
    bases = [basis for basis in BASES if any(tally.get(f"{basis}.judged", NO_COUNT)[0] for tally in tallies)]
    for basis in bases:
        withdrawn = rate(tallies, f"{basis}.withdrawn_false")
        for exposure in EXPOSURES:
            signs, small = (_by_look(tallies, f"{basis}.{kind}_{exposure}") for kind in ("sign", "small"))
            yield f"| {BASES[basis]}{row.name} | {exposure} | {signs} | {small} | {_value(withdrawn)} |"


def _by_look(tallies: Sequence[Tally], quantity: str) -> str:
    found = [rate(tallies, f"{quantity}_{days}") for days in EVERY]
    return " / ".join(f"{each.percent:.0f}" if each else "" for each in found)
