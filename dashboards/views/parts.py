"""What every view is made of: the style sheet of the reports, drawings, numbers and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl
import streamlit as st
from markupsafe import Markup

from painstats.plan.study import Study
from painstats.questions.phrases import capital
from painstats.reports.pages import Chart, named

SHEETS = ("tokens.css", "charts.css")
OWN_SHEET = """
.view { font-size: 1rem; line-height: 1.5; color: var(--ink); font-variant-numeric: tabular-nums; }
.view .scroll { overflow-x: auto; }
.view table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
.view th, .view td { text-align: left; padding: .4rem .75rem .4rem 0; border: 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; overflow-wrap: break-word; }
.view thead th { border-bottom-color: var(--axis); }
.view caption { text-align: left; color: var(--ink2); padding-bottom: .3rem; }
.view .figures th, .view .figures td { padding-right: .5rem; }
.view .figures th, .view .figures td { white-space: nowrap; }
.view .figures td:first-child, .view .figures td:nth-child(2) { white-space: normal; min-width: 6rem; }
.view code { color: var(--ink); background: none; padding: 0; }
.view .data th, .view .data td { white-space: nowrap; overflow-wrap: normal; }
.view dl { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem 1rem; margin: 0; padding: .75rem 0;
  border: solid var(--rule); border-width: 1px 0; }
.view dt { color: var(--ink2); font-weight: 400; }
.view dd { margin: 0; font-size: 1.5rem; font-weight: 700; line-height: 1.3; }
.view dd small { font-size: .9375rem; font-weight: 400; color: var(--ink2); }
.view figure { margin: 0; }
.view .map .plot { padding-left: 84px; }
.view .code { font-size: 12px; }
.view .map .cell { stroke-width: .6px; }
.view .map .cell.c1 { stroke: var(--c1); }
.view .map .cell.c2 { stroke: var(--c2); }
.view .map .cell.c4 { stroke: var(--c4); }
.view .map .cell.c0 { stroke: none; }
.view .key rect.cell.cell { stroke: var(--axis); stroke-width: 1px; }
.view .drawn .cell.c1 { fill: var(--c1); }
.view .interval { display: block; width: 100%; overflow: visible; }
.view .interval .zero { stroke: var(--axis); }
.view .interval .range { stroke-width: 3px; }
.view .interval.open .range { stroke: var(--none); }
.view .interval.open circle { fill: var(--paper); stroke: var(--none); stroke-width: 2px; }
.view .interval.lower .range { stroke: var(--lower); }
.view .interval.lower circle { fill: var(--lower); }
.view .interval.higher .range { stroke: var(--higher); }
.view .interval.higher circle { fill: var(--higher); }
.view .rows { table-layout: fixed; }
.view .rows td { padding-top: 0; padding-bottom: 0; vertical-align: middle; }
.view .rows th:first-child { width: 25%; }
.view .rows th:nth-child(2) { width: 46%; font-weight: 400; color: var(--ink2); }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: var(--ink2) !important;
  opacity: 1 !important; }
[data-testid="stMainBlockContainer"] { padding: 3.5rem clamp(1rem, 4vw, 3rem) 3rem; }
[data-testid="stMain"] *:focus-visible { outline: 3px solid var(--focus); box-shadow: 0 0 0 5px var(--ink); }
@media (max-width: 40rem) {
  .view dl { grid-template-columns: repeat(2, 1fr); }
  .view .rows { font-size: .8125rem; }
  .view .rows th:first-child { width: 30%; }
  .view .rows th:nth-child(2) { width: 36%; }
}
"""

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the views show: a study, the published tables of one run by name, and when they were published."""

    study: Study
    tables: Tables
    published: str


@cache
def style_sheet() -> str:
    """Return the colours and charts of the reports, and what the dashboard adds."""
    folder = files("painstats.reports") / "templates"
    return "\n".join([*((folder / name).read_text(encoding="utf-8") for name in SHEETS), OWN_SHEET])


def show(content: Markup) -> None:
    """Show markup in the look of the reports."""
    whole = Markup('<div class="view">{}</div>').format(content)
    # ``st.html`` removes SVG. A line break would let Markdown end the block.
    st.markdown(" ".join(whole.split("\n")), unsafe_allow_html=True)


def show_drawing(drawing: Markup, alternative: str, *, style: str = "") -> None:
    """Show a drawing, with a text for those who do not see it."""
    figure = Markup('<figure class="chart {}" role="group" aria-label="{}">{}</figure>')
    show(figure.format(style, alternative, drawing))


def show_chart(chart: Chart | None) -> None:
    """Show a chart of the reports, with how to read it; nothing where there is none."""
    if chart is not None:
        show_drawing(chart.drawing, chart.label)
        if chart.note:
            st.caption(f"{capital(chart.note)}.")


def show_numbers(numbers: Sequence[tuple[str, str, str]]) -> None:
    """Show numbers, each with what it counts and an addition, which may be empty."""
    pair = Markup("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>")
    show(Markup("<dl>{}</dl>").format(Markup("").join(pair.format(*number) for number in numbers)))


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str | Markup]], *, name: str, style: str = "") -> None:
    """Show a table that can be scrolled with the keyboard where it is too wide."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(text) for text in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    table = Markup('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(style, head, body)
    show(Markup('<div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>').format(name, table))


def choose_dates(days: pl.DataFrame, key: str) -> tuple[date, date]:
    """Let the reader narrow the dates; while only one end is chosen, all days stay."""
    first, last = days["date"].min(), days["date"].max()
    picked: Any = st.sidebar.date_input("Dates", (first, last), min_value=first, max_value=last, key=key)
    return picked if isinstance(picked, tuple) and len(picked) == 2 else (first, last)


def words_of(name: str) -> str:
    """Write the name of a rule or state with spaces."""
    return named(name) if name else ""
