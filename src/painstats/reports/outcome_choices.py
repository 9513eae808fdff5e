"""Words for days whose outcome hangs on a choice of the plan: several sites, and entries without a score."""

from __future__ import annotations

from painstats.daily.outcome_days import days_with_several_sites, unlogged_days
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import counted
from painstats.questions.question import outcome_of
from painstats.store.connection import Store

ACROSS_SITES = {"mean": "their mean counts", "worst": "the worst of them counts"}


def outcome_choices(store: Store, participant_id: str) -> list[str]:
    """Say on how many days a participant rated several sites, or none although the diary was kept, and what counts."""
    outcome = store.study.plan.outcome
    label = outcome_words(outcome_of(outcome)).label
    several = (found for found in days_with_several_sites(store) if found.participant_id == participant_id)
    unlogged = (found for found in unlogged_days(store) if found.participant_id == participant_id)
    what_counts = f"count as no {label}" if outcome.unlogged == "zero" else "count as missing, not as days without it"
    return [
        f"On {counted(found.days_with_several, 'day')}, several places were rated ({_places(found.sites)}): "
        f"{ACROSS_SITES[outcome.across_sites]}."
        for found in several
    ] + [
        f"The diary was kept on {counted(found.days, 'day')} without a score of {label}; these {what_counts}."
        for found in unlogged
    ]


def _places(sites: tuple[str, ...]) -> str:
    return ", ".join(site.replace("_", " ") or "no place named" for site in sites)
