"""Pages and runs say how the scores of several sites make the outcome, what is left out, and on how many days."""

from dataclasses import replace

import pytest

from painstats.daily import build_daily_table
from painstats.daily.outcome_days import SitesOfDays, participants_with_several_sites
from painstats.plan.study import OutcomePlan
from painstats.reports.outcome_choices import cohort_sites_words, sites_words
from painstats.store import open_store
from painstats.to_settle import sites_counted, to_settle
from tests.spec.test_sites import rate

BACK_AND_KNEE = SitesOfDays("ann", ("back", "knee"), (38, 20), (), 18, 0, 40)
SCORED = "You scored pain in several places: back on 38 days and knee on 20 days."
COMPARED = (
    "You did not score each place every day, so each score counts as the difference from your usual score for its "
    "place. Otherwise a day could look worse only because you scored a place whose scores are usually higher. The "
    "differences of a day are averaged and added to your usual score over all these places; the result can be a little "
    "outside 0 to 10."
)
ELBOW = {"sites": ("back", "elbow"), "site_days": (38, 6), "left_out": ("elbow",), "counted_days": 38}
TWO = {"sites": ("back", "elbow", "left_hand"), "site_days": (38, 6, 3), "left_out": ("elbow", "left_hand")}


@pytest.mark.parametrize(
    ("found", "outcome", "said"),
    [
        ({}, {}, f"{SCORED} {COMPARED}"),
        ({}, {"across_sites": "worst"}, f"{SCORED} The worst place of each day counts."),
        (
            {"site_days": (40, 40)},
            {},
            "You scored pain in several places: back on 40 days and knee on 40 days. The score of a day is their average.",
        ),
        (
            {"site_days": (19, 1)},
            {},
            "You scored pain in several places: back on 19 days and knee on 1 day. "
            f"No place has 20 days with a score yet, so all of them count. {COMPARED}",
        ),
        (
            ELBOW | {"days_left_out": 3},
            {},
            "You scored pain in several places: back on 38 days and elbow on 6 days. Only back counts: no other place has "
            "20 days with a score. On 3 days you scored nothing else, so these days have no score.",
        ),
        (
            {"sites": ("back", "knee", "elbow"), "site_days": (40, 40, 6), "left_out": ("elbow",)},
            {},
            "You scored pain in several places: back on 40 days, knee on 40 days and elbow on 6 days. "
            "Elbow is left out, with fewer than 20 days. The score of a day is the average of the other places.",
        ),
        (
            TWO | {"days_left_out": 1},
            {},
            "You scored pain in several places: back on 38 days, elbow on 6 days and left hand on 3 days. "
            "Only back counts: no other place has 20 days with a score. "
            "On 1 day you scored nothing else, so that day has no score.",
        ),
        (
            {"sites": ("back", "knee", "elbow", "hand"), "site_days": (38, 20, 6, 3), "left_out": ("elbow", "hand")}
            | {"days_left_out": 2},
            {},
            "You scored pain in several places: back on 38 days, knee on 20 days, elbow on 6 days and hand on 3 days. "
            "Elbow and hand are left out, with fewer than 20 days each. On 2 days you scored nothing else, so these days "
            f"have no score. {COMPARED}",
        ),
        (
            {"sites": ("brain_fog", "nausea"), "site_days": (40, 40)},
            {"item": "symptom"},
            "You scored several symptoms: brain fog on 40 days and nausea on 40 days. The score of a day is their average.",
        ),
        (
            {"sites": ("", "knee")},
            {"across_sites": "worst"},
            "You scored pain in several places: no place named on 38 days and knee on 20 days. "
            "The worst place of each day counts.",
        ),
    ],
)
def test_a_participant_reads_how_their_places_count(found, outcome, said):
    assert sites_words(replace(BACK_AND_KNEE, **found), OutcomePlan(**outcome)) == said


@pytest.fixture
def scored(make_study):
    """One participant with a site of few days, and one who scores the same two sites every day."""
    with open_store(make_study()) as store:
        back, knee, elbow = [None, None, *[3, 5] * 14], [None, None, *[7] * 21], [9, 9, 9]
        rate(store, {"back": back, "knee": knee, "elbow": elbow})
        rate(store, {"back": [1, 2] * 10, "neck": [2, 1] * 10}, participant="bob")
        rate(store, {"back": [1, 2] * 10}, participant="cyd")
        build_daily_table(store)
        yield store


def test_sites_and_days_are_counted_as_the_outcome_is_made(scored):
    assert participants_with_several_sites(scored) == [
        SitesOfDays("ann", ("back", "knee", "elbow"), (28, 21, 3), ("elbow",), 21, 2, 28),
        SitesOfDays("bob", ("back", "neck"), (20, 20), (), 20, 0, 20),
    ]


def test_status_says_how_sites_count(scored):
    ann, bob = sites_counted(scored)
    assert ann.startswith("ann scored several sites of pain (back on 28 days, knee on 21 days, elbow on 3 days). Each")
    assert bob == (
        "bob scored several sites of pain (back on 20 days, neck on 20 days). "
        "Each score counts as the difference from the mean of its site"
    )


def test_a_table_of_an_older_version_has_no_sites_to_count(scored):
    """Status is asked before the next run builds the table again."""
    scored.connection.execute("ALTER TABLE daily_summary DROP COLUMN item_scores")
    assert sites_counted(scored) == []


def test_the_author_reads_what_is_left_out(scored):
    first, second = to_settle(scored)
    assert "(back on 28 days, knee on 21 days, elbow on 3 days)" in first
    assert "Sites with fewer than 20 days are left out (1 of them, so 2 days without a score)." in first
    assert "left out" not in second


def test_the_cohort_page_says_what_was_done(scored):
    [said] = cohort_sites_words(scored)
    assert said.startswith("2 participants scored several sites of pain. Their outcome is the mean, over the sites")
    assert said.endswith("has as many: in 1 participant, with 2 days without a score for this reason.")
