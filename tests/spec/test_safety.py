"""An opioid with naltrexone: found by names and dates alone."""

from datetime import date, timedelta

import pytest

from painstats.frame.phase import Phase
from painstats.frame.safety import (
    BLOCKER_BRANDS,
    OPIOID_BRANDS,
    is_blocker,
    is_opioid,
    opioids_with_blockers,
)

FIRST = date(2026, 1, 1)


def phase(name, first, last=None, participant="ann"):
    end = None if last is None else FIRST + timedelta(days=last)
    return Phase(participant, name, "medicine", FIRST + timedelta(days=first), end)


def pairs(*phases):
    return [(pair.opioid, pair.blocker) for pair in opioids_with_blockers(phases)]


@pytest.mark.parametrize(
    ("opioid", "blocker", "is_too_close"),
    [
        ((0, 20), (10, 30), True),
        ((0, None), (10, None), True),
        ((0, 20), (34, None), True),
        ((0, 20), (35, None), False),
        ((43, 50), (0, 40), True),
        ((44, 50), (0, 40), False),
        ((5, 5), (0, 40), True),
    ],
)
def test_entries_that_overlap_or_follow_too_soon_are_found(opioid, blocker, is_too_close):
    assert bool(pairs(phase("oxycodone", *opioid), phase("naltrexone", *blocker))) is is_too_close


def test_a_pair_of_names_is_found_once_and_only_of_one_participant():
    oxycodone = [phase("Oxycodone", 0, 5), phase("oxycodone ", 8, 9), phase("oxycodone", 0, 5, participant="bob")]
    assert pairs(*oxycodone, phase("LDN", 0), phase("morphine", 0, 1)) == [("Oxycodone", "LDN"), ("morphine", "LDN")]


@pytest.mark.parametrize(
    "name",
    ["Oxycodone 5 mg", "OxyContin (oxycodone)", "paracetamol/codeine", "Tramadol", "Oxycodon", "Levomethadon",
     "naltrexone + oxycodone", "buprenorphine patch", "Morfine", "codeïne 30 mg", "Buprénorphine", "méthadone",
     "péthidine", "buprenorfine", "oxicodona", "fentanilo"],
)  # fmt: skip
def test_opioids_are_known_by_name(name):
    assert is_opioid(name)
    assert not is_blocker(name)


@pytest.mark.parametrize("name", OPIOID_BRANDS)
def test_opioids_are_known_by_brand(name):
    assert is_opioid(f"{name.title()} 20 mg")
    assert not is_blocker(name)


@pytest.mark.parametrize("name", [*BLOCKER_BRANDS, "ReVia 50 mg", "Mysimba"])
def test_blockers_are_known_by_brand(name):
    assert is_blocker(name)
    assert not is_opioid(name)


@pytest.mark.parametrize("name", ["Embeda (morphine and naltrexone)", "Targin 10/5", "Suboxone", "Valoron N"])
def test_an_opioid_with_a_blocker_in_it_is_an_opioid(name):
    assert is_opioid(name)
    assert not is_blocker(name)


@pytest.mark.parametrize(
    "name", ["naltrexone", "Low-Dose Naltrexone", "LDN 4.5", "low dose (ldn)", "Naltrexon", "nalmefene"]
)
def test_blockers_are_known_by_name(name):
    assert is_blocker(name)
    assert not is_opioid(name)


@pytest.mark.parametrize(
    "name",
    ["ibuprofen", "apomorphine", "apomorfine", "yoga", "goldnugget", "naloxone spray", "Relistor (methylnaltrexone)",
     "ultramagnesium", "palexiana", "endorphins", "Norcold"],
)  # fmt: skip
def test_other_names_are_neither(name):
    assert not is_opioid(name)
    assert not is_blocker(name)
