"""Days on which diaries log a treatment: phases, doses as needed, sessions."""

from datetime import date, timedelta

import pytest

from painstats.frame.logged_days import LoggedDay, phases_and_days

FIRST = date(2026, 1, 1)


def logged(*offsets, dose=4.5, name="naltrexone", kind="medicine"):
    return [LoggedDay("ann", name, kind, FIRST + timedelta(days=day), dose, dose and "mg") for day in offsets]


def found(days, last=400):
    """(first day, last day, dose) of each phase, days counted from 0."""
    phases, _ = phases_and_days(days, {"ann": FIRST + timedelta(days=last)})
    return [
        ((each.start_date - FIRST).days, each.end_date and (each.end_date - FIRST).days, each.dose) for each in phases
    ]


def test_a_medicine_of_most_days_is_a_phase_and_one_taken_now_and_then_is_not():
    assert found(logged(*range(30))) == [(0, 29, 4.5)]
    assert found(logged(*range(0, 60, 3))) == []


def test_a_fortnight_at_five_days_of_seven_is_the_least():
    week = [0, 1, 2, 4, 6]
    assert found(logged(*week, *(7 + day for day in week))) == [(0, 13, 4.5)]
    assert found(logged(*range(13))) == []
    assert found(logged(0, 1, 2, 4, 7, 8, 9, 11, 13)) == []


def test_a_week_without_a_log_is_forgotten_a_longer_break_is_one():
    assert found(logged(*range(40), *range(47, 80))) == [(0, 79, 4.5)]
    assert found(logged(*range(40), *range(48, 80))) == [(0, 39, 4.5), (48, 79, 4.5)]


def test_what_is_logged_until_the_end_of_the_data_goes_on():
    assert found(logged(*range(30)), last=36) == [(0, None, 4.5)]
    assert found(logged(*range(30)), last=37) == [(0, 29, 4.5)]


def test_a_new_dose_is_a_new_phase_and_a_tablet_more_is_not():
    days = [*logged(*range(20), dose=1.5), *logged(20, dose=3.0), *logged(*range(21, 40), dose=1.5)]
    assert found([*days, *logged(*range(40, 60), dose=4.5)]) == [(0, 39, 1.5), (40, 59, 4.5)]


def test_a_titration_keeps_its_steps():
    days = [*logged(*range(7), dose=1.5), *logged(*range(7, 14), dose=3.0), *logged(*range(14, 40), dose=4.5)]
    assert found(days) == [(0, 6, 1.5), (7, 13, 3.0), (14, 39, 4.5)]


def test_ever_changing_doses_are_one_phase_without_a_dose():
    assert found([day for n in range(20) for day in logged(n, dose=1.0 + n % 2)]) == [(0, 19, None)]


def test_sessions_are_a_course_from_the_first_to_the_last():
    massage = {"dose": None, "name": "Massage", "kind": "massage"}
    assert found(logged(0, 7, 14, 35, **massage)) == [(0, 35, None)]
    assert found(logged(0, 30, **massage)) == []


def test_names_are_the_same_whatever_their_capitals():
    days = [*logged(*range(0, 30, 2)), *logged(*range(1, 30, 2), name=" Naltrexone")]
    assert found(days) == [(0, 29, 4.5)]


@pytest.mark.parametrize(("offsets", "in_phase"), [(range(20), True), (range(0, 40, 4), False)])
def test_every_day_says_whether_it_is_one_of_a_phase(offsets, in_phase):
    _, days = phases_and_days(logged(*offsets), {})
    assert [day.is_in_phase for day in days] == [in_phase] * len(offsets)
