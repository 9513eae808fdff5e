"""Which starts, stops and doses are one change, and which days it is judged on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from painstats.questions.treatment.changes import alterations, changes
from painstats.questions.treatment.columns import treatment_columns
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.treatment.rule import Estimated, verdict_of
from painstats.questions.treatment.windows import windows

FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def phase(name: str, start: int, last: int | None = None, dose: float | None = None, **more: int) -> Phase:
    unit = None if dose is None else "mg"
    return Phase(name, day(start), None if last is None else day(last), dose, unit, **more)


def number(of: date) -> int:
    return (of - FIRST).days


def altered(*phases: Phase) -> list[tuple[int, str, str, float | None, float | None]]:
    found = alterations(in_order(phases))
    return [(number(one.date), one.action, one.name, one.dose_before, one.dose_after) for one in found]


def judged(*phases: Phase) -> list[tuple[int, int, str, tuple[str, ...]]]:
    found = changes(in_order(phases))
    return [
        (number(one.first_date), number(one.last_date), one.kind, tuple(part.name for part in one.alterations))
        for one in found
    ]


def test_a_start_a_new_dose_and_a_stop_are_alterations():
    assert altered(phase("LDN", 10, 49, 1.5), phase("ldn", 50, 99, 4.5)) == [
        (10, "start", "LDN", None, 1.5),
        (50, "dose", "ldn", 1.5, 4.5),
        (100, "stop", "ldn", 4.5, None),
    ]


def test_a_break_within_the_wash_out_is_no_stop():
    broken = phase("LDN", 10, 49, 1.5, wash_out_days=5), phase("LDN", 55, None, 1.5)
    assert altered(*broken) == [(10, "start", "LDN", None, 1.5)]
    longer = phase("LDN", 10, 49, 1.5, wash_out_days=5), phase("LDN", 56, None, 1.5)
    assert [action for _, action, *_ in altered(*longer)] == ["start", "stop", "start"]


def test_the_next_entry_ends_one_that_was_left_open():
    assert [action for _, action, *_ in altered(phase("LDN", 10, None, 1.5), phase("LDN", 50, None, 4.5))] == [
        "start",
        "dose",
    ]


@pytest.mark.parametrize(
    ("days_apart", "expected"),
    [
        (13, [(100, 113, "several", ("yoga", "pilates"))]),
        (14, [(100, 100, "start", ("yoga",)), (114, 114, "start", ("pilates",))]),
    ],
)
def test_changes_thirteen_days_apart_are_one_and_fourteen_days_apart_two(days_apart, expected):
    assert judged(phase("yoga", 100), phase("pilates", 100 + days_apart)) == expected


def test_a_titration_is_one_change_of_one_treatment():
    steps = phase("LDN", 0, 9, 1.5), phase("LDN", 10, 19, 3.0), phase("LDN", 20, None, 4.5)
    [change] = changes(in_order(steps))
    assert (number(change.first_date), number(change.last_date), change.kind) == (0, 20, "start")
    assert [(one.dose_before, one.dose_after) for one in change.alterations] == [(None, 4.5)]


def test_from_an_opioid_to_two_doses_of_naltrexone_are_two_changes():
    found = judged(phase("oxycodone", -50, 59), phase("LDN", 60, 119, 1.5), phase("LDN", 120, None, 4.5))
    assert found == [
        (-50, -50, "start", ("oxycodone",)),
        (60, 60, "several", ("LDN", "oxycodone")),
        (120, 120, "dose", ("LDN",)),
    ]


def test_a_short_course_is_no_lasting_change():
    [course] = changes(in_order([phase("prednisone", 10, 19)]))
    assert (course.kind, course.is_lasting) == ("start", False)
    [pause] = changes(in_order([phase("LDN", 0, 99), phase("LDN", 105)]))[1:]
    assert (pause.kind, pause.is_lasting) == ("stop", False)


def test_what_is_left_of_a_ramp_and_a_wash_out_counts():
    [change] = changes(in_order([phase("A", 0, ramp_days=20), phase("B", 6, ramp_days=3)]))
    assert (change.ramp_days, number(change.in_full_date)) == (14, 20)


def bounds(window, **which) -> tuple[int, int]:
    first, last = window(**which)
    return number(first), number(last)


def test_a_window_reaches_from_one_change_to_the_next():
    phases = in_order([phase("A", 0, 199, ramp_days=6, wash_out_days=5), phase("B", 100)])
    _, started, stopped = windows(changes(phases))
    assert bounds(started.before, week_before=True) == (9, 99)
    assert bounds(started.before, week_before=False) == (9, 92)
    assert bounds(started.after) == (100, 183)
    assert bounds(started.after, until=day(127)) == (100, 127)
    assert bounds(stopped.before, week_before=False) == (109, 192)
    assert bounds(stopped.after) == (205, 288)


def test_a_window_begins_when_the_change_before_acts_in_full():
    first, second = windows(changes(in_order([phase("A", 0, ramp_days=6), phase("B", 40, ramp_days=9)])))
    assert bounds(first.after) == (0, 39)
    assert bounds(second.before, week_before=True) == (6, 39)


@pytest.mark.parametrize(
    ("next_change", "looks"),
    [
        (None, [33, 61, 89]),
        (33, []),  # 27 days in full effect
        (34, [33]),
        (61, [33]),
        (62, [33, 61]),
        (89, [33, 61]),
        (90, [33, 61, 89]),
        (95, [33, 61, 89]),
    ],
)
def test_looks_are_at_days_28_56_and_84_in_full_effect_before_the_next_change(next_change, looks):
    others = [] if next_change is None else [phase("B", next_change)]
    window, *_ = windows(changes(in_order([phase("A", 0, ramp_days=6), *others])))
    assert [number(one) for one in window.look_dates] == looks
    assert window.days_at_last_look == (looks[-1] - 5 if looks else 0)


def test_columns_rise_over_the_ramp_while_the_old_dose_fades():
    phases = in_order([phase("LDN", 0, 9, 1.5), phase("LDN", 10, 19, 4.5, ramp_days=3)])
    days = np.arange(FIRST.toordinal() - 1, FIRST.toordinal() + 21)
    low, full = treatment_columns(phases, days).values()
    assert low.tolist() == [0, *[1] * 10, 0.75, 0.5, 0.25, *[0] * 8]
    assert full.tolist() == [*[0] * 11, 0.25, 0.5, 0.75, *[1] * 7, 0]


LOWER, HIGHER, SMALL = (-3, -1, 0.99), (1, 3, 0.01), (-0.9, 0.9, 0.5)
BARELY, WIDE, LEFT, RIGHT = (-2, 0, 0.975), (-2, 2, 0.5), (-1.1, 0.9, 0.6), (-0.9, 1.1, 0.4)


@pytest.mark.parametrize(
    ("without_week", "with_week", "expected"),
    [
        (LOWER, LOWER, ("lower", ())),
        (BARELY, BARELY, ("lower", ())),
        (HIGHER, HIGHER, ("higher", ())),
        (LOWER, HIGHER, ("not_determined", ("hangs_on_the_days_before",))),
        (LOWER, WIDE, ("not_determined", ("hangs_on_the_days_before",))),
        (SMALL, HIGHER, ("not_determined", ("hangs_on_the_days_before",))),
        (SMALL, SMALL, ("at_most_small", ("inside_smallest_change",))),
        (SMALL, LEFT, ("not_determined", ("interval_too_wide",))),
        (RIGHT, SMALL, ("not_determined", ("interval_too_wide",))),
        (WIDE, WIDE, ("not_determined", ("interval_too_wide",))),
    ],
)
def test_the_rule(without_week, with_week, expected):
    first, second = (
        Estimated(estimate=(low + high) / 2, low=low, high=high, sd=1.0, below_zero=below)
        for low, high, below in (without_week, with_week)
    )
    assert verdict_of(first, second, 1.0) == expected
