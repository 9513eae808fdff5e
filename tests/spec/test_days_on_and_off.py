"""Days on a treatment against days off it, where it came and went without a lot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from painstats.questions.treatment.compared import without_repeats
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.on_off import OnOff
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.verdict import Verdict
from tests.calibration.simulated_changes import AR6, car1_interval, scored
from tests.spec.test_judged_changes import FIRST, day, diary, judged, until

ABAB = (Phase("naltrexone", day(90), day(145), 4.5, "mg"), Phase("naltrexone", day(202), day(257), 4.5, "mg"))
OTHERS = (
    Phase("oxycodone", day(-40), day(60)),
    Phase("physiotherapy", day(60), day(117)),
    Phase("yoga", day(165), day(220)),
    Phase("nerve block", day(140), day(195)),
    Phase("amitriptyline", day(240), None, 10, "mg"),
)
TRUE = {
    "naltrexone": -2.0,
    "oxycodone": -2.5,
    "physiotherapy": -1.0,
    "yoga": 0.5,
    "nerve block": -2.5,
    "amitriptyline": -0.5,
}


def on_off(found: list[ChangeFinding]) -> list[ChangeFinding]:
    return [one for one in found if one.change == "on_off"]


def among_others(seed: int) -> Diary:
    number = np.arange(300)
    values = 7.0 + 0.7 * AR6.drawn(np.random.default_rng(seed), 300, 1)[:, 0]
    for phase in (*ABAB, *OTHERS):
        last = 300 if phase.last_date is None else (phase.last_date - FIRST).days
        values += TRUE.get(phase.name, 0.0) * ((number >= (phase.start_date - FIRST).days) & (number <= last))
    return Diary(FIRST.toordinal() + number, scored(values), np.full(300, np.nan))


def test_naltrexone_that_came_and_went_among_five_others_is_found_with_its_size():
    naive = covered = 0
    for seed in range(5):
        whole = among_others(seed)
        [found] = on_off(judged(whole, *ABAB, *OTHERS))
        assert (found.names, found.doses_after, found.look) == (("naltrexone",), (4.5,), 3)
        covered += found.low < -2 < found.high
        until_look = until(whole, (found.look_date - FIRST).days)
        share = sum(
            (until_look.day >= phase.start_date.toordinal()) & (until_look.day <= phase.last_date.toordinal())
            for phase in ABAB
        ).astype(float)
        low, high = car1_interval(until_look.day, until_look.score, share)
        naive += low < -2 < high
    assert covered == 5
    assert naive == 0  # days with against days without, with CAR(1) residuals and without the other treatments


def test_a_single_phase_is_no_days_on_against_days_off():
    assert on_off(judged(diary(250), Phase("yoga", day(100), day(150)))) == []


def test_each_start_and_stop_is_judged_as_well():
    found = judged(diary(300), *ABAB)
    assert [one.change for one in found] == ["start", "stop", "start", "stop", "on_off"]


def looks_at(*phases: Phase) -> list[int]:
    return [(one - FIRST).days for one in OnOff(phases[0].level, in_order(phases)).look_dates()]


def test_looks_are_on_days_28_56_and_84_after_the_second_phase_acts_in_full():
    assert looks_at(*ABAB) == [229, 257, 285]
    third = Phase("Naltrexone", day(290), None, 4.5, "mg")
    assert looks_at(*ABAB, third) == [229, 257, 285]  # what comes later changes no look
    assert looks_at(ABAB[0], replace(third, ramp_days=4)) == [321, 349, 377]


def test_short_phases_are_first_looked_at_when_they_make_28_days_in_all():
    block = [Phase("nerve block", day(start), day(start + 9)) for start in (0, 90, 180, 270)]
    assert looks_at(*block) == [207, 235, 263]
    assert looks_at(*block[:2]) == []
    risen = [replace(each, ramp_days=4) for each in block]
    assert looks_at(*risen) == [301, 329, 357]  # each of them on for eight days


def test_naltrexone_that_came_and_went_has_its_looks():
    whole = diary(300, (90, -2.5), (146, 2.5), (202, -2.5), (258, 2.5))
    [early] = on_off(judged(until(whole, 228), *ABAB))
    assert (early.look, early.reasons, early.next_look_date) == (0, ("before_first_look",), day(229))
    [late] = on_off(judged(whole, *ABAB))
    assert (late.look, late.verdict, late.last_date) == (3, Verdict.LOWER, day(202))
    assert late.low < -2.5 < late.high


def test_days_of_wash_out_and_before_every_change_are_left_out():
    washed = [Phase("A", day(100), day(129), wash_out_days=5), Phase("A", day(150), day(189)), Phase("B", day(170))]
    treatment = OnOff(washed[0].level, in_order(washed))
    kept = treatment.compared(diary(250), week_before=False, until=day(200)).day - FIRST.toordinal()
    gone = set(range(9, 201)) - set(kept.tolist())
    starts_and_stops = (100, 130, 150, 170, 190)
    weeks = {start - back for start in starts_and_stops for back in range(1, 8)}
    assert gone == weeks | set(range(130, 135))
    with_week = treatment.compared(diary(250), week_before=True, until=day(200)).day - FIRST.toordinal()
    assert set(range(9, 201)) - set(with_week.tolist()) == set(range(130, 135))


def test_treatments_with_the_same_days_are_refused_by_name():
    alike = [Phase("Pilates", one.start_date, one.last_date) for one in ABAB]
    found = on_off(judged(diary(300), *ABAB, *alike))
    assert [one.reasons for one in found] == [("same_days_as:Pilates",), ("same_days_as:naltrexone",)]


def test_too_few_days_on_and_off_are_refused():
    block = [Phase("nerve block", day(start), day(start + 13)) for start in (100, 200)]
    [few_on] = on_off(judged(diary(300), *block))
    assert (few_on.reasons, few_on.days_after, few_on.look) == (("too_few_days_with",), 14, 3)
    always = Phase("yoga", day(-50), day(100)), Phase("yoga", day(115))
    [few_off] = on_off(judged(diary(300), *always))
    assert few_off.reasons == ("too_few_days_without",)


@pytest.mark.parametrize(("last", "reason"), [(212, "too_few_days_with"), (213, "before_first_look")])
def test_fewer_than_28_days_on_have_no_look_to_wait_for(last, reason):
    block = Phase("nerve block", day(100), day(113)), Phase("nerve block", day(200), day(last))
    [found] = on_off(judged(diary(220), *block))
    assert (found.reasons, found.look) == ((reason,), 0)
    assert (found.next_look_date is None) == (reason == "too_few_days_with")


def test_a_column_that_others_repeat_is_left_out():
    first, second = np.array([0.0, 1, 1, 0, 0]), np.array([0.0, 0, 1, 1, 0])
    kept = without_repeats([first, second, first + second, 1 - first])
    assert len(kept) == 2


def test_a_treatment_that_rises_all_the_time_does_not_stop_the_trend():
    slow = Phase("patch", day(-50), ramp_days=900)
    [found] = on_off(judged(diary(300), *ABAB, slow))
    assert found.low < found.trend_estimate < found.high


@pytest.mark.parametrize("last", [date(2026, 12, 1), date(2027, 12, 1)])
def test_phases_that_are_still_to_come_do_not_count(last):
    coming = Phase("naltrexone", last, None, 4.5, "mg")
    assert on_off(judged(diary(120), ABAB[0], coming)) == []
