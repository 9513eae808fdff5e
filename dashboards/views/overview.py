"""Overview: who sends data, who stopped, how complete the days are, refused files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import streamlit as st
from markupsafe import Markup

from painstats.questions.phrases import counted, whole
from painstats.reports.dates import date_words
from painstats.reports.figures.completeness_map import CompletenessRow, completeness_map, known_of
from painstats.reports.measures_shown import measures_of
from painstats.reports.pages import named
from views.parts import Shown, choose_dates, show, show_drawing, show_numbers, show_table, words_of

LAST_DAYS = 7
"""Days without data after which a kind of data counts as stopped."""

MOST_ROWS = 60
"""Participants on one map; of more, the reader chooses which."""

REFUSED = ("participant_id", "source", "rule", "files")
KINDS = {"diary": "outcome_score", "steps": "step_count", "sleep": "total_sleep_time_min"}


def overview(shown: Shown) -> None:
    """Show the view."""
    days = marked_days(shown)
    newest = days["date"].max()
    stops = stopped(days, newest)
    st.title("Overview")
    st.caption(f"{shown.published} The newest day is {date_words(newest)}; the last {LAST_DAYS} days are up to it.")
    _numbers(shown, days, newest)
    first, last = choose_dates(days, "dates of the overview")
    ids = _order(days, stops, stopped_first=st.sidebar.checkbox("Participants who stopped first"))
    ids = _chosen(shown, days, ids)
    starts = list(range(0, len(ids), MOST_ROWS))
    start = 0
    if len(starts) > 1:
        start = st.sidebar.selectbox(
            "Participants", starts, format_func=lambda at: f"{at + 1} to {min(at + MOST_ROWS, len(ids))} of {len(ids)}"
        )
    st.header("Completeness")
    _show_map(days, ids[start : start + MOST_ROWS], (first, last))
    _show_stopped(stops, newest)
    _show_refused(refused_files(shown))


def marked_days(shown: Shown) -> pl.DataFrame:
    """Return the days, each with whether it has a score and whether it has a valid measure that is asked about."""
    wear = [pl.col(measure).is_not_null() for measure in measures_of(shown.study)]
    return shown.tables["daily_summary"].with_columns(
        has_score=pl.col("outcome_score").is_not_null(), has_wear=pl.any_horizontal(wear)
    )


def refused_files(shown: Shown) -> pl.DataFrame:
    """Return how many files were refused, by participant, source and rule."""
    if "import_summary" not in shown.tables:
        return pl.DataFrame(schema=dict.fromkeys(REFUSED, pl.String) | {"files": pl.Int64})
    refused = shown.tables["import_summary"].filter(status="refused").select(REFUSED)
    return refused.sort("participant_id", "source", nulls_last=True)


@dataclass(frozen=True, slots=True)
class Stop:
    """A participant, the kinds of data that have stopped, and the last day of any of these."""

    participant_id: str
    kinds: tuple[str, ...]
    last: date


def stopped(days: pl.DataFrame, newest: date) -> list[Stop]:
    """List the participants of whom a kind of data that they once sent has stopped, the latest first."""
    gone: dict[str, dict[str, date]] = {}
    for kind, column in KINDS.items():
        ends = days.drop_nulls(column).group_by("participant_id").agg(pl.col("date").max())
        for participant, day in ends.filter(pl.col("date") <= newest - timedelta(days=LAST_DAYS)).iter_rows():
            gone.setdefault(participant, {})[kind] = day
    stops = [Stop(participant, tuple(kinds), max(kinds.values())) for participant, kinds in gone.items()]
    return sorted(stops, key=lambda stop: (-stop.last.toordinal(), stop.participant_id))


def _numbers(shown: Shown, days: pl.DataFrame, newest: date) -> None:
    recent = days.filter(pl.col("date") > newest - timedelta(days=LAST_DAYS), pl.col("has_score") | pl.col("has_wear"))
    complete = days.filter("has_score", "has_wear").height
    refused = refused_files(shown)["files"].sum()
    show_numbers(
        [
            ("Participants", whole(days["participant_id"].n_unique()), ""),
            (f"With data in the last {LAST_DAYS} days", whole(recent["participant_id"].n_unique()), ""),
            ("Complete days", whole(complete), f"{100 * complete / max(days.height, 1):.0f}%"),
            ("Refused files", whole(refused), ""),
        ]
    )


def _order(days: pl.DataFrame, stops: list[Stop], *, stopped_first: bool) -> list[str]:
    gone = {stop.participant_id for stop in stops} if stopped_first else set()
    return sorted(days["participant_id"].unique(), key=lambda participant: (participant not in gone, participant))


def _chosen(shown: Shown, days: pl.DataFrame, ids: list[str]) -> list[str]:
    """Keep participants with files of the chosen sources, and with the chosen share of complete days."""
    if "import_summary" in shown.tables:
        imports = shown.tables["import_summary"].drop_nulls("participant_id")
        sources = imports["source"].drop_nulls().unique().sort().to_list()
        chosen = st.sidebar.multiselect("Sources; all if none is chosen", sources, format_func=words_of)
        sent = set(imports.filter(pl.col("source").is_in(chosen))["participant_id"])
        ids = [participant for participant in ids if not chosen or participant in sent]
    least = st.sidebar.slider("Complete days at least, %", 0, 100, 0, 5)
    shares = dict(
        days.group_by("participant_id").agg(100 * (pl.col("has_score") & pl.col("has_wear")).mean()).iter_rows()
    )
    return [participant for participant in ids if shares[participant] >= least]


def _show_map(days: pl.DataFrame, ids: list[str], span: tuple[date, date]) -> None:
    chosen = days.filter(pl.col("date").is_between(*span), pl.col("participant_id").is_in(ids))
    if chosen.is_empty():
        st.info("No participant fits what is chosen on the left.")
        return
    rows = [_row(chosen, participant) for participant in ids]
    complete = chosen.filter("has_score", "has_wear").height
    alternative = f"Map of {counted(len(rows), 'participant')}, a row each: {whole(complete)} complete days in all."
    show_drawing(completeness_map(rows, span), alternative, style="map")


def _row(days: pl.DataFrame, participant: str) -> CompletenessRow:
    own = days.filter(participant_id=participant).select("date", "has_score", "has_wear")
    return CompletenessRow(
        participant, {day: known_of(has_score=score, has_wear=wear) for day, score, wear in own.iter_rows()}
    )


def _show_stopped(stops: list[Stop], newest: date) -> None:
    st.header("Who stopped")
    if not stops:
        show(Markup("<p>Every kind of data continues.</p>"))
        return
    rows = [
        (named(stop.participant_id), ", ".join(stop.kinds), date_words(stop.last), whole((newest - stop.last).days))
        for stop in stops
    ]
    show_table(("Participant", "What", "Last day", "Days without"), rows, name="Who stopped")


def _show_refused(refused: pl.DataFrame) -> None:
    st.header("Refused files")
    if refused.is_empty():
        show(Markup("<p>No file was refused.</p>"))
        return
    rows = [
        (named(participant) if participant else "several", words_of(source), words_of(rule), whole(files))
        for participant, source, rule, files in refused.iter_rows()
    ]
    show_table(("Participant", "Source", "Why", "Files"), rows, name="Refused files")
