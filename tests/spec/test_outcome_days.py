"""Several sites on one day and days without a score: counted, said, and read as the plan says."""

from contextlib import ExitStack
from datetime import date

import pytest
from pydantic import ValidationError

from painstats.daily import build_daily_table
from painstats.daily.outcome_days import SitesOfDays, UnloggedDays, participants_with_several_sites, unlogged_days
from painstats.plan.study import OutcomePlan
from painstats.reports.outcome_choices import outcome_choices
from painstats.store import open_store
from painstats.to_settle import to_settle
from tests.conftest import put

SCORES = """
source   | date       | item | site | value
bearable | 2026-02-01 | pain | head | 2
bearable | 2026-02-01 | pain | neck | 6
bearable | 2026-02-02 | mood | all  | 5
bearable | 2026-02-04 | pain | head | 4
bearable | 2026-02-07 | mood | all  | 5
other    | 2026-02-03 | mood | all  | 5
"""
ENTRIES = """
source   | device   | device_kind | date       | measure          | value
bearable | bearable | app         | 2026-02-03 | unscored_entries | 2
"""


@pytest.fixture
def opened(make_study):
    with ExitStack() as stores:

        def open_(**outcome):
            store = stores.enter_context(open_store(make_study(study={"time_zone": "UTC"}, outcome=outcome)))
            put(store, "self_report", SCORES)
            put(store, "daily_total", ENTRIES)
            build_daily_table(store)
            return store

        yield open_


def scores(store):
    query = "SELECT day(date), outcome_score FROM daily_summary WHERE outcome_score IS NOT NULL ORDER BY 1"
    return store.connection.execute(query).fetchall()


def test_several_sites_are_compared_with_their_own_means_and_the_author_is_asked(opened):
    store = opened()
    assert scores(store) == [(1, 4.0), (4, 5.5)]
    assert participants_with_several_sites(store) == [SitesOfDays("ann", ("head", "neck"), (2, 1), (), 1, 0, 2)]
    assert to_settle(store)[0] == (
        "ann scored several sites of pain (head on 2 days, neck on 1 day). Each score counts as the difference from the "
        "mean of its site. To use one of them, write site under [outcome] in study.toml; for the worst of each day, "
        'across_sites = "worst"; to keep this, across_sites = "mean"'
    )


def test_the_worst_site_counts_where_the_plan_says_so(opened):
    store = opened(across_sites="worst", unlogged="missing")
    assert scores(store) == [(1, 6.0), (4, 4.0)]
    assert to_settle(store) == ()
    assert outcome_choices(store)["ann"][0] == (
        "You scored pain in several places: head on 2 days and neck on 1 day. The worst place of each day counts."
    )


def test_a_named_site_is_alone(opened):
    store = opened(site="neck")
    assert scores(store) == [(1, 6.0)]
    assert participants_with_several_sites(store) == []


def test_days_with_entries_and_no_score_are_missing_and_counted(opened):
    """Only between the first and last score, and only in the diary that has scores."""
    store = opened()
    assert unlogged_days(store) == [UnloggedDays("ann", 2)]
    assert "was kept on 2 days without a score of pain, which count as missing" in to_settle(store)[1]
    assert outcome_choices(store)["ann"][1] == (
        "The diary was kept on 2 days without a score of pain; these count as missing, not as days without it."
    )


def test_they_are_days_without_it_only_if_the_plan_says_so(opened):
    store = opened(unlogged="zero")
    assert scores(store) == [(1, 4.0), (2, 0.0), (3, 0.0), (4, 5.5)]
    assert outcome_choices(store)["ann"][1] == (
        "The diary was kept on 2 days without a score of pain; these count as no pain."
    )


def test_a_later_score_changes_distant_days_too(opened):
    store = opened(unlogged="zero")
    put(store, "self_report", "source | date | item | value\nbearable | 2026-03-30 | pain | 5")
    store.connection.execute("INSERT INTO touched_day VALUES ('ann', ?, ?)", [date(2026, 3, 28), date(2026, 4, 1)])
    build_daily_table(store)
    assert (7, 0.0) in scores(store)


def test_zero_means_none_of_a_symptom_and_never_no_mood():
    with pytest.raises(ValidationError, match='for mood write "missing"'):
        OutcomePlan(item="mood", unlogged="zero")
