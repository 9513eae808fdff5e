"""What pages say beside answers: exploratory questions apart, scores missing on bad days, whose measures are known."""

from __future__ import annotations

from painstats.daily import build_daily_table
from painstats.reports import write_reports
from painstats.store import open_store
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page

STEPS_EXPLORATORY = [
    {"kind": "daily", "measure": "total_sleep_time_min"},
    {"kind": "daily", "measure": "step_count", "confirmatory": False},
]
UNSCORED_AFTER_BAD_DAYS = """
DELETE FROM daily_built;
DELETE FROM self_report WHERE dayofyear(date) % 7 = 0;
UPDATE self_report SET value = 9 WHERE participant_id = 'p01' AND date IN (
    SELECT date FROM self_report WHERE participant_id = 'p01' AND date + 1 NOT IN (
        SELECT date FROM self_report WHERE participant_id = 'p01'))
"""


def page_of(folder, participant="p01", change="", **plan):
    with open_store(small_study(folder / "study", **plan)) as store:
        fill(store, people={"p01": 110, "p02": 110})
        if change:
            store.connection.execute(change)
            build_daily_table(store)
        write_reports(store)
    return read_page((folder / "study" / "reports" / f"{participant}.html").read_bytes()).text


def test_exploratory_questions_have_a_part_of_their_own(tmp_path):
    text = page_of(tmp_path, "p02", questions=STEPS_EXPLORATORY)
    findings, watched = text.index("Your answers"), text.rindex("More of your questions")
    assert findings < text.index("Sleep", findings) < watched
    assert "To watch" in text[watched:]
    assert "Of 20 people without any link, about one will see a pattern here." in text[watched:]
    assert "so they are patterns to watch, not answers." in text[watched:]


def test_without_exploratory_questions_and_medicines_there_are_no_such_parts(tmp_path):
    text = page_of(tmp_path)
    for heading in ("More of your questions", "before the next dose", "Days with medicines"):
        assert heading not in text


def test_scores_that_are_missing_after_bad_days_are_mentioned(tmp_path):
    text = page_of(tmp_path, change=UNSCORED_AFTER_BAD_DAYS)
    assert "More days without a score follow days with a high score (9.0 on average)" in text


def test_scores_that_are_missing_at_random_are_not(tmp_path):
    assert "days without a score follow" not in page_of(tmp_path)


def test_the_participant_flow_counts_those_whose_measures_are_known_often_enough(tmp_path):
    """p05 has 15 days with a score and p06 none; the other five have more than 20 with each measure."""
    with open_store(small_study(tmp_path / "study")) as store:
        fill(store)
        write_reports(store)
    flow = read_page((tmp_path / "study" / "reports" / "cohort.html").read_bytes()).text
    assert "with enough days (10 with a score) 6 " in flow
    for exposure in ("sleep the night before", "steps the day before"):
        assert f"with {exposure} known on 20 days with a score 5 " in flow, exposure
