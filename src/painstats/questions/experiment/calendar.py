"""The plan of an experiment as a file that calendar programs open: one all-day event for each block.

Source: RFC 5545 (iCalendar): lines end in CRLF and are folded at 75 octets, and the end of an all-day event is the day
after its last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from painstats.language import _
from painstats.questions.experiment.plan import ExperimentPlan

LONGEST_LINE = 75
"""Octets of a line, without its end."""

SUMMARY = _("{block} of {blocks}: {instruction}")
DESCRIPTION = _("Keep your diary every day as before. The result opens on {date}.")

_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar(plan: ExperimentPlan, drawn_at: datetime) -> bytes:
    """Return the calendar file of a plan; the same plan gives the same bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//painstats//experiment//EN", "CALSCALE:GREGORIAN"]
    for block in range(plan.blocks):
        lines += _event(plan, block, drawn_at)
    folded = [part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)]
    return "".join(f"{line}\r\n" for line in folded).encode()


def _event(plan: ExperimentPlan, block: int, drawn_at: datetime) -> list[str]:
    start = plan.block_start(block)
    summary = SUMMARY.format(block=block + 1, blocks=plan.blocks, instruction=plan.instruction(block))
    return [
        "BEGIN:VEVENT",
        f"UID:{plan.fingerprint}-{block + 1}",
        f"DTSTAMP:{drawn_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{start:%Y%m%d}",
        f"DTEND;VALUE=DATE:{start + timedelta(days=plan.block_days):%Y%m%d}",
        f"SUMMARY:{summary.translate(_ESCAPES)}",
        f"DESCRIPTION:{DESCRIPTION.format(date=plan.opens_on.isoformat()).translate(_ESCAPES)}",
        "TRANSP:TRANSPARENT",  # the days are not taken: other appointments fit
        "END:VEVENT",
    ]


def _folded(line: str) -> Iterator[str]:
    """Yield the parts of a line; a continued one begins with a space, and no character is split."""
    part, octets = "", 0
    for character in line:
        width = len(character.encode())
        if octets + width > LONGEST_LINE:
            yield part
            part, octets = " ", 1
        part, octets = part + character, octets + width
    yield part
