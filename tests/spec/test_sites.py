"""The outcome of several sites: differences from each site's own mean, of the sites with enough rated days."""

import random
from datetime import date, timedelta
from statistics import fmean

import pytest
from polars.testing import assert_frame_equal

from painstats.daily import build_daily_table
from painstats.frame import Exposure, build_model_frame
from painstats.frame.build import frame_until
from painstats.plan.study import Plan, Study
from painstats.store import open_store
from painstats.vocabulary import LEAST_SITE_DAYS
from tests.conftest import put, table

SLEEP = Exposure("total_sleep_time_min", 0)
FIRST = date(2026, 1, 1)
ALL = "SELECT * FROM daily_summary ORDER BY participant_id, date"


def rate(store, scores, participant="ann", item="pain", first=0):
    """``scores``: site to the scores of day ``first``, ...; None on a day without one."""
    lines = [
        f"{participant} | {item} | {site} | {FIRST + timedelta(days=first + place)} | {score}"
        for site, own in scores.items()
        for place, score in enumerate(own)
        if score is not None
    ]
    put(store, "self_report", "\n".join(["participant_id | item | site | date | value", *lines]))


def outcome(store, participant="ann"):
    """Day from 0 to the score."""
    query = "SELECT date, outcome_score FROM daily_summary WHERE participant_id = ? AND report_count > 0 ORDER BY date"
    build_daily_table(store)
    rows = store.connection.execute(query, [participant]).fetchall()
    return {(day - FIRST).days: score for day, score in rows}


def expected(scores, sites):
    """Follow the definition, site by site and day by day."""
    means = {site: fmean(score for score in scores[site] if score is not None) for site in sites}
    found = {}
    for day in range(len(next(iter(scores.values())))):
        away = [scores[site][day] - means[site] for site in sites if scores[site][day] is not None]
        if any(own[day] is not None for own in scores.values()):
            found[day] = fmean(away) + fmean(means.values()) if away else None
    return found


def random_scores(days, **shares):
    draw = random.Random(1)
    return {
        site: [draw.randint(0, 10) if draw.random() < share else None for _ in range(days)]
        for site, share in shares.items()
    }


def test_a_site_that_is_rated_on_some_days_neither_raises_nor_lowers_them(store):
    """A knee that always hurts 9 says nothing about the days on which it was rated."""
    rate(store, {"back": [4, 6] * 20, "knee": [None, 9] * 20})
    assert outcome(store) == {day: 7.0 + (0.5 if day % 2 else -1.0) for day in range(40)}


def test_scores_count_as_differences_from_their_sites_own_means(store):
    scores = random_scores(60, back=0.9, head=0.5, knee=0.6)
    rate(store, scores)
    found = outcome(store)
    assert found == pytest.approx(expected(scores, ["back", "head", "knee"]))
    assert len(found) > 50


def test_with_every_site_rated_every_day_the_score_is_the_plain_mean(store):
    scores = random_scores(30, back=1, head=1, knee=1)
    rate(store, scores)
    assert outcome(store) == {day: sum(own) / 3 for day, own in enumerate(zip(*scores.values(), strict=True))}


@pytest.mark.parametrize("days", [LEAST_SITE_DAYS - 1, LEAST_SITE_DAYS])
def test_a_site_of_few_days_is_left_out_and_days_of_it_alone_have_no_score(store, days):
    scores = {"back": [None] + [3, 5] * 14, "elbow": [9] * days + [None] * (29 - days)}
    rate(store, scores)
    found = outcome(store)
    assert found == pytest.approx(expected(scores, ["back"] if days < LEAST_SITE_DAYS else ["back", "elbow"]))
    assert (found[0] is None) is (days < LEAST_SITE_DAYS)


def test_all_sites_count_as_long_as_none_has_enough_days(store):
    scores = {"back": [3, 5, None, 4], "elbow": [None, 9, 7, None]}
    rate(store, scores)
    assert outcome(store) == pytest.approx(expected(scores, ["back", "elbow"]))


def test_several_reports_of_a_site_are_averaged_before_its_sites(store):
    put(
        store,
        "self_report",
        """
        site | entry_number | date       | value
        back | 1            | 2026-01-01 | 1
        back | 2            | 2026-01-01 | 3
        head | 1            | 2026-01-01 | 8
    """,
    )
    assert outcome(store) == {0: 5.0}


def test_a_day_added_later_gives_the_same_table_as_a_build_from_scratch(store):
    """It changes the mean of its site, and with it the score of every day; and it can be the twentieth of a site."""
    scores = random_scores(60, back=0.9, head=0.5)
    scores["knee"] = [7 if day % 3 == 0 and day < 57 else None for day in range(60)]
    rate(store, scores)
    rate(store, scores, participant="bob")
    before = outcome(store)
    rate(store, {"back": [9], "knee": [2]}, first=70)
    store.connection.execute(
        "INSERT INTO touched_day VALUES ('ann', ?, ?)", [FIRST + timedelta(68), FIRST + timedelta(72)]
    )
    built = build_daily_table(store)
    grown = table(store, ALL)
    store.connection.execute("DROP TABLE daily_summary")
    build_daily_table(store)
    assert table(store, ALL) == grown
    assert built.rebuilt_days < 60
    after = outcome(store)
    assert all(after[day] != score for day, score in before.items() if score is not None)
    assert outcome(store, "bob") == before


def test_the_days_until_a_look_have_the_scores_that_a_study_until_then_has(tmp_path):
    """A site's mean is over its days until then, and a site counts once it has enough of them."""
    scores = random_scores(60, back=0.8, head=0.5)
    scores["knee"] = [None] * 10 + [7, 9] * 25
    day, seen = 25, {}
    for name, until in (("later", 60), ("then", day + 1)):
        with open_store(Study(folder=tmp_path / name, plan=Plan.model_validate({}))) as store:
            rate(store, {site: own[:until] for site, own in scores.items()})
            build_daily_table(store)
            build_model_frame(store, [SLEEP])
            frame = frame_until(store, [SLEEP], {"ann": FIRST + timedelta(day)})
            seen[name] = frame.select("date", "outcome_score", "left_out")
    assert_frame_equal(seen["later"], seen["then"])
    assert seen["then"]["outcome_score"].null_count() > 0


@pytest.mark.parametrize(("item", "worst"), [("pain", 9.0), ("energy", 2.0)])
def test_the_worst_site_counts_by_its_own_score(make_study, item, worst):
    """Also a site of few days."""
    with open_store(make_study(outcome={"item": item, "across_sites": "worst"})) as store:
        scores = {"back": [4] * LEAST_SITE_DAYS, "knee": [9], "head": [2]}
        for site, own in scores.items():
            lines = [f"{item} | {site} | {FIRST + timedelta(d)} | {s} | {item == 'pain'}" for d, s in enumerate(own)]
            put(store, "self_report", "\n".join(["item | site | date | value | higher_is_worse", *lines]))
        assert outcome(store) == {0: worst, **dict.fromkeys(range(1, LEAST_SITE_DAYS), 4.0)}
