"""Judge every change that the participants of a study declared; this file loads statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from painstats.plan.study import Study
from painstats.plan.treatment_names import same_name
from painstats.questions.treatment.changes import changes
from painstats.questions.treatment.cohort_days import AlignedDays
from painstats.questions.treatment.cohort_groups import OwnChange
from painstats.questions.treatment.cohort_starts import DrawnStart
from painstats.questions.treatment.compared import compared_days
from painstats.questions.treatment.diary import SCALE_POINTS, Diary, declared_phases, diaries
from painstats.questions.treatment.on_off import judge_on_off, repeated
from painstats.questions.treatment.one_change import is_in_diary, judge_change
from painstats.questions.treatment.phases import Phase
from painstats.questions.treatment.windows import Window, windows
from painstats.store.connection import Store


@dataclass(frozen=True, slots=True)
class Declared:
    """The diaries and phases of the participants who declared a treatment and have a score."""

    diaries: Mapping[str, Diary]
    phases: Mapping[str, tuple[Phase, ...]]


def read_declared(store: Store) -> Declared:
    """Read the phases that participants declared, and their diaries."""
    phases = declared_phases(store)
    return Declared(diaries(store, list(phases)), phases)


def judged_changes(declared: Declared, study: Study) -> list[OwnChange]:
    """Return every change of every participant, judged, by participant and number."""
    return [
        replace(own, finding=replace(own.finding, number=number))
        for participant, diary in declared.diaries.items()
        for number, own in enumerate(changes_of(participant, declared.phases[participant], diary, study), start=1)
    ]


def changes_of(participant: str, phases: tuple[Phase, ...], diary: Diary, study: Study) -> Iterator[OwnChange]:
    """Yield one participant's changes by date, then days on against days off."""
    for window in windows(changes(phases)):
        if is_in_diary(window.change, phases, diary):
            finding = judge_change(participant, window, phases, diary, study)
            days = aligned_days(participant, window, diary, study) if finding.look else None
            yield OwnChange(finding, days)
    for on_off in repeated(phases, diary):
        yield OwnChange(judge_on_off(participant, on_off, diary, study), None)


def aligned_days(participant: str, window: Window, diary: Diary, study: Study) -> AlignedDays:
    """Return the days of a change until its last look, counted from the change, in points of the outcome."""
    until = max(day for day in window.look_dates if day <= diary.last_date)
    with_week = compared_days(window, diary, week_before=True, until=until)
    without_week = compared_days(window, diary, week_before=False, until=until)
    low, high = study.plan.outcome.scale
    return AlignedDays(
        participant_id=participant,
        first_date=window.change.first_date,
        day=(with_week.day - window.change.first_date.toordinal()).astype(np.int64),
        share=with_week.share,
        score=low + with_week.score * (high - low) / SCALE_POINTS,
        is_week_before=~np.isin(with_week.day, without_week.day),
    )


def drawn_starts(declared: Declared, study: Study) -> dict[str, list[DrawnStart]]:
    """Return the starting dates of each treatment that the plan says were drawn by lot, one for each participant."""
    by_lot = {same_name(name) for name, plan in study.plan.treatments.items() if plan.starts_drawn_by_lot}
    found: dict[str, list[DrawnStart]] = {name: [] for name in sorted(by_lot)}
    low, high = study.plan.outcome.scale
    for participant, diary in declared.diaries.items():
        first: dict[str, Phase] = {}
        for phase in declared.phases[participant]:
            first.setdefault(phase.treatment, phase)
        for name in found.keys() & first.keys():
            score = low + diary.score * (high - low) / SCALE_POINTS
            start = first[name].start_date.toordinal()
            found[name].append(DrawnStart(diary.day.astype(np.int64), score, start, first[name].ramp_days))
    return found
