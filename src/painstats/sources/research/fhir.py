"""FHIR: pain scores in Observations and QuestionnaireResponses, recognised by their LOINC codes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import clock_note, instants_of, local_dates_of
from painstats.parsing.strict_json import read_documents
from painstats.parsing.text import first_problem
from painstats.records import SELF_REPORT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.rows import numbered, shaped
from painstats.sources.rejected_text import HIDDEN


@dataclass(frozen=True, slots=True)
class LoincQuestion:
    """What a LOINC code asks: an item of the vocabulary, its recall, and its scale if the code defines one."""

    item: str
    recall: str
    scale: tuple[float, float] | None


QUESTIONS = {
    "72514-3": LoincQuestion("pain", "now", (0, 10)),  # verbal numeric rating
    "38208-5": LoincQuestion("pain", "now", None),  # severity by any scale
    "38214-3": LoincQuestion("pain", "now", None),  # visual analogue
    "38221-8": LoincQuestion("pain", "now", (0, 10)),  # Wong-Baker faces
    "75260-0": LoincQuestion("pain", "now", (1, 5)),  # PROMIS pain intensity, right now
    "77565-0": LoincQuestion("pain_interference", "last_24_hours", (0, 10)),  # Brief Pain Inventory
}
"""LOINC codes that are read. https://loinc.org"""

WEEKLY = frozenset({"75261-8", "75262-6", "61758-9", "61769-6", "61773-8", "61775-3"})
"""PROMIS questions about the last seven days, which do not describe a single day."""

_WITHDRAWN = ("entered-in-error", "cancelled")
_KIND = re.compile(rb'"resourceType"\s*:\s*"(?:Bundle|Observation|QuestionnaireResponse)"')
_HEAD_BYTES = 1 << 12
_MOMENT = r"^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$"
_ROW = {
    "participant_id": pl.String,
    "line": pl.Int64,
    "code": pl.String,
    "when": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "text": pl.String,
}
_KEPT_KEYS = {
    "valueInteger", "valueDecimal", "valueBoolean", "valueQuantity", "valueCoding", "valueCodeableConcept",
    "referenceRange",
}  # fmt: skip
_LONGEST_KEPT = 30


def _documents(archive: Archive) -> list[Entry]:
    return [entry for entry in archive.entries if _KIND.search(entry.head(_HEAD_BYTES))]


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(entry.head(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") for entry in _documents(archive))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    documents = _documents(archive)
    for entry in documents:
        yield from _read_entry(entry, settings)
    if len(documents) < len(archive.entries):
        n_other = len(archive.entries) - len(documents)
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def _read_entry(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    unused: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    for number, resource in enumerate(_resources(read_documents(entry)), 1):
        subject = resource.get("subject")
        place = {"participant_id": _reference(subject), "line": number}
        rows += [place | answer | {"when": _word(answer["when"])} for answer in _answers(resource, unused)]
    frame = pl.DataFrame(rows, schema=_ROW)
    yield from _self_reports(entry, _with_participant(entry, frame, settings), settings)
    for reason, count in sorted(unused.items()):
        yield Ignored(entry.label, count, reason)


def _resources(documents: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Yield the resources, from bundles or one by one."""
    for document in documents:
        inside = document.get("entry")
        if document.get("resourceType") != "Bundle":
            yield document
        elif isinstance(inside, list):
            for element in inside:
                resource = element.get("resource") if isinstance(element, dict) else None
                yield resource if isinstance(resource, dict) else {}


def _word(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _reference(subject: object) -> str | None:
    reference = subject.get("reference") if isinstance(subject, dict) else None
    return reference.rsplit("/", 1)[-1] if isinstance(reference, str) else None


def _with_participant(entry: Entry, frame: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Set the participant of each answer: that of the folder, or else the patient of the resource."""
    if settings.participant_id is None:
        return frame
    if frame["participant_id"].drop_nulls().n_unique() > 1:
        raise refused(
            "several_people",
            entry,
            "it contains answers of several patients but is in the folder of one participant; move it directly into "
            "inbox/, or export only one patient",
        )
    return frame.with_columns(pl.lit(settings.participant_id).alias("participant_id"))


# --- resources to answers ---


def _answers(resource: dict[str, object], unused: Counter[str]) -> list[dict[str, object]]:
    kind = resource.get("resourceType")
    if resource.get("status") in _WITHDRAWN:
        unused["marked as cancelled or entered in error"] += 1
        return []
    if kind == "Observation":
        return _observed(resource, unused)
    if kind == "QuestionnaireResponse":
        return _responded(resource, unused)
    unused["resources of other kinds"] += 1
    return []


def _observed(resource: dict[str, object], unused: Counter[str]) -> list[dict[str, object]]:
    """Read an Observation, or its components if it has any."""
    key, when = _effective(resource)
    if when is None and isinstance(resource.get("effectivePeriod"), dict):
        unused["observations about a day or more"] += 1
        return []
    parts = resource.get("component")
    answers = []
    for part in parts if isinstance(parts, list) else [resource]:
        code = _wanted(_loinc(part.get("code")) if isinstance(part, dict) else None, unused, "other observations")
        if code and isinstance(part, dict):
            low, high = _limits(part.get("referenceRange"))
            answer = {"code": code, "when": when, "value": _value(part), "low": low, "high": high}
            answers.append(answer | {"text": _text(code, key, when, part)})
    return answers


def _effective(resource: dict[str, object]) -> tuple[str, object]:
    """Return when an Observation was made: its element and the text; of a period of less than a day, its end."""
    period = resource.get("effectivePeriod")
    moment = resource.get("effectiveDateTime") or resource.get("effectiveInstant")
    if moment or not isinstance(period, dict):
        return "effectiveDateTime", moment
    start, end = period.get("start"), period.get("end")
    return "effectivePeriod", (end or start) if not end or not start or _is_within_a_day(start, end) else None


def _is_within_a_day(start: object, end: object) -> bool:
    """Whether two moments are less than 24 hours apart; what is no moment is rejected later, as such."""
    try:
        first, last = (datetime.fromisoformat(str(moment)) for moment in (start, end))
        return last - first < timedelta(days=1)
    except (ValueError, TypeError):
        return True


def _responded(resource: dict[str, object], unused: Counter[str]) -> list[dict[str, object]]:
    """Read the items of a QuestionnaireResponse, however deep they are nested."""
    answers: list[dict[str, object]] = []
    waiting = [resource.get("item")]
    while waiting:
        items = waiting.pop()
        for item in items if isinstance(items, list) else []:
            waiting.append(item.get("item") if isinstance(item, dict) else None)
            given = item.get("answer") if isinstance(item, dict) else None
            if not isinstance(given, list) or not given:
                continue
            code = _wanted(str(item.get("linkId", "")).rsplit("/", 1)[-1], unused, "other questions")
            if code:
                first, when = given[0] if isinstance(given[0], dict) else {}, resource.get("authored")
                text = _text(code, "authored", when, first)
                answers.append({"code": code, "when": when, "value": _value(first), "text": text})
    return answers


def _text(code: str, when_key: str, when: object, holder: dict[str, object]) -> str:
    """Return an answer as text: its code, time and value; long texts cannot be scores and are not kept."""
    kept = {key: given for key, given in holder.items() if key in _KEPT_KEYS}
    words = holder.get("valueString")
    if words is not None:
        kept["valueString"] = words if isinstance(words, str) and len(words) <= _LONGEST_KEPT else HIDDEN
    return json.dumps({"loinc": code, when_key: when, **kept}, ensure_ascii=False)


def _wanted(code: str | None, unused: Counter[str], otherwise: str) -> str | None:
    if code in QUESTIONS:
        return code
    unused["answers about the last seven days, not about a single day" if code in WEEKLY else otherwise] += 1
    return None


def _loinc(concept: object) -> str | None:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in codings if isinstance(codings, list) else []:
        if isinstance(coding, dict) and coding.get("system") == "http://loinc.org":
            return str(coding.get("code"))
    return None


def _value(holder: dict[str, object]) -> float | None:
    """Return the number of an answer, from any of the elements that FHIR allows for it."""
    quantity, coding = holder.get("valueQuantity"), holder.get("valueCoding")
    candidates = [holder.get("valueInteger"), holder.get("valueDecimal")]
    candidates += [quantity.get("value")] if isinstance(quantity, dict) else []
    candidates += [coding.get("code")] if isinstance(coding, dict) else []
    for candidate in candidates:
        if isinstance(candidate, int | float) and not isinstance(candidate, bool):
            return float(candidate)
        if isinstance(candidate, str) and re.fullmatch(r"\d{1,3}", candidate):
            return float(candidate)
    return None


def _limits(ranges: object) -> tuple[float | None, float | None]:
    first = ranges[0] if isinstance(ranges, list) and ranges else None
    if not isinstance(first, dict):
        return None, None
    low, high = (_value({"valueQuantity": first.get(end)}) for end in ("low", "high"))
    return low, high


# --- answers to self-reports ---


def _self_reports(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    if rows.is_empty():
        return
    timed = _timed(rows, settings)
    scaled, notes = _scaled(timed)
    reports = scaled.with_columns(
        pl.lit(SOURCE.name).alias("source"),
        pl.lit("any_time").alias("filled"),
        pl.lit("").alias("site"),
        pl.lit(True).alias("higher_is_worse"),
        pl.lit(entry.label).alias("entry"),
        first_problem(effectiveDateTime=pl.col("date").is_null(), value=pl.col("value").is_null()),
    ).with_columns(
        pl.when(pl.col("scale_low").is_null() & pl.col("column").is_null()).then(pl.lit("scale_unknown")).alias("rule"),
        pl.coalesce("column", pl.when(pl.col("scale_low").is_null()).then(pl.lit("referenceRange"))).alias("column"),
    )
    yield from in_batches(SELF_REPORT, numbered(shaped(reports.sort("date", "reported_at", "line"))))
    moments = timed.filter(pl.col("clock").is_not_null())
    if moments.height:
        n_local = int((moments["offset"].is_not_null() & (moments["offset"] != "Z")).sum())
        notes.append(clock_note(n_local, moments.height, "times of answers"))
    for note in notes:
        yield Note(entry.label, note)


def _timed(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Date answers by the local time in their text, or by the participant's time zone if they are in UTC."""
    when = pl.when(pl.col("when").str.contains(_MOMENT)).then(pl.col("when"))
    clock = when.str.slice(0, 19).str.replace("T", " ", literal=True)
    split = rows.with_columns(
        when.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("date"),
        pl.coalesce(
            clock.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
            clock.str.slice(0, 16).str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us"),
        ).alias("clock"),
        when.str.extract(r"(Z|[+-]\d\d:\d\d)$").alias("offset"),
    )
    sign = pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
    hours, minutes = (pl.col("offset").str.slice(start, 2).cast(pl.Int64, strict=False) for start in (1, 4))
    offset_min = pl.when(pl.col("offset") == "Z").then(0).otherwise(sign * (60 * hours + minutes))
    there = instants_of(split["participant_id"].fill_null(""), split["clock"], settings.time_zones)
    placed = split.with_columns(
        pl.coalesce((pl.col("clock") - pl.duration(minutes=offset_min)).dt.replace_time_zone("UTC"), there).alias(
            "reported_at"
        )
    )
    local = local_dates_of(placed["participant_id"].fill_null(""), placed["reported_at"], settings.time_zones)
    return placed.with_columns(pl.when(pl.col("offset") == "Z").then(local).otherwise(pl.col("date")).alias("date"))


def _scaled(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Add the scale of each answer: that of its code, else its reference range; for visual analogues, by the values."""
    fixed = {code: question.scale or (None, None) for code, question in QUESTIONS.items()}
    notes = []
    if (rows.filter(pl.col("code") == "38214-3")["value"].max() or 0) > 10:  # type: ignore[operator]
        fixed["38214-3"] = (0, 100)
        notes.append("visual analogue scores (LOINC 38214-3) were read from 0 to 100, because some are above 10")
    ends = [
        pl.coalesce(
            pl.col("code").replace_strict({code: scale[end] for code, scale in fixed.items()}, return_dtype=pl.Float64),
            pl.when(pl.col("low") < pl.col("high")).then(pl.col(("low", "high")[end])),
        ).alias(("scale_low", "scale_high")[end])
        for end in (0, 1)
    ]
    asked = [
        pl.col("code")
        .replace_strict({code: getattr(question, name) for code, question in QUESTIONS.items()})
        .alias(name)
        for name in ("item", "recall")
    ]
    return rows.with_columns(*ends, *asked), notes


SOURCE = Source(
    name="fhir",
    version=2,
    title="FHIR (JSON, NDJSON)",
    reads="pain scores in Observations and QuestionnaireResponses with LOINC codes",
    how_to_export="Ask for your record as FHIR JSON, or download it from the portal of your health service.",
    recognises=_recognises,
    read=_read,
)
