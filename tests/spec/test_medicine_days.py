"""Days of medicine use by month."""

from datetime import date

from painstats.frame.logged_days import LoggedDay
from painstats.frame.medicine_days import months_of_use
from painstats.frame.phase import Phase

FIRST, LAST = date(2026, 1, 30), date(2026, 3, 2)


def phase(name, first, last=None, kind="medicine"):
    return Phase("ann", name, kind, first, last)


def logged(name, *dates, kind="medicine", is_in_phase=False):
    return [LoggedDay("ann", name, kind, day, 400.0, "mg", is_in_phase) for day in dates]


def counts(phases=(), days=()):
    return [
        (month.month.month, month.days, month.used, month.as_needed)
        for month in months_of_use(phases, days, FIRST, LAST)
    ]


def test_phases_and_logged_days_are_counted_by_month_within_the_diary():
    days = logged("Ibuprofen", date(2026, 1, 29), date(2026, 1, 31), date(2026, 2, 5), date(2026, 3, 2))
    assert counts([phase("naltrexone", date(2025, 6, 1), date(2026, 2, 10))], days) == [
        (1, 2, {"naltrexone": 2, "Ibuprofen": 1}, 1),
        (2, 28, {"naltrexone": 10, "Ibuprofen": 1}, 1),
        (3, 2, {"naltrexone": 0, "Ibuprofen": 1}, 1),
    ]


def test_a_day_counts_once_for_a_medicine_and_for_all_as_needed():
    day = date(2026, 2, 5)
    days = [*logged("ibuprofen", day), *logged("Triptan", day), *logged("ldn", day, is_in_phase=True)]
    assert counts([phase("LDN", day, day)], days)[1] == (2, 28, {"ldn": 1, "ibuprofen": 1, "Triptan": 1}, 1)


def test_a_medicine_that_goes_on_counts_until_the_last_day():
    assert [month[2]["x"] for month in counts([phase("x", date(2026, 2, 27))])] == [0, 2, 2]


def test_injections_and_supplements_are_no_days_of_use():
    assert counts([phase("cortisone", FIRST, kind="injection")], logged("zinc", FIRST, kind="supplement")) == []
    assert counts([phase("x", date(2025, 1, 1), date(2025, 2, 1))]) == []
