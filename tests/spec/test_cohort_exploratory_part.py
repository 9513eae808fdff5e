"""The cohort page's part on exploratory questions: averages of every kind, and counts that no participant can be recognised in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from painstats.questions.exploratory.label import contrast_label
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.exploratory import exploratory_part
from painstats.store.rows import replace_rows

SLEEP = "total_sleep_time_min_lag0"
AVERAGE = ContrastAverage(
    "change", "pain", "", SLEEP, "change_per_30_days", "hour of sleep", 9, 2, Verdict.HIGHER, ("link_changed",),
    estimate=0.12, se=0.03, df=8, low=0.05, high=0.19, p=0.0009, sd_between=0.04,
)  # fmt: skip
FINDING = ContrastFinding(
    "p1", "change", "pain", "", SLEEP, "change_per_30_days", "hour of sleep", date(2026, 6, 1), 120, None, 2,
    Verdict.NOT_DETERMINED,
)  # fmt: skip


@pytest.fixture
def keep(store):
    def kept(averages, findings):
        replace_rows(store, "contrast_average", ContrastAverage, averages)
        replace_rows(store, "contrast_finding", ContrastFinding, findings)
        return exploratory_part(store)

    return kept


def people(number, verdict):
    return [replace(FINDING, participant_id=f"{verdict}{place}", verdict=verdict) for place in range(number)]


def test_averages_are_listed_with_their_tests(keep):
    [part] = keep([AVERAGE], [])
    [table] = part.tables
    assert part.heading == "More questions, on average"
    assert table.rows == (
        ("Sleep, change of the slope in 30 days", "hour of sleep", "0.12", "0.05 to 0.19", "< 0.001", "–", "0.04", "9", "Higher"),
    )  # fmt: skip


def test_another_outcome_is_named_and_adjusted_p_values_say_for_how_many(keep):
    other = replace(AVERAGE, item="mood", p_adjusted=0.0018)
    [part] = keep([other], [])
    assert part.tables[0].rows[0][0] == "Mood: sleep, change of the slope in 30 days"
    assert part.tables[0].rows[0][5] == "0.002"
    assert part.paragraphs[1] == "p is adjusted within each kind of question: 2 questions (change)."


def test_few_participants_are_neither_averaged_nor_counted(keep):
    assert keep([replace(AVERAGE, participants=4, estimate=None, low=None, high=None)], people(4, Verdict.LOWER)) == ()
    [part] = keep([], [*people(4, Verdict.HIGHER), *people(5, Verdict.NOT_DETERMINED)])
    [table] = part.tables
    assert table.head[2:] == ("Lower", "Higher", "At most small", "Not determined", "Not judged")
    assert table.rows == (("Sleep, change of the slope in 30 days", "9", "0", "< 5", "0", "5", "0"),)


def test_a_kind_that_the_plan_does_not_ask_is_not_shown(keep):
    assert keep([replace(AVERAGE, kind="no_longer_asked")], []) == ()


@pytest.mark.parametrize(
    ("exposure", "contrast", "label"),
    [("step_count_lag1", "later", "steps, later"), ("swimming", "session", "swimming, session"),
     ("total_sleep_time_min_lag0", "through_sleep", "sleep, through sleep")],
)  # fmt: skip
def test_a_kind_without_labels_of_its_own_reads_well(exposure, contrast, label):
    assert contrast_label(exposure, contrast) == label
