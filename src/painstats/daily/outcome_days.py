"""Days whose outcome depends on a choice of the plan: several sites were scored, or the diary has entries only."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.daily.declare import declare_outcome, script
from painstats.store.connection import Store
from painstats.store.rows import select
from painstats.vocabulary import LEAST_SITE_DAYS

_SITES_OF_DAYS = """
WITH day AS (
    SELECT participant_id, date, count(*) AS n, bool_or(counts) AS has_score
    FROM site_score('daily_summary') JOIN site_mean('daily_summary') USING (participant_id, site) GROUP BY ALL
), days AS (
    SELECT participant_id, count(*) FILTER (n > 1) AS several, count(*) FILTER (NOT has_score) AS without,
           count(*) FILTER (has_score) AS counted
    FROM day GROUP BY participant_id
)
SELECT participant_id, list(site ORDER BY rated_days DESC, site) AS sites,
       list(rated_days ORDER BY rated_days DESC, site) AS site_days,
       coalesce(list(site ORDER BY rated_days DESC, site) FILTER (NOT counts), []) AS left_out,
       any_value(several) AS days_with_several, any_value(without) AS days_left_out, any_value(counted) AS counted_days
FROM site_mean('daily_summary') JOIN days USING (participant_id)
GROUP BY participant_id HAVING count(*) > 1 ORDER BY participant_id"""
_HAS_ITEMS = "SELECT 1 FROM duckdb_columns() WHERE table_name = 'daily_summary' AND column_name = 'item_scores'"
_SCORES = "SELECT participant_id, date, site FROM self_report WHERE item = ? AND (? IS NULL OR site = ?)"


@dataclass(frozen=True, slots=True)
class SitesOfDays:
    """The sites that a participant scored, the most often scored first, and how their scores make the outcome.

    Parameters
    ----------
    participant_id
        The participant.
    sites, site_days
        The sites, and on how many days each was scored.
    left_out
        Those of the sites that do not count: with fewer days than ``LEAST_SITE_DAYS``, while another has as many.
    days_with_several
        Days on which several sites were scored.
    days_left_out
        Days without a score of the outcome, because only sites that do not count were scored.
    counted_days
        Days on which a site that counts was scored.
    """

    participant_id: str
    sites: tuple[str, ...]
    site_days: tuple[int, ...]
    left_out: tuple[str, ...]
    days_with_several: int
    days_left_out: int
    counted_days: int

    @property
    def counted(self) -> tuple[str, ...]:
        """The sites that count."""
        return tuple(site for site in self.sites if site not in self.left_out)

    @property
    def always_scored_together(self) -> bool:
        """Whether every site that counts was scored on the same days: the outcome is their plain mean then."""
        days_of = dict(zip(self.sites, self.site_days, strict=True))
        return all(days_of[site] == self.counted_days for site in self.counted)

    @property
    def none_has_enough_days(self) -> bool:
        """Whether all sites count although none has ``LEAST_SITE_DAYS``."""
        return max(self.site_days) < LEAST_SITE_DAYS


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


def participants_with_several_sites(store: Store) -> list[SitesOfDays]:
    """List the participants who scored several sites of the outcome, on the same days or not, by their ids.

    The list is empty before the daily table was built by a version that keeps the scores of sites.
    """
    if not several_sites_rated(store) or not store.connection.execute(_HAS_ITEMS).fetchone():
        return []
    declare_outcome(store.connection, store.study)
    return select(store, SitesOfDays, _SITES_OF_DAYS)


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
