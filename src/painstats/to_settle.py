"""What only the author of a study can settle: choices that the plan leaves open, and contradictions, in sentences."""

from __future__ import annotations

from painstats.daily.outcome_days import SitesOfDays, participants_with_several_sites, unlogged_days
from painstats.frame.treatment_lots import lots_to_settle
from painstats.frame.treatments import treatments_to_settle
from painstats.plan.study import OutcomePlan
from painstats.questions.phrases import counted
from painstats.store import Store
from painstats.vocabulary import LEAST_SITE_DAYS

MOST_NAMED = 5
"""Most sites that a sentence names."""

CHOOSE_SITE = (
    "To use one of them, write site under [outcome] in study.toml; for the worst of each day, "
    'across_sites = "worst"; to keep this, across_sites = "mean"'
)


def to_settle(store: Store) -> tuple[str, ...]:
    """Say what somebody has to settle, after the daily table was built.

    Returns
    -------
    Sentences for the author of the plan, which name participants and treatments; empty if nothing is open.
    """
    return (*_sites(store), *_unlogged(store), *treatments_to_settle(store), *lots_to_settle(store))


def sites_counted(store: Store) -> list[str]:
    """Say which sites each participant scored, and how their scores make the outcome."""
    outcome = store.study.plan.outcome
    return [
        f"{found.participant_id} scored several sites of {outcome.item} ({_named(found)}). {_counted(found, outcome)}"
        for found in participants_with_several_sites(store)
    ]


def _sites(store: Store) -> list[str]:
    outcome = store.study.plan.outcome
    if outcome.site is not None or "across_sites" in outcome.model_fields_set:
        return []
    return [f"{line}. {CHOOSE_SITE}" for line in sites_counted(store)]


def _named(found: SitesOfDays) -> str:
    counts = zip(found.sites, found.site_days, strict=True)
    named = [f"{site or 'no site'} on {counted(days, 'day')}" for site, days in counts]
    return ", ".join([*named[:MOST_NAMED], *["…"] * (len(named) > MOST_NAMED)])


def _counted(found: SitesOfDays, outcome: OutcomePlan) -> str:
    """Say what makes the outcome of a day."""
    if outcome.across_sites == "worst":
        return "The worst site of each day counts"
    how = "Each score counts as the difference from the mean of its site"
    if not found.left_out:
        return how
    missing = f", so {counted(found.days_left_out, 'day')} without a score" if found.days_left_out else ""
    return f"{how}. Sites with fewer than {LEAST_SITE_DAYS} days are left out ({len(found.left_out)} of them{missing})"


def _unlogged(store: Store) -> list[str]:
    outcome = store.study.plan.outcome
    if "unlogged" in outcome.model_fields_set:
        return []
    return [
        f"the diary of {found.participant_id} was kept on {counted(found.days, 'day')} without a score of "
        f"{outcome.item}, which count as missing. "
        'If they mean none, write unlogged = "zero" under [outcome] in study.toml, else "missing"'
        for found in unlogged_days(store)
    ]
