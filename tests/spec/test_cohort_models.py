"""The models of a cohort: the average, moderators, arms, and the message of each bad design."""

import numpy as np
import polars as pl
import pytest

from painstats.cohort.models.arms import arms_model
from painstats.cohort.models.average import adjusted_model, average_model
from painstats.cohort.models.cohort_model import Effect, p_of_both, unguarded_model
from painstats.cohort.models.levels import DesignRefused, check_varies, checked_levels
from painstats.cohort.models.moderators import moderator_model, require_random_slope
from painstats.cohort.models.own_values import own_changes, welch
from painstats.cohort.models.variable import Variable
from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import model_rows
from painstats.mixedlm.inference.coefficients import coefficient
from painstats.questions.daily.columns import of_cohort
from painstats.questions.daily.mixed_model import mixed_analysis
from tests.cohort_days import SLEEP, cohort_days, residuals, simulated, without


@pytest.fixture(scope="module")
def days():
    rng = np.random.default_rng(5)
    series = simulated(4, days=32, slope_sd=0.1, moderator=np.arange(20) % 2, moved=-0.5)
    series["sleep"] = without(series["sleep"], 0.15, rng)
    series["pain"] = without(series["pain"], 0.1, rng)
    return cohort_days(series)


@pytest.fixture(scope="module")
def primary(days):
    return average_model(days)


def categorical(days, levels, name="group", of=None):
    of = of or (lambda place: levels[place % len(levels)])
    return Variable(name, "categorical", {who: of(place) for place, who in enumerate(days.participants)}, tuple(levels))


def test_the_headline_is_the_average_of_the_daily_question(days, primary):
    nightly = mixed_analysis(of_cohort(days.frame, days.design), days.design, lambda _: None, days.guards)
    expected = coefficient(nightly.table, SLEEP.within)
    (found,) = primary.effects
    for name in ("estimate", "se", "df", "p", "low", "high"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-12), name
    assert primary.fitted.is_guarded
    assert (primary.participants, primary.days) == (20, nightly.fit.n_rows)


def test_without_guard_columns_effects_are_those_of_statsmodels_methods(primary):
    plain = unguarded_model(primary.fitted.rows)
    weights = np.zeros(len(plain.fit.names))
    weights[[plain.fit.names.index(SLEEP.within), plain.fit.names.index("weekend")]] = [1, 2]
    (effect,) = plain.effects({"both": {SLEEP.within: 1.0, "weekend": 2.0}})
    test = plain.result.t_test(weights)
    assert effect.estimate == pytest.approx(float(np.squeeze(test.effect)))
    assert effect.se == pytest.approx(float(np.squeeze(test.sd)))
    assert effect.df == pytest.approx(float(np.squeeze(test.df_denom)))


def test_a_planted_difference_of_two_groups_is_found_by_both_tests(days, primary):
    found = moderator_model(days, primary.fitted.rows, categorical(days, ["even", "odd"]), days.participants)
    by_name = {effect.name: effect for effect in found.effects}
    difference = by_name["odd less even"]
    assert difference.low < -0.5 < difference.high
    assert found.p == max(difference.p, found.own[0].p) < 0.05
    assert by_name["odd"].estimate - by_name["even"].estimate == pytest.approx(difference.estimate)
    mean = (by_name["odd"].estimate + by_name["even"].estimate) / 2
    assert by_name["average slope"].estimate == pytest.approx(mean)
    assert by_name["odd"].p is None  # a level is described; only the difference is tested
    assert (by_name["odd"].participants, by_name["even"].participants) == (10, 10)


def test_the_average_slope_of_a_continuous_moderator_is_that_of_the_average_participant(days, primary):
    values = {who: 40.0 + place for place, who in enumerate(days.participants)}
    ages = Variable("age", "continuous", values, per=10)
    found = moderator_model(days, primary.fitted.rows, ages, days.participants)
    in_years = moderator_model(days, primary.fitted.rows, Variable("age", "continuous", values), days.participants)
    assert found.effects[1].estimate == pytest.approx(10 * in_years.effects[1].estimate, rel=1e-6)
    assert found.p == pytest.approx(in_years.p, rel=1e-6)
    assert found.effects[0].estimate == pytest.approx(primary.effects[0].estimate, abs=0.03)


def test_several_levels_are_tested_jointly_first(days, primary):
    found = moderator_model(days, primary.fitted.rows, categorical(days, ["a", "b", "c"]), days.participants)
    (test,) = found.tests
    assert (test.df_numerator, found.p) == (2, test.p)
    assert [effect.name for effect in found.effects] == ["average slope", "a", "b", "c"]
    assert test.p > 0.05  # so no pairs
    four = categorical(days, ["a", "b", "c", "d"])
    pairs = moderator_model(days, primary.fitted.rows, four, days.participants)
    assert pairs.p < 0.05
    assert {effect.name for effect in pairs.effects if effect.p is not None} == {
        "average slope", "b less a", "c less a", "d less a", "c less b", "d less b", "d less c",
    }  # fmt: skip


def test_two_to_four_participants_are_described_without_a_test(days, primary):
    few = categorical(days, ["many", "few"], of=lambda place: "few" if place < 4 else "many")
    found = moderator_model(days, primary.fitted.rows, few, days.participants)
    assert found.p is None
    assert all(effect.p is None for effect in found.effects[1:])
    assert "nothing is tested" in found.notes[0]


def test_an_adjusted_model_leaves_out_participants_with_unknown_values(days, primary):
    known = {who: float(place) for place, who in enumerate(days.participants) if place != 3}
    found = adjusted_model(days, primary.fitted, [Variable("age", "continuous", known)])
    assert found.participants == 19
    assert found.effects[0].estimate == pytest.approx(primary.effects[0].estimate, abs=0.1)


def test_a_cohort_of_one_is_refused():
    with pytest.raises(NotEnoughData, match="a cohort needs at least 2"):
        average_model(cohort_days(simulated(1, 1, 40)))


LEVELS = ("a", "b")


@pytest.mark.parametrize(
    ("of", "analysed", "rule", "words"),
    [
        ({"p1": "a", "p2": "a"}, ["p1", "p2"], "empty_level", 'no participant has the level "b" of arm'),
        ({"p1": "a", "p2": "a", "p7": "b"}, ["p1", "p2", "p7"], "one_participant", "p7 alone has arm b: nothing to compare"),
        ({"p1": "a", "p2": "a", "p7": "b"}, ["p1", "p2"], "lost_to_days", 'all 1 participants with the level "b"'),
        ({"p1": "a", "p2": "b"}, [], "no_participants", "arm is unknown for every analysed participant"),
    ],
)  # fmt: skip
def test_levels_that_cannot_be_compared_are_refused_by_name(of, analysed, rule, words):
    with pytest.raises(DesignRefused, match=words) as refused:
        checked_levels("arm", LEVELS, of, analysed, 10)
    assert refused.value.rule == rule


def test_a_moderator_that_does_not_vary_is_refused(days, primary):
    with pytest.raises(DesignRefused, match="age is the same for every analysed participant"):
        check_varies("age", {"p1": 4.0, "p2": 4.0}, {"p1", "p2"})
    with pytest.raises(DesignRefused, match="known for 1 analysed"):
        check_varies("age", {"p1": 4.0}, {"p1", "p2"})
    group, site = categorical(days, ["a", "b"]), categorical(days, ["x", "y"], "site")
    with pytest.raises(DesignRefused, match="group and site divide the participants into the same groups"):
        moderator_model(days, primary.fitted.rows, group, days.participants, [site])


def test_a_slope_without_its_random_slope_is_refused():
    with pytest.raises(PainstatsError, match='write random = "~ sleep_within"'):
        require_random_slope("sleep_within", ["intercept"])


def arms(participants=20, days=60, effect=-2.0, spread=0.3, seed=3, starts=None):
    rng = np.random.default_rng(seed)
    starts = np.full(participants, days // 2) if starts is None else starts
    after = (np.arange(days) >= starts[:, None]).astype(float)
    change = spread * rng.standard_normal(participants) + effect * (np.arange(participants) % 2)
    series = simulated(seed, participants, days)
    series["pain"] = 5 + residuals(rng, participants, days) + change[:, None] * after
    made = cohort_days(series)
    return made, made.every_day.with_columns(phase=pl.Series(after.ravel()))


def test_arms_that_changed_differently_are_found_and_described():
    days, frame = arms()
    variable = categorical(days, ["usual", "programme"], "arm")
    found = arms_model(frame, "phase", variable, days.participants, least_days=10, drawn_by_lot=True)
    usual, programme, difference = found.effects
    assert difference.low < -2 < difference.high
    assert programme.estimate - usual.estimate == pytest.approx(difference.estimate)
    assert found.p == max(difference.p, found.own[0].p) < 0.001
    assert "drawn by lot" in found.notes[0]
    observed = arms_model(frame, "phase", variable, days.participants, least_days=10, drawn_by_lot=False)
    assert "not drawn by lot" in observed.notes[0]


def test_each_of_several_arms_is_compared_twice_with_the_reference():
    """Every third participant changes by -2; the third arm changes as the reference does."""
    changed = np.where(np.arange(21) % 3 == 1, -2.0, 0.0)
    days, frame = arms(participants=21, days=40, effect=0.0)
    moved = pl.Series(np.repeat(changed, 40)) * frame["phase"]
    frame = frame.with_columns(outcome_score=pl.col("outcome_score") + moved)
    variable = categorical(days, ["usual", "drug", "course"], "arm")
    found = arms_model(frame, "phase", variable, days.participants, least_days=10, drawn_by_lot=True, residuals="car1")
    assert [own.contrast for own in found.own] == ["drug less usual", "course less usual"]
    drug, course = (p_of_both(found.effect(own.contrast), own) for own in found.own)
    assert drug < 0.001 < 0.05 < course
    assert found.p_of_both == {"drug less usual": 2 * drug, "course less usual": max(2 * drug, course)}
    assert found.p == 2 * drug


def test_an_arm_without_a_start_is_refused():
    days, frame = arms(starts=np.where(np.arange(20) % 2, 30, 60))
    variable = categorical(days, ["usual", "programme"], "arm")
    with pytest.raises(DesignRefused, match="all days of arm usual are before the start"):
        arms_model(frame, "phase", variable, days.participants, least_days=10, drawn_by_lot=True)
    never = frame.with_columns(phase=pl.lit(0.0))
    with pytest.raises(DesignRefused, match="phase is the same on every day"):
        arms_model(never, "phase", variable, days.participants, least_days=10, drawn_by_lot=True)
    site = categorical(days, ["north", "south"], "site")
    with pytest.raises(DesignRefused, match="arm and site divide"):
        arms_model(arms()[1], "phase", variable, days.participants, least_days=10, drawn_by_lot=True, others=[site])


def test_both_tests_must_agree():
    effect = Effect("programme less usual", -1.0, 0.3, 18.0, 0.004, -1.6, -0.4, 20)
    same = welch({"a": -1.0, "b": -1.3}, {"c": 0.1, "d": 0.4}, ("programme", "usual"))
    assert p_of_both(effect, same) == max(0.004, same.p)
    opposite = welch({"c": 0.1, "d": 0.4}, {"a": -1.0, "b": -1.3}, ("programme", "usual"))
    assert p_of_both(effect, opposite) == 1.0
    assert p_of_both(effect, None) == 1.0


def test_unequal_spreads_are_not_determined_by_the_model_alone():
    """Five of twenty are treated, and only they differ in how they change: the model finds too much."""
    alone = both = 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        after = np.broadcast_to(np.arange(60) >= 30, (20, 60)).astype(float)
        change = np.where(np.arange(20) < 5, 1.2, 0.3) * rng.standard_normal(20)
        series = simulated(seed, 20, 60) | {"pain": 5 + residuals(rng, 20, 60) + change[:, None] * after}
        days = cohort_days(series)
        frame = days.every_day.with_columns(phase=pl.Series(after.ravel()))
        variable = categorical(days, ["usual", "programme"], "arm", lambda place: "programme" if place < 5 else "usual")
        found = arms_model(
            frame, "phase", variable, days.participants, least_days=10, drawn_by_lot=True, residuals="car1"
        )
        alone, both = alone + (found.effects[-1].p < 0.05), both + (found.p < 0.05)
        assert any("disagree" in note for note in found.notes) == (
            found.p >= 0.05 and min(found.effects[-1].p, found.own[0].p) < 0.05
        )
    assert both < alone


def test_own_changes_need_days_before_and_after():
    phase = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    rows = model_rows(
        y=[1, 2, 5, 6, 3, 4],
        predictors={"phase": phase},
        participant=["a", "a", "a", "a", "b", "b"],
        day=[1, 2, 3, 4, 1, 2],
    )
    assert own_changes(rows, phase) == {"a": 4.0}
    with pytest.raises(NotEnoughData, match="two participants in each group"):
        welch({"a": 4.0}, {"b": 1.0, "c": 2.0}, ("x", "y"))
