"""Pages for exploring a study: an overview, each participant, the cohort, and the data.

``painstats dashboard STUDY`` starts them and prints their address. They read the published Parquet files and the plan,
never the database, and compute nothing. Started in another way, or opened without the token, they show nothing.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st
from markupsafe import Markup
from views.cohort import cohort
from views.data import data
from views.overview import overview
from views.participant import participant
from views.parts import Shown, Tables, style_sheet

from painstats.errors import StorageError, StudyError
from painstats.plan.study import Study, read_study
from painstats.questions.asked import asked
from painstats.reports.dates import date_words
from painstats.store.publish import MANIFEST, PUBLISHED_FOLDER, PUBLISHED_TABLES
from painstats.store.published import read_published

STUDY_VARIABLE = "PAINSTATS_STUDY"
TOKEN_VARIABLE = "PAINSTATS_DASHBOARD_TOKEN"
ADMITTED = "admitted"
# Options of Streamlit that keep the page on this machine, with the values that do. Streamlit would show a docstring.
SAFE_OPTIONS = {
    "server.address": ("127.0.0.1", "::1", "localhost"),
    "server.enableCORS": (True,),
    "server.enableXsrfProtection": (True,),
    "browser.gatherUsageStats": (False,),
}
# Without these nothing is shown; a study need not have the others.
NEEDED = (
    "daily_summary", "finding", "participant_summary", "treatment_phase", "change_finding", "experiment_finding",
)  # fmt: skip
VIEWS: dict[str, Callable[[Shown], None]] = {
    "Overview": overview,
    "Participant": participant,
    "Cohort": cohort,
    "Data": data,
}


def main() -> None:
    """Show the view that is chosen."""
    st.set_page_config(page_title="painstats", layout="wide")
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
        view_chosen(Shown(study, tables, published_words(study)))
    except StudyError:
        st.info("What is published was computed by another version. Run `painstats run`, then load this page again.")


def reason_to_refuse() -> str | None:
    """Say why nothing may be shown: the page could leave this machine, or the reader has no token."""
    token = os.environ.get(TOKEN_VARIABLE)
    is_safe = all(st.get_option(name) in safe for name, safe in SAFE_OPTIONS.items())
    if not (is_safe and token and os.environ.get(STUDY_VARIABLE)):
        return "This page shows health data only if it is started with `painstats dashboard STUDY`."
    # Streamlit drops the token from the address when another view is chosen, but the session stays the same.
    if not st.session_state.get(ADMITTED):
        given = st.query_params.get("token", "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return "Open the whole address that `painstats dashboard` printed; it ends in a token."
    st.session_state[ADMITTED] = True
    if st.query_params.get("token") != token:
        st.query_params["token"] = token  # so that the view can be loaded again
    return None


def published(study: Study) -> Tables | None:
    """Read the published tables of one run; None while one of them is missing or has no participants."""
    folder = study.reports / PUBLISHED_FOLDER
    there = [table for table in PUBLISHED_TABLES if table in NEEDED or (folder / f"{table}.parquet").exists()]
    tables = read_published(study, there)
    return tables if tables and tables["participant_summary"].height else None


def published_words(study: Study) -> str:
    """Say when the tables last changed: a run that changes nothing keeps the files and their times."""
    at = datetime.fromtimestamp((study.reports / MANIFEST).stat().st_mtime).astimezone()
    return f"Results last changed on {date_words(at.date())}, {at:%H:%M}."


def view_chosen(shown: Shown) -> None:
    """Show the navigation and the view that is chosen in it, in the look of the reports."""
    st.html(Markup("<style>{}</style>").format(Markup(style_sheet())))
    pages = [
        st.Page(partial(view, shown), title=title, url_path=title.lower(), default=view is overview)
        for title, view in VIEWS.items()
    ]
    st.navigation(pages).run()


main()
