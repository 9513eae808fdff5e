"""The results of a cohort analysis as tables: one function for each, and the folder that they are written to.

Every table has the columns ``plan_hash`` and ``ledger_head``. No table names a participant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

import polars as pl

from painstats.cohort.analyse import CohortAnalysis
from painstats.cohort.missing_days.sensitivity import WayOfTreating
from painstats.cohort.models.cohort_model import Effect, JointTest
from painstats.store.csv_cells import as_csv, as_parquet
from painstats.store.durable import write_private
from painstats.store.file_list import write_file_list

Tables = Mapping[str, pl.DataFrame]
Schema = dict[str, type[pl.DataType] | pl.DataType]


def result_tables(analysis: CohortAnalysis, plan_hash: str, ledger_head: str | None) -> dict[str, pl.DataFrame]:
    """Return every table by the name of its file."""
    tables = {
        "effect": effect_table(analysis),
        "joint_test": joint_test_table(analysis),
        "own_value": own_value_table(analysis),
        "family": family_table(analysis),
        "missing_days": missing_days_table(analysis),
        "specification": specification_table(analysis),
        "specification_summary": summary_table(analysis),
        "specification_shift": shift_table(analysis),
        "left_out": left_out_table(analysis),
    }
    return with_provenance(tables, plan_hash, ledger_head)


def with_provenance(tables: Tables, plan_hash: str, ledger_head: str | None) -> dict[str, pl.DataFrame]:
    """Add the hash of the plan, and that of the last line of its ledger, to each row of each table."""
    provenance = [pl.lit(plan_hash).alias("plan_hash"), pl.lit(ledger_head, pl.String).alias("ledger_head")]
    return {name: table.with_columns(provenance) for name, table in tables.items()}


def write_tables(tables: Tables, folder: Path) -> list[Path]:
    """Write each table as CSV and as Parquet into a folder; return the files."""
    folder.mkdir(exist_ok=True)
    files = {name: (folder / f"{name}.csv", folder / f"{name}.parquet") for name in tables}
    written = [path for pair in files.values() for path in pair]
    write_file_list(folder, written)
    for name, (csv, parquet) in files.items():
        write_private(csv, as_csv(tables[name]))
        write_private(parquet, as_parquet(tables[name]))
    return written


def effect_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return a row for each effect of each model; ``q`` is that of the model in its family of ``family_size``."""
    rows = []
    for model in analysis.models:
        family = analysis.family_of(model)
        rows += [
            {
                "model": model.name,
                "kind": model.kind,
                "is_primary": model in analysis.primary,
                **asdict(effect),
                "days": model.days,
                "method": model.fitted.method if model.fitted else None,
                "model_p": model.p,
                "family": family.name if family else None,
                "family_size": family.size if family else None,
                "q": family.q[family.questions.index(model.name)] if family else None,
            }
            for effect in model.effects
        ]
    types: Schema = {"model": pl.String, "kind": pl.String, "is_primary": pl.Boolean, **_types(Effect)}
    more = {
        "days": pl.Int64,
        "method": pl.String,
        "model_p": pl.Float64,
        "family": pl.String,
        "family_size": pl.Int64,
        "q": pl.Float64,
    }
    return pl.DataFrame(rows, schema={**types, **more})


def joint_test_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return a row for each joint test of several columns."""
    rows = [{"model": model.name, **asdict(test)} for model in analysis.models for test in model.tests]
    return pl.DataFrame(rows, schema={"model": pl.String, **_types(JointTest)})


def own_value_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return the comparisons of own slopes or changes of each model, two rows for each contrast: one for each group.

    ``p`` is that of Welch's test, ``model_p`` that of the mixed model, and ``p_of_both`` the larger one, or 1 where
    the two differ in direction, by Holm's rule over the contrasts of a model: a contrast counts only where both agree.
    """
    rows = [
        {
            "model": model.name, "contrast": own.contrast, "group": group.group, "participants": group.participants,
            "mean": group.mean, "sd": group.sd, "difference": own.difference, "low": own.low, "high": own.high,
            "df": own.df, "p": own.p, "model_p": model.effect(own.contrast).p,
            "p_of_both": model.p_of_both.get(own.contrast),
        }
        for model in analysis.models
        for own in model.own
        for group in own.groups
    ]  # fmt: skip
    texts = dict.fromkeys(("model", "contrast", "group"), pl.String)
    names = ("mean", "sd", "difference", "low", "high", "df", "p", "model_p", "p_of_both")
    return pl.DataFrame(rows, schema={**texts, "participants": pl.Int64, **dict.fromkeys(names, pl.Float64)})


def family_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return a row for each question of each family."""
    rows = [
        (each.name, each.size, question, p, q)
        for each in analysis.families
        for question, p, q in zip(each.questions, each.p, each.q, strict=True)
    ]
    schema = {"family": pl.String, "size": pl.Int64, "question": pl.String, "p": pl.Float64, "q": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def missing_days_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return a row for each way of treating unknown values; ``tipping_point`` is that of the exposure."""
    rows = [
        {"exposure": each.exposure, **asdict(way), "tipping_point": each.missing_days.tipping_point}
        for each in analysis.sensitivity
        for way in each.missing_days.ways
    ]
    schema: Schema = {"exposure": pl.String, **_types(WayOfTreating), "tipping_point": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def specification_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return a row for each specification, with a column ``choice_<name>`` for each choice; the declared one is marked.

    The prefix keeps the choice of days apart from ``days``, the number of days of the fit.
    """
    rows = [
        {
            "exposure": each.exposure,
            "is_declared": result.is_declared,
            **{
                f"choice_{choice.name.replace(' ', '_')}": option
                for choice, option in zip(each.curve.choices, result.options, strict=True)
            },
            **(asdict(result.found) if result.found else {}),
            "refusal": result.refusal,
        }
        for each in analysis.sensitivity
        for result in each.curve.results
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def summary_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return the summary of each specification curve."""
    rows = []
    for each in analysis.sensitivity:
        row = asdict(each.summary)
        row.pop("shifts")
        rows.append({"exposure": each.exposure, **row, "choices_dropped": ", ".join(each.curve.dropped)})
    return pl.DataFrame(rows, infer_schema_length=None)


def shift_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return by how much each option moves the estimates, in standard errors of the declared one."""
    rows = [
        {"exposure": each.exposure, **asdict(shift)} for each in analysis.sensitivity for shift in each.summary.shifts
    ]
    schema = {"exposure": pl.String, "choice": pl.String, "option": pl.String, "shift_in_se": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def left_out_table(analysis: CohortAnalysis) -> pl.DataFrame:
    """Return the estimates without one participant, from the least to the greatest, without names."""
    rows = [
        (each.exposure, place, estimate)
        for each in analysis.sensitivity
        for place, estimate in enumerate(sorted(one.estimate for one in each.left_out), start=1)
    ]
    return pl.DataFrame(rows, schema={"exposure": pl.String, "place": pl.Int64, "estimate": pl.Float64}, orient="row")


def _types(row: type) -> Schema:
    """Return the types of the columns of a dataclass of text and numbers."""
    of_annotation: Schema = {"str": pl.String(), "int": pl.Int64()}
    return {each.name: of_annotation.get(str(each.type), pl.Float64()) for each in fields(row)}
