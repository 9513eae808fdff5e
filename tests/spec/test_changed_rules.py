"""A change of the rules of verdicts is recorded, and known as one that came after results."""

from __future__ import annotations

from painstats.findings import find
from painstats.findings.changed_rules import VerdictRules, last_change
from painstats.reports.dates import date_words
from painstats.reports.settings import settings_table
from painstats.store import open_store
from tests.made_up_study import fill, plan, small_study

USUAL = VerdictRules((60, 90, 120, 180, 270, 365), 0.05, 1.0)


def test_rules_that_never_changed_are_no_change(tmp_path):
    with open_store(small_study(tmp_path / "study")) as store:
        fill(store, people={"p01": 30})
        find(store)
        assert last_change(store) is None
        assert not [name for name, _ in settings_table(store).rows if "Changed" in name]


def test_rules_that_change_after_results_are_a_change_until_they_change_again(tmp_path):
    study = small_study(tmp_path / "study")
    with open_store(study) as store:
        fill(store, people={"p01": 30})
    later = study.model_copy(update={"plan": plan(rules={"matters": 0.5, "looks": [45, 90]})})
    with open_store(later) as store:
        find(store)
        find(store)
        change = last_change(store)
        rows = dict(settings_table(store).rows)
    said = rows[f"Changed on {date_words(change.on)}, after there were results"]
    assert said == (
        "before: answer days 60, 90, 120, 180, 270 and 365; chance of a false sign 5%; what matters 1 point of a scale "
        "from 0 to 10"
    )
    assert rows["Answer days (looks)"].startswith("at 45 and 90 days with a score, then at 270, 455, 820 and so on")
    assert rows["What matters"].startswith("0.5 points between a participant's low days and their high ones")
    assert (change.before, change.after) == (USUAL, VerdictRules((45, 90), 0.05, 0.5))
    with open_store(study) as store:
        find(store)
        assert last_change(store).after == USUAL
