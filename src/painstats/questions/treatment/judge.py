"""Judge every change that the participants of a study declared; this file loads statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from painstats.plan.study import Study
from painstats.questions.treatment.changes import changes
from painstats.questions.treatment.diary import Diary, declared_phases, diaries
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.on_off import judge_on_off, repeated
from painstats.questions.treatment.one_change import is_in_diary, judge_change
from painstats.questions.treatment.phases import Phase
from painstats.questions.treatment.windows import windows
from painstats.store.connection import Store


def judged_changes(store: Store) -> list[ChangeFinding]:
    """Return the findings on every change of every participant with a score, by participant and number."""
    declared = declared_phases(store)
    return [
        replace(finding, number=number)
        for participant, diary in diaries(store, list(declared)).items()
        for number, finding in enumerate(findings_of(participant, declared[participant], diary, store.study), start=1)
    ]


def findings_of(participant: str, phases: tuple[Phase, ...], diary: Diary, study: Study) -> Iterator[ChangeFinding]:
    """Yield the findings on one participant's changes by date, then those on days on against days off."""
    for window in windows(changes(phases)):
        if is_in_diary(window.change, phases, diary):
            yield judge_change(participant, window, phases, diary, study)
    for on_off in repeated(phases, diary):
        yield judge_on_off(participant, on_off, diary, study)
