"""The scores of other items by day: outcomes beside the one that a study is about."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.item.plan import Asked
from painstats.vocabulary import LEAST_SITE_DAYS

SITES_APART = ("symptom",)
"""Items whose sites are outcomes of their own: each is another symptom."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemScores:
    """One item of one participant.

    Parameters
    ----------
    item, site
        What was asked; the site is empty unless sites of the item are outcomes of their own.
    days
        Columns ``date`` and ``outcome_score``, on the study's scale; a row for each day with a score.
    """

    item: str
    site: str
    days: pl.DataFrame


def item_scores(own: OwnDays, asked: Asked) -> list[ItemScores]:
    """Return a participant's scores of each item that is asked about, by item and site.

    Sites of the study's outcome are asked about if the plan says so, and if there are several.
    """
    scores = _scores(own.daily)
    is_outcome = pl.col("item") == own.outcome.item
    is_asked = ~is_outcome if asked is None else ~is_outcome & pl.col("item").is_in(sorted(asked))
    others = _apart(scores.filter(is_asked), pl.col("item").is_in(SITES_APART))
    sites = _apart(scores.filter(is_outcome), pl.lit(value=True)) if own.each_site else []
    return [*others, *(sites if len(sites) > 1 else [])]


def _apart(scores: pl.DataFrame, by_site: pl.Expr) -> list[ItemScores]:
    """Divide scores by item, and by site where that is wanted."""
    of = scores.with_columns(pl.when(by_site).then("site").otherwise(pl.lit("")).alias("of"))
    parts = of.partition_by("item", "of", as_dict=True, maintain_order=True)
    return [ItemScores(item, site, over_sites(rows)) for (item, site), rows in sorted(parts.items())]


def over_sites(scores: pl.DataFrame) -> pl.DataFrame:
    """Return a score for each day: the mean over sites of departures from each site's own mean, plus the mean of those.

    A site that is scored on bad days only would otherwise raise just these days. Sites with fewer than
    ``LEAST_SITE_DAYS`` days do not count, unless none has as many.

    Parameters
    ----------
    scores
        Columns ``date``, ``site`` and ``score``, at most one row for each date and site.

    References
    ----------
    docs/method/questions.md, scores of several sites.
    """
    days = pl.len().over("site")
    kept = scores.filter((days >= LEAST_SITE_DAYS) | (days.max() < LEAST_SITE_DAYS))
    level = kept.group_by("site", maintain_order=True).agg(pl.col("score").mean())["score"].mean()
    departure = pl.col("score") - pl.col("score").mean().over("site")
    by_day = kept.with_columns(departure.alias("departure")).group_by("date").agg(pl.col("departure").mean())
    return by_day.sort("date").select("date", (pl.col("departure") + pl.lit(level)).alias("outcome_score"))


def _scores(daily: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each date, item and site with a score."""
    known = daily.select("date", "item_scores").drop_nulls("item_scores")
    return known.explode("item_scores").unnest("item_scores")
