"""A change of the rules of verdicts is recorded, and known as one that came after results."""

from __future__ import annotations

from painstats.findings import find
from painstats.findings.changed_rules import VerdictRules, last_change
from painstats.store import open_store
from tests.made_up_study import fill, plan, small_study

USUAL = VerdictRules((60, 90, 120, 180, 270, 365), 0.05, 1.0)


def test_rules_that_never_changed_are_no_change(tmp_path):
    with open_store(small_study(tmp_path / "study")) as store:
        fill(store, people={"p01": 30})
        find(store)
        assert last_change(store) is None


def test_rules_that_change_after_results_are_a_change_until_they_change_again(tmp_path):
    study = small_study(tmp_path / "study")
    with open_store(study) as store:
        fill(store, people={"p01": 30})
    later = study.model_copy(update={"plan": plan(rules={"matters": 0.5, "looks": [45, 90]})})
    with open_store(later) as store:
        find(store)
        find(store)
        change = last_change(store)
    assert (change.before, change.after) == (USUAL, VerdictRules((45, 90), 0.05, 0.5))
    with open_store(study) as store:
        find(store)
        assert last_change(store).after == USUAL
