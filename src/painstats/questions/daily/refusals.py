"""Why one participant's days may not be judged, whatever the numbers say: the checks that kinds of question share."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.variation import scores_vary
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.look_evidence import exposure_range


def outcome_hardly_varies(rows: pl.DataFrame, scale: tuple[float, float]) -> bool:
    """Whether the scores of some rows are nearly all alike."""
    return not scores_vary(rows["outcome_score"].to_numpy(), scale)


def exposure_rarely_known(rows: pl.DataFrame, exposure: Exposure, rules: RulesPlan) -> bool:
    """Whether an exposure is known on too few rows."""
    return rows[exposure.name].count() < rules.min_days_known


def exposure_hardly_varies(rows: pl.DataFrame, exposure: Exposure) -> bool:
    """Whether an exposure is nearly the same on all rows, or known on fewer than two."""
    known = exposure_range(rows, exposure)
    return known is None or known.sd < exposure.definition.least_within_sd


def too_many_days_missing(rows: pl.DataFrame, rules: RulesPlan) -> bool:
    """Whether too few of the days from the first row to the last have a score; rows are by date, each with one."""
    first, last = rows["date"][0], rows["date"][-1]
    return rows.height < rules.min_compliance * (int((last - first).days) + 1)


def those_that_apply(named: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the names of the reasons that apply, in their order."""
    return tuple(name for name, applies in named.items() if applies)
