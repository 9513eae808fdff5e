"""The cohort page's part on treatments: what it says of averages, arms and lots, and when it may say "effect"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from painstats.questions.treatment.cohort_row import TreatmentAverage
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.treatments import treatment_part
from painstats.reports.pages import Page, page_bytes
from painstats.store import open_store
from painstats.store.rows import replace_rows
from tests.made_up_study import small_study
from tests.reading_pages import read_page

YOGA = TreatmentAverage(
    name="yoga",
    action="start",
    dose_before=None,
    dose_after=None,
    dose_unit=None,
    compared_with=None,
    drawn_by_lot=False,
    participants=12,
    other_participants=0,
    left_out=2,
    days=1080,
    first_start=date(2026, 3, 1),
    last_start=date(2026, 6, 20),
    lower=5,
    higher=1,
    at_most_small=2,
    not_determined=4,
    verdict=Verdict.LOWER,
    reasons=(),
    estimate=-0.81,
    low=-1.35,
    high=-0.28,
    p=0.004,
    week_estimate=-0.92,
    week_low=-1.4,
    week_high=-0.4,
    week_p=0.002,
    mean=-0.7,
    mean_low=-1.3,
    mean_high=-0.1,
    mean_p=0.02,
    mean_week=-0.9,
    mean_week_low=-1.5,
    mean_week_high=-0.3,
    mean_week_p=0.007,
)
OPEN = replace(YOGA, verdict=Verdict.NOT_DETERMINED, reasons=("ways_disagree",))
FEW = replace(
    YOGA, verdict=Verdict.NOT_JUDGED, reasons=("few_participants",), participants=7, estimate=None, week_estimate=None
)
ARMS = replace(YOGA, compared_with="stretching", other_participants=11)
BY_LOT = {"lot_estimate": -0.6, "lot_p": 0.003, "lot_orders": 10_000, "lot_is_exact": False}
STEPPED = replace(YOGA, drawn_by_lot=True, **BY_LOT)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Show rows as the cohort page does, and return the text of the part."""
    with open_store(small_study(tmp_path_factory.mktemp("cohort") / "study")) as store:

        def show(*rows: TreatmentAverage) -> str:
            replace_rows(store, "treatment_average", TreatmentAverage, rows)
            part = treatment_part(store)
            assert part is not None
            text = read_page(page_bytes(Page("Cohort", "Cohort", (), (part,)))).text
            return re.sub(" (?=[,:])", "", text)  # names are elements of their own

        yield show


def test_an_average_with_a_direction_is_a_change_after_a_start(shown):
    text = shown(YOGA)
    assert (
        "Yoga, start: pain was on average lower after the start, by 0.81 points (0.28 to 1.35), in 12 participants."
        in text
    )
    assert "Yoga, start: mixed model −0.81 (−1.35 to −0.28) 0.004" in text
    assert "Yoga, start: mixed model, with the week before −0.92 (−1.40 to −0.40) 0.002" in text
    assert "Yoga, start: mean of own changes −0.70 (−1.30 to −0.10) 0.020" in text
    assert "Yoga, start: mean of own changes, with the week before −0.90 (−1.50 to −0.30) 0.007" in text
    assert "Yoga, start 12 2 1,080" in text
    assert "calendar" not in text


def test_calendar_time_is_shown_as_a_what_if(shown):
    text = shown(replace(YOGA, calendar_estimate=-0.5, calendar_low=-1.2, calendar_high=0.2))
    assert "Yoga, start: what-if: mixed model with calendar time −0.50 (−1.20 to 0.20) –" in text


def test_an_open_average_says_why_and_has_no_direction(shown):
    text = shown(OPEN)
    assert "Yoga, start: not determined; the four ways do not agree." in text
    assert "on average lower" not in text
    text = shown(FEW)
    assert "Yoga, start: not judged; fewer than ten participants have enough days" in text
    assert "mixed model" not in text[text.index("how its average is computed") :]
    assert "Yoga, start: mean of own changes −0.70 (−1.30 to −0.10)" in text


def test_other_changes_and_outcomes_have_their_own_words(shown):
    stop, dose = replace(YOGA, action="stop"), replace(
        YOGA, name="LDN", action="dose", dose_before=1.5, dose_after=4.5, dose_unit="mg"
    )  # fmt: skip
    text = shown(stop, dose)
    assert "Yoga, end: pain was on average lower after the end" in text
    assert "LDN, 1.5 to 4.5 mg: pain was on average lower after the new dose" in text


@pytest.mark.parametrize(
    "row", [YOGA, OPEN, FEW, ARMS, replace(STEPPED, lot_p=0.4), replace(STEPPED, lot_estimate=0.6)]
)
def test_nothing_has_an_effect_without_a_lot_that_shows_it(shown, row):
    text = shown(row)
    assert "had an effect" not in text
    for word in ("works", "helps", "because", "significant"):
        assert word not in text


def test_arms_are_two_groups_or_an_effect_of_being_assigned(shown):
    text = shown(ARMS)
    assert "Yoga against stretching: the change in pain after the start of yoga was 0.81 points lower" in text
    assert "were not assigned by lot" in text
    assert "Yoga against stretching 12 and 11 2 1,080" in text
    text = shown(replace(ARMS, drawn_by_lot=True))
    assert "being assigned to yoga instead of stretching had an effect: pain was 0.81 points lower" in text


def test_starting_dates_by_lot_have_the_test_that_draws_them_again(shown):
    text = shown(STEPPED)
    assert "being assigned to start had an effect: pain was 0.81 points lower (0.28 to 1.35)" in text
    assert "drawing them again gives p = 0.003 (10,000 draws)" in text
    assert "gives p < 0.001 (10,000 draws)" in shown(replace(STEPPED, lot_p=0.0002))
    text = shown(replace(STEPPED, lot_p=0.4, lot_orders=252, lot_is_exact=True, reasons=("lot_shows_no_difference",)))
    assert "on average lower after the start" in text
    assert "p = 0.400 (all 252 ways to give out the dates), so the lot does not show an effect." in text
    text = shown(replace(STEPPED, verdict=Verdict.NOT_DETERMINED, reasons=("ways_disagree",)))
    assert "but the average has no direction of its own, so no effect is reported" in text


def test_a_lot_whose_participants_are_not_all_compared_says_so(shown):
    said = "of the participants who were assigned, 2 could not be compared. Those who are left may no longer be alike."
    assert said in shown(replace(ARMS, drawn_by_lot=True))
    assert said in shown(STEPPED)
    assert said not in shown(ARMS)
    assert said not in shown(replace(STEPPED, left_out=0))


def test_names_from_outside_are_escaped(shown):
    assert "<b>yoga</b>, start: pain was" in shown(replace(YOGA, name="<b>yoga</b>"))


def test_without_averages_there_is_no_part(tmp_path: Path):
    with open_store(small_study(tmp_path / "study")) as store:
        assert treatment_part(store) is None
        replace_rows(store, "treatment_average", TreatmentAverage, [])
        assert treatment_part(store) is None
