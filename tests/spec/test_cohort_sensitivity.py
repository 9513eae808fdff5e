"""Other ways of treating unknown values, the specification curve, and leaving out participants."""

import numpy as np
import pytest

from painstats.cohort.missing_days.sensitivity import complete_days, missing_days
from painstats.cohort.models.as_declared import AsDeclared
from painstats.cohort.models.average import average_model
from painstats.cohort.specification_curve.choices import NAMES, REFUSED, Choice, checked_names, crossed
from painstats.cohort.specification_curve.curve import specification_curve
from painstats.cohort.specification_curve.left_out import left_out
from painstats.cohort.specification_curve.summary import summarise
from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import fit_mixed
from painstats.mixedlm.engine.optimum import STARTS
from painstats.mixedlm.engine.rows import model_rows
from tests.cohort_days import SLEEP, cohort_days, simulated, without

SAME = 1e-10
"""The declared specification is fitted again, to the same rows by the same steps."""

LARGEST_SHIFT, SHIFT_OF_COMPLETE_DAYS = 0.006, -0.010
"""Those of docs/method/cohort.md, missing days."""


@pytest.fixture(scope="module")
def whole():
    days = cohort_days(simulated(7, 14, 32))
    return days, average_model(days)


@pytest.fixture(scope="module")
def holes():
    rng, series = np.random.default_rng(1), simulated(7, 14, 32)
    series["pain"] = without(series["pain"], 0.1, rng)
    series["sleep"], series["steps"] = without(series["sleep"], 0.2, rng), without(series["steps"], 0.2, rng)
    days = cohort_days(series)
    return days, average_model(days)


def test_every_way_equals_the_headline_where_nothing_is_unknown():
    # The steps of the day before the first one are always unknown, so the first day has no score.
    series = simulated(7, 14, 32)
    series["pain"][:, 0] = np.nan
    days = cohort_days(series)
    primary = average_model(days)
    found = missing_days(days, primary.fitted, primary.effects[0], sets=2)
    assert [way.name for way in found.ways] == ["kept", "complete", "imputed"]
    for way in found.ways[1:]:
        assert way.estimate == pytest.approx(primary.effects[0].estimate, abs=SAME)
        assert way.se == pytest.approx(primary.effects[0].se, abs=SAME)
    assert found.tipping_point is None
    assert found.rating_variance is None


def test_ways_differ_by_the_days_that_they_use(holes):
    days, primary = holes
    found = missing_days(days, primary.fitted, primary.effects[0], sets=3)
    ways = {(way.name, way.shift): way for way in found.ways}
    scored = int(days.frame.height)
    assert ways["kept", 0.0].days == ways["imputed", 0.0].days == scored == primary.days
    assert ways["complete", 0.0].days < scored < ways["imputed_with_ratings", 0.0].days
    assert {shift for name, shift in ways if name == "delta"} == {-1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0}
    assert {shift for name, shift in ways if name == "steps_delta"} == {-1.0, 1.0}
    assert ways["imputed", 0.0].se < ways["complete", 0.0].se
    again = missing_days(days, primary.fitted, primary.effects[0], sets=3)
    assert again == found


def test_the_declared_specification_is_the_headline(holes):
    days, primary = holes
    headline = primary.effects[0]
    curve = specification_curve(
        days, primary.fitted, headline, names=["calendar", "other exposures", "residuals", "days"]
    )
    assert [choice.name for choice in curve.choices] == ["calendar", "other exposures", "residuals", "days"]
    assert len(curve.results) == 16
    for name in ("estimate", "se", "df", "low", "high"):
        assert getattr(curve.declared, name) == pytest.approx(getattr(headline, name), abs=SAME), name
    assert (curve.declared.participants, curve.declared.days) == (primary.participants, primary.days)
    assert len({result.found.estimate for result in curve.results}) == 16
    complete = next(
        result
        for result in curve.results
        if result.options[3] == "complete days" and result.options[:3] == curve.results[0].options[:3]
    )
    way = complete_days(days, primary.fitted, AsDeclared(SLEEP.within, primary.fitted, headline))
    assert complete.found.estimate == pytest.approx(way.estimate, abs=SAME)


def test_a_curve_is_summarised_by_shares_and_shifts(holes):
    days, primary = holes
    curve = specification_curve(days, primary.fitted, primary.effects[0], names=["time", "first 14 days"])
    found = summarise(curve)
    estimates = [result.found.estimate for result in curve.results]
    assert found.specifications == len(estimates) == 6
    assert (found.least, found.greatest) == (min(estimates), max(estimates))
    assert found.below + found.above == pytest.approx(1)
    shift = next(each for each in found.shifts if each.choice == "first 14 days")
    expected = np.mean([later - first for first, later in zip(estimates[::2], estimates[1::2], strict=True)])
    assert shift.shift_in_se == pytest.approx(expected / curve.declared.se)


def test_a_specification_without_days_says_so(holes):
    days, primary = holes  # no participant has 45 days
    curve = specification_curve(days, primary.fitted, primary.effects[0], names=["least days"])
    assert [result.refusal for result in curve.results] == [None, "no participant has enough days left"]
    assert summarise(curve).without_estimate == 1


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_choices_are_refused_by_name(name):
    with pytest.raises(PainstatsError, match=f"^{name} cannot be part of a specification curve: "):
        checked_names([name])


def test_unknown_choices_are_listed_and_the_order_is_fixed():
    with pytest.raises(PainstatsError, match="'weather' is no choice"):
        checked_names(["weather"])
    assert checked_names(["days", "time"]) == ("time", "days")
    assert checked_names(NAMES) == NAMES


def test_at_most_as_many_specifications_as_allowed():
    choices = [
        Choice("one", ("a", "b", "c")),
        Choice("two", ("a", "b")),
        Choice("same", ("a",)),
        Choice("three", ("a", "b")),
    ]
    every, fewer = crossed(choices), crossed(choices, most=7)
    assert (len(every.specifications), every.dropped) == (12, ())
    assert (len(fewer.specifications), fewer.dropped) == (6, ("three",))
    assert every.specifications[0] == {"one": "a", "two": "a", "three": "a"}


def test_leaving_out_a_participant_is_a_fit_to_the_others(whole):
    days, primary = whole
    found = left_out(primary.fitted, SLEEP.within)
    assert [each.participant for each in found] == list(days.participants)
    estimate = AsDeclared(SLEEP.within, primary.fitted, primary.effects[0])
    guard = estimate.guard_columns(primary.fitted.rows, days.guards)
    rows, who = primary.fitted.rows, found[3].participant
    kept = rows.participant != who
    others = type(rows)(rows.y[kept], rows.X[kept], rows.names, rows.random, rows.participant[kept], rows.day[kept])
    again = estimate(others, {name: values[kept] for name, values in guard.items()})
    assert found[3].estimate == pytest.approx(again.estimate, abs=1e-6)
    assert found[3].estimate != pytest.approx(primary.effects[0].estimate, abs=1e-6)


def plain_slope(days, *, complete=False):
    """Return the slope of sleep without guard columns and white noise, which hide the shift."""
    rows = days.rows(own_trend=False)
    if complete:
        unknown = [rows.names.index(name) for name in days.design.nuisance if name in rows.names]
        kept = ~rows.X[:, unknown].any(axis=1)
        columns = {name: rows.X[kept, place] for place, name in enumerate(rows.names) if place not in (0, *unknown)}
        rows = model_rows(
            y=rows.y[kept],
            predictors=columns,
            participant=rows.participant[kept],
            day=rows.day[kept],
            random=rows.random,
        )
    fit = fit_mixed(rows, residuals="car1", starts=STARTS[:1])
    return fit.coefficients[fit.names.index(SLEEP.within)]


def test_kept_days_avoid_the_shift_of_complete_days():
    """Pain acts on the next night and steps, a quarter of both is unknown, and no exposure has an effect."""
    kept, complete = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        series = simulated(seed, 40, 60, slope=0.0, feedback=(-0.15, -0.3))
        full = plain_slope(cohort_days(series))
        series["sleep"], series["steps"] = without(series["sleep"], 0.25, rng), without(series["steps"], 0.25, rng)
        days = cohort_days(series)
        kept.append(plain_slope(days) - full)
        complete.append(plain_slope(days, complete=True) - full)
    assert abs(np.mean(kept)) < LARGEST_SHIFT
    assert np.mean(complete) < SHIFT_OF_COMPLETE_DAYS
