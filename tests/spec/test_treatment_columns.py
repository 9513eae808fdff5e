"""Which treatments have a column in a model, and that no column is called after one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from painstats.frame.regimes import TREATMENTS
from painstats.questions.daily.columns import TIME, mixed_model, within_participants
from painstats.questions.daily.treatment_columns import common_treatments, own_treatments
from tests.calibration.real_diaries import DESIGN
from tests.spec.robust_frame import model_frame, with_treatment


def frame(days, **acting):
    """``acting``: name of a treatment -> participant to the first and last of the days, from 0, on which it acts."""
    rows = []
    for participant in sorted({who for spans in acting.values() for who in spans}):
        for day in range(days):
            shares = [
                {"treatment": name, "share": 1.0}
                for name, spans in acting.items()
                if participant in spans and spans[participant][0] <= day <= spans[participant][1]
            ]
            rows.append((participant, date(2026, 1, 5) + timedelta(day), day / 30, shares))
    return pl.DataFrame(
        rows,
        schema={"participant_id": pl.String, "date": pl.Date, TIME: pl.Float64, "treatments": TREATMENTS},
        orient="row",
    )


def beside(of):
    return {TIME: of[TIME].to_numpy()}


def own(days, **acting):
    """Return, for one participant, the first and last day of each column, in the order of their numbers."""
    of = frame(days, **{name: {"ann": span} for name, span in acting.items()})
    columns = own_treatments(of, beside(of))
    assert list(columns) == [f"treatment_{number}" for number in range(1, len(columns) + 1)]
    on = [np.flatnonzero(values) for values in columns.values()]
    return [(int(days[0]), int(days[-1])) for days in on]


@pytest.mark.parametrize(
    ("days", "acting", "columns"),
    [
        (60, {"a": (10, 16)}, [(10, 16)]),  # 7 days with it
        (60, {"a": (10, 15)}, []),
        (60, {"a": (0, 52)}, [(0, 52)]),  # 7 days without it
        (60, {"a": (0, 53)}, []),
        (60, {"a": (0, 59), "b": (30, 59)}, [(30, 59)]),  # always on is no column
        (60, {"a": (5, 20), "b": (15, 50)}, [(15, 50), (5, 20)]),  # most days first
        (60, {"a": (0, 19), "b": (20, 44), "c": (45, 59)}, [(0, 19), (45, 59)]),  # without a day of none
        (60, {"a": (10, 30), "b": (10, 30)}, [(10, 30)]),  # begun and ended together
        (44, {"a": (1, 10), "b": (12, 24), "c": (26, 33)}, [(12, 24), (1, 10)]),  # one for every 15 days
        (45, {"a": (1, 10), "b": (12, 24), "c": (26, 33)}, [(12, 24), (1, 10), (26, 33)]),
        (14, {"a": (7, 13)}, []),
    ],
)
def test_own_days_have_the_columns_that_they_can_tell_apart(days, acting, columns):
    assert own(days, **acting) == columns


def test_a_number_is_another_treatment_in_each_participant():
    of = frame(60, a={"ann": (10, 30)}, b={"bob": (20, 50), "ann": (25, 32)}, c={"cid": (0, 3)})
    columns = own_treatments(of, beside(of))
    first, second = columns["treatment_1"].reshape(3, 60), columns["treatment_2"].reshape(3, 60)
    assert [np.flatnonzero(days).tolist() for days in first] == [list(range(10, 31)), list(range(20, 51)), []]
    assert [np.flatnonzero(days).tolist() for days in second] == [list(range(25, 33)), [], []]


def test_the_mixed_model_has_the_treatments_of_three_participants():
    three, two = dict.fromkeys("xyz", (10, 30)), {"x": (40, 50), "y": (35, 50)}
    of = frame(60, a=three, b=two, c={"x": (0, 59)})
    found = {column.treatment: column for column in common_treatments(of, beside(of))}
    assert {name: column.left_out for name, column in found.items()} == {
        "a": None,
        "b": "few_participants",
        "c": "few_participants",
    }
    assert (found["a"].participants, found["a"].days) == (3, 63)
    assert np.flatnonzero(found["a"].values).tolist() == [day + 60 * who for who in range(3) for day in range(10, 31)]


def test_a_left_out_treatment_says_why():
    everyone = {"x": (0, 59), "y": (0, 59), "z": (0, 59)}
    brief = dict.fromkeys("xyz", (3, 4))
    of = frame(
        60, always=everyone, brief=brief, late=dict.fromkeys("xyz", (30, 59)), early=dict.fromkeys("xyz", (0, 29))
    )
    found = {column.treatment: column.left_out for column in common_treatments(of, beside(of))}
    assert found == {"always": "few_days_off", "brief": "few_days_on", "early": "collinear", "late": None}


def test_no_column_and_no_message_names_a_treatment():
    treated = with_treatment(model_frame(6, 50), pl.col(TIME) > 0)
    for rows in (within_participants(treated, DESIGN), mixed_model(treated, DESIGN, own_trend=True)):
        assert "treatment_1" in rows.names
        assert rows.dispensable[-1] == "treatment_1"
        assert "drug" not in repr(rows.names)


def test_a_treatment_on_all_weekends_is_the_weekend():
    weekend = with_treatment(model_frame(3, 35), pl.col("is_weekend") == 1)
    assert "treatment_1" not in within_participants(weekend, DESIGN).names
