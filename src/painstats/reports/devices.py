"""Which devices recorded steps and sleep, where they changed, and how steps of several devices were counted once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from painstats.questions.phrases import capital, counted, whole
from painstats.reports.data_used import OF_PARTICIPANT
from painstats.reports.dates import date_words
from painstats.reports.pages import Cell, Table, joined, named
from painstats.store.connection import Store
from painstats.store.rows import select

MOST_CHANGES_LISTED = 6
LEVELS = {
    False: "is compared with the average over all days, whatever the device: the model does not adjust for the change "
    "(adjust_for_device = false).",
    True: "is compared with the average over the days with the same devices: the model adjusts for the change "
    "(adjust_for_device = true).",
}
"""What a day is compared with where devices changed, by ``adjust_for_device``."""

MARK_OF_DEVICE = re.compile(r"-[0-9a-f]{6}$")
"""What distinguishes devices of one kind: the shortened hash of a name."""


@dataclass(frozen=True, slots=True)
class _DeviceChange:
    """A change of a participant's usual devices."""

    date: date
    from_step_device: str | None
    to_step_device: str | None
    from_sleep_device: str | None
    to_sleep_device: str | None

    def lines(self) -> list[Cell]:
        """Write what changed."""
        kinds = (
            ("your steps come", self.from_step_device, self.to_step_device),
            ("your sleep comes", self.from_sleep_device, self.to_sleep_device),
        )
        return [
            _device_line(self.date, subject, old, new or "unknown")
            for subject, old, new in kinds
            if old is not None and old != new
        ]


def device_lines(store: Store, participant_id: str) -> list[Cell]:
    """Write from which date on which device recorded a participant's steps and sleep, and what the model does."""
    rows = select(
        store, _DeviceChange, f"SELECT * FROM device_change WHERE {OF_PARTICIPANT} ORDER BY date", [participant_id]
    )
    if not rows:
        return []
    earlier = len(rows) - MOST_CHANGES_LISTED
    lines: list[Cell] = [f"{counted(earlier, 'earlier change')} of device, not listed here."] if earlier > 0 else []
    for row in rows[-MOST_CHANGES_LISTED:]:
        lines += row.lines()
    level = LEVELS[store.study.plan.rules.adjust_for_device]
    return [
        *lines,
        "Two devices do not count alike, so numbers before and after such a change may not be comparable. "
        f"Each of your days {level}",
    ]


def _device_line(day: date, subject: str, old: str, new: str) -> Cell:
    before, after = (_device_words(device, bare=_bare(old) != _bare(new)) for device in (old, new))
    return joined(
        f"From {date_words(day)} on, {subject} from the ", named(after), "; before that, from the ", named(before), "."
    )


def _device_words(device: str, *, bare: bool) -> str:
    """Write a device as its kind and source, with the mark that distinguishes it from its like unless bare."""
    source, _, name = (_bare(device) if bare else device).partition(" ")
    return f"{name} ({source.replace('_', ' ').title()})"


def _bare(device: str) -> str:
    return MARK_OF_DEVICE.sub("", device)


@dataclass(frozen=True, slots=True)
class _Changes:
    """How many changes of device there were, and in how many of all participants."""

    changes: int
    participants: int
    everyone: int


def changes_line(store: Store) -> str:
    """Write how many participants changed device, and what the model does about it."""
    [row] = select(
        store,
        _Changes,
        "SELECT count(*) AS changes, count(DISTINCT participant_id) AS participants, "
        "(SELECT count(*) FROM participant_summary) AS everyone FROM device_change",
    )
    unseen = "Exports that do not name their devices cannot show a change."
    if not row.changes:
        return f"No participant changed device. {unseen}"
    subject = f"{whole(row.participants)} of {whole(row.everyone)} participants"
    return (
        f"Changes of the usual device for steps or sleep: {whole(row.changes)}, in {subject}. {unseen} "
        f"Each day {LEVELS[store.study.plan.rules.adjust_for_device]}"
    )


@dataclass(frozen=True, slots=True)
class _DeviceSteps:
    """What one kind of device recorded, and how much of it was counted."""

    source: str
    device_kind: str
    is_daily_total: bool
    days: int
    recorded: float
    counted: float


def devices_table(store: Store, participant_id: str | None) -> Table | None:
    """Show how steps of several devices were counted once; None when no steps were imported."""
    where, values = (f"WHERE {OF_PARTICIPANT}", [participant_id]) if participant_id is not None else ("", [])
    rows = select(
        store,
        _DeviceSteps,
        "SELECT source, device_kind, is_daily_total, count(DISTINCT (participant_id, date)) AS days, "
        "sum(recorded_step_count) AS recorded, sum(counted_step_count) AS counted "
        f"FROM step_by_device {where} GROUP BY ALL ORDER BY counted DESC, source, device_kind, is_daily_total",
        values,
    )
    if not rows:
        return None
    return Table(
        "Steps by device. Where two devices recorded the same minutes, those minutes were counted once.",
        ("Device", "Days", "Steps recorded", "Steps counted"),
        tuple((_steps_device(row), whole(row.days), whole(row.recorded), whole(row.counted)) for row in rows),
    )


def _steps_device(row: _DeviceSteps) -> str:
    total = ", daily totals" if row.is_daily_total else ""
    return f"{capital(row.device_kind)} ({row.source.replace('_', ' ')}){total}"
