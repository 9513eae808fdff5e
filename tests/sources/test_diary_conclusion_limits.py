"""What is no diary does not become one, and what is refused says what to do."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest

from painstats.errors import ExportRefused
from painstats.plan.diaries import DiaryPlan
from tests.sources.concluding import concluded
from tests.sources.hand_made_diaries import Diary, lines
from tests.sources.hand_made_workbooks import DIARIES as WORKBOOKS
from tests.sources.reading import read, refusal_of, settings, written

OTHERS = {
    "weights": Diary(lines("{d},7{s}.5", "Date,Weight (kg)")),
    "weights_of_a_pain_clinic": Diary(lines("{d},7{s},9000", "Date,Weight kg,Steps"), file="pain clinic.csv"),
    "weights_without_a_header": Diary(lines("{d},7{s}.5"), file="weights.csv"),
    "steps": Diary(lines("{d},{s}000,{s}", "Date,Steps,Floors")),
    "bed_times": Diary(lines("{d},23:1{s},07:0{s},{s}", "Date,Bed time,Wake time,Hours of sleep")),
    "heart_rates": Diary(lines("{d},6{s},5{s}", "date,resting heart rate,hrv")),
    "readiness_of_a_ring": Diary(lines("{d},8{s},7{s}", "date,Readiness Score,Sleep Score")),
    "sleep_quality_of_a_watch": Diary(lines("{d},8{s},{s}", "date,sleep quality,deep sleep duration")),
    "painkillers": Diary(lines("{d},{s}", "Date,Painkillers (tablets)")),
    "hours_of_pain": Diary(lines("{d},{s}", "Date,Pain duration (hours)")),
    "minutes_in_json": Diary(
        '[{"dateTime": "06/24/95 16:00:00", "value": 1.2}, {"dateTime": "06/24/95 16:01:00", "value": 1.4}]'
    ),
    "words": Diary("Dear diary\nnothing hurt today\n"),
    "no_dates": Diary("pain,mood\n3,4\n5,6\n"),
    "xml": Diary("<?xml version='1.0'?><pain date='2025-03-03'>7</pain>"),
    "zeros": Diary(b"\0\1\2\3pain 2025-03-03 7" * 20),
}


@pytest.mark.parametrize("diary", OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_diary_does_not_become_one(diary: Diary, tmp_path: Path) -> None:
    found = concluded(tmp_path, diary)
    assert not found.is_diary
    assert refusal_of(read, tmp_path / diary.file, settings()).rule in ("not_recognised", "table_not_declared")


def test_a_diary_that_is_concluded_is_read_and_says_how(tmp_path: Path) -> None:
    path = written(tmp_path / "diary.csv", lines("{d};{s}", "Datum;Schmerz", "%d.%m.%Y"))
    contents = read(path)
    assert contents.accepted("self_report").height == 12
    assert all(note.message.startswith("concluded: ") for note in contents.notes)
    assert any("day first" in note.message for note in contents.notes)


def test_a_question_is_refused_with_the_block_that_answers_it(tmp_path: Path) -> None:
    path = written(tmp_path / "diary.csv", "Date,Pain\n2025-03-03,3\n2025-03-04,4\n")
    refusal = refusal_of(read, path, settings())
    assert refusal.rule == "diary_not_declared"
    assert "never go above 4. Which are the lowest and the highest possible score?" in str(refusal)
    assert "scale = [0, 10]   # choose: [0, 10], [0, 5], [1, 5], [0, 4]" in str(refusal)


def test_a_plan_without_later_keys_keeps_its_hash() -> None:
    """The text that is hashed is that of plans written before the later keys existed, so nothing is read again."""
    item = {"item": "pain", "column": "pain", "scale": (0, 10), "higher_is": "worse", "recall": "today"}
    plan = DiaryPlan.model_validate({"file": "d.csv", "filled": "evening", "items": [item]})
    assert plan.described() == (
        '{"file":"d.csv","layout":"wide","participant_column":null,"delimiter":",","decimal":".","encoding":"utf-8",'
        '"date_column":"date","date_format":"%Y-%m-%d","time_column":null,"time_format":"%H:%M","times_are":"local",'
        '"entered_column":null,"entered_format":"%Y-%m-%d","max_days_late":null,"filled":"evening","item_column":null,'
        '"value_column":null,"missing":["","NA","n/a"],"only":{},"events":null,"items":[{"item":"pain","column":"pain",'
        '"named":null,"scale":[0.0,10.0],"higher_is":"worse","recall":"today","site":"","map":null}]}'
    )
    assert plan.model_copy(update={"year": 2025}).described() != plan.described()


def test_several_participants_are_kept_apart(tmp_path: Path) -> None:
    diary = Diary("Name,Date,Pain\nAnna,2025-03-01,6\nBen,2025-03-01,2\nAnna,2025-03-02,3\nBen,2025-03-02,7\n")
    found = concluded(tmp_path, diary)
    assert found.plan is not None
    assert found.plan.participant_column == "Name"
    scores = read(tmp_path / diary.file, settings(diaries=[found.plan])).accepted("self_report")
    assert scores.filter(participant_id="Ben")["value"].to_list() == [2.0, 7.0]


def test_all_sites_can_be_chosen(tmp_path: Path) -> None:
    diary = Diary(lines("{d},{s},1", "Date,Back pain,Knee pain"))
    assert concluded(tmp_path, diary).asked[0].answers == ("Back pain", "Knee pain", "all")
    found = concluded(tmp_path, diary, {"column": "all", "scale": "0-10"})
    assert found.plan is not None
    assert [(item.column, item.site) for item in found.plan.items] == [("Back pain", "back"), ("Knee pain", "knee")]


def test_a_spreadsheet_without_the_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *args: object, **more: object) -> object:
        if name == "python_calamine":
            raise ImportError(name)
        return found(name, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExportRefused, match=r'pip install "painstats\[excel\]"'):
        concluded(tmp_path, WORKBOOKS["xlsx"])
