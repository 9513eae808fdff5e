"""A page for exploring a study: one participant's days, how complete they are, and the findings, in words.

``painstats dashboard STUDY`` starts it and prints its address. It reads the published Parquet files and the plan, never
the database, and computes nothing. Started in another way, or opened without its token, it shows nothing.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from painstats.errors import StorageError, StudyError
from painstats.findings.declared_research_words import (
    change_headline,
    change_sentence,
    experiment_headline,
    experiment_sentence,
)
from painstats.findings.finding import Finding
from painstats.findings.finding_row import FindingRow, from_rows
from painstats.findings.research_words import headline, sentence
from painstats.frame.participants import ParticipantSummary
from painstats.plan.study import Study, read_study
from painstats.questions.asked import asked
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, label_text
from painstats.questions.question import outcome_of
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.figures.daily_charts import daily_panels, outcome_calendar
from painstats.reports.figures.effect_charts import completeness
from painstats.reports.figures.vega_svg import Specification, look
from painstats.reports.measures_shown import measures_of, measures_shown
from painstats.store.published import read_published
from painstats.store.rows import rows_of

STUDY_VARIABLE = "PAINSTATS_STUDY"
TOKEN_VARIABLE = "PAINSTATS_DASHBOARD_TOKEN"
# Options of Streamlit that keep the page on this machine, with the values that do. Streamlit would show a docstring.
SAFE_OPTIONS = {
    "server.address": ("127.0.0.1", "::1", "localhost"),
    "server.enableCORS": (True,),
    "server.enableXsrfProtection": (True,),
    "browser.gatherUsageStats": (False,),
}
TABLES = (
    "daily_summary", "finding", "participant_summary", "treatment_phase", "change_finding", "experiment_finding",
)  # fmt: skip
COUNTS = {
    "outcome_days": "scores",
    "valid_nights": "nights",
    "valid_step_days": "step days",
    "usable_days": "usable",
}
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
CHART_WIDTH = 700

Tables = dict[str, pl.DataFrame]


def main() -> None:
    """Show the page."""
    st.set_page_config(page_title="painstats", layout="centered")
    if refusal := reason_to_refuse():
        st.error(refusal)
        return
    try:
        study = read_study(Path(os.environ[STUDY_VARIABLE]))
        asked(study)
    except StudyError:
        st.error("The study folder or its study.toml cannot be read. `painstats status` says what is wrong with it.")
        return
    try:
        tables = published(study)
    except StorageError:
        st.error("A published file is damaged. Run `painstats run` on the study, which writes it again, then reload.")
        return
    if tables is None:
        st.info("Nothing is published yet. Run `painstats run` on the study, then load this page again.")
        return
    try:
        show_study(study, tables)
    except StudyError:
        st.info("What is published was computed by another version. Run `painstats run`, then load this page again.")


def reason_to_refuse() -> str | None:
    """Say why nothing may be shown: the page could leave this machine, or the reader has no token."""
    token = os.environ.get(TOKEN_VARIABLE)
    is_safe = all(st.get_option(name) in safe for name, safe in SAFE_OPTIONS.items())
    if not (is_safe and token and os.environ.get(STUDY_VARIABLE)):
        return "This page shows health data only if it is started with `painstats dashboard STUDY`."
    given = st.query_params.get("token", "")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return "Open the whole address that `painstats dashboard` printed; it ends in a token."
    return None


def published(study: Study) -> Tables | None:
    """Read the published tables of one run; None while one of them is missing or has no participants."""
    tables = read_published(study, TABLES)
    return tables if tables and tables["participant_summary"].height else None


def show_study(study: Study, tables: Tables) -> None:
    """Show the choice of a participant and dates, and what goes with it."""
    participants = rows_of(tables["participant_summary"].sort("participant_id"), ParticipantSummary)
    st.title(f"{capital(outcome_words(outcome_of(study.plan.outcome)).label)}, sleep and activity")
    ids = [participant.participant_id for participant in participants]
    participant = str(st.selectbox("Participant", ids, format_func=label_text))
    days = tables["daily_summary"].filter(pl.col("participant_id") == participant).sort("date")
    chosen = choose_dates(days, participant)
    if chosen.is_empty():
        st.info("There are no days between these dates.")
        return
    show_completeness(study, chosen)
    show_findings(study, from_rows(rows_of(tables["finding"].filter(participant_id=participant), FindingRow)))
    show_treatments(study, tables, participant)
    show_days(study, chosen, tables["treatment_phase"].filter(participant_id=participant))
    with st.expander("Valid days of all participants"):
        show_chart(completeness(participants, COUNTS, CHART_WIDTH))


def choose_dates(days: pl.DataFrame, participant: str) -> pl.DataFrame:
    """Let the reader narrow the dates; while only one end is chosen, all days stay."""
    first, last = days["date"][0], days["date"][-1]
    picked: Any = st.date_input("Dates", (first, last), min_value=first, max_value=last, key=f"dates of {participant}")
    ends = picked if isinstance(picked, tuple) and len(picked) == 2 else (first, last)
    return days.filter(pl.col("date").is_between(*ends))


def show_completeness(study: Study, days: pl.DataFrame) -> None:
    """Show how many of the chosen days are valid."""
    names = {"outcome_score": "days with a score"}
    names |= {measure: VALID_WORDS[measure] for measure in measures_of(study)}
    for place, (column, label) in zip(st.columns(len(names)), names.items(), strict=True):
        place.metric(capital(label), f"{days[column].count()} of {days.height}")


def show_findings(study: Study, findings: list[Finding]) -> None:
    """Show the findings about a participant, over all their days."""
    st.header("Findings, over all days")
    order = {question.name: place for place, question in enumerate(asked(study))}
    for finding in sorted(findings, key=lambda finding: order.get(finding.question.name, len(order))):
        with st.container(border=True):
            st.subheader(headline(finding))
            st.write(sentence(finding))


def show_treatments(study: Study, tables: Tables, participant: str) -> None:
    """Show the changes of a participant's treatments, and their experiments."""
    changes = rows_of(tables["change_finding"].filter(participant_id=participant).sort("number"), ChangeFinding)
    own = tables["experiment_finding"].filter(participant_id=participant).sort("first_date", "fingerprint")
    experiments = rows_of(own, ExperimentFinding)
    outcome = outcome_words(outcome_of(study.plan.outcome))
    if changes or experiments:
        st.header("Treatments and experiments, over all days")
    for change in changes:
        with st.container(border=True):
            st.subheader(change_headline(change, outcome))
            st.write(change_sentence(change, outcome))
    for experiment in experiments:
        with st.container(border=True):
            st.subheader(experiment_headline(experiment, outcome))
            st.write(experiment_sentence(experiment, outcome))


def show_days(study: Study, days: pl.DataFrame, phases: pl.DataFrame) -> None:
    """Show the chosen days over time, with the treatments as bars, and as a calendar."""
    st.header("Day by day")
    outcome = outcome_of(study.plan.outcome)
    show_chart(daily_panels(days, phases, outcome, measures_shown(study, days), CHART_WIDTH))
    if days["outcome_score"].count():
        show_chart(outcome_calendar(days, outcome, CHART_WIDTH))


def show_chart(chart: Specification) -> None:
    """Show a chart of the reports, in their look."""
    st.vega_lite_chart(spec={**chart, "autosize": "pad", "config": look()}, theme=None, width="content")


main()
