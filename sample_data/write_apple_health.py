"""Write a participant's days as an Apple Health export: watch and phone both count, and all times have one offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import numpy as np

from sample_data.archive import write_zip
from sample_data.days import Day, Night, Walk, at_local, days_of, stages_of
from sample_data.simulate import Life, stream
from sample_data.truth import Truth

DTD = Path(__file__).with_name("apple_health.dtd")
STEPS = "HKQuantityTypeIdentifierStepCount"
HEART_RATE = "HKQuantityTypeIdentifierHeartRate"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
PRESSURES = {"HKQuantityTypeIdentifierBloodPressureSystolic": 124, "HKQuantityTypeIdentifierBloodPressureDiastolic": 81}
STAGES = {"wake": "Awake", "light": "AsleepCore", "deep": "AsleepDeep", "rem": "AsleepREM"}
CLINICAL_DOCUMENT = '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>\n'
REPEATED_EVERY_RECORDS = 200
BLOOD_PRESSURE_EVERY_DAYS = 30
HEART_RATE_EVERY_WALKS = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One ``Record``: ``device`` is watch or phone, ``zone`` the ``HKTimeZone`` if the record keeps it."""

    kind: str
    device: str
    start_at: datetime
    end_at: datetime
    value: str
    unit: str | None = None
    zone: str | None = None


def write_apple_health(folder: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write ``export.zip``, and ``export-early.zip`` for a participant with an earlier export.

    Parameters
    ----------
    folder
        The participant's folder.
    truth, life, seed
        The true parameters, this participant's true days, and their seed.
    """
    days = days_of(truth, life, seed)
    samples = _samples(life, days, stream(seed, life.person.participant_id, "apple health"))
    exports = {"export.zip": truth.start + timedelta(days=truth.days)}
    if life.person.early_export_at is not None:
        exports["export-early.zip"] = truth.dates[truth.day_at(life.person.early_export_at)]
    for name, exported_on in exports.items():
        entries = {
            "apple_health_export/export.xml": _document(life, samples, exported_on),
            "apple_health_export/export_cda.xml": CLINICAL_DOCUMENT,
        }
        write_zip(folder / name, entries, exported_on)


def _samples(life: Life, days: Sequence[Day], rng: np.random.Generator) -> list[Sample]:
    """List everything that the devices recorded, by kind and then by time."""
    samples: list[Sample] = []
    for number, (day, unworn) in enumerate(zip(days, life.unworn, strict=True)):
        if unworn:
            samples += _phone_alone(day)
            continue
        samples += (sample for walk in day.walks for sample in _steps(walk, rng))
        samples += _sleep(day, rng)
        samples += _heart_rates(day)
        if number % BLOOD_PRESSURE_EVERY_DAYS == 0:
            samples += _blood_pressure(day)
    samples.sort(key=lambda sample: (sample.kind, sample.end_at, sample.device))
    return samples[::REPEATED_EVERY_RECORDS] * life.person.has_repeated_rows + samples


def _steps(walk: Walk, rng: np.random.Generator) -> Iterator[Sample]:
    """Split a walk between watch and phone so that it counts once after overlaps are taken out.

    Four ways: the watch alone; the phone inside the watch's interval; the phone running on for as long again as the
    watch recorded, so that half of the phone's count is new; the phone alone while the watch charges.
    """
    start_at = walk.start_at + timedelta(seconds=int(rng.integers(0, 60)))
    length = timedelta(minutes=walk.minutes)
    end_at, way, share = start_at + length, rng.random(), rng.uniform(0.3, 0.7)
    if way < 0.35:
        yield _step_sample("watch", start_at, end_at, walk.step_count)
    elif way < 0.75:
        yield _step_sample("watch", start_at, end_at, walk.step_count)
        inside = timedelta(seconds=walk.minutes * 6)
        yield _step_sample("phone", start_at + inside, end_at - inside, round(walk.step_count * 0.8))
    elif way < 0.9:
        by_watch = round(walk.step_count * share)
        yield _step_sample("watch", start_at, start_at + length / 2, by_watch)
        yield _step_sample("phone", start_at, end_at, 2 * (walk.step_count - by_watch))
    else:
        yield _step_sample("phone", start_at, end_at, walk.step_count)


def _phone_alone(day: Day) -> Iterator[Sample]:
    """Count a day without the watch: the phone went to the letter box, which must not pass for a quiet day."""
    for minute, steps in ((615, 140), (1050, 165)):
        start_at = at_local(day.date, day.zone, minute)
        yield _step_sample("phone", start_at, start_at + timedelta(minutes=4), steps)


def _step_sample(device: str, start_at: datetime, end_at: datetime, steps: int) -> Sample:
    return Sample(STEPS, device, start_at, end_at, str(steps), "count")


def _sleep(day: Day, rng: np.random.Generator) -> Iterator[Sample]:
    zone = str(day.zone) if rng.random() < 0.4 else None
    for stage in stages_of(day.night):
        yield _sleep_sample("watch", stage.start_at, stage.end_at, STAGES[stage.stage], zone)
    yield _in_bed(day.night)
    if day.nap is not None:
        yield _sleep_sample("watch", day.nap.start_at, day.nap.end_at, "AsleepCore", zone)


def _in_bed(night: Night) -> Sample:
    """Let the phone keep its own bedtime, a little longer than the watch saw."""
    return _sleep_sample("phone", night.start_at - timedelta(minutes=6), night.end_at + timedelta(minutes=4), "InBed")


def _sleep_sample(device: str, start_at: datetime, end_at: datetime, stage: str, zone: str | None = None) -> Sample:
    return Sample(SLEEP, device, start_at, end_at, f"HKCategoryValueSleepAnalysis{stage}", zone=zone)


def _heart_rates(day: Day) -> Iterator[Sample]:
    for walk in day.walks[::HEART_RATE_EVERY_WALKS]:
        yield Sample(HEART_RATE, "watch", walk.start_at, walk.start_at, str(70 + walk.step_count % 50), "count/min")


def _blood_pressure(day: Day) -> Iterator[Sample]:
    taken_at = at_local(day.date, day.zone, 1140)
    for kind, value in PRESSURES.items():
        yield Sample(kind, "phone", taken_at, taken_at, str(value), "mmHg")


def _document(life: Life, samples: Sequence[Sample], exported_on: date) -> str:
    """Return the whole of ``export.xml`` as it stood at half past nine on the day of export.

    The phone writes every time with the offset that it has at that moment, whatever the season of the record.
    """
    zone = ZoneInfo(life.person.time_zone)
    exported_at = at_local(exported_on, zone, 570)
    fixed = timezone(exported_at.astimezone(zone).utcoffset() or timedelta())
    devices = _devices(life, pointer=f"0x{exported_on.toordinal() * 4096 + 0x280000000:x}")
    known = [sample for sample in samples if sample.end_at <= exported_at]
    return "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            DTD.read_text(encoding="utf-8"),
            f'<HealthData locale="{"en_US" if "America" in life.person.time_zone else "en_GB"}">\n',
            f' <ExportDate value="{_stamp(exported_at, fixed)}"/>\n',
            _me(),
            *(_record(sample, devices, fixed) for sample in known),
            *_correlations(known, devices, fixed),
            "</HealthData>\n",
        )
    )


def _me() -> str:
    not_set = {"BiologicalSex": "HKBiologicalSexNotSet", "BloodType": "HKBloodTypeNotSet"}
    not_set |= {"FitzpatrickSkinType": "HKFitzpatrickSkinTypeNotSet", "CardioFitnessMedicationsUse": "None"}
    known = "".join(f' HKCharacteristicTypeIdentifier{name}="{value}"' for name, value in not_set.items())
    return f' <Me HKCharacteristicTypeIdentifierDateOfBirth="1970-01-01"{known}/>\n'


def _devices(life: Life, pointer: str) -> dict[str, str]:
    """Return the attributes that name a record's origin; the pointer in them changes with every export."""
    owner = f"{life.person.first_name}’s"

    def origin(product: str, version: str, device: str) -> str:
        described = escape(f"<<HKDevice: {pointer}>, {device}, software:{version}>")
        return f'sourceName="{owner} {product}" sourceVersion="{version}" device="{described}"'

    watch = "name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7"
    phone = "name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5"
    return {"watch": origin("Apple\N{NO-BREAK SPACE}Watch", "11.3", watch), "phone": origin("iPhone", "18.3", phone)}


def _stamp(instant: datetime, fixed: timezone) -> str:
    return instant.astimezone(fixed).strftime("%Y-%m-%d %H:%M:%S %z")


def _record(sample: Sample, devices: dict[str, str], fixed: timezone, indent: str = " ") -> str:
    unit = f' unit="{sample.unit}"' if sample.unit else ""
    times = (
        f'creationDate="{_stamp(sample.end_at + timedelta(seconds=20), fixed)}" '
        f'startDate="{_stamp(sample.start_at, fixed)}" endDate="{_stamp(sample.end_at, fixed)}"'
    )
    head = f'{indent}<Record type="{sample.kind}" {devices[sample.device]}{unit} {times} value="{sample.value}"'
    if sample.zone is None:
        return f"{head}/>\n"
    return f'{head}>\n{indent} <MetadataEntry key="HKTimeZone" value="{sample.zone}"/>\n{indent}</Record>\n'


def _correlations(samples: Sequence[Sample], devices: dict[str, str], fixed: timezone) -> Iterator[str]:
    """Write blood pressures as pairs; the records inside are also written separately, as Apple does."""
    pairs: dict[datetime, list[Sample]] = {}
    for sample in samples:
        if sample.kind in PRESSURES:
            pairs.setdefault(sample.start_at, []).append(sample)
    for taken_at, pair in pairs.items():
        stamp = _stamp(taken_at, fixed)
        yield (
            f' <Correlation type="HKCorrelationTypeIdentifierBloodPressure" {devices["phone"]} '
            f'creationDate="{stamp}" startDate="{stamp}" endDate="{stamp}">\n'
        )
        yield from (_record(sample, devices, fixed, indent="  ") for sample in pair)
        yield " </Correlation>\n"
