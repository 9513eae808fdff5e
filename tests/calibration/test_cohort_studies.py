"""Small versions of ``benchmarks/cohort_acceptance.py``: worse methods are worse, and names and order change nothing."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from benchmarks.cohort_acceptance import ROWS, Promise, Row, lines_of, main, read_kept
from painstats.cohort.models.arms import PHASE, arms_model
from painstats.cohort.models.cohort_model import unguarded_model
from painstats.cohort.models.variable import Variable
from painstats.mixedlm.engine.rows import INTERCEPT
from tests.calibration.cohort_studies import LEAST_DAYS, Arms, arms_numbers, arms_study, plain_fit, usual_study
from tests.cohort_days import SLEEP

SMALL = Arms(5, 7, days=40)
STUDIES = 10


def test_a_change_that_is_the_same_in_all_finds_arms_without_an_effect():
    """Changes differ by 1.2 points, and no arm has an effect."""
    arms = Arms(6, 6, spread=1.2, usual_spread=1.2, days=40)
    found = [arms_numbers(arms, study) for study in range(STUDIES)]
    both, fixed = (sum(each[name] < 0.05 for each in found) for name in ("both", "fixed"))
    assert both <= 2 < fixed
    assert all(each["both"] >= max(each["model"], each["own"]) for each in found)


def test_a_large_effect_of_an_arm_is_found_with_its_planned_power():
    arms = Arms(6, 6, effect=-3.0, days=40)
    assert arms.planned_power() > 0.99
    for study in range(3):
        found = arms_numbers(arms, study, fixed_phase=False)
        assert found["both"] < 0.05
        assert found["estimate"] == pytest.approx(-3, abs=1.5)
    assert Arms(6, 6).planned_power() == pytest.approx(0.05)
    assert Arms(6, 6, effect=-1.0, spread=1.2).planned_power() < Arms(6, 6, effect=-1.0).planned_power() - 0.2


def test_names_and_order_of_participants_change_nothing():
    frame, variable, participants = arms_study(SMALL, 1)
    renamed = {who: f"z{len(participants) - place:02d}" for place, who in enumerate(participants)}
    other = frame.with_columns(pl.col("participant_id").replace_strict(renamed)).sort("participant_id", "date")
    values = {renamed[who]: level for who, level in variable.values.items()}
    given = [
        (frame, variable, participants),
        (other, Variable("arm", "categorical", values, variable.levels), tuple(sorted(values))),
    ]
    one, again = (
        arms_model(each, PHASE, arm, who, least_days=LEAST_DAYS, drawn_by_lot=True).effects[-1]
        for each, arm, who in given
    )
    for name in ("estimate", "se", "df", "p", "low", "high"):
        assert getattr(again, name) == pytest.approx(getattr(one, name), rel=1e-6), name
    assert other["participant_id"].to_list() != frame["participant_id"].to_list()


def test_a_slope_that_is_the_same_in_all_looks_far_too_certain():
    rows = plain_fit(usual_study(1, 12, 40)).rows
    severity = np.repeat(np.linspace(-1, 1, 12), np.unique(rows.participant, return_counts=True)[1])
    columns = {"severity": severity, "product": severity * rows.X[:, rows.names.index(SLEEP.within)]}
    own = type(rows)(
        rows.y, np.column_stack([rows.X, *columns.values()]), (*rows.names, *columns), rows.random,
        rows.participant, rows.day,
    )  # fmt: skip
    same = type(rows)(own.y, own.X, own.names, (INTERCEPT,), own.participant, own.day)
    with_slopes, without = (unguarded_model(each, "car1").effect("product") for each in (own, same))
    assert with_slopes.se > 1.2 * without.se
    assert with_slopes.df < without.df / 4


def test_a_promise_is_a_share_a_mean_or_a_ratio():
    studies = [{"p": p, "estimate": estimate} for p, estimate in ((0.01, 1.0), (0.2, 2.0), (0.3, 3.0), (0.04, 2.0))]
    assert Promise("found", "p", "below", 0.4, 0.6).measured(studies) == pytest.approx((0.5, 0.25))
    assert Promise("shift", "estimate", "mean").measured(studies)[0] == 2
    ratio = Promise("planned over simulated", "estimate", "ratio", planned=np.std([1, 2, 3, 2], ddof=1))
    assert ratio.measured(studies)[0] == pytest.approx(1)
    written = Promise("found", "p", "below", high=0.1, is_canary=True).cells(studies)
    assert written == "canary: found | 50.0% ± 25.0% | ≤ 10.0% | **no**"


def test_every_row_has_a_name_of_its_own_and_a_promise():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(row.promises and row.studies >= 100 for row in ROWS)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    analysed = list[int]()

    def numbers(study):
        analysed.append(study)
        return {"p": study / 10}

    row = Row("a row", 4, numbers, (Promise("found", "p", "below"),))
    monkeypatch.setattr("benchmarks.cohort_acceptance.ROWS", (row,))
    kept = tmp_path / "studies.jsonl"
    kept.write_text(json.dumps({"row": "a row", "study": 1, "numbers": {"p": 0.9}}) + "\n", encoding="utf-8")
    main(["--kept", str(kept)])
    assert analysed == [0, 2, 3]
    main(["--kept", str(kept), "--table"])
    printed = capsys.readouterr().out
    assert printed.count("| a row (4) | found | 25.0% ± 21.7% | – | yes |") == 2
    assert len(read_kept(kept)["a row"]) == 4
    assert [*lines_of(row, [{"p": 0.0}])] == ["| a row (1) | found | 100.0% ± 0.0% | – | yes |"]
