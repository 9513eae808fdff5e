"""The cohort's page without participants: from the tables that may be shared openly, and from nothing else.

There is no row of a participant, no forest, no map of days and no date of the data. Every count of participants and
days is rounded in these tables already (docs/method/sharing.md), and so are the shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from markupsafe import Markup

from painstats.findings.content import phrases_of
from painstats.findings.plan_record import PlanRecord
from painstats.findings.research_words import interval_words, points
from painstats.plan.study import Study
from painstats.questions.asked import asked
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, listed, whole
from painstats.questions.question import Question, outcome_of
from painstats.reports.cohort.missing import tipping_words
from painstats.reports.cohort.multiverse import multiverse
from painstats.reports.cohort.other_models import effect_numbers, other_models
from painstats.reports.cohort.page_type import (
    CohortPage,
    FileRow,
    FlowStep,
    Participants,
    PrimaryResult,
    VerdictRow,
)
from painstats.reports.cohort.primary import primary_questions
from painstats.reports.cohort.provenance import plan_words, shareable_provenance
from painstats.reports.cohort.results_files import CohortResults
from painstats.reports.numbers import NONE, number, percent
from painstats.reports.pages import Cell, Table, named, page_bytes

SHAREABLE_PAGE = "cohort-shareable.html"
HEAD = ("Effect", "Points", "95% CI", "df", "p", "Participants, days")
ROUNDED = "Counts of participants and days are rounded to 5, each by itself, so that they need not add up."
FOOTER = f"{ROUNDED} Effects are within participants and not randomised unless stated."
ALL = "all"

Tables = Mapping[str, pl.DataFrame]


def shareable_page(study: Study, record: PlanRecord, tables: Tables) -> bytes:
    """Write the page.

    Parameters
    ----------
    study
        The study, for its plan and its name.
    record
        What may be said of the plan.
    tables
        From :func:`~painstats.cohort.sharing.open_tables.open_tables`.
    """
    questions = primary_questions(study.plan, [each for each in asked(study) if each.kind == "daily"])
    label, results = outcome_words(outcome_of(study.plan.outcome)).label, CohortResults(dict(tables))
    curves = tuple(found for each in questions if (found := multiverse(results, each)))
    exposures = dict.fromkeys(phrases_of(question).exposure for question in questions)
    page = CohortPage(
        title=f"{capital(label)} in this study: cohort analysis",
        heading=f"{capital(listed([*exposures, label]))}: cohort analysis",
        about=(named(study.plan.study.name), "For sharing: no participants, counts rounded to 5"),
        plan=plan_words(record),
        provenance=shareable_provenance(record),
        primary=_primary(tables["effect"], questions),
        participants=_participants(tables),
        effects=None,
        effects_note="",
        more_effects=(),
        missing=None,
        missing_notes=(tipping_words(results, questions[0].exposure if questions else None),),
        multiverse=curves,
        multiverse_note="" if curves else "No specification curve was computed.",
        files=tuple(FileRow(name, "A table of this folder", "csv, parquet") for name in tables),
        more=tuple(part for part in (other_models(tables["effect"]),) if part),
        footer=FOOTER,
    )
    return page_bytes(page)


def _primary(effects: pl.DataFrame, questions: Sequence[Question]) -> PrimaryResult:
    rows = effects.filter(pl.col("is_primary")).to_dicts()
    names = {question.exposure.within: question for question in questions}
    sentence = _sentence(rows[0], names) if rows else Markup("There is no primary result.")
    methods = [row["method"] for row in rows if row["method"]]
    model = f"Mixed model, REML, {methods[0].replace('-', '–')}." if methods else ""
    return PrimaryResult(sentence, (), HEAD, tuple(_row(row, names) for row in rows), model, ())


def _sentence(row: Mapping[str, object], names: Mapping[str, Question]) -> Cell:
    estimate, low, high = row["estimate"], row["low"], row["high"]
    if not (isinstance(estimate, float) and isinstance(low, float) and isinstance(high, float)):
        return "The primary effect is of fewer than ten participants and is not shown."
    question = names.get(str(row["name"]))
    size, ends = points(estimate), interval_words(low, high)
    if question is None:
        return Markup("{}: <b>{} points</b> (95% CI {}).").format(capital(str(row["name"])), size, ends)
    words = phrases_of(question)
    text = Markup("The average effect of {} on {} is <b>{} points</b> per {} (95% CI {}).")
    return text.format(words.compared_with, words.outcome.label, size, words.unit, ends)


def _row(row: Mapping[str, object], names: Mapping[str, Question]) -> VerdictRow:
    question = names.get(str(row["name"]))
    words = phrases_of(question) if question else None
    name = f"{capital(words.compared_with)}, per {words.unit}" if words else str(row["name"])
    return VerdictRow(name, effect_numbers(row), "", f"{_count(row['participants'])}, {_count(row['days'])}")


def _float(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _count(value: object) -> str:
    return whole(value) if isinstance(value, int) else NONE


def _participants(tables: Tables) -> Participants:
    flow = tables["flow"].filter(pl.col("group") == ALL)
    counts = dict(zip(flow["step"], flow["participants"], strict=True))
    words = dict(zip(flow["step"], flow["words"], strict=True))
    ends = ("enrolled", "analysed")
    left = "; ".join(f"{words[step]}: {whole(n)}" for step, n in counts.items() if n and step not in ends)
    steps = (FlowStep(whole(counts[ends[0]]), ends[0]), FlowStep(whole(counts[ends[1]]), ends[1], left))
    return Participants(steps, ROUNDED, _table_one(tables["table_one"]), "")


def _table_one(table: pl.DataFrame) -> Table:
    """Return Table 1 from its rows of numbers: means of ten participants or more, and shares of rounded counts."""
    groups = table["group"].unique(maintain_order=True).to_list()
    rows: dict[tuple[str, str | None, str | None], dict[str, str]] = {}
    for row in table.to_dicts():
        key = (_characteristic(row), row["kind"], row["level"])
        rows.setdefault(key, {})[row["group"]] = _cell(row)
    head = ("Characteristic", *groups)
    body = tuple((key[0], *(cells.get(group, NONE) for group in groups)) for key, cells in rows.items())
    return Table("Table 1: mean (SD), or number (share)", head, body, wordy=True)


def _characteristic(row: Mapping[str, object]) -> str:
    label, unit = str(row["label"]), row["unit"]
    if row["kind"] == "missing":
        return f"{label}: missing"
    if row["kind"] == "level":
        return f"{label}: {row['level']}"
    return f"{label}, {unit}" if unit and str(unit) not in label else label


def _cell(row: Mapping[str, object]) -> str:
    if row["kind"] != "number":
        share = _float(row["share"])
        return _count(row["n"]) + (f" ({percent(share)})" if share is not None else "")
    mean, sd = _float(row["mean"]), _float(row["sd"])
    if mean is None:
        return NONE
    return number(mean, 2) + (f" ({number(sd, 2)})" if sd is not None else "")
