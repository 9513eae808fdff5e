"""Words for days whose outcome hangs on a choice of the plan: several sites, and entries without a score."""

from __future__ import annotations

from painstats.daily.outcome_days import days_with_several_sites, unlogged_days
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import counted
from painstats.questions.question import outcome_of
from painstats.store.connection import Store

ACROSS_SITES = {"mean": "their mean counts", "worst": "the worst of them counts"}


def outcome_choices(store: Store) -> dict[str, list[str]]:
    """Say on how many days each participant rated several sites, or none although the diary was kept, and what counts.

    Returns
    -------
    Sentences by participant; those of whom there is nothing to say are left out.
    """
    outcome = store.study.plan.outcome
    label = outcome_words(outcome_of(outcome)).label
    what_counts = f"count as no {label}" if outcome.unlogged == "zero" else "count as missing, not as days without it"
    choices: dict[str, list[str]] = {}
    for several in days_with_several_sites(store):
        choices.setdefault(several.participant_id, []).append(
            f"On {counted(several.days_with_several, 'day')}, several places were rated ({_places(several.sites)}): "
            f"{ACROSS_SITES[outcome.across_sites]}."
        )
    for unlogged in unlogged_days(store):
        choices.setdefault(unlogged.participant_id, []).append(
            f"The diary was kept on {counted(unlogged.days, 'day')} without a score of {label}; these {what_counts}."
        )
    return choices


def _places(sites: tuple[str, ...]) -> str:
    return ", ".join(site.replace("_", " ") or "no place named" for site in sites)
