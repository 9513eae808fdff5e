"""Acute medicines by month, beside the limits of overuse in headache; and names of medicines in several languages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from painstats.frame.logged_days import LoggedDay
from painstats.frame.overuse import acute_use, overuse_limit
from painstats.frame.phase import Phase

FIRST, LAST = date(2026, 1, 15), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("Ibuprofen 400", 15),
        ("ibuprofène", 15),
        ("Paracetamol", 15),
        ("ASPIRIN complex", 15),
        ("Sumatriptan", 10),
        ("rizatriptán", 10),
        ("Tramadol", 10),
        ("co-codamol", 10),
        ("Excedrin", 10),
        ("Voltaren Gel", None),
        ("Aspirin protect 100", None),
        ("low-dose naltrexone", None),
        ("amitriptyline", None),
        ("Gelatine capsules", None),
    ],
)
def test_a_limit_follows_from_the_class_of_a_medicine(name, limit):
    assert overuse_limit(name) == limit


def logged(name, *days, **more):
    return [LoggedDay("ann", name, "medicine", day, None, None, **more) for day in days]


def days_from(first, number):
    return [first + timedelta(days=place) for place in range(number)]


def test_days_count_by_month_and_the_limit_itself_is_too_many():
    use = acute_use(
        [], logged("ibuprofen", *days_from(date(2026, 2, 1), 15), *days_from(date(2026, 3, 1), 14)), FIRST, LAST
    )
    assert use.months == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    [medicine] = use.medicines
    assert medicine.days == (0, 15, 14)
    assert medicine.is_overused == (False, True, False)
    assert use.together is None


def test_several_classes_together_have_the_lower_limit():
    february = days_from(date(2026, 2, 1), 6)
    use = acute_use(
        [],
        logged("ibuprofen", *february) + logged("triptan", *february[:1], *days_from(date(2026, 2, 7), 4)),
        FIRST,
        LAST,
    )
    assert [medicine.days for medicine in use.medicines] == [(0, 6, 0), (0, 5, 0)]
    assert use.together.days == (0, 10, 0)
    assert use.together.is_overused == (False, True, False)


def test_a_medicine_for_every_day_is_not_acute_unless_it_has_a_limit():
    every_day = [
        Phase("ann", "naltrexone", "medicine", date(2026, 1, 1), None, 4.5, "mg"),
        Phase("ann", "ibuprofen", "medicine", date(2026, 3, 1), None, 400.0, "mg"),
    ]
    use = acute_use(every_day, logged("herbal tea", date(2026, 2, 2)), FIRST, LAST)
    assert [(medicine.name, medicine.days, medicine.limit) for medicine in use.medicines] == [
        ("herbal tea", (0, 1, 0), None),
        ("ibuprofen", (0, 0, 31), 15),
    ]
    assert acute_use(every_day[:1], logged("ldn", FIRST, is_in_phase=True), FIRST, LAST) is None
