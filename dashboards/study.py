"""A page for looking around in a study: one person's days, how complete they are, and what was found, in words.

Start it with ``PAINSTATS_STUDY=my-study streamlit run dashboards/study.py``, or ``streamlit run dashboards/study.py --
my-study``. It reads the published Parquet files and the plan, never the database, and computes nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from painstats.errors import StudyError
from painstats.findings.words import capital, headline, item_words, sentence
from painstats.plan.study import Study, read_study
from painstats.reports.figures.daily_charts import daily_panels, outcome_calendar
from painstats.reports.figures.effect_charts import completeness
from painstats.reports.figures.vega_svg import label_text, look

STUDY_VARIABLE = "PAINSTATS_STUDY"
TABLES = ("daily_summary", "finding", "participant_summary")
COUNTS = {
    "outcome_days": "rated",
    "valid_nights": "nights",
    "valid_step_days": "step days",
    "complete_days": "complete",
}
VALID_WORDS = {
    "total_sleep_time_min": "valid nights",
    "step_count": "valid step days",
    "active_time_min": "valid active days",
    "exercise_time_min": "valid exercise days",
    "sleep_efficiency_percent": "nights with efficiency",
    "sleep_midpoint_min": "nights with times",
    "sleep_regularity_index": "days with regularity",
}
CHART_WIDTH = 700
PHASES = {"participant_id": pl.String, "name": pl.String, "start_date": pl.Date, "end_date": pl.Date}

Tables = dict[str, pl.DataFrame]


def main() -> None:
    """Show the page."""
    st.set_page_config(page_title="painstats", layout="centered")
    folder = study_folder()
    if folder is None:
        st.info(
            f"No study is named. Set {STUDY_VARIABLE} to a study folder, or write it after `--` on the command line."
        )
        return
    try:
        study = read_study(folder)
    except StudyError:
        st.error("The study folder or its study.toml cannot be read. `painstats status` says what is wrong with it.")
        return
    tables = published(study)
    if tables is None:
        st.info("Nothing is published yet. Run `painstats run` on the study, then load this page again.")
        return
    show_study(study, tables)


def study_folder() -> Path | None:
    """Return the folder named in the environment or on the command line."""
    named = os.environ.get(STUDY_VARIABLE) or (sys.argv[1] if len(sys.argv) > 1 else None)
    return Path(named) if named else None


def published(study: Study) -> Tables | None:
    """Read the published tables; None while one of them is missing or holds nobody."""
    paths = {name: study.published / f"{name}.parquet" for name in TABLES}
    if not all(path.is_file() for path in paths.values()):
        return None
    tables = {name: pl.read_parquet(path) for name, path in paths.items()}
    return tables if tables["participant_summary"].height else None


def show_study(study: Study, tables: Tables) -> None:
    """Show the choice of a person and dates, and what goes with it."""
    people = tables["participant_summary"].sort("participant_id")
    st.title(f"{capital(item_words(study.plan.outcome.item).label)}, sleep and activity")
    person = st.selectbox("Participant", people["participant_id"].to_list(), format_func=label_text)
    days = tables["daily_summary"].filter(pl.col("participant_id") == person).sort("date")
    chosen = choose_dates(days, str(person))
    if chosen.is_empty():
        st.info("There are no days between these dates.")
        return
    show_completeness(study, chosen)
    show_findings(study, tables["finding"].filter(pl.col("participant_id") == person))
    show_days(study, chosen, str(person))
    with st.expander("Everybody's valid days"):
        rows = people.select(pl.col("participant_id").alias("label"), "calendar_days", *COUNTS).to_dicts()
        show_chart(completeness(rows, COUNTS, CHART_WIDTH))


def choose_dates(days: pl.DataFrame, person: str) -> pl.DataFrame:
    """Let the reader narrow the dates; while only one end is chosen, all days stay."""
    first, last = days["date"][0], days["date"][-1]
    picked: Any = st.date_input("Dates", (first, last), min_value=first, max_value=last, key=f"dates of {person}")
    ends = picked if isinstance(picked, tuple) and len(picked) == 2 else (first, last)
    return days.filter(pl.col("date").is_between(*ends))


def show_completeness(study: Study, days: pl.DataFrame) -> None:
    """Show how many of the chosen days are valid."""
    names = {"outcome_score": "rated days"}
    names |= {predictor.measure: VALID_WORDS[predictor.measure] for predictor in study.plan.predictors}
    for place, (column, label) in zip(st.columns(len(names)), names.items(), strict=True):
        place.metric(capital(label), f"{days[column].count()} of {days.height}")


def show_findings(study: Study, findings: pl.DataFrame) -> None:
    """Show what was found for the person, over all their days."""
    st.header("What was found, over all days")
    order = [predictor.name for predictor in study.plan.predictors]
    item = study.plan.outcome.item
    for row in sorted(
        findings.to_dicts(), key=lambda row: order.index(row["predictor"]) if row["predictor"] in order else 99
    ):
        with st.container(border=True):
            st.subheader(headline(row["measure"], row["verdict"], row["days_needed"], item))
            st.write(
                sentence(
                    row["measure"], row["lag_days"], item, row["verdict"], row["estimate"], row["low"], row["high"],
                    row["probability_of_direction"], row["days_needed"], row["reasons"], "their",
                )
            )  # fmt: skip


def show_days(study: Study, days: pl.DataFrame, person: str) -> None:
    """Show the chosen days over time and as a calendar."""
    st.header("Day by day")
    measures = [predictor.measure for predictor in study.plan.predictors]
    show_chart(daily_panels(days, phases(study, person), study.plan.outcome, measures, CHART_WIDTH))
    if days["outcome_score"].count():
        show_chart(outcome_calendar(days, study.plan.outcome, CHART_WIDTH))


def phases(study: Study, person: str) -> pl.DataFrame:
    """Return the declared phases of a person."""
    rows = [
        (phase.participant, phase.name, phase.start, phase.end)
        for phase in study.plan.phases
        if phase.participant == person
    ]
    return pl.DataFrame(rows, schema=PHASES, orient="row")


def show_chart(chart: Any) -> None:
    """Show a chart of the reports, in their look."""
    st.altair_chart(chart.properties(autosize="pad").configure(**look()), theme=None, width="content")


main()
