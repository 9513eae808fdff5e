"""Cohort: participants at each step, average effects, the effect of each participant."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.finding_row import FindingRow, from_rows
from painstats.findings.research_words import headline, interval_words, sentence, verdict_words
from painstats.questions.asked import asked
from painstats.questions.exploratory.card import ChartRow, RowChart
from painstats.questions.phrases import capital, whole
from painstats.questions.registry import kind_of
from painstats.reports.figures.row_chart import drawn_rows
from painstats.reports.numbers import Interval
from painstats.reports.pages import named
from painstats.reports.verdict_bars import verdict_bar
from painstats.store.rows import rows_of
from views.groups import show_groups
from views.more_questions import show_more_averages
from views.parts import Shown, show, show_table

STEPS = {
    "outcome_days": "with a score",
    "valid_step_days": "with valid steps",
    "valid_nights": "with a valid night",
    "usable_days": "with a usable day",
    "days_in_model": "in a model",
}


def cohort(shown: Shown) -> None:
    """Show the view."""
    st.title("Cohort")
    st.caption(f"{shown.published} Internal: participants are under their ids.")
    findings = from_rows(rows_of(shown.tables["finding"], FindingRow))
    st.header("Participants and days")
    summary = shown.tables["participant_summary"]
    steps = [("in the study", whole(summary.height), whole(summary["calendar_days"].sum()))]
    steps += [
        (words, whole((summary[column] > 0).sum()), whole(summary[column].sum())) for column, words in STEPS.items()
    ]
    show_table(("Step", "Participants", "Days"), steps, name="Participants and days")
    st.header("Effects")
    questions = {question.name: question for question in asked(shown.study)}
    averages = [finding for finding in findings if finding.is_average and finding.question.name in questions]
    for finding in averages:
        st.subheader(headline(finding))
        st.write(sentence(finding))
    if not averages:
        show(Markup("<p>No average was computed.</p>"))
    show_groups(shown)
    show_more_averages(shown)
    _show_participants([finding for finding in findings if finding.question.name in questions], list(questions))


def _show_participants(findings: Sequence[Finding], names: Sequence[str]) -> None:
    """Show the effect of each participant on a question to choose, sorted, the average last."""
    st.header("The effect of each participant")
    labels = {each.question.name: capital(phrases_of(each.question).compared_with) for each in findings}
    shown = [name for name in names if name in labels]
    chosen = st.sidebar.selectbox("Question", shown, format_func=labels.__getitem__)
    rows = effect_rows([finding for finding in findings if finding.question.name == chosen])
    if not rows:
        show(Markup("<p>No participant has an effect that may be shown.</p>"))
        return
    question = next(finding.question for finding in findings if finding.question.name == chosen)
    chart = kind_of(question.kind).chart(question)
    drawn = drawn_rows(RowChart(("", ""), tuple(rows), chart.left, "", chart.right, ""))
    cells = [(named(each.row.label), each.drawing, each.row.words) for each in drawn]
    st.caption(f"{chart.title}, in points {chart.per}. Left: {chart.left}. Right: {chart.right}. "
               "A filled point is a verdict with a direction.")  # fmt: skip
    show_table(("Participant", "Range", "In words"), cells, name="The effect of each participant", style="rows")


def effect_rows(findings: Sequence[Finding]) -> list[ChartRow]:
    """Return the rows of the findings on one question, by size, the average last."""
    bars = [
        (finding, bar)
        for finding in findings
        if (bar := verdict_bar(finding, label=finding.participant_id or "average")) is not None
    ]
    bars.sort(key=lambda pair: (pair[0].is_average, pair[1].effect.value, pair[1].label))
    return [
        ChartRow(
            label=bar.label, note="", words=_words(finding, bar.effect),
            estimate=bar.effect.value, low=bar.effect.low, high=bar.effect.high,
            direction=finding.verdict.value if finding.verdict.has_direction else "", is_sum=finding.is_average,
        )
        for finding, bar in bars
    ]  # fmt: skip


def _words(finding: Finding, effect: Interval) -> str:
    verdict = verdict_words(finding.verdict, phrases_of(finding.question))
    return f"{interval_words(effect.low, effect.high)}: {verdict}"
