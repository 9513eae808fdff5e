"""The cohort page's part on experiments: what it says of averages, and when it may say "effect"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from painstats.questions.experiment.cohort_row import AVERAGE_TABLE, ExperimentAverage
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.experiments import experiment_part
from painstats.reports.pages import Page, page_bytes
from painstats.store import open_store
from painstats.store.rows import replace_rows
from tests.made_up_study import small_study
from tests.reading_pages import read_page

LOWER = ExperimentAverage(
    on="10 minutes of stretching",
    off="nothing",
    participants=12,
    days=1120,
    left_out=2,
    going_on=0,
    ended_early=0,
    drawn_again=0,
    first_date=date(2026, 3, 2),
    last_date=date(2026, 8, 20),
    verdict=Verdict.LOWER,
    reasons=(),
    estimate=-0.81,
    low=-1.35,
    high=-0.28,
    p=0.006,
    lot_estimate=-0.78,
    lot_p=0.0031,
    lot_draws=10_000,
)
OPEN = replace(LOWER, verdict=Verdict.NOT_DETERMINED, reasons=("only_the_lot_says_so",), p=0.07, high=0.1)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Show rows as the cohort page does, and return the text of the part."""
    with open_store(small_study(tmp_path_factory.mktemp("cohort") / "study")) as store:

        def show(*rows: ExperimentAverage) -> str:
            replace_rows(store, AVERAGE_TABLE, ExperimentAverage, rows)
            part = experiment_part(store)
            assert part is not None
            text = read_page(page_bytes(Page("Cohort", "Cohort", (), (part,)))).text
            return re.sub(" (?=[,:])", "", text)  # names are elements of their own

        yield show


def test_a_direction_is_an_effect_of_using_it_and_of_what_participants_expected(shown):
    text = shown(LOWER)
    assert "10 minutes of stretching against nothing: an effect on average." in text
    assert "pain was 0.81 points lower (0.28 to 1.35), in 12 participants" in text
    assert "Drawing all orders again gives p = 0.003 (10,000 draws)." in text
    assert "Participants knew which days they were, so what they expected is part of it." in text
    assert "nothing: mixed model −0.81 (−1.35 to −0.28) 0.006" in text
    assert "nothing: mean of own effects, all orders drawn again −0.78 0.003" in text
    assert "pain was 0.81 points higher" in shown(replace(LOWER, verdict=Verdict.HIGHER, estimate=0.81))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("only_the_lot_says_so", "not determined; the test has a direction, the mixed model has none."),
        ("others_go_on", "not determined; other participants' experiments are not over, and"),
    ],
)
def test_an_open_average_says_why_and_has_no_effect(shown, reason, said):
    text = shown(replace(OPEN, reasons=(reason,)))
    assert said in text
    for word in ("an effect", "pain was", "works", "helps", "because", "significant"):
        assert word not in text


def test_without_a_mixed_model_there_is_only_the_lot(shown):
    text = shown(replace(OPEN, reasons=("model_not_fitted",), estimate=None, low=None, high=None, p=None))
    assert "the mixed model could not be fitted to these days" in text
    assert "nothing: mixed model" not in text
    assert "all orders drawn again −0.78" in text


def test_few_participants_are_not_counted(shown):
    text = shown(replace(LOWER, drawn_again=1, ended_early=4, going_on=7))
    assert "nothing 12 1,120 < 5 7 < 5" in text
    assert "more than one order was drawn for fewer than five of the participants." in text
    assert "fewer than five participants ended theirs early" in text
    text = shown(replace(LOWER, drawn_again=6, ended_early=5, left_out=0))
    assert "more than one order was drawn for 6 of the participants." in text
    assert "nothing 12 1,120 0 0 5" in text


def test_names_from_outside_are_escaped(shown):
    assert "<b>heat</b> against <i>none</i>: an effect" in shown(replace(LOWER, on="<b>heat</b>", off="<i>none</i>"))


def test_without_averages_there_is_no_part(tmp_path: Path):
    with open_store(small_study(tmp_path / "study")) as store:
        assert experiment_part(store) is None
        replace_rows(store, AVERAGE_TABLE, ExperimentAverage, [])
        assert experiment_part(store) is None
