"""Kinds of exercise against R (nlme, metafor, dense matrices): own fit, pooled sizes, averages."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from painstats.mixedlm.engine.rows import model_rows
from painstats.questions.exercise.choice import choose
from painstats.questions.exercise.columns import LEFT, column_of
from painstats.questions.exercise.fit import KindEstimates, any_kind_p, kind_estimates, kinds_differ_p
from painstats.questions.exercise.pooled import OwnSizes, pooled_alone, pooled_over_participants
from painstats.questions.exploratory.average import contrast_mean
from painstats.questions.exploratory.family import benjamini_hochberg

HERE = Path(__file__).parent / "questions"
REFERENCE = json.loads((HERE / "kinds.json").read_text())
KINDS = ("swimming", "running", "yoga", "physiotherapy", "walking", "pilates")
SCALE = 0.75


def read(name: str) -> dict[str, list[str]]:
    with (HERE / name).open() as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


@pytest.fixture(scope="module")
def own() -> KindEstimates:
    data = {name: np.array(values, dtype=float) for name, values in read("kinds_person.csv").items()}
    day = data["day"].astype(int)
    weekdays = {f"day{number}": (day % 7 == number).astype(float) for number in range(1, 7)}
    beside = {"sleep": data["sleep"], **weekdays, "time": (day - (day.min() + day.max()) / 2) / 30}
    done = {kind: data[kind] for kind in KINDS}
    choice = choose(done, np.column_stack([np.ones(day.size), *beside.values()]))
    assert choice.reasons == {"pilates": "few_days_with"}
    columns = beside | {column_of(kind): done[kind] for kind in choice.kinds} | {LEFT: choice.left}
    rows = model_rows(y=data["pain"], predictors=columns, participant=["p"] * day.size, day=day)
    estimates = kind_estimates(rows, tuple(REFERENCE["person"]["kinds"]), residuals="car1")
    assert estimates is not None
    assert set(estimates.kinds) == set(choice.kinds)
    return estimates


def test_a_participants_own_fit(own):
    r = {name: np.array(values, dtype=float) for name, values in REFERENCE["person"].items() if name != "kinds"}
    assert np.abs(own.estimate - r["estimate"]) / r["se"] == pytest.approx(0, abs=1e-6)
    assert np.abs(own.covariance - r["covariance"]) / np.outer(r["se"], r["se"]) == pytest.approx(0, abs=1e-6)
    assert own.df == pytest.approx(r["df"], rel=1e-5)
    assert benjamini_hochberg(own.p) == pytest.approx(r["q"], rel=1e-5)
    assert any_kind_p(own) == pytest.approx(r["any_p"][0], rel=1e-5)
    assert kinds_differ_p(own) == pytest.approx(r["differ_p"][0], rel=1e-5)


def test_estimates_from_another_process_give_the_same_bytes(own):
    sent = pickle.loads(pickle.dumps(own))
    for name in ("estimate", "covariance", "df", "p"):  # sums over an array with gaps round differently
        assert getattr(sent, name).strides == getattr(own, name).strides
    assert any_kind_p(sent) == any_kind_p(own)
    assert kinds_differ_p(sent) == kinds_differ_p(own)


def test_the_kinds_of_one_participant_pooled(own):
    r = {name: np.array(values, dtype=float) for name, values in REFERENCE["person"].items() if name != "kinds"}
    pooled = pooled_alone(own.estimate, own.covariance, SCALE, own.median_df)
    for found, name in ((pooled.estimate, "pooled"), (pooled.low, "pooled_low"), (pooled.high, "pooled_high")):
        assert np.abs(found - r[name]) / r["se"] == pytest.approx(0, abs=1e-6)
    assert pooled.probability_positive == pytest.approx(r["probability_positive"], abs=1e-6)


def test_the_kinds_of_several_participants_pooled():
    data, r = read("kinds_people.csv"), REFERENCE["participants"]
    number = {kind: place for place, kind in enumerate(dict.fromkeys(data["kind"]))}
    rows = zip(data["person"], data["kind"], map(float, data["estimate"]), map(float, data["se"]), strict=True)
    by_person: dict[str, list[tuple[int, float, float]]] = {}
    for person, kind, estimate, se in rows:
        by_person.setdefault(person, []).append((number[kind], estimate, se))
    sizes = [
        OwnSizes(np.array(kind), np.array(estimate), np.diag(np.square(se)))
        for kind, estimate, se in (zip(*each, strict=True) for each in by_person.values())
    ]
    pooled = pooled_over_participants(sizes, len(number), SCALE)
    se = np.array(data["se"], dtype=float)
    for name, part in (("pooled", "estimate"), ("low", "low"), ("high", "high")):
        found = np.concatenate([getattr(each, part) for each in pooled])
        assert np.abs(found - r[name]) / se == pytest.approx(0, abs=1e-3)
    found = np.concatenate([each.probability_positive for each in pooled])
    assert found == pytest.approx(r["probability_positive"], abs=1e-4)


def test_averages_of_kinds():
    data, r = read("kinds_people.csv"), REFERENCE["averages"]
    for place, kind in enumerate(r["kinds"]):
        own = [
            (float(b), float(se) ** 2)
            for name, b, se in zip(data["kind"], data["estimate"], data["se"], strict=True)
            if name == kind
        ]
        mean = contrast_mean(*np.array(own).T)
        found = (mean.estimate, mean.se, mean.p, mean.low, mean.high, mean.sd_between**2)
        names = ("estimate", "se_never_below", "p", "low", "high", "tau2")
        assert found == pytest.approx([r[name][place] for name in names], abs=1e-8)
