"""Participant: what the report of one participant shows, for dates and an outcome to choose."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import streamlit as st

from painstats.findings.check_words import firmness_words
from painstats.findings.content import phrases_of
from painstats.findings.declared_research_words import (
    change_headline,
    change_sentence,
    experiment_headline,
    experiment_sentence,
)
from painstats.findings.finding_row import FindingRow, from_rows
from painstats.findings.firmness import firmness_of
from painstats.findings.research_words import headline, interval_words, sentence, verdict_words
from painstats.questions.asked import asked
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, label_text
from painstats.questions.question import Outcome, outcome_of
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.reports.dates import date_words
from painstats.reports.figures.course_chart import Course, course_drawing
from painstats.reports.figures.treatment_rows import BarRow, bar_rows
from painstats.reports.figures.widened import widened
from painstats.reports.measures_shown import measures_of
from painstats.reports.numbers import NONE
from painstats.reports.personal.treatment_charts import (
    TreatedDays,
    change_card,
    charts_of_treatments,
    experiment_card,
)
from painstats.store.rows import rows_of
from views.more_questions import show_more_questions
from views.parts import Shown, choose_dates, show_chart, show_drawing, show_numbers, show_table

VALID_WORDS = {
    "total_sleep_time_min": "valid nights",
    "step_count": "valid step days",
    "active_time_min": "valid active days",
    "exercise_time_min": "valid exercise days",
    "sleep_efficiency_percent": "nights with efficiency",
    "sleep_midpoint_min": "nights with times",
    "sleep_regularity_index": "days with regularity",
    "time_in_bed_min": "nights with time in bed",
}


def participant(shown: Shown) -> None:
    """Show the view."""
    st.title("Participant")
    ids = shown.tables["participant_summary"]["participant_id"].sort().to_list()
    chosen = str(st.sidebar.selectbox("Participant", ids, format_func=label_text))
    days = shown.tables["daily_summary"].filter(participant_id=chosen).sort("date")
    span = choose_dates(days, f"dates of {chosen}")
    outcome = _choose_outcome(shown, days)
    st.caption(f"{label_text(chosen)}. {shown.published}")
    _show_counts(shown, days.filter(pl.col("date").is_between(*span)))
    _show_course(shown, days, span, outcome, chosen)
    _show_findings(shown, chosen)
    _show_treatments(shown, days, chosen)
    show_more_questions(shown, chosen)
    _show_looks(shown, chosen)


def scores_of(days: pl.DataFrame, outcome: Outcome, main: Outcome) -> dict[date, float]:
    """Return the scores of an outcome by date; those of the study's own are as its rule summarises them."""
    if (outcome.item, outcome.site) == (main.item, main.site):
        own = days.select("date", score="outcome_score").drop_nulls()
    else:
        own = _other_scores(days).filter(item=outcome.item, site=outcome.site).select("date", "score")
    return dict(own.iter_rows())


def _other_scores(days: pl.DataFrame) -> pl.DataFrame:
    each = days.select("date", "item_scores").explode("item_scores").drop_nulls()
    return each.unnest("item_scores").drop_nulls("score")


def _choose_outcome(shown: Shown, days: pl.DataFrame) -> Outcome:
    """Let the reader choose an outcome that the participant has scored, the study's own first."""
    main = outcome_of(shown.study.plan.outcome)
    pairs = _other_scores(days).select("item", "site").unique().sort("item", "site").iter_rows()
    own = (main.item, main.site)
    outcomes = [main, *(Outcome(item, site, main.scale) for item, site in pairs if (item, site) != own)]
    return st.sidebar.selectbox("Outcome", outcomes, format_func=_outcome_label)


def _outcome_label(outcome: Outcome) -> str:
    label = capital(label_text(outcome_words(outcome).label))
    return f"{label}, {label_text(outcome.site)}" if outcome.site and outcome.item != "symptom" else label


def _show_counts(shown: Shown, days: pl.DataFrame) -> None:
    names = {"outcome_score": "days with a score"}
    names |= {measure: VALID_WORDS[measure] for measure in measures_of(shown.study)}
    show_numbers([(capital(label), f"{days[column].count()}", f"of {days.height}") for column, label in names.items()])


def _show_course(shown: Shown, days: pl.DataFrame, span: tuple[date, date], outcome: Outcome, chosen: str) -> None:
    st.header(f"Course of {label_text(outcome_words(outcome).label)}")
    scores = scores_of(days.filter(pl.col("date").is_between(*span)), outcome, outcome_of(shown.study.plan.outcome))
    if not scores:
        st.info("There is no score between these dates.")
        return
    rows = bar_rows(_treatments(shown, chosen), span)
    course = Course(*span, scores, widened(outcome.scale, scores.values()), rows)
    show_drawing(course_drawing(course), f"{counted(len(scores), 'day')} with a score. {_starts(rows)}")
    below = "; treatments are below" if rows else ""
    st.caption(f"Dots are days, the line is the mean of each week{below}.")


def _treatments(shown: Shown, chosen: str) -> pl.DataFrame:
    """Return the phases of treatments from every source, and each block of an experiment with its treatment."""
    blocks = [
        (f"{row['on']} (by lot)", first, first + timedelta(days=row["block_days"] - 1))
        for row in shown.tables["experiment_finding"].filter(participant_id=chosen).iter_rows(named=True)
        for place, is_on in enumerate(row["order"])
        if is_on
        for first in [row["first_date"] + timedelta(days=place * row["block_days"])]
    ]
    drawn = pl.DataFrame(blocks, {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date}, orient="row")
    return pl.concat([shown.tables["treatment_phase"].filter(participant_id=chosen), drawn], how="diagonal")


def _starts(rows: list[BarRow]) -> str:
    said = [f"{bar.name} {bar.dose} from {date_words(bar.first)}" for row in rows for bar in row.marked]
    return f"Treatments: {', '.join(' '.join(text.split()) for text in said)}." if said else "No treatments."


def _show_findings(shown: Shown, chosen: str) -> None:
    st.header("Findings, over all days")
    order = {question.name: place for place, question in enumerate(asked(shown.study))}
    findings = from_rows(rows_of(shown.tables["finding"].filter(participant_id=chosen), FindingRow))
    checks = _checks(shown, chosen)
    for finding in sorted(findings, key=lambda finding: order.get(finding.question.name, len(order))):
        st.subheader(headline(finding))
        firmness = firmness_words(firmness_of(finding, checks), measures_of(shown.study))
        st.write(f"{sentence(finding)} {firmness}")


def _checks(shown: Shown, chosen: str) -> list[RobustnessCheck]:
    if "robustness" not in shown.tables:
        return []
    return rows_of(shown.tables["robustness"].filter(model=chosen).sort("position"), RobustnessCheck)


def _show_treatments(shown: Shown, days: pl.DataFrame, chosen: str) -> None:
    """Show the changes of a participant's treatments, and their experiments, each with the chart of the report."""
    tables, outcome = shown.tables, outcome_of(shown.study.plan.outcome)
    words = outcome_words(outcome)
    changes = rows_of(tables["change_finding"].filter(participant_id=chosen).sort("number"), ChangeFinding)
    own = tables["experiment_finding"].filter(participant_id=chosen).sort("first_date", "fingerprint")
    experiments = rows_of(own, ExperimentFinding)
    if not (changes or experiments):
        return
    st.header("Treatments and experiments, over all days")
    treated = TreatedDays(days, tables["treatment_phase"].filter(participant_id=chosen).sort("start_date", "name"))
    charts = {chart.card: chart for chart in charts_of_treatments(changes, experiments, treated, outcome)}
    for change in changes:
        st.subheader(change_headline(change, words))
        st.write(change_sentence(change, words))
        show_chart(charts.get(change_card(change)))
    for experiment in experiments:
        st.subheader(experiment_headline(experiment, words))
        st.write(experiment_sentence(experiment, words))
        show_chart(charts.get(experiment_card(experiment)))


def _show_looks(shown: Shown, chosen: str) -> None:
    if "look" not in shown.tables:
        return
    looks = shown.tables["look"].filter(participant_id=chosen).sort("question", "number", "basis")
    if looks.is_empty():
        return
    st.header("Looks")
    questions = {question.name: question for question in asked(shown.study)}
    rows = []
    for row in looks.iter_rows(named=True):
        if (question := questions.get(row["question"])) is None:
            continue
        words = phrases_of(question)
        ends = NONE if row["low"] is None else interval_words(row["low"], row["high"])
        verdict = verdict_words(Verdict(row["verdict"]), words) if row["verdict"] else NONE
        basis = row["basis"].replace("_", " ")
        rows.append(
            (capital(words.compared_with), str(row["number"]), date_words(row["date"]), str(row["days"]), basis,
             ends, verdict)
        )  # fmt: skip
    show_table(("Question", "Look", "Date", "Days", "From", "Range", "Verdict"), rows, name="Looks")
