"""Groups: the participant flow and the effects of the last ``painstats cohort``, from its folder ``results/``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from markupsafe import Markup

from painstats.cohort.study_files import RESULTS
from painstats.questions.phrases import whole
from painstats.reports.cohort.other_models import effect_numbers, effect_words
from painstats.reports.dates import date_words
from painstats.reports.numbers import NONE, p_short
from painstats.reports.pages import named
from views.parts import Shown, show, show_table

FLOW, EFFECT = "flow", "effect"
ALWAYS_SHOWN = ("enrolled", "analysed")
HEADS = ("Model", "Effect", "Estimate", "95% CI", "df", "p", "Adjusted p", "Participants", "Days")


def show_groups(shown: Shown) -> None:
    """Show how many of each group are analysed, and each effect of each model; or which command computes them."""
    st.header("Groups and models")
    folder = shown.study.folder / RESULTS
    try:
        flow, effects = (pl.read_parquet(folder / f"{name}.parquet") for name in (FLOW, EFFECT))
    except (OSError, pl.exceptions.PolarsError):
        show(Markup("<p>{} computes them, and this page then shows them.</p>").format(named("painstats cohort")))
        return
    st.caption(_origin(shown, folder / f"{EFFECT}.parquet", effects))
    heads, rows = flow_rows(flow)
    show_table(heads, rows, name="Participants in each group")
    show_table(
        HEADS, [_effect(row) for row in effects.iter_rows(named=True)], name="Effects of the models", style="figures"
    )


def flow_rows(flow: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the heads and rows of the flow: a row for each step that anyone is at, a column for each group."""
    groups = flow["group"].unique(maintain_order=True).to_list()
    counts = {(row["group"], row["step"]): row["participants"] for row in flow.iter_rows(named=True)}
    steps = flow.select("step", "words").unique(maintain_order=True).iter_rows()
    shown = [
        (step, words)
        for step, words in steps
        if step in ALWAYS_SHOWN or any(counts.get((group, step), 0) for group in groups)
    ]
    rows = [[words, *(whole(counts.get((group, step), 0)) for group in groups)] for step, words in shown]
    return ["Participants", *groups], rows


def _origin(shown: Shown, file: Path, effects: pl.DataFrame) -> str:
    written = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
    said = f"Written by `painstats cohort` on {date_words(written.date())}, {written:%H:%M}."
    is_same_plan = set(effects["plan_hash"]) <= {shown.study.plan_hash}
    return said if is_same_plan else f"{said} The plan has changed since then; run it again."


def _effect(row: dict[str, Any]) -> tuple[str, ...]:
    days = NONE if row["days"] is None else whole(row["days"])
    q, participants = p_short(row["q"]), whole(row["participants"])
    return (row["model"], effect_words(row["name"]), *effect_numbers(row), q, participants, days)
