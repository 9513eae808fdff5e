"""The grid simulates what a study does: its looks are those of the same diaries in a store."""

from __future__ import annotations

from dataclasses import astuple, fields, is_dataclass

import numpy as np
import pytest

from benchmarks.calibration.product import own_looks, study_looks
from benchmarks.calibration.residuals import Process
from benchmarks.calibration.situations import Effects, Situation, simulate
from painstats.questions.look import Look
from painstats.store import open_store
from tests.calibration.diaries_in_store import keep, looks_of
from tests.calibration.patterned_diaries import OF_THE_MODEL
from tests.made_up_study import small_study

SLOW = Process(OF_THE_MODEL["CAR(1) and white noise"])
SITUATION = Situation(SLOW, Effects((-0.3, 0.1), (0.1, 0.0)), unknown=("single nights", 0.25))
FOR_180_DAYS, FOR_60_DAYS = 225, 76
"""Calendar days after which each participant has had looks, and further days with a score."""


@pytest.fixture
def in_store(tmp_path):
    def found(diaries):
        with open_store(small_study(tmp_path / "study")) as store:
            keep(store, diaries)
            return looks_of(store)

    return found


def judged(looks):
    return [look for look in looks if isinstance(look, Look)]


FROM_CURVATURE = {"df", "z"}
"""What depends on the curvature at the optimum, and so has fewer digits."""

EXACT, NEAR, POOLED = 1e-9, 1e-8, 1e-7
"""Hours and minutes differ in their last digit; a posterior over variance parameters magnifies that most."""


def numbers(looks, is_wanted):
    """Return what looks say, all or some of it, as one array."""
    return np.array(
        [
            value
            for look in looks
            for field in fields(look)
            if field.name != "when" and is_wanted(field.name)
            for value in np.ravel(_values(getattr(look, field.name)))
        ]
    )


def _values(found):
    if found is None or isinstance(found, str):
        return []
    return astuple(found) if is_dataclass(found) else found


def same(found, stored, exact=EXACT, near=NEAR):
    assert [(look.when, look.basis) for look in found] == [(look.when, look.basis) for look in stored]
    close(found, stored, exact, lambda name: name not in FROM_CURVATURE)
    close(found, stored, near, lambda name: name in FROM_CURVATURE)


def close(found, stored, tolerance, is_wanted):
    assert numbers(found, is_wanted) == pytest.approx(numbers(stored, is_wanted), rel=tolerance, abs=tolerance)


def test_looks_at_own_days_are_those_of_a_store(in_store):
    diaries = simulate(SITUATION, 1, np.random.SeedSequence(3), days=FOR_180_DAYS).diaries
    [own], stored = own_looks(diaries), in_store(diaries)
    for question, looks in own.items():
        assert [look.when.days for look in judged(looks)] == [60, 90, 120, 180]
        same(judged(looks), stored["0000", question].own)


def test_pooled_looks_and_those_of_averages_are_those_of_a_store(in_store):
    diaries = simulate(SITUATION, 10, np.random.SeedSequence(4), days=FOR_60_DAYS).diaries
    (pooled, average), stored = study_looks(diaries), in_store(diaries)
    for question in average:
        assert [look.basis for look in judged(average[question])] == ["mixed_model"]
        same(judged(average[question]), stored[None, question].own)
        for place, looks in enumerate(pooled):
            same(judged(looks[question]), stored[f"{place:04d}", question].pooled, NEAR, POOLED)
    assert sum(len(judged(looks[question])) for looks in pooled for question in looks) > len(pooled)
