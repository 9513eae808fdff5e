"""The table of mutants stays usable: each changes one place of a file that exists, and names tests that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutants import ROOT, read_mutants
from tests.test_reliability import defined_tests

MUTANTS = read_mutants()
FEWEST = 60


def test_there_are_enough_mutants_and_none_twice():
    changes = {(mutant.file, mutant.original, mutant.changed) for mutant in MUTANTS}
    assert len(changes) == len(MUTANTS) >= FEWEST
    assert len({mutant.breaks for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{Path(mutant.file).name}: {mutant.breaks}")
def test_a_mutant_changes_one_place_and_names_tests_that_exist(mutant):
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.original) == 1
    assert mutant.changed != mutant.original
    assert mutant.tests
    for test in mutant.tests:
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file()
        assert not name or name in defined_tests(ROOT / file)
