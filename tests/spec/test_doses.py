"""Doses that are larger than any on a label: most often the unit is wrong."""

from __future__ import annotations

import pytest

from painstats.plan.doses import LABEL_MG, LARGEST_MG, expected_dose, is_possible_dose, largest_mg


@pytest.mark.parametrize(
    ("dose", "unit", "name", "is_possible"),
    [
        (4500, "mg", "naltrexone", False),
        (4500, "µg", "naltrexone", True),
        (4500, "mcg", "Low-dose Naltrexon", True),
        (4500, "mg", "LDN", False),
        (150, "mg", "Naltrexon", True),
        (151, "mg", "Naltrexon", False),
        (4, "g", "Paracétamol 500", True),
        (4.5, "g", "Acetaminophen", False),
        (3200, "mg", "Ibuprofène", True),
        (3201, "mg", "ibuprofen", False),
        (0.5, "g", "oxycodone", False),
        (360, "mg", "codeïne", True),
        (300, "mg", "Dihydrocodein", False),
        (4500, None, "naltrexone", True),
        (30, "drops", "tramadol", True),
        (49, "g", "glycine", True),
        (51, "g", "glycine", False),
    ],
)
def test_a_dose_above_that_of_a_label_is_asked_about(dose, unit, name, is_possible):
    assert is_possible_dose(dose, unit, name, "medicine") is is_possible


@pytest.mark.parametrize(
    ("name", "kind"),
    [("naltrexone", "injection"), ("Ibuprofen gel", "medicine"), ("Oxycodone patch", "medicine"), ("morphine", "medicine")],
)  # fmt: skip
def test_what_is_not_taken_by_mouth_or_has_no_largest_dose_has_no_limit_by_name(name, kind):
    assert largest_mg(name, kind) == LARGEST_MG


def test_two_medicines_in_one_name_may_have_the_larger_dose():
    assert is_possible_dose(600, "mg", "paracetamol/codeine", "medicine")
    assert is_possible_dose(600, "mg", "Tylenol with codeine", "medicine")


def test_the_message_says_what_was_expected_and_what_to_do():
    assert expected_dose("naltrexone", "medicine") == (
        "expected at most 150 mg a day; is the unit right (µg, mg, g)? If the dose is right, leave its unit out"
    )


def test_every_name_of_the_table_is_found():
    for names, largest in LABEL_MG.items():
        assert {largest_mg(name, "medicine") for name in names} == {largest}
