"""Words for days whose outcome hangs on a choice of the plan: several sites, and entries without a score."""

from __future__ import annotations

from painstats.daily.outcome_days import SitesOfDays, participants_with_several_sites, unlogged_days
from painstats.plan.study import OutcomePlan
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, listed
from painstats.questions.question import outcome_of
from painstats.store.connection import Store
from painstats.vocabulary import LEAST_SITE_DAYS


def outcome_choices(store: Store) -> dict[str, list[str]]:
    """Say how each participant's scores of several sites make the outcome, and how days without a score count.

    Returns
    -------
    Sentences by participant; those of whom there is nothing to say are left out.
    """
    outcome = store.study.plan.outcome
    label = outcome_words(outcome_of(outcome)).label
    what_counts = f"count as no {label}" if outcome.unlogged == "zero" else "count as missing, not as days without it"
    choices: dict[str, list[str]] = {}
    for several in participants_with_several_sites(store):
        choices.setdefault(several.participant_id, []).append(sites_words(several, outcome))
    for unlogged in unlogged_days(store):
        choices.setdefault(unlogged.participant_id, []).append(
            f"The diary was kept on {counted(unlogged.days, 'day')} without a score of {label}; these {what_counts}."
        )
    return choices


def sites_words(found: SitesOfDays, outcome: OutcomePlan) -> str:
    """Say to a participant how the scores of several places make the score of a day."""
    named = [
        f"{place_words(site)} on {counted(days, 'day')}"
        for site, days in zip(found.sites, found.site_days, strict=True)
    ]
    said = [_scored(outcome, listed(named))]
    if outcome.across_sites == "worst":
        return " ".join([*said, f"The worst {_place(outcome)} of each day counts."])
    return " ".join([*said, *_left_out(found, outcome), *_days_left_out(found), *_how_they_count(found, outcome)])


def cohort_sites_words(store: Store) -> tuple[str, ...]:
    """Say to researchers how scores of several sites make the outcome; nothing if no participant scored several."""
    outcome = store.study.plan.outcome
    found = participants_with_several_sites(store)
    if not found:
        return ()
    label = outcome_words(outcome_of(outcome)).label
    scored = f"{counted(len(found), 'participant')} scored several sites of {label}."
    if outcome.across_sites == "worst":
        return (f"{scored} Their outcome is the score of the worst site of each day.",)
    out = [each for each in found if each.left_out]
    days = sum(each.days_left_out for each in out)
    return (
        f"{scored} Their outcome is the mean, over the sites scored that day, of the differences from each site's own "
        "mean, plus the mean of the sites' means; raw scores are not averaged, because the result would depend on "
        f"which sites were scored. It can lie a little outside the scale. Sites with fewer than {LEAST_SITE_DAYS} days "
        "are left out, unless no site of the participant has as many: in "
        f"{counted(len(out), 'participant')}, with {counted(days, 'day')} without a score for this reason.",
    )


def place_words(site: str) -> str:
    """Write a site: "lower back"; scores without one are of no named place."""
    return site.replace("_", " ") or "no place named"


def _scored(outcome: OutcomePlan, named: str) -> str:
    """Say what was scored; the sites of the item ``symptom`` are symptoms."""
    if outcome.item == "symptom":
        return f"You scored several symptoms: {named}."
    return f"You scored {outcome_words(outcome_of(outcome)).label} in several places: {named}."


def _place(outcome: OutcomePlan) -> str:
    return "symptom" if outcome.item == "symptom" else "place"


def _left_out(found: SitesOfDays, outcome: OutcomePlan) -> tuple[str, ...]:
    place, named = _place(outcome), listed([place_words(site) for site in found.left_out])
    if found.none_has_enough_days:
        return (f"No {place} has {LEAST_SITE_DAYS} days with a score yet, so all of them count.",)
    if len(found.counted) == 1:
        only = place_words(*found.counted)
        return (f"Only {only} counts: no other {place} has {LEAST_SITE_DAYS} days with a score.",)
    if not found.left_out:
        return ()
    are, each = ("is", "") if len(found.left_out) == 1 else ("are", " each")
    return (f"{capital(named)} {are} left out, with fewer than {LEAST_SITE_DAYS} days{each}.",)


def _how_they_count(found: SitesOfDays, outcome: OutcomePlan) -> tuple[str, ...]:
    (low, high), place = outcome.scale, _place(outcome)
    if len(found.counted) == 1:
        return ()
    if found.always_scored_together:
        average = f"the average of the other {place}s" if found.left_out else "their average"
        return (f"The score of a day is {average}.",)
    return (
        f"You did not score each {place} every day, so each score counts as the difference from your usual score for "
        f"its {place}.",
        f"Otherwise a day could look worse only because you scored a {place} whose scores are usually higher.",
        f"The differences of a day are averaged and added to your usual score over all these {place}s; the result can "
        f"be a little outside {low:g} to {high:g}.",
    )


def _days_left_out(found: SitesOfDays) -> tuple[str, ...]:
    if not found.days_left_out:
        return ()
    have = "that day has" if found.days_left_out == 1 else "these days have"
    return (f"On {counted(found.days_left_out, 'day')} you scored nothing else, so {have} no score.",)
