"""Changes of treatments as the product compares and fits them, against R (``treatments/reference.json``)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from painstats.mixedlm import ParticipantFit, coefficient, fit_one_participant, model_rows
from painstats.mixedlm.integrated import months_of
from painstats.questions.treatment.changes import changes
from painstats.questions.treatment.compared import Compared, compared_days
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.fit import CHANGE, coefficient_of, estimated, fitted, with_trend
from painstats.questions.treatment.on_off import OnOff
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.treatment.rule import Estimated
from painstats.questions.treatment.sizes import size_probabilities
from painstats.questions.treatment.windows import windows

FOLDER = Path(__file__).parent / "treatments"
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
ONE_START, SEVERAL = REFERENCE["one_start"], REFERENCE["several"]
FIRST = date(2026, 3, 1)
END = date(2027, 3, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def diary(name: str) -> Diary:
    rows = pl.read_csv(FOLDER / f"{name}.csv")
    days = FIRST.toordinal() + rows["day"].to_numpy()
    return Diary(days, rows["pain"].to_numpy().astype(float), np.full(len(days), np.nan))


def one_start(*, week_before: bool) -> Compared:
    [window] = windows(changes(in_order([Phase("heat", FIRST, ramp_days=6)])))
    return compared_days(window, diary("one_start"), week_before=week_before)


LDN_1_5 = Phase("LDN", day(60), day(104), 1.5, "mg")
LDN_4_5 = Phase("LDN", day(105), day(169), 4.5, "mg", wash_out_days=5)
YOGA = Phase("yoga", day(130), day(199))


def several(phase: Phase) -> Compared:
    on_off = OnOff(phase.level, in_order([LDN_1_5, LDN_4_5, YOGA]))
    return on_off.compared(diary("several"), week_before=False, until=END)


def check(found: Estimated, expected: dict[str, Any]) -> None:
    numbers = [found.estimate, found.sd, found.low, found.high]
    sd = expected["sd"]
    assert numbers == pytest.approx([expected[name] for name in ("mean", "sd", "q025", "q975")], abs=1e-8 * sd)
    if "below_0" in expected:
        assert found.below_zero == pytest.approx(expected["below_0"], abs=1e-9)


@pytest.mark.parametrize(("week_before", "name"), [(False, "integrated"), (True, "integrated_all_days")])
def test_one_start(week_before, name):
    compared = one_start(week_before=week_before)
    assert len(compared.day) == ONE_START[name]["n"]
    check(estimated(coefficient_of(fitted(compared), CHANGE)), ONE_START[name]["change"])


def test_one_start_with_a_column_for_the_trend():
    found = with_trend(one_start(week_before=False))
    assert found is not None
    check(found, ONE_START["integrated_time_column"]["change"])


def test_sizes():
    [size] = size_probabilities(fitted(one_start(week_before=False)), (1.5,))
    expected = ONE_START["sizes"]
    assert [size.two_points, size.third] == pytest.approx(
        [expected["by_two_points"], expected["by_30_percent"]], abs=1e-4
    )


def test_several_treatments_with_a_column_for_each_dose():
    compared = several(LDN_1_5)
    assert len(compared.day) == SEVERAL["integrated"]["n"]
    fit = fitted(compared)
    for place, name in enumerate(("ldn_1_5", "ldn_4_5", "yoga"), start=CHANGE):
        check(estimated(coefficient_of(fit, place)), SEVERAL["integrated"][name])


def engine(compared: Compared, **columns: np.ndarray) -> ParticipantFit:
    who = np.full(len(compared.day), "a")
    return fit_one_participant(model_rows(y=compared.score, predictors=columns, participant=who, day=compared.day))


def check_engine(own: ParticipantFit, expected: dict[str, Any]) -> None:
    assert own.fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-8)
    for name in set(expected["b"]) - {"intercept"}:
        row, se = coefficient(own.table, name), expected["se"][name]
        assert row.estimate == pytest.approx(expected["b"][name], abs=1e-6 * se)
        assert row.se == pytest.approx(se, rel=1e-6)
        assert row.df == pytest.approx(expected["df"][name], rel=1e-4)


def test_the_engine_with_car1_residuals_agrees_with_dense_matrices():
    start = one_start(week_before=False)
    check_engine(engine(start, on=start.share), ONE_START["dense_level"])
    each = several(LDN_1_5)
    columns = dict(zip(("ldn_1_5", "ldn_4_5", "yoga"), (each.share, *each.others), strict=True))
    check_engine(engine(each, **columns), SEVERAL["dense"])


def test_the_engine_with_a_column_for_time_agrees_with_dense_matrices():
    start = one_start(week_before=False)
    time = months_of(start.day.astype(float))
    check_engine(engine(start, on=start.share, time=time), ONE_START["dense_level_time"])
