"""The cohort's report: who is in, what holds on average, how far people differ, whether the model can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from painstats.findings.words import (
    REFUSALS,
    capital,
    cohort_sentence,
    compared_words,
    comparison,
    counts_sentence,
    headline,
    interval_words,
    item_words,
    points,
    reason_words,
    verdict_words,
    whole,
)
from painstats.plan.study import PredictorPlan, Study
from painstats.reports.cohort.model import CohortModel, averages_part, cohort_model, diagnostics_part, spread_tables
from painstats.reports.data_used import (
    changes_line,
    days_table,
    devices_table,
    files_table,
    measures_table,
    rejected_table,
)
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import AverageSlope, completeness, everybodys_slopes, verdict_legend
from painstats.reports.pages import Card, Figure, Page, Part, Table, figure, named
from painstats.reports.personal.charts import person_slope
from painstats.reports.personal.page import settings_table
from painstats.reports.robustness import robustness_part, robustness_rows
from painstats.store.connection import Store
from painstats.store.tables import read_table

Row = Mapping[str, Any]

INTERNAL = (
    "Internal: this page shows lines and rows of single people under their ids. "
    "It is for the people who run the study, not for publication."
)
BASIS = {
    "mixed_model": "mixed model",
    "two_stage": "two-stage mean",
    "pooled": "pooled",
    "own_days": "own days",
    "none": "none",
}
COUNTS = {
    "outcome_days": "rated",
    "valid_nights": "nights",
    "valid_step_days": "step days",
    "complete_days": "complete",
}


def cohort_page(store: Store, people: Sequence[Row], findings: Sequence[Row]) -> Page:
    """Put the cohort's report together.

    Parameters
    ----------
    store
        The open study.
    people
        All rows of ``participant_summary``.
    findings
        All rows of ``finding``.
    """
    study, model = store.study, cohort_model(store)
    item = item_words(study.plan.outcome.item).label
    persons = [row for row in findings if row["subject"] == "participant"]
    averages = [row for row in findings if row["subject"] == "cohort"]
    return Page(
        kind="cohort",
        title=f"{capital(item)} in this study: the cohort's report",
        heading=f"What goes with {item}: all people together",
        lines=(named(study.plan.study.name), _head_line(study), INTERNAL),
        parts=(
            _answers(study, averages, persons),
            _who_is_in(store, people, persons),
            averages_part(model, study),
            Part(
                "How far people differ",
                tables=spread_tables(model, study),
                figures=_slope_figures(study, model, persons),
            ),
            *_robustness(store, model),
            diagnostics_part(model, study),
            Part("Person by person", paragraphs=(INTERNAL,), tables=_person_tables(study, persons)),
            _ground(store),
            Part("The settings behind this report", tables=(settings_table(study),)),
        ),
    )


def _robustness(store: Store, model: CohortModel) -> tuple[Part, ...]:
    part = robustness_part(robustness_rows(store, "cohort"), model.averages, store.study)
    return (part,) if part else ()


def _head_line(study: Study) -> str:
    plan, (low, high) = study.plan, study.plan.outcome.scale
    predictors = " and with ".join(compared_words(predictor.measure, predictor.lag) for predictor in plan.predictors)
    return (
        f"{capital(item_words(plan.outcome.item).label)} {low:g} to {high:g}, compared with {predictors}; "
        f"estimates from {plan.rules.min_days_shown} complete days, verdicts from {plan.rules.min_days_verdict}; "
        f"plan {study.plan_hash}"
    )


def _answers(study: Study, averages: Sequence[Row], persons: Sequence[Row]) -> Part:
    order = [predictor.name for predictor in study.plan.predictors]
    cards = tuple(_card(row, study, persons) for row in sorted(averages, key=lambda row: order.index(row["predictor"])))
    if cards:
        return Part("The answers", cards=cards)
    refused = "No answer is given for people on average: there are too few people in this study."
    return Part(
        "The answers",
        paragraphs=(refused, *(_counts(study, predictor, persons) for predictor in study.plan.predictors)),
    )


def _card(row: Row, study: Study, persons: Sequence[Row]) -> Card:
    item = study.plan.outcome.item
    predictor = next(predictor for predictor in study.plan.predictors if predictor.name == row["predictor"])
    told = cohort_sentence(
        row["measure"], row["lag_days"], item, row["verdict"], row["estimate"], row["low"], row["high"],
        row["people"], row["days"], row["reasons"],
    )  # fmt: skip
    return Card(
        verdict=row["verdict"],
        headline=headline(row["measure"], row["verdict"], None, item),
        sentence=told,
        facts=tuple(_card_facts(row)),
        notes=(_counts(study, predictor, persons),),
    )


def _card_facts(row: Row) -> list[tuple[str, str]]:
    if row["estimate"] is None:
        return []
    unit = f"points per {row['unit']}"
    return [
        (
            "Average slope",
            f"{points(row['estimate'])} {unit} (95 % interval {interval_words(row['low'], row['high'])})",
        ),
        ("From", f"{BASIS[row['basis']]}; {whole(row['people'])} people, {whole(row['days'])} days"),
        ("Two-stage check", f"{points(row['own_estimate'])} ({interval_words(row['own_low'], row['own_high'])})"),
        ("Smallest that matters", f"{points(row['smallest_effect'])} {unit}, on average over people"),
        *(
            [("Notes", capital(reason_words(row["reasons"])))]
            if row["reasons"] and row["verdict"] != "cannot_tell_yet"
            else []
        ),
    ]


def _counts(study: Study, predictor: PredictorPlan, persons: Sequence[Row]) -> str:
    counts = Counter(row["verdict"] for row in persons if row["predictor"] == predictor.name)
    return counts_sentence(predictor.measure, predictor.lag, study.plan.outcome.item, counts)


def _who_is_in(store: Store, people: Sequence[Row], persons: Sequence[Row]) -> Part:
    frame = read_table(store, "model_frame", "participant_id, date")
    shown = [
        {"label": row["participant_id"], **{key: row[key] for key in ("calendar_days", *COUNTS)}} for row in people
    ]
    chart = figure(
        "completeness",
        "Valid days of each person.",
        "For each person the days with a rating, with each valid measure, "
        "and with everything that the model needs (blue), "
        "out of all days between the first and the last record (grey).",
        completeness(shown, COUNTS, WIDE),
        completeness(shown, COUNTS, NARROW),
    )
    tables = (
        _funnel(store.study, people, persons),
        days_table(store.study, frame),
        measures_table(store.study, read_table(store, "daily_summary", "participant_id, date")),
    )
    return Part("Who is in, and who fell out", tables=tables, figures=(chart,))


def _funnel(study: Study, people: Sequence[Row], persons: Sequence[Row]) -> Table:
    rules = study.plan.rules
    allowed = {row["participant_id"] for row in persons if not set(row["reasons"]) & REFUSALS}
    steps = (
        ("with any data", list(people), "calendar_days"),
        ("with ratings", [row for row in people if row["outcome_days"]], "outcome_days"),
        (
            f"in the model ({rules.min_days_in_model} complete days)",
            [row for row in people if row["days_in_model"]],
            "days_in_model",
        ),
        (
            f"shown one by one ({rules.min_days_shown})",
            [row for row in people if row["complete_days"] >= rules.min_days_shown],
            "complete_days",
        ),
        (
            f"allowed a verdict ({rules.min_days_verdict}, and enough variation)",
            [row for row in people if row["participant_id"] in allowed],
            "complete_days",
        ),
    )
    rows = tuple((name, whole(len(kept)), whole(sum(row[days] for row in kept))) for name, kept, days in steps)
    return Table("People and days that are left at each step", ("Step", "People", "Days"), rows)


def _slope_figures(study: Study, model: CohortModel, persons: Sequence[Row]) -> tuple[Figure, ...]:
    item, figures = study.plan.outcome.item, []
    for place, predictor in enumerate(study.plan.predictors):
        slopes = [
            person_slope(row, label=row["participant_id"])
            for row in persons
            if row["predictor"] == predictor.name and row["estimate"] is not None
        ]
        if not slopes:
            continue
        row = model.averages.get(predictor.name)
        average = AverageSlope(row["estimate"], row["low"], row["high"]) if row else None
        label = capital(predictor.definition.label)
        mean = " The dashed line is the average over people, the grey band its 95 % interval." if average else ""
        figures.append(
            figure(
                f"slopes-{place}",
                f"{label}: every person's slope {comparison(predictor.measure, predictor.lag)}.",
                f"{label}. Each line is a person, with the 95 % interval; "
                "an open diamond is the estimate from their own days alone."
                f"{mean} Intervals cover 95 % of people on average; those of people at the extremes are too narrow.",
                everybodys_slopes(slopes, average, item, predictor.definition.unit, WIDE),
                everybodys_slopes(slopes, average, item, predictor.definition.unit, NARROW),
                legend=tuple(verdict_legend(item)),
            )
        )
    return tuple(figures)


def _person_tables(study: Study, persons: Sequence[Row]) -> tuple[Table, ...]:
    tables: list[Table] = []
    for predictor in study.plan.predictors:
        rows = [row for row in persons if row["predictor"] == predictor.name]
        tables.append(_person_table(study, predictor, rows))
        reasons = Counter(reason for row in rows if row["verdict"] == "cannot_tell_yet" for reason in row["reasons"])
        if reasons:
            counts = tuple(
                (capital(reason_words([reason])), whole(people)) for reason, people in sorted(reasons.items())
            )
            label = predictor.definition.label
            tables.append(
                Table(
                    f"Why nothing can be told yet of {label}; a person can have several reasons",
                    ("Reason", "People"),
                    counts,
                )
            )
    return tuple(tables)


def _person_table(study: Study, predictor: PredictorPlan, rows: Sequence[Row]) -> Table:
    item = item_words(study.plan.outcome.item).label
    unit = f"{capital(predictor.definition.label)}: points of {item} per {predictor.definition.unit}"
    told = tuple(
        (
            named(row["participant_id"]),
            whole(row["days"]),
            "–" if row["estimate"] is None else points(row["estimate"]),
            "–" if row["estimate"] is None else interval_words(row["low"], row["high"]),
            "–"
            if row["own_estimate"] is None
            else f"{points(row['own_estimate'])} ({interval_words(row['own_low'], row['own_high'])})",
            verdict_words(row["verdict"], study.plan.outcome.item),
        )
        for row in sorted(rows, key=lambda row: row["participant_id"])
    )
    return Table(unit, ("Person", "Complete days", "Estimate", "95 % interval", "Own days alone", "Verdict"), told)


def _ground(store: Store) -> Part:
    tables = (files_table(store, None), rejected_table(store, None), devices_table(store, None))
    return Part(
        "What was read, and what was left out",
        paragraphs=(changes_line(store),),
        tables=tuple(table for table in tables if table is not None),
    )
