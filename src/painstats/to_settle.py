"""What only the author of a study can settle: choices that the plan leaves open, and contradictions, in sentences."""

from __future__ import annotations

from painstats.daily.outcome_days import days_with_several_sites, unlogged_days
from painstats.frame.treatment_lots import lots_to_settle
from painstats.frame.treatments import treatments_to_settle
from painstats.questions.phrases import counted
from painstats.store import Store

MOST_NAMED = 5
"""Most sites that a sentence names."""


def to_settle(store: Store) -> tuple[str, ...]:
    """Say what somebody has to settle, after the daily table was built.

    Returns
    -------
    Sentences for the author of the plan, which name participants and treatments; empty if nothing is open.
    """
    return (*_sites(store), *_unlogged(store), *treatments_to_settle(store), *lots_to_settle(store))


def _sites(store: Store) -> list[str]:
    outcome = store.study.plan.outcome
    if outcome.site is not None or "across_sites" in outcome.model_fields_set:
        return []
    return [
        f"{found.participant_id} rated several sites of {outcome.item} on {counted(found.days_with_several, 'day')} "
        f"({_named(found.sites)}); their scores were averaged. Choose one with site under [outcome] in study.toml, or "
        'write across_sites = "worst" (or "mean")'
        for found in days_with_several_sites(store)
    ]


def _named(sites: tuple[str, ...]) -> str:
    names = ", ".join(site or "no site" for site in sites[:MOST_NAMED])
    return f"{names}, …" if len(sites) > MOST_NAMED else names


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
