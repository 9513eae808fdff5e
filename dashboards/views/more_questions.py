"""Exploratory questions as tables: those of one participant, and averages over participants."""

from __future__ import annotations

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

HEADS = ("Question", "Verdict", "Estimate", "95% CI", "Per", "p", "Adjusted p", "Days")
AVERAGE_HEADS = ("Question", "Verdict", "Estimate", "95% CI", "Per", "p", "Adjusted p", "Participants")
ABOUT = "Exploratory: what stands out here is a pattern to watch. Estimates are in points of the outcome."


def show_more_questions(shown: Shown, participant: str) -> None:
    """Show every exploratory contrast of a participant that has a unit; joint tests have none."""
    table = _in_order(shown, "contrast_finding", pl.col("participant_id") == participant)
    rows = [row for row in rows_of(table, ContrastFinding) if row.unit]
    if not rows:
        return
    st.header("More questions")
    st.caption(ABOUT)
    outcome = outcome_of(shown.study.plan.outcome)
    cells = [
        (question_words(row, outcome), say.VERDICTS[row.verdict.value], *_estimate(row), p_words(row.q),
         whole(row.days))
        for row in rows
    ]  # fmt: skip
    show_table(HEADS, cells, name="More questions", style="figures")


def show_more_averages(shown: Shown) -> None:
    """Show the averages of exploratory contrasts over participants."""
    rows = [row for row in rows_of(_in_order(shown, "contrast_average"), ContrastAverage) if row.unit]
    if not rows:
        return
    st.header("More questions, on average")
    st.caption(ABOUT)
    outcome = outcome_of(shown.study.plan.outcome)
    cells = [
        (question_words(row, outcome), say.VERDICTS[row.verdict.value], *_estimate(row), p_words(row.p_adjusted),
         whole(row.participants))
        for row in rows
    ]  # fmt: skip
    show_table(AVERAGE_HEADS, cells, name="More questions, on average", style="figures")


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
