"""Exploratory questions as tables: those of one participant, and averages over participants."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from painstats.findings.catalogue import exploratory_averages as say
from painstats.findings.research_words import interval_words, points
from painstats.questions.asked import exploratory_kinds
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from painstats.questions.phrases import whole
from painstats.questions.question import outcome_of
from painstats.reports.cohort.exploratory import question_words
from painstats.reports.numbers import NONE, p_words
from painstats.store.rows import rows_of
from views.parts import Shown, show_table

Row = tuple[ContrastFinding | ContrastAverage, float | None, int]
"""A contrast, its p adjusted within its family, and what it is counted by."""

HEADS = ("Question", "Verdict", "Estimate", "95% CI", "Per", "p", "Adjusted p")
ABOUT = "Exploratory: what stands out here is a pattern to watch. Estimates are in points of the outcome."


def show_more_questions(shown: Shown, participant: str) -> None:
    """Show every exploratory contrast of a participant."""
    own = pl.col("participant_id") == participant
    rows = rows_of(_in_order(shown, "contrast_finding", own), ContrastFinding)
    _show(shown, "More questions", "Days", [(row, row.q, row.days) for row in rows])


def show_more_averages(shown: Shown) -> None:
    """Show the averages of exploratory contrasts over participants."""
    rows = rows_of(_in_order(shown, "contrast_average"), ContrastAverage)
    _show(
        shown, "More questions, on average", "Participants", [(row, row.p_adjusted, row.participants) for row in rows]
    )


def _show(shown: Shown, title: str, counted: str, rows: Sequence[Row]) -> None:
    """Show contrasts with their adjusted p and a count; joint tests, which have no unit, are left out."""
    outcome = outcome_of(shown.study.plan.outcome)
    cells = [
        (question_words(row, outcome), say.VERDICTS[row.verdict.value], *_estimate(row), p_words(p), whole(count))
        for row, p, count in rows
        if row.unit
    ]
    if cells:
        st.header(title)
        st.caption(ABOUT)
        show_table((*HEADS, counted), cells, name=title, style="figures")


def _in_order(shown: Shown, name: str, chosen: pl.Expr | bool = True) -> pl.DataFrame:
    """Return the rows of the kinds that the study asks, in the order of the kinds; none where there is no table."""
    kinds = [kind.name for kind in exploratory_kinds(shown.study)]
    if name not in shown.tables:
        return pl.DataFrame()
    rows = shown.tables[name].filter(chosen, pl.col("kind").is_in(kinds))
    return rows.sort(
        pl.col("kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64), maintain_order=True
    )


def _estimate(row: ContrastFinding | ContrastAverage) -> tuple[str, str, str, str]:
    ends = NONE if row.low is None or row.high is None else interval_words(row.low, row.high)
    return (NONE if row.estimate is None else points(row.estimate), ends, row.unit, p_words(row.p))
