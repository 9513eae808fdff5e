"""The dictionary and the plan of an export: what each column means, and what was declared, without any date or name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from painstats.cohort.baseline import Variables
from painstats.cohort.sharing.daily_frame import DATE, DAY, ID, SCORE, ModelData
from painstats.cohort.sharing.shared_variables import SharedVariables
from painstats.frame.exposure import Exposure
from painstats.plan.canonical import canonical_plan
from painstats.plan.formula import PHASE
from painstats.plan.study import Study
from painstats.questions.daily.columns import TIME

DATED = ("final", "registered")
"""Keys of ``[analysis]`` that may hold a date or a name."""

OF_FEW = ("treatments", "ramps")
"""Parts of a plan with the names of all treatments, also of those that one participant alone has."""

LEFT_OUT = {
    "no_outcome": "no score",
    "no_<measure>": "this exposure is unknown, and the plan asks for complete days",
    "few_days": "the participant has fewer usable days than a model needs",
    "outside_population": "the participant is outside the declared population",
    "unknown_exposure": "an exposure is unknown, and the analysis asks for complete days",
}

Entry = Mapping[str, object]


def dictionary(
    study: Study,
    exposures: Sequence[Exposure],
    variables: Variables,
    shared: SharedVariables,
    models: Sequence[ModelData],
    recalls: Sequence[str],
) -> dict[str, object]:
    """Return the meaning of every column, by file."""
    return {
        "missing": "an empty cell is a missing value",
        "data": _of_days(study, exposures, recalls),
        "participants": {
            ID: _entry("pseudonym", "text"),
            **{name: _of_variable(name, variables, shared) for name in shared.frame.columns[1:]},
        },
        "not_shared": dict(shared.left_out),
        **{each.name: _of_model(each) for each in models},
    }


def shared_plan(study: Study, ledger_head: str | None) -> dict[str, object]:
    """Return the plan, with its hash and that of its ledger; without keys that may hold a date or a name."""
    plan = {key: each for key, each in json.loads(canonical_plan(study.plan)).items() if key not in OF_FEW}
    identifying = [name for name, each in study.plan.variables.items() if each.identifying]
    analysis = {key: value for key, value in plan["analysis"].items() if key not in DATED}
    declared = {name: each for name, each in plan["variables"].items() if name not in identifying}
    return {
        "plan_hash": study.plan_hash,
        "ledger_head": ledger_head,
        "left_out": [
            *(f"analysis.{key}" for key in DATED),
            *OF_FEW,
            *(["identifying variables"] if identifying else []),
        ],
        "plan": {**plan, "analysis": analysis, "variables": declared},
    }


def _of_days(study: Study, exposures: Sequence[Exposure], recalls: Sequence[str]) -> dict[str, Entry]:
    outcome = study.plan.outcome
    found: dict[str, Entry] = {
        ID: _entry("pseudonym", "text"),
        DAY: _entry("day, 1 is the participant's first", "whole number"),
        "weekday": _entry("day of the week", "whole number", levels="1 Monday to 7 Sunday"),
        DATE: _entry("date, off by whole weeks that differ between participants", "date"),
        SCORE: _entry(outcome.item, "number", scale=list(outcome.scale), recall=list(recalls)),
        TIME: _entry("time since the middle of the participant's days", "number", unit="30 days"),
        PHASE: _entry("1 from the start of the declared treatment on, 0 before", "number"),
        "left_out": _entry("why the day is not analysed; empty if it is", "text", levels=LEFT_OUT),
    }
    for each in exposures:
        what, unit = each.definition, each.definition.unit
        lag = "of the same date" if each.lag_days == 0 else f"of {each.lag_days} day(s) before"
        rule = f"plausible from {what.lowest:g} to {what.highest:g} {what.name}; others are missing"
        found |= {
            each.name: _entry(f"{what.label} {lag}", "number", unit=unit, rule=rule),
            each.within: _entry(f"{what.label} less the participant's mean; 0 where unknown", "number", unit=unit),
            each.between: _entry(f"the participant's mean of {what.label} less the mean of all", "number", unit=unit),
            each.unknown: _entry(f"1 where {what.label} is unknown", "number"),
        }
    return found


def _of_variable(name: str, variables: Variables, shared: SharedVariables) -> Entry:
    plan, values = variables[name], shared.frame[name]
    is_text = not values.dtype.is_numeric()
    levels = sorted(values.drop_nulls().unique()) if is_text else None
    rule = "levels of fewer than five participants are joined as other" if is_text else None
    kind = "text" if is_text else "number"
    return _entry(plan.label or name, kind, unit=plan.unit, levels=levels, rule=rule)


def _of_model(model: ModelData) -> dict[str, object]:
    """Describe a model: ``held`` has the mean, which is also the SD, of the prior of each coefficient that has one."""
    return {
        "model": model.title,
        "columns": list(model.columns),
        "random": [1, *model.random],
        "residuals": "CAR(1) with white noise" if model.white_share > 0 else "CAR(1)",
        "held": dict(zip(model.held, model.prior_means, strict=True)),
        "headlines": [asdict(each) for each in model.headlines],
    }


def _entry(label: str, kind: str, **more: object) -> Entry:
    return {"label": label, "type": kind, **{key: value for key, value in more.items() if value is not None}}
