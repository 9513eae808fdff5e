"""``[treatments."NAME"]``: the other arm of a treatment, and what was drawn by lot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from painstats.errors import StudyError
from painstats.frame.treatment_lots import lots_to_settle
from painstats.plan.lots import TreatmentPlan
from painstats.plan.study import checked_plan
from painstats.questions.treatment.cohort import TABLE, read_averages, store_averages, treatment_averages
from painstats.questions.treatment.cohort_starts import DrawnStart
from painstats.questions.verdict import Verdict
from painstats.store import open_store
from painstats.store.erase_rows import RESULT_TABLES
from painstats.store.publish import PUBLISHED_TABLES
from tests.calibration.treatment_cohorts import CohortTruth
from tests.made_up_study import small_study
from tests.spec.made_up_cohort_changes import changes

BETTER = CohortTruth(participants=12, change=-2.0, change_sd=0.3, rho=0.5, white=0.3, trend_sd=0.0)
BY_LOT = {"yoga": TreatmentPlan(starts_drawn_by_lot=True)}


@pytest.mark.parametrize(
    ("treatments", "message"),
    [
        ({"yoga": {"arms_drawn_by_lot": True}}, 'treatments.yoga: arms_drawn_by_lot needs compared_with = "…"'),
        (
            {"yoga": {"compared_with": "rest", "arms_drawn_by_lot": True, "starts_drawn_by_lot": True}},
            "keep one of arms_drawn_by_lot and starts_drawn_by_lot",
        ),
        ({"yoga": {"compared_with": "Yoga "}}, "yoga is compared with itself"),
        ({"yoga": {}, "Yoga": {}}, "is there twice; capitals do not matter"),
        ({"yoga": {"drawn": True}}, "treatments.yoga.drawn: unknown key"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused_by_name(treatments, message):
    with pytest.raises(StudyError, match="the plan cannot be used") as refusal:
        checked_plan({"treatments": treatments}, "study.toml")
    assert message in str(refusal.value)


def test_a_treatment_that_no_participant_has_is_named(tmp_path):
    treatments = {"Physio": {"compared_with": "stretching"}, "yogha": {"starts_drawn_by_lot": True}}
    with open_store(small_study(tmp_path / "study", treatments=treatments)) as store:
        assert lots_to_settle(store) == []  # before the first run
        store.connection.execute("CREATE TABLE treatment_phase AS SELECT 'ann' AS participant_id, 'physio ' AS name")
        unknown = [sentence.split(",")[0] for sentence in lots_to_settle(store)]
    assert unknown == ["no participant has yogha", "no participant has stretching"]


def drawn(own):
    return [
        DrawnStart(each.days.day + each.days.first_date.toordinal(), each.days.score, each.days.first_date.toordinal())
        for each in own
    ]


def test_starting_dates_by_lot_are_tested_and_stored(tmp_path):
    own = changes(BETTER, every_days=1)
    with open_store(small_study(tmp_path / "study")) as store:
        assert read_averages(store) == []
        store_averages(store, own, {"yoga": drawn(own)})
        [row] = read_averages(store)
    assert (row.drawn_by_lot, row.lot_orders, row.lot_is_exact) == (True, 10_000, False)
    assert row.verdict is Verdict.LOWER
    assert row.lot_estimate < 0
    assert row.lot_p < 0.05
    assert row.reasons == ()


def test_averages_are_published_and_go_with_a_participant_who_is_erased():
    assert TABLE in PUBLISHED_TABLES
    assert TABLE in RESULT_TABLES


def test_starts_on_one_date_cannot_be_drawn_again(tmp_path):
    own = changes(BETTER, every_days=0)
    with open_store(small_study(tmp_path / "study")) as store:
        store_averages(store, own, {"yoga": drawn(own)})
        [row] = read_averages(store)
    assert (row.lot_p, row.reasons) == (None, ("too_few_orders",))


def test_dates_without_a_common_change_show_nothing():
    own = changes(replace(BETTER, change=0.0, change_sd=0.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("painstats.questions.treatment.cohort_starts.DRAWS", 500)
        [row] = treatment_averages(own, BY_LOT, {"yoga": drawn(own)})
    assert row.reasons[-1] == "lot_shows_no_difference"
    assert row.lot_p > 0.05
