"""Covariates: what the plan's ``[[adjust]]`` adds to the daily models, as two columns each of the model frame.

A covariate ``x`` enters as the departure from the participant's own mean (``x_within``, 0 where it is unknown), beside
an indicator of the days on which it is unknown (``x_unknown``), like an exposure. One that is known on too few days
counts as never known. Of an item with several sites the departures from each site's own mean are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.frame.exposure import Exposure
from painstats.plan.study import Plan
from painstats.vocabulary import DECLARED

AFTER_THE_DAYTIME = 2
"""Scores of a day come after its daytime; see ``Exposure.moment``."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate of the daily models.

    Parameters
    ----------
    name
        Unique among the covariates of a study: ``stress_lag1``.
    source
        The item, or the name of the declared column.
    lag_days
        Days from it to the outcome.
    is_exogenous
        Whether no pain can change it.
    """

    name: str
    source: str
    lag_days: int
    is_exogenous: bool

    @property
    def within(self) -> str:
        """Name of the column of departures from the participant's own mean."""
        return f"{self.name}_within"

    @property
    def unknown(self) -> str:
        """Name of the column that is 1 on days on which it is unknown, else 0."""
        return f"{self.name}_unknown"

    def enters_with(self, exposure: Exposure) -> bool:
        """Whether the model of an exposure's total effect is adjusted for it: it comes before, or nothing changes it.

        The score of an evening comes after the steps of its day, which can change it.
        """
        return self.is_exogenous or (-self.lag_days, AFTER_THE_DAYTIME) < exposure.moment


def covariates_of(plan: Plan) -> tuple[Covariate, ...]:
    """Return the covariates that a plan declares."""
    return tuple(
        Covariate(each.name, each.item or each.column or "", each.days_before, each.exogenous) for each in plan.adjust
    )


def with_covariates(frame: str, daily: str, covariates: Sequence[Covariate], min_days_known: int) -> str:
    """Return the query of a frame with the columns of its covariates.

    Parameters
    ----------
    frame
        The query of the frame without them.
    daily
        The table of days; no other day enters.
    min_days_known
        Days with a score on which a covariate must be known to count.
    """
    if not covariates:
        return frame
    departures = "".join(f", {each.name} AS ({_departure(each, daily)})" for each in covariates)
    columns = "".join(_columns(each, min_days_known) for each in covariates)
    joins = "".join(f" LEFT JOIN {each.name} USING (participant_id, date)" for each in covariates)
    return f"""
WITH frame AS ({frame}){departures}
SELECT frame.*{columns} FROM frame{joins}
WINDOW own AS (PARTITION BY participant_id)
ORDER BY participant_id, date"""


def _columns(covariate: Covariate, min_days_known: int) -> str:
    value = f"{covariate.name}.departure"
    known_days = f"count(if(left_out IS NULL OR left_out = 'few_days', {value}, NULL)) OVER own"
    is_known = f"{known_days} >= {min_days_known}"
    return (
        f", if({is_known}, coalesce({value}, 0), 0) AS {covariate.within}"
        f", (({value} IS NULL) OR NOT {is_known})::DOUBLE AS {covariate.unknown}"
    )


def _departure(covariate: Covariate, daily: str) -> str:
    """Return the query of a covariate's departures, dated by the day of the outcome that they enter."""
    values = _declared_values(covariate, daily) if covariate.is_exogenous else _scores(covariate, daily)
    return f"""
WITH value AS ({values}), mean AS (
    SELECT participant_id, site, fsum(value ORDER BY date) / count(*) AS mean_value
    FROM value GROUP BY participant_id, site
)
SELECT participant_id, date + {covariate.lag_days} AS date,
       fsum(value - mean_value ORDER BY site) / count(*) AS departure
FROM value JOIN mean USING (participant_id, site)
GROUP BY participant_id, date"""


def _scores(covariate: Covariate, daily: str) -> str:
    return f"""
SELECT participant_id, date, score.site AS site, score.score AS value
FROM (SELECT participant_id, date, unnest(item_scores) AS score FROM {daily}) WHERE score.item = '{covariate.source}'"""


def _declared_values(covariate: Covariate, daily: str) -> str:
    """Return the values of a declared column: the mean of a date, if several tables have it."""
    return f"""
SELECT d.participant_id, d.date, '' AS site, fsum(t.value ORDER BY t.source, t.device) / count(*) AS value
FROM daily_total AS t JOIN {daily} AS d ON d.participant_id = t.participant_id AND d.date = t.date
WHERE t.measure = '{DECLARED}{covariate.source}' GROUP BY d.participant_id, d.date"""
