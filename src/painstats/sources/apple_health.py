"""Apple Health: ``export.zip`` of the Health app, or the ``export.xml`` in it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import polars as pl

from painstats.records import SLEEP_SEGMENT, STEP_COUNT
from painstats.sources.apple_health_xml import Tally, looks_like_health_data, read_records
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.export import Entry, Export, refused, shown
from painstats.sources.text import first_problem, instants_with_offset, numbers

STEPS = "HKQuantityTypeIdentifierStepCount"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"

STAGES = {
    "InBed": "in_bed",
    "Asleep": "asleep",
    "Awake": "awake",
    "AsleepUnspecified": "asleep",
    "AsleepCore": "core",
    "AsleepDeep": "deep",
    "AsleepREM": "rem",
}
"""Sleep values as text (without their common prefix) to our stages. ``Asleep`` is what iOS 15 and older wrote."""

STAGE_NUMBERS = dict(enumerate(("in_bed", "asleep", "awake", "core", "deep", "rem")))
"""The same as raw integers, as some programs that rewrite the export keep them."""

_STAGE_BY_VALUE = {f"HKCategoryValueSleepAnalysis{value}": stage for value, stage in STAGES.items()} | {
    str(number): stage for number, stage in STAGE_NUMBERS.items()
}
_MAX_FOLDERS = 2
_HEAD_BYTES = 4096
_TYPE = re.compile(r"[A-Za-z]{1,100}")
_DATE_OF_2015 = r"^\d{14}[+-]\d{4}$"


def _candidates(export: Export) -> list[Entry]:
    """Find the health data by content: names are translated into the language of the phone."""
    near = (entry for entry in export.entries if len(entry.folders) <= _MAX_FOLDERS)
    return [entry for entry in near if looks_like_health_data(entry.head(_HEAD_BYTES))]


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    return bool(_candidates(export))


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    entry, *others = _candidates(export)
    if others:
        names = ", ".join(candidate.label for candidate in (entry, *others))
        raise refused(
            "ambiguous", entry, f"{len(others) + 1} files of the zip hold health data ({names}); give one of them"
        )
    tally = Tally()
    n_records = 0
    for raw in read_records(entry, (STEPS, SLEEP), tally):
        n_records += raw.height
        _refuse_dates_of_2015(entry, raw)
        known = _with_origin(raw, entry, settings.participant_id)
        yield from in_batches(STEP_COUNT, _steps(known.filter(type=STEPS)))
        yield from in_batches(SLEEP_SEGMENT, _sleep(known.filter(type=SLEEP)))
    yield from _notes(entry, tally, n_records)
    yield from _ignored(entry, tally)
    if len(export.entries) > 1:
        yield Ignored(export.name, 0, f"{len(export.entries) - 1} other file(s) of the zip: not used")


def _refuse_dates_of_2015(entry: Entry, raw: pl.DataFrame) -> None:
    if raw["start"].str.contains(_DATE_OF_2015).any():
        raise refused(
            "dates_of_2015",
            entry,
            "it was written by iOS 8 in the way of 2015, which painstats does not read; make a new export on the phone",
        )


# --- records ---


def _with_origin(raw: pl.DataFrame, entry: Entry, participant_id: str | None) -> pl.DataFrame:
    """Add who, what and where; names of people end here."""
    device = pl.col("device")
    kind = (
        pl.when("user_entered")
        .then(pl.lit("manual"))
        .when(device.is_null())
        .then(pl.lit("app"))
        .when(device.str.contains(r"\b(?:model|hardware):Watch"))
        .then(pl.lit("watch"))
        .when(device.str.contains(r"\b(?:model|hardware):iPhone"))
        .then(pl.lit("phone"))
        .otherwise(pl.lit("unknown"))
    )
    tags = {name: _tag(name) for name in raw["source_name"].unique()}
    return raw.with_columns(
        pl.lit(participant_id, pl.String).alias("participant_id"),
        pl.lit(SOURCE.name).alias("source"),
        kind.alias("device_kind"),
        pl.format("{}-{}", kind, pl.col("source_name").replace_strict(tags, return_dtype=pl.String)).alias("device"),
        instants_with_offset("start").alias("start_at"),
        instants_with_offset("end").alias("end_at"),
        pl.lit(entry.label).alias("entry"),
        pl.concat_str("type", "unit", "start", "end", "value", separator=" ", ignore_nulls=True).alias("text"),
    )


def _tag(source_name: str | None) -> str:
    """Shorten the name of a device to six hex digits, the same however its spaces and letters are encoded."""
    folded = " ".join(unicodedata.normalize("NFKC", source_name or "").split())
    return hashlib.sha256(folded.encode()).hexdigest()[:6]


def _steps(known: pl.DataFrame) -> pl.DataFrame:
    # Health keeps quantities as floating-point numbers, and some apps write parts of a step.
    return known.with_columns(
        numbers("value").round().cast(pl.Int64, strict=False).alias("step_count"),
    ).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            unit=pl.col("unit").fill_null("count") != "count",
            value=pl.col("step_count").is_null(),
        )
    )


def _sleep(known: pl.DataFrame) -> pl.DataFrame:
    stage = pl.col("value").replace_strict(_STAGE_BY_VALUE, default=None, return_dtype=pl.String)
    return known.with_columns(stage.alias("stage")).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            value=pl.col("stage").is_null(),
        )
    )


# --- the rest ---


def _notes(entry: Entry, tally: Tally, n_records: int) -> Iterator[Noted]:
    if tally.version:
        yield Noted(entry.label, f"version {tally.version} of the export format")
    if tally.dtd_malformed:
        yield Noted(
            entry.label,
            "its document type definition is malformed (a known defect of iOS 16); it was left out, the data are whole",
        )
    if tally.control_characters:
        yield Noted(entry.label, f"{tally.control_characters} characters that XML forbids were replaced by spaces")
    if not n_records:
        yield Noted(entry.label, "it holds no steps and no sleep; check that Health shares them and export again")


def _ignored(entry: Entry, tally: Tally) -> Iterator[Ignored]:
    """Yield one count for each other type; whatever is not a plain word is counted together."""
    by_type: Counter[str] = Counter()
    for kind, rows in tally.unwanted.items():
        by_type[shown(kind) if _TYPE.fullmatch(kind) else "elements of an unknown kind"] += rows
    for kind, rows in sorted(by_type.items()):
        yield Ignored(entry.label, rows, f"{kind}: not used")
    if tally.inside_correlations:
        yield Ignored(entry.label, tally.inside_correlations, "Record inside a Correlation: it also stands on its own")


SOURCE = Source(
    name="apple_health",
    title="Apple Health (export.zip)",
    reads="steps of phone and watch, sleep with its stages",
    how_to_export=(
        "iPhone: open Health, tap your picture, choose Export All Health Data, and send export.zip to this computer."
    ),
    recognises=_recognises,
    read=_read,
)
