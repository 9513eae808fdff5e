"""Simulate an Apple Health export of any size, with the structure, proportions and entropy of a real one.

Health writes all records of one type before the next, oldest first. Most of an export is heart rate, energy and
distance, which painstats skips; every third record has metadata on lines of their own.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

FIRST_DAY = datetime(2016, 1, 1)
MOST_DAYS = 3650
RECORDS_PER_DAY = 800
BYTES_PER_RECORD = 420
BLOCK_RECORDS = 100_000

WATCH = (
    'sourceName="Ann’s Apple Watch" sourceVersion="{version}" device="&lt;&lt;HKDevice: 0x3{pointer}&gt;, '
    "name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,{model}, software:{version}, "
    'creation date:2021-09-2{model} 10:00:00 +0000&gt;"'
)
PHONE = (
    'sourceName="Ann’s iPhone" sourceVersion="1{version}" device="&lt;&lt;HKDevice: 0x2{pointer}&gt;, name:iPhone, '
    'manufacturer:Apple Inc., model:iPhone, hardware:iPhone13,{model}, software:1{version}&gt;"'
)
PROLOGUE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ELEMENT MetadataEntry EMPTY>
<!ATTLIST MetadataEntry
  key   CDATA #REQUIRED
  value CDATA #REQUIRED
>
]>
<HealthData locale="en_GB">
 <ExportDate value="2026-01-02 10:00:00 +0000"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of records: its share of them, who writes it, how long one lasts, its values and its metadata."""

    name: str
    share: float
    writers: tuple[str, ...]
    seconds: int
    unit: str | None
    values: tuple[float, float, int]
    metadata: str = ""
    with_metadata: float = 0.0


def _entry(key: str, value: str) -> str:
    return f'  <MetadataEntry key="{key}" value="{value}"/>\n'


_MOTION = _entry("HKMetadataKeyHeartRateMotionContext", "1")
_ALGORITHM = _entry("HKAlgorithmVersion", "2")
_Q = "HKQuantityTypeIdentifier"
KINDS = (
    Kind(f"{_Q}HeartRate", 0.335, (WATCH,), 0, "count/min", (48, 140, 0), _MOTION, 0.7),
    Kind(f"{_Q}OxygenSaturation", 0.006, (WATCH,), 0, "%", (0.92, 1, 2), _ALGORITHM, 0.9),
    Kind(f"{_Q}RespiratoryRate", 0.008, (WATCH,), 0, "count/min", (11, 20, 1)),
    Kind(f"{_Q}StepCount", 0.07, (WATCH, PHONE), 300, "count", (4, 700, 0)),
    Kind(f"{_Q}DistanceWalkingRunning", 0.08, (WATCH, PHONE), 300, "km", (0.003, 0.6, 6)),
    Kind(f"{_Q}BasalEnergyBurned", 0.12, (WATCH,), 800, "kcal", (0.1, 19, 3)),
    Kind(f"{_Q}ActiveEnergyBurned", 0.27, (WATCH,), 60, "kcal", (0.01, 6, 3)),
    Kind(f"{_Q}FlightsClimbed", 0.006, (PHONE,), 20, "count", (1, 4, 0)),
    Kind(f"{_Q}AppleExerciseTime", 0.015, (WATCH,), 60, "min", (1, 1, 0)),
    Kind(f"{_Q}RestingHeartRate", 0.00125, (WATCH,), 40_000, "count/min", (52, 66, 0)),
    Kind(f"{_Q}EnvironmentalAudioExposure", 0.015, (WATCH,), 1800, "dBASPL", (40, 80, 4), _ALGORITHM, 0.5),
    Kind(f"{_Q}HeadphoneAudioExposure", 0.006, (PHONE,), 1200, "dBASPL", (50, 80, 4), _ALGORITHM, 0.5),
    Kind(f"{_Q}WalkingSpeed", 0.009, (PHONE,), 20, "km/hr", (3, 6, 3)),
    Kind(f"{_Q}AppleStandTime", 0.02, (WATCH,), 300, "min", (1, 5, 0)),
    Kind(f"{_Q}PhysicalEffort", 0.025, (WATCH,), 60, "kcal/hr·kg", (1, 9, 1), _ALGORITHM, 1.0),
)
_STAGES = ("AsleepCore", "AsleepCore", "AsleepREM", "AsleepDeep", "Awake")
_NIGHT = ' <Record type="HKCategoryTypeIdentifierSleepAnalysis" '
_ZONE = _entry("HKTimeZone", "Europe/London")
_BEATS_PER_SAMPLE = 60


def write_export(path: Path, megabytes: int, seed: int = 1) -> int:
    """Write an ``export.zip`` with about so many megabytes of XML, and return how many bytes it really has."""
    chance = np.random.default_rng(seed)
    n_records = round(megabytes * 1_000_000 / BYTES_PER_RECORD)
    n_days = min(max(n_records // RECORDS_PER_DAY, 30), MOST_DAYS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("apple_health_export/export.xml", "w", force_zip64=True) as file:
            n_bytes = _write(file, _sections(chance, n_records, n_days))
        archive.writestr("apple_health_export/export_cda.xml", '<?xml version="1.0"?>\n<ClinicalDocument/>\n')
        for number in range(20):
            points = "".join(f'<trkpt lon="{lon:.6f}" lat="51.5"/>\n' for lon in chance.random(2000))
            archive.writestr(f"apple_health_export/workout-routes/route_{number}.gpx", f"<gpx>\n{points}</gpx>\n")
    return n_bytes


def _write(file: IO[bytes], sections: Iterator[str]) -> int:
    n_bytes = 0
    for section in sections:
        n_bytes += file.write(section.encode())
    return n_bytes


def _sections(chance: np.random.Generator, n_records: int, n_days: int) -> Iterator[str]:
    yield PROLOGUE
    for kind in KINDS:
        yield from _records(chance, kind, round(kind.share * n_records), n_days)
    yield from _nights(chance, n_days)
    yield from _variability(chance, n_days)
    yield from _rare(chance, n_days)
    yield "</HealthData>\n"


# --- records by the hundred thousand ---


def _records(chance: np.random.Generator, kind: Kind, n_records: int, n_days: int) -> Iterator[str]:
    step = n_days * 86_400 / max(n_records // len(kind.writers), 1)
    for writer in kind.writers:
        n_left = n_records // len(kind.writers)
        for first in range(0, n_left, BLOCK_RECORDS):
            n_rows = min(BLOCK_RECORDS, n_left - first)
            starts = (first + np.arange(n_rows) + chance.random(n_rows)) * step
            yield _block(chance, kind, writer, starts)


def _block(chance: np.random.Generator, kind: Kind, writer: str, starts: np.ndarray) -> str:
    n_rows = len(starts)
    lowest, highest, digits = kind.values
    lengths = np.minimum(kind.seconds, 20_000) * (0.3 + 0.7 * chance.random(n_rows))
    has_metadata = chance.random(n_rows) < kind.with_metadata
    unit = f' unit="{kind.unit}"' if kind.unit else ""
    frame = pl.DataFrame(
        {
            "start": starts.astype(np.int64),
            "end": (starts + lengths).astype(np.int64),
            "value": np.round(lowest + (highest - lowest) * chance.random(n_rows) ** 2, digits),
            "closing": np.where(has_metadata, f">\n{kind.metadata} </Record>\n", "/>\n"),
        }
    )
    value = pl.col("value").cast(pl.Int64) if digits == 0 else pl.col("value")
    source = writer.format(
        version=_version(starts[0]), pointer=f"{zlib.crc32(kind.name.encode()) % 0xFFFFFF:07x}", model=7
    )
    lines = pl.format(
        ' <Record type="{}" {}{} creationDate="{}" startDate="{}" endDate="{}" value="{}"{}',
        pl.lit(kind.name),
        pl.lit(source),
        pl.lit(unit),
        _clock(pl.col("end") + 240),
        _clock(pl.col("start")),
        _clock(pl.col("end")),
        value,
        pl.col("closing"),
    )
    return "".join(frame.select(lines).to_series().to_list())


def _version(start: float) -> str:
    return f"{3 + int(start // 31_000_000)}.{int(start // 9_000_000) % 4}"


def _clock(seconds: pl.Expr) -> pl.Expr:
    moment = pl.lit(FIRST_DAY) + pl.duration(seconds=seconds)
    return moment.dt.strftime("%Y-%m-%d %H:%M:%S +0000")


# --- nights, variability, and what is rare ---


def _nights(chance: np.random.Generator, n_days: int) -> Iterator[str]:
    source = WATCH.format(version="9.4", pointer="00aa11c", model=7)
    for day in range(n_days):
        asleep_at = FIRST_DAY + timedelta(days=day, hours=22, minutes=float(chance.integers(0, 120)))
        yield "".join(_night(chance, source, asleep_at))


def _night(chance: np.random.Generator, source: str, start: datetime) -> Iterator[str]:
    for stage, minutes in zip(chance.choice(_STAGES, 18), chance.integers(5, 46, 18), strict=True):
        end = start + timedelta(minutes=int(minutes))
        yield (
            f'{_NIGHT}{source} creationDate="{end} +0000" startDate="{start} +0000" endDate="{end} +0000" '
            f'value="HKCategoryValueSleepAnalysis{stage}">\n{_ZONE} </Record>\n'
        )
        start = end


def _variability(chance: np.random.Generator, n_days: int) -> Iterator[str]:
    source = WATCH.format(version="9.4", pointer="00bb22d", model=7)
    for day in range(n_days):
        start = FIRST_DAY + timedelta(days=day, hours=3, minutes=float(chance.integers(0, 600)))
        beats = "".join(
            f'   <InstantaneousBeatsPerMinute bpm="{bpm}" time="3:{beat:02}:07.{bpm}"/>\n'
            for beat, bpm in enumerate(chance.integers(50, 90, _BEATS_PER_SAMPLE).tolist())
        )
        yield (
            f' <Record type="{_Q}HeartRateVariabilitySDNN" {source} unit="ms" creationDate="{start} +0000" '
            f'startDate="{start} +0000" endDate="{start + timedelta(minutes=1)} +0000" '
            f'value="{20 + 60 * chance.random():.4f}">\n'
            f"  <HeartRateVariabilityMetadataList>\n{beats}  </HeartRateVariabilityMetadataList>\n </Record>\n"
        )


def _rare(chance: np.random.Generator, n_days: int) -> Iterator[str]:
    for day in range(0, n_days, 3):
        start = FIRST_DAY + timedelta(days=day, hours=17, minutes=float(chance.integers(0, 90)))
        yield _symptom(chance, start)
        if day % 2:
            yield _workout(chance, start)
        if day % 10 == 0:
            yield _blood_pressure(chance, start)
    for day in range(n_days):
        yield (
            f' <ActivitySummary dateComponents="{(FIRST_DAY + timedelta(days=day)).date()}" activeEnergyBurned="512.3" '
            'activeEnergyBurnedGoal="500" activeEnergyBurnedUnit="kcal" appleExerciseTime="31" '
            'appleExerciseTimeGoal="30" appleStandHours="11" appleStandHoursGoal="12"/>\n'
        )


def _symptom(chance: np.random.Generator, start: datetime) -> str:
    severity = chance.choice(("NotPresent", "Mild", "Moderate", "Severe"))
    return (
        f' <Record type="HKCategoryTypeIdentifierLowerBackPain" sourceName="Health" sourceVersion="17.5" '
        f'creationDate="{start} +0000" startDate="{start} +0000" endDate="{start} +0000" '
        f'value="HKCategoryValueSeverity{severity}"/>\n'
    )


def _workout(chance: np.random.Generator, start: datetime) -> str:
    minutes = int(chance.integers(15, 75))
    end = start + timedelta(minutes=minutes + 2)
    times = f'startDate="{start} +0000" endDate="{end} +0000"'
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="{minutes}.25" durationUnit="min" '
        f'{WATCH.format(version="9.4", pointer="00cc33e", model=7)} creationDate="{end} +0000" {times}>\n'
        f"{_ZONE}"
        f'  <WorkoutStatistics type="{_Q}HeartRate" {times} average="{chance.integers(90, 130)}" minimum="70" '
        'maximum="150" unit="count/min"/>\n'
        f'  <WorkoutStatistics type="{_Q}ActiveEnergyBurned" {times} sum="{minutes * 4}.5" unit="kcal"/>\n'
        f'  <WorkoutStatistics type="{_Q}DistanceWalkingRunning" {times} sum="{minutes / 12:.3f}" unit="km"/>\n'
        f'  <WorkoutRoute sourceName="Ann’s Apple Watch" sourceVersion="9.4" creationDate="{end} +0000" {times}>\n'
        '   <FileReference path="/workout-routes/route_1.gpx"/>\n  </WorkoutRoute>\n </Workout>\n'
    )


def _blood_pressure(chance: np.random.Generator, start: datetime) -> str:
    about = f'sourceName="Cuff" sourceVersion="3" creationDate="{start} +0000" startDate="{start} +0000" '
    one, other = (
        f'<Record type="{_Q}BloodPressure{name}" {about.rstrip()} endDate="{start} +0000" '
        f'value="{chance.integers(*limits)}" unit="mmHg"/>\n'.replace(' value="', ' value="')
        for name, limits in (("Systolic", (110, 140)), ("Diastolic", (65, 90)))
    )
    return (
        f' {one} {other} <Correlation type="HKCorrelationTypeIdentifierBloodPressure" {about}'
        f'endDate="{start} +0000">\n  {one}  {other} </Correlation>\n'
    )
