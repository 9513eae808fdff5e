"""REDCap's longitudinal exports as declared diaries: repeating instruments, events, missing codes, words as answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.sources.reading import PAIN, answers, plan, read, refusal_of, settings, written

EXPORT = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,enrol_date,day,pain,daily_complete
p1,baseline_arm_1,,,2024-03-01,,,
p1,diary_arm_1,daily,1,,2024-03-02,4,2
p1,diary_arm_1,daily,2,,2024-03-03,-99,0
p1,diary_arm_1,weekly,1,,2024-03-03,9,2
p2,diary_arm_1,daily,1,,2024-03-02,0,2
"""


def test_a_repeating_instrument_is_read_alone_and_blanks_elsewhere_are_no_missing_answers(tmp_path: Path) -> None:
    declared = plan(
        participant_column="record_id", date_column="day", only={"redcap_repeat_instrument": "daily"}, missing=["-99"]
    )
    contents = read(written(tmp_path / "diary.csv", EXPORT), settings(participant=None, diaries=[declared]))
    reports = contents.accepted("self_report").select("participant_id", "date", "value").rows()
    assert reports == [("p1", date(2024, 3, 2), 4.0), ("p2", date(2024, 3, 2), 0.0)]
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "rows that study.toml does not select": 2,
        "blank": 1,
    }
    assert contents.rejected() == []


EVENTS = """record_id,redcap_event_name,enrol_date,pain
p1,enrolment_arm_1,2024-02-28,
p1,day_1_arm_1,,4
p1,day_2_arm_1,,5
p2,day_1_arm_1,,6
p2,enrolment_arm_1,2024-05-01,
p3,day_1_arm_1,,7
"""


def test_events_are_dated_from_the_start_of_each_participant(tmp_path: Path) -> None:
    events = {"start_column": "enrol_date", "days": {"day_1_arm_1": 1, "day_2_arm_1": 2}}
    declared = plan(participant_column="record_id", events=events)
    contents = read(written(tmp_path / "diary.csv", EVENTS), settings(participant=None, diaries=[declared]))
    reports = contents.accepted("self_report").select("participant_id", "date", "value").rows()
    assert reports == [
        ("p1", date(2024, 2, 29), 4.0),
        ("p1", date(2024, 3, 1), 5.0),
        ("p2", date(2024, 5, 2), 6.0),
    ]
    assert [line for _, line, _, _ in contents.rejected()] == [7]  # p3 has no date of enrolment
    assert contents.n_ignored == 2


@pytest.mark.parametrize("column", ["redcap_event_name", "enrol_date"])
def test_a_missing_column_of_events_is_named(column: str, tmp_path: Path) -> None:
    events = {"start_column": "enrol_date", "days": {"day_1_arm_1": 1}}
    declared = plan(participant_column="record_id", events=events)
    text = EVENTS.replace(column, "other", 1)
    refusal = refusal_of(read, written(tmp_path / "diary.csv", text), settings(participant=None, diaries=[declared]))
    assert refusal.rule == "header"
    assert column in str(refusal)


def test_words_are_read_by_their_declared_numbers_and_no_others(tmp_path: Path) -> None:
    item = PAIN | {"scale": (0, 3), "map": {"None": 0, "Mild": 1, "Severe": 3}}
    text = "date,pain\n2024-03-01,Mild\n2024-03-02,None\n2024-03-03,Terrible\n"
    declared = plan(items=[item])
    contents = read(written(tmp_path / "diary.csv", text), settings(diaries=[declared]))
    assert answers(contents) == [(date(2024, 3, 1), "pain", 1.0), (date(2024, 3, 2), "pain", 0.0)]
    assert contents.rejected() == [("diary.csv", 4, "pain", "unreadable")]


def test_an_undeclared_export_is_answered_with_lines_for_redcap(tmp_path: Path) -> None:
    text = EXPORT.replace(",day,", ",diary_date,", 1)
    refusal = refusal_of(read, written(tmp_path / "diary.csv", text), settings())
    assert refusal.rule == "diary_not_declared"
    assert 'participant_column = "record_id"' in str(refusal)
    assert 'only = { redcap_repeat_instrument = "daily" }' in str(refusal)
