"""Hand-made diaries: the dates, scores and scale that are read, or the one question."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.conclusion import block_of
from tests.sources import awkward_diaries, hand_made_diaries, hand_made_workbooks, more_unseen_diaries, unseen_diaries
from tests.sources.concluding import concluded, scores_of
from tests.sources.hand_made_diaries import Diary

DIARIES = {
    f"{module.__name__.rpartition('.')[2]}-{name}": diary
    for module in (awkward_diaries, hand_made_diaries, hand_made_workbooks, more_unseen_diaries, unseen_diaries)
    for name, diary in module.DIARIES.items()
}


@pytest.mark.parametrize("diary", DIARIES.values(), ids=DIARIES.keys())
def test_a_hand_made_diary_is_read_rightly_or_asked_about(diary: Diary, tmp_path: Path) -> None:
    found = concluded(tmp_path, diary)
    assert [ask.key for ask in found.asked] == ([diary.asked] if diary.asked else [])
    if diary.asked:
        assert found.plan is None
        assert found.asked[0].answers
        found = concluded(tmp_path, diary, diary.known)
    assert found.plan is not None
    plan = DiaryPlan.model_validate(tomllib.loads(block_of(found.plan))["diaries"][0])
    assert plan == found.plan
    assert scores_of(tmp_path, diary, plan) == diary.scores
    [*_, item] = plan.items
    assert (item.scale, item.higher_is, item.site) == (diary.scale, diary.higher_is, diary.site)
