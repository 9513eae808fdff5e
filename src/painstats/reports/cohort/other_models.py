"""The secondary models that ``painstats cohort`` fitted, as a table: arms, moderators, subgroups, formulas."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from painstats.findings.research_words import interval_words, points
from painstats.questions.phrases import whole
from painstats.reports.numbers import NONE, number, p_short
from painstats.reports.pages import Part, Table, named
from painstats.vocabulary import MEASURES

HEAD = ("Model", "Effect", "Points", "95% CI", "df", "p", "q", "Participants")


def other_models(effects: pl.DataFrame | None) -> Part | None:
    """Show the effects that are not primary; None without any.

    Parameters
    ----------
    effects
        The table ``effect`` of ``results/``, or of an export; None where it was not computed.
    """
    rows = [] if effects is None else effects.filter(~pl.col("is_primary")).to_dicts()
    if not rows:
        return None
    shown = tuple(
        (named(row["model"]), named(effect_words(row["name"])), *effect_numbers(row), p_short(row["q"]),
         NONE if row["participants"] is None else whole(row["participants"]))
        for row in rows
    )  # fmt: skip
    caption = "Effects of the secondary models of the plan, in points per unit; q within the family of the model"
    return Part("Secondary models", tables=(Table(caption, HEAD, shown),))


def effect_numbers(row: Mapping[str, object]) -> tuple[str, str, str, str]:
    """Write the estimate of a row, its interval, its degrees of freedom and its p value; a dash for one not shown."""
    estimate, low, high, df, p = (_float(row[name]) for name in ("estimate", "low", "high", "df", "p"))
    ends = interval_words(low, high) if low is not None and high is not None else NONE
    return (points(estimate) if estimate is not None else NONE, ends, number(df, 1), p_short(p))


def effect_words(name: str) -> str:
    """Write the column of an exposure in words: ``step_count_lag1_within`` is "steps within participants"."""
    for measure, definition in MEASURES.items():
        if name.startswith(f"{measure}_lag") and name.endswith("_within"):
            return f"{definition.label} within participants"
    return name


def _float(value: object) -> float | None:
    return value if isinstance(value, float) else None
