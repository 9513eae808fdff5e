"""The page of the keys of ``study.toml``, from the pydantic models of the plan."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from painstats.plan.adjust import AdjustPlan
from painstats.plan.analysis import AnalysisPlan, ModelPlan
from painstats.plan.apps import ActivityPlan, DaylioPlan
from painstats.plan.diaries import DiaryPlan, EventsPlan, ItemPlan
from painstats.plan.lots import TreatmentPlan
from painstats.plan.phases import PhasePlan
from painstats.plan.rules import RulesPlan
from painstats.plan.study import (
    InboxPlan,
    JourneyPlan,
    OutcomePlan,
    ParticipantPlan,
    PredictorPlan,
    StudyTable,
)
from painstats.plan.tables import ColumnPlan, TablePlan
from painstats.plan.variables import VariablePlan
from painstats.questions.change.plan import ChangeKeys
from painstats.questions.daily.plan import DailyPlan
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exploratory.activity_plan import ActivityKeys
from painstats.questions.item.plan import ItemKeys
from painstats.questions.path.kind import PathKeys
from reference_pages.key_meanings import MEANINGS
from reference_pages.markdown import code, page, paragraph, table

INTRODUCTION = """
`study.toml` declares what a study asks and how its files are to be read. Every key has a default unless the table says
*required*. An unknown key or an impossible value is an error that names the key (exit code 2). `painstats init` writes
a commented plan to start from.

Results record a hash of the plan, and the [plan ledger](../method/plan_record.md) when it was declared: before any
data were loaded, before results, or after them.
"""

TABLES: dict[str, tuple[type[BaseModel], str]] = {
    "[study]": (StudyTable, "The study as a whole."),
    "[outcome]": (OutcomePlan, "Which reported item is explained, and the scale of its effects."),
    "[[questions]]": (
        DailyPlan,
        "What is asked. `kind` is required; the other keys belong to the kind. Those of `daily` are below. Without any "
        "question, two are asked: sleep of the night before, and steps of the day before.",
    ),
    '[[questions]] kind = "exercise"': (
        ExercisePlan,
        "Which kinds of exercise go with the outcome on the next day: see [exploratory "
        "questions](../method/questions.md#kinds-of-exercise). Asked of a plan without any question; "
        "at most one table.",
    ),
    '[[questions]] kind = "delayed"': (
        ActivityKeys,
        "What comes later after more activity: the next day, and days 2 to 28. Asked without being listed where a plan "
        'lists no questions. `kind = "boom_and_bust"` has the same key, and is asked only where it is listed: whether '
        "two unlike days in a row go with the outcome of the day after. See "
        "[later days](../method/questions.md#later-days).",
    ),
    '[[questions]] kind = "path"': (
        PathKeys,
        "What an activity of the day before goes with through the night's sleep, by other ways, and the other way "
        "round: see [exploratory questions](../method/questions.md#path). Always asked where sleep and the activity "
        "are; it has no keys.",
    ),
    '[[questions]] kind = "change"': (
        ChangeKeys,
        "Whether the link of each exposure is still what it was: see [exploratory "
        "questions](../method/questions.md#change-of-a-link). Always asked; it has no keys.",
    ),
    '[[questions]] kind = "item"': (
        ItemKeys,
        "Whether other items of the diaries go with the exposures of the daily questions too: see "
        "[exploratory questions](../method/questions.md#other-items). Asked where no questions are listed.",
    ),
    "[[adjust]]": (
        AdjustPlan,
        "What else the daily models take into account: see [covariates](../method/frame.md#covariates). An item of the "
        "same evening is refused.",
    ),
    "[[predictors]]": (PredictorPlan, 'The older spelling of `[[questions]]` with `kind = "daily"`.'),
    "[[diaries]]": (DiaryPlan, "The format of a diary: see [describe a diary](../how_to/describe_a_diary.md)."),
    "[[diaries.items]]": (ItemPlan, "One item of a diary."),
    "[diaries.events]": (EventsPlan, "Dates computed from events: see [REDCap](../how_to/redcap.md)."),
    "[[tables]]": (
        TablePlan,
        "The format of a table of daily values: see [describe a table](../how_to/describe_a_table.md).",
    ),
    "[[tables.columns]]": (ColumnPlan, "One column of a table."),
    "[apps.daylio]": (DaylioPlan, "Words of a person's own in Daylio; capitals do not matter."),
    "[apps.daylio.activities.NAME]": (
        ActivityPlan,
        "An activity that is a symptom: an entry that has it scores 1 of 1.",
    ),
    "[participants.ID]": (ParticipantPlan, "What is different about one participant."),
    "[[participants.ID.travel]]": (JourneyPlan, "A stay in another time zone, by local dates."),
    "[[phases]]": (
        PhasePlan,
        "A treatment or programme of one participant: see [declare treatments](../how_to/treatments.md).",
    ),
    '[treatments."NAME"]': (
        TreatmentPlan,
        "How the participants of a study came to a treatment: its other arm, and what was drawn by lot. See "
        "[many participants](../method/treatments_cohort.md).",
    ),
    "[rules]": (RulesPlan, "When a day counts and when a verdict may be given: see [verdicts](../method/verdict.md)."),
    "[variables.NAME]": (
        VariablePlan,
        "A column of `participants.csv`; columns without a table here are left alone. NAME is the name of the column.",
    ),
    "[analysis]": (AnalysisPlan, "What the analysis of all participants answers."),
    "[[models]]": (
        ModelPlan,
        "A further model. Formulas have names, `+`, `*` and `:`: `sleep_within` and `steps_within` (departures from "
        "the participant's own mean), `phase`, `arm`, `weekend`, `day_of_week`, `time`, and declared variables.",
    ),
    "[inbox]": (InboxPlan, "Files that are not imported."),
}
"""Name in ``study.toml`` to the model, and what the table is for."""


def plan_page() -> str:
    """Return the page.

    Raises
    ------
    ValueError
        ``MEANINGS`` lacks a key of the models, or has one that they lack.
    """
    keys = {f"{name} {key}" for name, (model, _) in TABLES.items() for key in _own_keys(model)}
    if keys != set(MEANINGS):
        raise ValueError(f"write the meanings of {sorted(keys - set(MEANINGS))}, remove {sorted(set(MEANINGS) - keys)}")
    sections = [_section(name, model, text) for name, (model, text) in TABLES.items()]
    return page("# The plan: study.toml", INTRODUCTION, *sections)


def _own_keys(model: type[BaseModel]) -> list[str]:
    """Return the keys of a table that are values; tables within it have sections of their own."""
    properties = model.model_json_schema()["properties"] if model.model_fields else {}
    return [key for key, schema in properties.items() if "$ref" not in str(schema)]


def _section(name: str, model: type[BaseModel], text: str) -> str:
    schema = model.model_json_schema()
    rows = [
        [code(key), _values(schema["properties"][key]), _default(key, schema), MEANINGS[f"{name} {key}"]]
        for key in _own_keys(model)
    ]
    keys = [table(["key", "value", "default", "meaning"], rows)] if rows else []
    return page(f"## `{name}`", paragraph(text), *keys)


def _default(key: str, schema: dict[str, Any]) -> str:
    if key in schema.get("required", ()):
        return "*required*"
    value = schema["properties"][key].get("default")
    return "" if value in (None, [], {}, "") else code(_as_toml(value))


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return f"[{', '.join(map(_as_toml, value))}]" if isinstance(value, list) else str(value)


def _values(schema: dict[str, Any]) -> str:
    """Say in words which values a key can have."""
    if "anyOf" in schema:
        return _values(next(each for each in schema["anyOf"] if each.get("type") != "null"))
    if "enum" in schema:
        return ", ".join(code(_as_toml(each)) for each in schema["enum"])
    if "prefixItems" in schema:
        return "two numbers"
    kinds = {"string": "text", "boolean": "`true`, `false`", "array": "list of texts"}
    if schema["type"] == "string" and schema.get("maxLength") == 1:
        return "one character"
    if schema.get("format") == "date":
        return "date"
    if schema["type"] == "object":
        return f"text = {_values(schema['additionalProperties'])}"
    return kinds.get(schema["type"]) or _number(schema)


def _number(schema: dict[str, Any]) -> str:
    word = "whole number" if schema["type"] == "integer" else "number"
    lowest, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    highest, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    parts = [
        word,
        f"from {lowest:g}" if lowest is not None else "",
        f"above {above:g}" if above is not None else "",
        f"to {highest:g}" if highest is not None else "",
        f"below {below:g}" if below is not None else "",
    ]
    return " ".join(filter(None, parts))
