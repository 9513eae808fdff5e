"""The change of a link, averages of own contrasts, and families of questions, against R (nlme, metafor, p.adjust)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from painstats.frame import Exposure
from painstats.frame.regimes import TREATMENTS
from painstats.plan.rules import RulesPlan
from painstats.questions.change.columns import Laid, by_recent, by_time
from painstats.questions.change.plan import BEFORE, CHANGE, LAST_60_DAYS
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.average import contrast_mean
from painstats.questions.exploratory.family import benjamini_hochberg
from painstats.questions.exploratory.own_fit import own_contrasts
from tests.reference.reference_data import HERE

QUESTIONS = HERE / "questions"
SLEEP = Exposure("total_sleep_time_min", 0)
DESIGN = DailyDesign((SLEEP,), (0, 10), RulesPlan())


def expected(name: str) -> dict[str, Any]:
    return json.loads((QUESTIONS / f"{name}.json").read_text(encoding="utf-8"))


def diary() -> pl.DataFrame:
    """Return one participant's rows of the model frame."""
    given = pl.read_csv(QUESTIONS / "change_person.csv")
    day = given["day"].to_numpy()
    return pl.DataFrame(
        {
            "participant_id": "p01",
            "date": [date(2026, 1, 5) + timedelta(days=int(number)) for number in day],
            "outcome_score": given["pain"],
            SLEEP.within: given["sleep"] - given["sleep"].mean(),
            SLEEP.unknown: 0.0,
            "time_30d": (day - (day.min() + day.max()) / 2) / 30,
            "treatments": pl.Series([[]] * given.height, dtype=TREATMENTS),
        }
    )


def test_the_change_of_a_slope_and_both_parts_are_those_of_r():
    frame, reference = diary(), expected("change")["change_person"]
    laid_out = (by_time(frame, DESIGN, SLEEP), by_recent(frame, DESIGN, SLEEP, frame["date"][-1]))
    found = {test.name: test for laid in laid_out for test in _tests(laid)}
    names = {CHANGE: "change_per_30_days", LAST_60_DAYS: "last_60", BEFORE: "before"}
    for contrast, name in names.items():
        estimate, se, df = reference[name][:3]
        assert found[contrast].estimate == pytest.approx(estimate, abs=1e-6 * se)
        assert found[contrast].se == pytest.approx(se, abs=1e-6 * se)
        assert found[contrast].df == pytest.approx(df, rel=1e-5)
    assert found[CHANGE].p == pytest.approx(reference["p"][0], abs=1e-8)


def _tests(laid: Laid):
    return own_contrasts(laid.rows, laid.contrasts, residuals="car1").tests


def test_the_average_of_contrasts_is_that_of_metafor():
    given, reference = pl.read_csv(QUESTIONS / "kinds_people.csv"), expected("averages")["kinds_people"]
    for place, kind in enumerate(reference["kinds"]):
        own = given.filter(pl.col("kind") == kind)
        found = contrast_mean(own["estimate"], own["se"] ** 2)
        values = {"estimate": found.estimate, "se_never_below": found.se, "p": found.p, "low": found.low}
        values |= {"high": found.high, "tau2": found.sd_between**2, "people": found.participants}
        for name, value in values.items():
            assert value == pytest.approx(reference[name][place], abs=1e-8), (kind, name)


def test_a_family_is_adjusted_as_by_r():
    reference = expected("averages")["kinds_person"]
    assert benjamini_hochberg(reference["p"]) == pytest.approx(np.array(reference["q"]), abs=1e-9)
    in_reverse = benjamini_hochberg(reference["p"][::-1])
    assert in_reverse[::-1] == pytest.approx(np.array(reference["q"]), abs=1e-9)
