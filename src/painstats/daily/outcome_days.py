"""Days whose outcome hangs on a choice of the plan: several sites were rated, or the diary was kept without a score."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.daily.declare import script
from painstats.store.connection import Store
from painstats.store.rows import select

_SCORES = "SELECT participant_id, date, site FROM self_report WHERE item = ? AND (? IS NULL OR site = ?)"


@dataclass(frozen=True, slots=True)
class SitesOfDays:
    """The sites that a participant rated, the most often rated first, and on how many days several of them."""

    participant_id: str
    sites: tuple[str, ...]
    days_with_several: int


@dataclass(frozen=True, slots=True)
class UnloggedDays:
    """On how many days a participant's diary has entries but no score of the outcome."""

    participant_id: str
    days: int


def several_sites_rated(store: Store) -> bool:
    """Whether any participant rated several sites of the outcome, on whichever days."""
    outcome = store.study.plan.outcome
    query = f"SELECT participant_id FROM ({_SCORES}) GROUP BY participant_id HAVING count(DISTINCT site) > 1 LIMIT 1"
    return bool(store.connection.execute(query, [outcome.item, outcome.site, outcome.site]).fetchone())


def days_with_several_sites(store: Store) -> list[SitesOfDays]:
    """List the participants who rated several sites of the outcome on the same day, by their ids."""
    outcome = store.study.plan.outcome
    return select(
        store,
        SitesOfDays,
        f"WITH score AS ({_SCORES}), "
        "day AS (SELECT participant_id, date, count(DISTINCT site) AS n FROM score GROUP BY ALL), "
        "rated AS (SELECT participant_id, site, count(*) AS n FROM score GROUP BY ALL), "
        "sites AS (SELECT participant_id, list(site ORDER BY n DESC, site) AS sites FROM rated GROUP BY ALL) "
        "SELECT participant_id, any_value(sites) AS sites, count(*) AS days_with_several "
        "FROM day JOIN sites USING (participant_id) WHERE n > 1 GROUP BY participant_id ORDER BY participant_id",
        [outcome.item, outcome.site, outcome.site],
    )


def unlogged_days(store: Store) -> list[UnloggedDays]:
    """List the participants with days that have entries but no score, by their ids."""
    outcome = store.study.plan.outcome
    for name, value in (("outcome_item", outcome.item), ("outcome_site", outcome.site)):
        store.connection.execute(f"SET VARIABLE {name} = ?", [value])
    store.connection.execute(script("unlogged.sql"))
    found = select(
        store,
        UnloggedDays,
        "SELECT participant_id, count(*) AS days FROM unlogged_day AS u ANTI JOIN daily_summary AS d "
        "ON d.participant_id = u.participant_id AND d.date = u.date AND d.report_count > 0 "
        "GROUP BY participant_id ORDER BY participant_id",
    )
    store.connection.execute("DROP TABLE temp.unlogged_day")
    return found
