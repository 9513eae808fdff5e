"""Changes of treatments, judged: from declared phases and a diary to rows of ``change_finding``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from painstats.plan.study import Plan, Study
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.judge import changes_of
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.verdict import Verdict

FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def study(**outcome: Any) -> Study:
    plan = {"study": {"time_zone": "Europe/London"}, "outcome": outcome}
    return Study(folder=Path(), plan=Plan.model_validate(plan))


def diary(days: int = 250, *changes: tuple[int, float], sd: float = 1.0, seed: int = 1) -> Diary:
    """Make a diary with a score on each day, about 5.5, which changes by some points on some days."""
    rng, number = np.random.default_rng(seed), np.arange(days)
    level = 5.5 + sum((points * (number >= start) for start, points in changes), start=np.zeros(days))
    return Diary(FIRST.toordinal() + number, level + sd * rng.standard_normal(days), rng.normal(7, 1, days))


def until(whole: Diary, last: int) -> Diary:
    kept = whole.day <= day(last).toordinal()
    return Diary(whole.day[kept], whole.score[kept], whole.sleep_h[kept])


def without(whole: Diary, *numbers: int) -> Diary:
    kept = ~np.isin(whole.day, [day(number).toordinal() for number in numbers])
    return Diary(whole.day[kept], whole.score[kept], whole.sleep_h[kept])


def judged(of: Diary, *phases: Phase, **outcome: Any) -> list[ChangeFinding]:
    return [own.finding for own in changes_of("anna", in_order(phases), of, study(**outcome))]


LDN = Phase("LDN", day(100), dose=4.5, dose_unit="mg")


def test_a_change_of_two_points_is_lower_with_its_numbers():
    [found] = judged(diary(250, (100, -2.0)), LDN)
    assert (found.verdict, found.reasons, found.change) == (Verdict.LOWER, (), "start")
    assert (found.look, found.look_date, found.next_look_date) == (3, day(183), None)
    assert (found.days_before, found.days_after) == (84, 84)
    assert (found.before_from, found.before_until) == (day(9), day(92))
    assert (found.after_from, found.after_until) == (day(100), day(183))
    assert found.low < -2 < found.high < 0
    assert found.estimate == pytest.approx(found.week_estimate, abs=0.3)
    assert found.level_before == pytest.approx(5.5, abs=0.4)
    assert found.level_before_low < 5.5 < found.level_before_high
    assert found.level_before_low < found.level_before < found.level_before_high
    assert found.placebo == pytest.approx(0.18 * found.level_before)
    assert 0 < found.two_points_least < found.two_points_most < found.third_most < 1


@pytest.mark.parametrize(("points", "verdict"), [(-3.0, Verdict.LOWER), (3.0, Verdict.HIGHER)])
def test_only_lower_scores_have_probabilities_of_a_large_change(points, verdict):
    [found] = judged(diary(250, (100, points)), LDN)
    assert found.verdict is verdict
    assert (found.two_points_least is not None) == (found.third_most is not None) == (verdict is Verdict.LOWER)


def test_a_third_is_not_told_where_the_level_before_is_low():
    low = diary(250, (100, -2.0), sd=0.6)
    [found] = judged(replace(low, score=low.score - 3.0), LDN)
    assert found.verdict is Verdict.LOWER
    assert found.level_before < 3
    assert found.two_points_most is not None
    assert found.third_least is found.third_most is None


def test_trials_of_pain_are_not_quoted_for_other_outcomes():
    [found] = judged(diary(250, (100, -2.0)), LDN, item="fatigue")
    assert found.verdict is Verdict.LOWER
    assert found.placebo is found.two_points_least is found.third_least is None


def test_a_small_change_is_at_most_small():
    [found] = judged(diary(250, sd=0.5), LDN)
    assert (found.verdict, found.reasons) == (Verdict.AT_MOST_SMALL, ("inside_smallest_change",))
    assert -1 < found.low < found.high < 1


def test_a_change_that_only_the_week_before_makes_hangs_on_it():
    bad = diary(128, sd=0.8)
    bad.score[:93] -= 1.0
    bad.score[93:100] += 2.5
    [found] = judged(bad, LDN)
    assert (found.verdict, found.reasons) == (Verdict.NOT_DETERMINED, ("hangs_on_the_days_before",))
    assert found.low > 0 > found.week_low


def test_wide_intervals_say_what_such_days_would_have_shown():
    [found] = judged(diary(128, sd=3.0), LDN)
    assert (found.verdict, found.reasons) == (Verdict.NOT_DETERMINED, ("interval_too_wide",))
    assert found.could_show == pytest.approx(2.8 * (found.high - found.low) / 3.92, rel=0.1)


def test_looks_are_reached_by_the_days_of_the_diary_alone():
    whole = diary(250, (100, -2.0))
    for last, look in ((126, 0), (127, 1), (154, 1), (155, 2), (182, 2), (183, 3), (249, 3)):
        [found] = judged(until(whole, last), LDN)
        assert found.look == look
        if look == 0:
            assert (found.verdict, found.reasons) == (Verdict.NOT_JUDGED, ("before_first_look",))
            assert (found.next_look_date, found.days_after, found.estimate) == (day(127), 27, None)


def test_between_looks_nothing_changes():
    whole = diary(250, (100, -2.0))
    [at_look] = judged(until(whole, 155), LDN)
    [a_week_later] = judged(until(whole, 162), LDN)
    assert a_week_later == at_look
    later = until(whole, 230)
    later.score[190:] = 9.0
    assert judged(later, LDN) == judged(until(whole, 183), LDN)
    assert judged(whole, LDN, Phase("yoga", day(186)))[0] == judged(whole, LDN)[0]


def test_a_direction_that_a_later_look_withdraws_says_so():
    for_a_month = diary(250, (100, -2.5), (128, 4.5), sd=0.8)
    [first] = judged(until(for_a_month, 130), LDN)
    assert (first.verdict, first.withdrawn) == (Verdict.LOWER, None)
    [second] = judged(until(for_a_month, 183), LDN)
    assert not second.verdict.has_direction
    assert second.withdrawn is Verdict.LOWER


def test_refusals_by_name():
    whole = diary(250)
    assert judged(whole, Phase("oxycodone", day(-30)))[0].reasons == ("covers_all_days",)
    [before, _] = judged(whole, Phase("oxycodone", day(-30), day(120)))
    assert (before.reasons, before.days_before) == (("too_few_days_before",), 0)
    assert judged(whole, Phase("LDN", day(34)))[0].reasons == ("too_few_days_before",)
    assert judged(whole, Phase("LDN", day(35)))[0].verdict is not Verdict.NOT_JUDGED
    [few] = judged(until(without(whole, 110), 127), LDN)
    assert (few.reasons, few.days_after, few.next_look_date) == (("too_few_days_after",), 27, day(155))
    rare = without(whole, *(number for number in range(100, 250) if number % 5 > 1))
    assert judged(rare, LDN)[0].reasons == ("too_many_days_missing",)
    assert judged(replace(whole, score=np.round(whole.score / 20)), LDN)[0].reasons == ("outcome_hardly_varies",)
    slow = Phase("LDN", day(100), ramp_days=150)
    assert judged(without(diary(400), *range(120, 250)), slow)[0].reasons == ("same_course_as_time",)


def test_scores_that_two_levels_explain_whole_are_refused():
    flat = diary(250)
    flat.score[:] = np.where(np.arange(250) < 100, 6.0, 3.0)
    flat.score[100] = 4.5
    assert judged(flat, replace(LDN, ramp_days=1))[0].reasons == ("outcome_hardly_varies",)


def test_a_short_course_is_over_too_soon():
    [course] = judged(diary(250), Phase("prednisone", day(100), day(109)))
    assert (course.change, course.reasons, course.days_after) == ("start", ("over_within_two_weeks",), 10)
    assert (course.after_from, course.after_until) == (day(100), day(109))


@pytest.mark.parametrize(("last", "next_change"), [(110, 127), (150, 127), (150, 105)])
def test_a_change_that_never_reaches_its_first_look_is_refused_at_once(last, next_change):
    found = judged(diary(last), replace(LDN, ramp_days=10), Phase("yoga", day(next_change + 10)))[0]
    assert (found.verdict, found.reasons) == (Verdict.NOT_JUDGED, ("next_change_too_soon",))
    assert (found.look, found.next_look_date) == (0, None)
    assert (found.after_from, found.after_until) == (day(100), day(next_change + 9))


def test_a_change_has_its_looks_until_the_next_one_and_no_other():
    whole = diary(300, (100, -2.5))
    for next_change, look in ((128, 1), (155, 1), (156, 2), (183, 2), (184, 3)):
        found = judged(whole, LDN, Phase("yoga", day(next_change)))[0]
        assert (found.look, found.look_date, found.next_look_date) == (look, day(99 + 28 * look), None)
        assert (found.verdict, found.days_after) == (Verdict.LOWER, 28 * look)


def test_more_days_may_be_asked_for_than_the_first_look_has():
    plan = {"study": {"time_zone": "UTC"}, "rules": {"min_days_phase": 40}}
    strict = Study(folder=Path(), plan=Plan.model_validate(plan))
    phases = in_order([LDN, Phase("yoga", day(150))])
    first, *_ = changes_of("anna", phases, diary(250), strict)
    assert first.finding.reasons == ("next_change_too_soon",)


def test_a_change_after_the_last_score_or_wholly_before_the_first_is_none_of_the_diary():
    whole = diary(100)
    assert judged(whole, Phase("yoga", day(100))) == []
    assert judged(whole, Phase("yoga", day(-300), day(-100))) == []
    both = judged(whole, Phase("yoga", day(-300)), Phase("LDN", day(-100)))
    assert [found.reasons for found in both] == [("covers_all_days",)] * 2


def test_from_an_opioid_to_two_doses_of_naltrexone_two_changes_are_judged():
    found = judged(
        diary(250),
        Phase("oxycodone", day(-20), day(99)),
        Phase("LDN", day(100), day(159), 1.5, "mg"),
        Phase("LDN", day(160), None, 4.5, "mg"),
    )
    assert [one.names for one in found] == [("oxycodone",), ("LDN", "oxycodone"), ("LDN",)]
    assert [one.actions for one in found] == [("start",), ("start", "stop"), ("dose",)]
    assert [one.verdict is Verdict.NOT_JUDGED for one in found] == [True, False, False]
    assert (found[2].doses_before, found[2].doses_after, found[2].dose_units) == ((1.5,), (4.5,), ("mg",))


def test_an_event_of_one_day_that_acts_for_some_time_is_judged_like_a_phase():
    [start, end] = judged(diary(250, (100, -2.5), (160, 2.5)), Phase("steroid injection", day(100), day(159)))
    assert (start.verdict, end.verdict) == (Verdict.LOWER, Verdict.HIGHER)


def test_what_is_left_on_equally_long_nights():
    longer = diary(250, (100, -2.0), sd=0.5)
    longer.sleep_h[100:] += 2.0
    longer.score[:] -= longer.sleep_h - 7
    [found] = judged(longer, LDN)
    assert found.estimate == pytest.approx(-4, abs=0.5)
    assert found.sleep_estimate == pytest.approx(-2, abs=0.5)
    longer.sleep_h[100:] = np.nan
    assert judged(longer, LDN)[0].sleep_estimate is None


def test_later_weeks_are_compared_with_the_first_only_in_whole_windows():
    fading = diary(250, (100, -3.0), sd=0.6)
    fading.score[100:184] += np.arange(84) / 30
    [found] = judged(fading, LDN)
    assert found.later_low < 1.0 < found.later_high
    assert found.later_low > 0
    assert judged(until(fading, 180), LDN)[0].later_estimate is None
    assert judged(diary(250, (100, -3.0)), LDN)[0].later_estimate is None  # nothing there: nothing is said


SAME = ("verdict", "reasons", "look", "withdrawn", "days_before", "days_after")


def same(found: ChangeFinding) -> tuple[Any, ...]:
    return tuple(getattr(found, name) for name in SAME)


def test_days_and_the_order_of_entries_make_no_difference():
    whole, yoga = diary(250, (100, -1.5)), Phase("yoga", day(150))
    found, shifted = judged(whole, LDN, yoga), judged(replace(whole, day=whole.day + 900), *(
        replace(phase, start_date=phase.start_date + timedelta(days=900)) for phase in (yoga, LDN)
    ))  # fmt: skip
    assert [same(one) for one in shifted] == [same(one) for one in found]
    assert [one.estimate for one in shifted] == pytest.approx([one.estimate for one in found], abs=1e-9)


def test_another_scale_changes_the_points_and_nothing_else():
    whole = diary(250, (100, -2.0))
    [found], [percent] = judged(whole, LDN), judged(whole, LDN, scale=(0, 100))
    assert same(percent) == same(found)
    for name in ("estimate", "low", "high", "week_high", "trend_low", "could_show", "level_before_low", "placebo"):
        assert getattr(percent, name) == pytest.approx(10 * getattr(found, name), abs=1e-9)
    assert percent.third_most == found.third_most
    [from_one] = judged(whole, LDN, scale=(1, 5))
    assert from_one.level_before == pytest.approx(1 + 0.4 * found.level_before)
    assert from_one.placebo == pytest.approx(0.4 * found.placebo)


def test_adding_a_change_adds_it_to_the_estimate():
    whole = diary(250, (100, -1.0))
    [found] = judged(whole, LDN)
    [more] = judged(replace(whole, score=whole.score - 1.5 * (np.arange(250) >= 100)), LDN)
    assert more.estimate == pytest.approx(found.estimate - 1.5, abs=1e-9)
    assert more.high - more.low == pytest.approx(found.high - found.low, abs=1e-9)
