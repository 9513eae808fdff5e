"""Add clock times to each simulated day: when the participant slept and walked, and the sleep stages.

Walks are between getting up and going to bed and never in a nap; the last one is shortly before bed or midnight, so
that reading with the wrong time zone puts evening steps on another date. Nights end at a local clock time and run
backwards in elapsed minutes, so that they keep their length across a clock change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sample_data.simulate import Life, stream
from sample_data.truth import Truth, zone_on

SLOT_MIN = 12
"""A walk of at most 10 minutes starts at most 1 minute into its slot, which leaves a minute between two walks."""
LATEST_MIN = 1435
NOON_MIN = 720
NAP_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a night: ``stage`` is wake, light, deep or rem."""

    stage: str
    start_at: datetime
    end_at: datetime

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return round((self.end_at - self.start_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Night:
    """The night that ends on ``date``.

    Parameters
    ----------
    stretches
        From going to bed to getting up, without holes.
    stirrings
        Short times awake within light sleep, none of them longer than 3 minutes.
    """

    date: date
    stretches: tuple[Stretch, ...]
    stirrings: tuple[Stretch, ...]

    @property
    def start_at(self) -> datetime:
        """Instant of going to bed."""
        return self.stretches[0].start_at

    @property
    def end_at(self) -> datetime:
        """Instant of getting up."""
        return self.stretches[-1].end_at

    @property
    def time_in_bed_min(self) -> int:
        """Minutes from going to bed to getting up."""
        return round((self.end_at - self.start_at).total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class Walk:
    """Steps in a row, at most 10 minutes."""

    start_at: datetime
    minutes: int
    step_count: int


@dataclass(frozen=True, slots=True)
class Day:
    """One participant's local date with its clock times (instants in UTC)."""

    date: date
    zone: ZoneInfo
    night: Night
    nap: Stretch | None
    walks: tuple[Walk, ...]


def stages_of(night: Night) -> list[Stretch]:
    """Return the night as stretches that do not overlap: stirrings cut out of the light sleep below them."""
    stirring_in = {stretch: spell for stretch in night.stretches for spell in night.stirrings if _holds(stretch, spell)}
    stages: list[Stretch] = []
    for stretch in night.stretches:
        spell = stirring_in.get(stretch)
        if spell is None:
            stages.append(stretch)
        else:
            before = Stretch(stretch.stage, stretch.start_at, spell.start_at)
            stages += [before, spell, Stretch(stretch.stage, spell.end_at, stretch.end_at)]
    return stages


def _holds(stretch: Stretch, spell: Stretch) -> bool:
    return stretch.start_at <= spell.start_at and spell.end_at <= stretch.end_at


def active_minutes(step_count: int, time_in_bed_min: int) -> dict[str, int]:
    """Return minutes of a worn day by intensity, as a tracker would sum them; with the time in bed they fill the day.

    Returns
    -------
    Minutes under ``very``, ``moderately``, ``lightly`` and ``sedentary``.
    """
    thousands = min(step_count / 1000, 20)
    minutes = {
        "very": round(2.2 * thousands),
        "moderately": round(3 * thousands),
        "lightly": 60 + round(22 * thousands),
    }
    return {**minutes, "sedentary": 1440 - time_in_bed_min - sum(minutes.values())}


UNWORN_MINUTES = {"very": 0, "moderately": 0, "lightly": 0, "sedentary": 1440}
"""What a tracker reports of a day on which it lay in a drawer: not missing, but 24 hours of sitting still."""


def at_local(day: date, zone: ZoneInfo, minute: float) -> datetime:
    """Return the instant of a minute of a local date, for the hours after the early-morning clock change."""
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    return noon + timedelta(minutes=minute - NOON_MIN)


def days_of(truth: Truth, life: Life, seed: int) -> list[Day]:
    """Assign clock times to a participant's sleep and steps.

    Returns
    -------
    One ``Day`` for each date of the study, also for those on which nothing was recorded.
    """
    rng = stream(seed, life.person.participant_id, "clock")
    zones = [ZoneInfo(zone_on(truth, life.person, day)) for day in life.dates]
    rises = _rising_minutes(life, rng)
    nights = [
        _night(day, at_local(day, zone, rise), int(minutes), rng)
        for day, zone, rise, minutes in zip(life.dates, zones, rises, life.total_sleep_time_min, strict=True)
    ]
    bedtimes = [*(night.start_at for night in nights[1:]), None]
    return [
        _day(night, zone, rise, bedtime, int(steps), rng)
        for night, zone, rise, bedtime, steps in zip(nights, zones, rises, bedtimes, life.step_count, strict=True)
    ]


def _rising_minutes(life: Life, rng: np.random.Generator) -> list[int]:
    """Minutes after midnight at which the participant gets up; later at the weekend."""
    usual = 420 + 35 * rng.standard_normal()
    weekend = np.array([day.weekday() >= 5 for day in life.dates])
    rises = usual + 30 * weekend + 22 * rng.standard_normal(len(life.dates))
    return [int(rise) for rise in np.clip(np.rint(rises), 330, 590)]


def _night(day: date, rises_at: datetime, asleep_min: int, rng: np.random.Generator) -> Night:
    awake_min = max(8, round(asleep_min * rng.uniform(0.06, 0.13)))
    stirring_min = int(rng.integers(2, 6))
    cycles = max(2, round(asleep_min / 95))
    bed_at = rises_at - timedelta(minutes=asleep_min + awake_min)
    lengths = _stage_lengths(asleep_min, awake_min, stirring_min, cycles, rng)
    stretches = tuple(_laid_end_to_end(bed_at, lengths))
    return Night(day, stretches, _stirrings(stretches, stirring_min, rng))


def _stage_lengths(
    asleep_min: int, awake_min: int, stirring_min: int, cycles: int, rng: np.random.Generator
) -> Iterator[tuple[str, int]]:
    """Stages and their seconds in order: light, deep, light, rem, awake in each cycle; deep early, rem late."""
    deep, rem = round(0.17 * asleep_min), round(0.21 * asleep_min)
    light = asleep_min + stirring_min - deep - rem
    order = np.arange(1, cycles + 1)
    lights = _shares(light, np.ones(2 * cycles), rng)
    deeps, rems = _shares(deep, 1.0 / order, rng), _shares(rem, order, rng)
    wakes = _shares(awake_min - stirring_min, np.ones(cycles), rng)
    for cycle in range(cycles):
        yield "light", lights[2 * cycle]
        yield "deep", deeps[cycle]
        yield "light", lights[2 * cycle + 1]
        yield "rem", rems[cycle]
        yield "wake", wakes[cycle]


def _shares(minutes: int, weights: np.ndarray, rng: np.random.Generator) -> list[int]:
    """Divide minutes into pieces of at least one half-minute each; returns their seconds."""
    halves = np.ones(len(weights), np.int64)
    uneven = weights * rng.uniform(0.7, 1.3, len(weights))
    halves += rng.multinomial(2 * minutes - len(weights), uneven / uneven.sum())
    return [30 * int(half) for half in halves]


def _laid_end_to_end(start_at: datetime, lengths: Iterable[tuple[str, int]]) -> Iterator[Stretch]:
    for stage, seconds in lengths:
        end_at = start_at + timedelta(seconds=seconds)
        yield Stretch(stage, start_at, end_at)
        start_at = end_at


def _stirrings(stretches: tuple[Stretch, ...], minutes: int, rng: np.random.Generator) -> tuple[Stretch, ...]:
    """Spread minutes awake over the middles of light stretches, in spells of 1 to 3 minutes."""
    left, spells = minutes, []
    light = [stretch for stretch in stretches if stretch.stage == "light" and stretch.seconds >= 420]
    for place, index in enumerate(rng.permutation(len(light))):
        needed = math.ceil(left / (len(light) - place))
        length = min(left, max(needed, int(rng.integers(1, 4))))
        if length == 0:
            break
        start_at = light[index].start_at + timedelta(seconds=120)
        spells.append(Stretch("wake", start_at, start_at + timedelta(minutes=length)))
        left -= length
    return tuple(sorted(spells, key=lambda spell: spell.start_at))


def _day(
    night: Night, zone: ZoneInfo, rise: int, bedtime: datetime | None, step_count: int, rng: np.random.Generator
) -> Day:
    nap = _nap(night.date, zone, rng)
    walks = tuple(_walks(night.date, zone, (rise + 10, _last_minute(night.date, zone, bedtime)), nap, step_count, rng))
    return Day(night.date, zone, night, nap, walks)


def _nap(day: date, zone: ZoneInfo, rng: np.random.Generator) -> Stretch | None:
    chance, start, length = rng.random(), int(rng.integers(810, 900)), int(rng.integers(61, 85))
    if chance > NAP_SHARE:
        return None
    start_at = at_local(day, zone, start)
    return Stretch("light", start_at, start_at + timedelta(minutes=length))


def _last_minute(day: date, zone: ZoneInfo, bedtime: datetime | None) -> int:
    """Last minute of a date at which the participant may still walk."""
    if bedtime is None:
        return LATEST_MIN - 60
    after_midnight = (bedtime - at_local(day, zone, 0)).total_seconds() / 60
    return min(LATEST_MIN, math.floor(after_midnight) - 10)


def _walks(
    day: date, zone: ZoneInfo, awake: tuple[int, int], nap: Stretch | None, step_count: int, rng: np.random.Generator
) -> Iterator[Walk]:
    slots = _free_slots(awake, at_local(day, zone, 0), nap)
    chosen = _chosen_slots(slots, min(max(12, step_count // 250), len(slots)), rng)
    weights = rng.uniform(0.5, 1.5, len(chosen))
    counts = 1 + rng.multinomial(step_count - len(chosen), weights / weights.sum())
    for slot, steps in zip(chosen, counts, strict=True):
        minutes = min(10, math.ceil(steps / 60))
        yield Walk(at_local(day, zone, slot + int(rng.integers(0, 2))), minutes, int(steps))


def _free_slots(awake: tuple[int, int], midnight: datetime, nap: Stretch | None) -> np.ndarray:
    """First minutes of the day's slots in waking hours and outside the nap."""
    slots = np.arange(awake[0], awake[1] - SLOT_MIN + 1, SLOT_MIN)
    if nap is None:
        return slots
    begins, ends = ((at - midnight).total_seconds() / 60 for at in (nap.start_at, nap.end_at))
    return slots[(slots + SLOT_MIN <= begins) | (slots >= ends)]


def _chosen_slots(slots: np.ndarray, count: int, rng: np.random.Generator) -> list[int]:
    """Choose slots: the last one, then one in each hour, then any; a worn day has steps in many hours."""
    shuffled = rng.permutation(slots)
    _, first_of_hour = np.unique(shuffled // 60, return_index=True)
    one_each = rng.permutation(shuffled[first_of_hour])
    ranked = dict.fromkeys([int(slots[-1]), *map(int, one_each), *map(int, shuffled)])
    return sorted(list(ranked)[:count])
