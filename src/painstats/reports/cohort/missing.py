"""Missing data as a cohort's page shows it: complete days by week, and two numbers about scores that are missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from painstats.cohort.baseline import PARTICIPANT
from painstats.cohort.missing_after_high import MissingAfterHigh, missing_after_high
from painstats.frame.exposure import Exposure
from painstats.questions.phrases import counted, whole
from painstats.reports.cohort.results_files import CohortResults
from painstats.reports.figures.week_map import WeekRow, week_map
from painstats.reports.numbers import percent
from painstats.reports.pages import Chart

WEEK = 7


def week_rows(frame: pl.DataFrame, exposures: Sequence[Exposure], order: Sequence[str]) -> list[WeekRow]:
    """Return the share of complete days of each week since a participant's first day.

    Parameters
    ----------
    frame
        The model frame: a row for each participant and calendar day.
    exposures
        Those that a complete day has.
    order
        The participants of the forest, which come first; the others follow in the order of their ids.
    """
    complete = pl.all_horizontal(
        pl.col("outcome_score").is_not_null(), *(pl.col(e.name).is_not_null() for e in exposures)
    )
    first = pl.col("date").min().over(PARTICIPANT)
    weeks = (
        frame.select(PARTICIPANT, week=(pl.col("date") - first).dt.total_days() // WEEK, complete=complete)
        .group_by(PARTICIPANT, "week")
        .agg(pl.col("complete").mean())
        .sort(PARTICIPANT, "week")
    )
    shares: dict[str, list[float]] = {}
    for participant, week, share in weeks.iter_rows():
        mine = shares.setdefault(participant, [])
        mine += [0.0] * (week - len(mine))  # a week without any row is one without any complete day
        mine.append(share)
    known = [participant for participant in order if participant in shares]
    rest = sorted(set(shares) - set(known))
    return [WeekRow(participant, tuple(shares[participant])) for participant in (*known, *rest)]


def missing_chart(rows: Sequence[WeekRow], *, is_beside: bool) -> Chart | None:
    """Draw the map of missing data; ``is_beside`` a forest with the same order."""
    if not rows:
        return None
    weeks = [share for row in rows for share in row.weeks]
    order = ", in the order of the participant effects" if is_beside else ""
    return Chart(
        title="Complete days by week",
        note=f"a row for each participant{order}; a complete day has a score and every exposure",
        label=f"{whole(len(rows))} participants; on average {percent(sum(weeks) / len(weeks))} of a week is complete.",
        drawing=week_map(rows),
    )


def missing_notes(frame: pl.DataFrame, exposure: Exposure | None, results: CohortResults) -> tuple[str, ...]:
    """Say whether scores are missing more often after high ones, and which missing scores would change the answer."""
    found = missing_after_high(frame)
    after = (after_words(found),) if found else ("No odds ratio: too few scores are missing.",)
    return (*after, tipping_words(results, exposure))


def after_words(found: MissingAfterHigh) -> str:
    """Write the odds ratio of a missing score after a high one."""
    said = "A missing score on the day after a score above the participant's own median: odds ratio"
    ends, who = f"95% CI {found.low:.2f} to {found.high:.2f}", counted(found.participants, "participant")
    return f"{said} {found.odds_ratio:.2f} ({ends}; {who})."


def tipping_words(results: CohortResults, exposure: Exposure | None) -> str:
    """Say at which values of missing scores the answer about an exposure changes."""
    rows = results.table("missing_days", exposure.name) if exposure else None
    if rows is None:
        return f"Tipping point: {results.absent or 'not computed for this question.'}"
    if not rows.filter(pl.col("name") == "delta").height:
        return "Tipping point: no missing score is imputed."
    point = rows["tipping_point"][0]
    if point is None:
        return "The answer holds if missing scores were up to 1 point lower or up to 3 points higher than imputed ones."
    side = "higher" if point > 0 else "lower"
    return f"The answer changes if missing scores were {abs(point):.1f} points {side} than imputed ones."
