"""Symptoms logged in Apple Health, as self-reports on its four-word severity scale."""

from __future__ import annotations

import re
from datetime import timedelta

import polars as pl

from painstats.parsing.clocks import local_dates_of
from painstats.parsing.text import first_problem
from painstats.records import SELF_REPORT
from painstats.sources.contract import ReadSettings

SEVERITY_NOT_GIVEN = "severity_not_given"
"""Rule for a symptom that was present without a severity: that is neither "no pain" nor a number."""

WHOLE_DAY = timedelta(hours=22)
"""A symptom that lasted this long was entered for a whole date (clock changes shorten a day by an hour or two)."""

_PREFIX = "HKCategoryTypeIdentifier"
_VALUE_PREFIX = "HKCategoryValueSeverity"
_SEVERITIES = {"NotPresent": 0.0, "Mild": 1.0, "Moderate": 2.0, "Severe": 3.0}
_NUMBERED = dict(enumerate(("Unspecified", "NotPresent", "Mild", "Moderate", "Severe")))

_PAIN_SITES = {
    "LowerBackPain": "lower_back",
    "Headache": "head",
    "GeneralizedBodyAche": "whole_body",
    "AbdominalCramps": "abdomen",
    "PelvicPain": "pelvis",
    "ChestTightnessOrPain": "chest",
    "BreastPain": "breast",
    "SoreThroat": "throat",
}
_OTHERS = (
    "Nausea", "Dizziness", "MemoryLapse", "HotFlashes", "NightSweats", "Bloating", "Constipation", "Diarrhea",
    "Heartburn", "ShortnessOfBreath", "SkippedHeartbeat", "RapidPoundingOrFlutteringHeartbeat", "Vomiting", "Wheezing",
    "Coughing", "Fever", "Chills", "RunnyNose", "SinusCongestion", "LossOfSmell", "LossOfTaste", "Acne", "DrySkin",
    "HairLoss", "Fainting", "BladderIncontinence", "VaginalDryness",
)  # fmt: skip


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_ITEMS = (
    {name: ("pain", site) for name, site in _PAIN_SITES.items()}
    | {"Fatigue": ("fatigue", "")}
    | {name: ("symptom", _snake_case(name)) for name in _OTHERS}
)
SYMPTOMS = {_PREFIX + name: item for name, item in _ITEMS.items()}
"""Record types with a severity → reported item and body site."""

NOT_SEVERITIES = {
    f"{_PREFIX}{name}Changes": f"{name.lower()} changes have no severity" for name in ("Sleep", "Mood", "Appetite")
}
"""Symptom record types that are not used, and why."""

_BY_VALUE = {_VALUE_PREFIX + word: value for word, value in _SEVERITIES.items()} | {
    str(number): _SEVERITIES[word] for number, word in _NUMBERED.items() if word in _SEVERITIES
}
_NOT_GIVEN = [f"{_VALUE_PREFIX}Unspecified", "0"]
_SCALE = (min(_SEVERITIES.values()), max(_SEVERITIES.values()))
_SAME_ANSWER = [name for name in SELF_REPORT.key if name != "entry_number"]


def symptom_reports(known: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Return all symptoms of an export, in the order of the file, as rows of ``self_report``.

    A report belongs to the local date of its start in the participant's time zone. A report about a whole day begins at
    midnight but was not written then: its time is unknown.
    """
    item, site = ({kind: found[part] for kind, found in SYMPTOMS.items()} for part in (0, 1))
    rows = known.with_columns(
        local_dates_of(known["participant_id"], known["start_at"], settings.time_zones).alias("date"),
        pl.when((pl.col("end_at") - pl.col("start_at") < WHOLE_DAY).fill_null(True))
        .then("start_at")
        .alias("reported_at"),
        pl.col("type").replace_strict(item, return_dtype=pl.String).alias("item"),
        pl.col("type").replace_strict(site, return_dtype=pl.String).alias("site"),
        pl.lit("now").alias("recall"),
        pl.lit("any_time").alias("filled"),
        pl.col("value").is_in(_NOT_GIVEN).fill_null(False).alias("not_given"),
        pl.col("value").replace_strict(_BY_VALUE, default=None, return_dtype=pl.Float64).alias("severity"),
        pl.lit(_SCALE[0]).alias("scale_low"),
        pl.lit(_SCALE[1]).alias("scale_high"),
        pl.lit(True).alias("higher_is_worse"),
    ).with_columns(
        first_problem(startDate=pl.col("date").is_null(), value=pl.col("severity").is_null()),
        pl.col("severity").alias("value"),
    )
    return rows.with_columns(_rule(), _entry_number())


def _rule() -> pl.Expr:
    is_only_problem = (pl.col("column") == "value") & pl.col("not_given")
    return pl.when(is_only_problem).then(pl.lit(SEVERITY_NOT_GIVEN)).alias("rule")


def _entry_number() -> pl.Expr:
    """Count otherwise identical reports in file order; unreadable ones are not counted."""
    readable = pl.col("column").is_null()
    number = readable.cast(pl.Int64).cum_sum().over(_SAME_ANSWER)
    return pl.when(readable).then(number).otherwise(1).alias("entry_number")
