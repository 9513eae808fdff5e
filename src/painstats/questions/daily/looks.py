"""All looks of a study: computed from the days up to each one, or taken from the last run if these are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from importlib.metadata import version

import polars as pl

from painstats.errors import StudyError
from painstats.frame.build import DAYS_UNTIL, USABLE, frame_until
from painstats.process_pool import for_each
from painstats.progress import working
from painstats.questions.daily.columns import with_an_exposure
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guards import DaysOf, by_participant, days_of, known_until, of_participant
from painstats.questions.daily.look_days import ScoredDates, own_look_days, pooled_look_days, study_look_dates
from painstats.questions.daily.own_looks import LookResult, Refused, own_look
from painstats.questions.daily.study_looks import StudyLook, study_look
from painstats.questions.daily.tables import LookEvidence
from painstats.questions.look import LookDay
from painstats.questions.question import Question
from painstats.store.connection import Store
from painstats.store.rows import read_rows
from painstats.store.tables import table_exists

Before = Mapping[str, Sequence[LookEvidence]]
"""Digest to the rows of the last run."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What every look is computed from beside its days."""

    design: DailyDesign
    questions: Sequence[Question]
    before: Before


def looks(store: Store, design: DailyDesign, questions: Sequence[Question]) -> list[LookEvidence]:
    """Return the evidence at every look that the days of a study have reached.

    Parameters
    ----------
    store
        The open study, with its model frame.
    design, questions
        Those of the daily questions.
    """
    scored, asked = _scored_dates(store), _Asked(design, questions, _last_run(store))
    return [*_own_looks(store, asked, scored), *_study_looks(store, asked, scored)]


def _scored_dates(store: Store) -> ScoredDates:
    query = f"SELECT participant_id, list(date ORDER BY date) FROM model_frame WHERE {USABLE} GROUP BY participant_id"
    return dict(store.connection.execute(query).fetchall())


def _last_run(store: Store) -> Before:
    if not table_exists(store, "look_evidence"):
        return {}
    try:
        rows = read_rows(store, "look_evidence", LookEvidence)
    except StudyError:  # of a version with other columns
        return {}
    before: dict[str, list[LookEvidence]] = {}
    for row in rows:
        before.setdefault(row.digest, []).append(row)
    return before


def _own_looks(store: Store, asked: _Asked, scored: ScoredDates) -> Iterator[LookEvidence]:
    reached = own_look_days(scored, asked.design.rules.looks)
    with working("judging participants' own days", "looks", sum(map(len, reached.values()))) as work:
        for found in for_each(_own_look, _own_tasks(store, asked, reached)):
            yield from found
            work.advance()


@dataclass(frozen=True, slots=True, eq=False)
class _OwnTask:
    """A look at one participant's days, for whichever process: its days, or what the last run found in the same."""

    rows: pl.DataFrame
    days: DaysOf
    when: LookDay
    design: DailyDesign
    questions: Sequence[Question]
    digest: str
    before: Sequence[LookEvidence] | None


def _own_tasks(store: Store, asked: _Asked, reached: Mapping[int, Mapping[str, LookDay]]) -> Iterator[_OwnTask]:
    of_others = ["in_cohort", *(exposure.between for exposure in asked.design.exposures)]  # others' days change them
    for _, whens in sorted(reached.items()):
        frame = _usable(store, asked.design, {participant: when.date for participant, when in whens.items()})
        days = days_of(store, asked.design, DAYS_UNTIL)
        split = by_participant(days)
        for rows in frame.drop(of_others).partition_by("participant_id", maintain_order=True):
            participant = str(rows["participant_id"][0])
            when = whens[participant]
            known = known_until(of_participant(split, days, participant), when.date)
            digest = _digest(rows, known, asked, ("own_days", when.number))
            yield _OwnTask(rows, known, when, asked.design, asked.questions, digest, asked.before.get(digest))


def _own_look(task: _OwnTask) -> Sequence[LookEvidence]:
    if task.before is not None:
        return task.before
    participant = str(task.rows["participant_id"][0])
    found = own_look(task.rows, task.design, task.questions, task.days, task.when)
    return [_row(task.digest, participant, name, result) for name, result in found.items()]


def _study_looks(store: Store, asked: _Asked, scored: ScoredDates) -> Iterator[LookEvidence]:
    design, rules = asked.design, asked.design.rules
    of_averages = study_look_dates(scored, rules.looks, rules.min_people_cohort)
    of_pooled = study_look_dates(scored, rules.looks, rules.min_people_mixed_model)
    pooled = pooled_look_days(scored, rules.looks, of_pooled)
    for day in sorted({*of_averages, *of_pooled}):
        frame = _usable(store, design, dict.fromkeys(scored, day))
        number = of_averages.index(day) + 1 if day in of_averages else None
        look = StudyLook(
            frame=with_an_exposure(frame.filter(pl.col("left_out").is_null()), design),
            pooled={name: when for name, whens in pooled.items() for when in whens if when.date == day},
            average=LookDay(number, day, frame.height) if number else None,
        )
        yield from _study_look(look, asked, known_until(days_of(store, design, DAYS_UNTIL), day))


def _study_look(look: StudyLook, asked: _Asked, days: DaysOf) -> Sequence[LookEvidence]:
    whens = (sorted((name, when.number) for name, when in look.pooled.items()), look.average)
    digest = _digest(look.frame, days, asked, ("study", *whens))
    if digest in asked.before:
        return asked.before[digest]
    found = study_look(look, asked.design, asked.questions, days)
    return [
        _row(digest, participant, question.name, result, is_pooled=participant is not None)
        for participant, question, result in found
    ]


def _usable(store: Store, design: DailyDesign, until: Mapping[str, date]) -> pl.DataFrame:
    return frame_until(store, design.exposures, until).filter(pl.sql_expr(USABLE))


def _digest(rows: pl.DataFrame, days: DaysOf, asked: _Asked, look: tuple[object, ...]) -> str:
    """Hash everything that the evidence at a look is computed from."""
    plan = (version("painstats"), asked.design, asked.questions, look)
    digest = hashlib.sha256(repr(plan).encode())
    digest.update(rows.drop("treatments").write_csv(float_precision=17).encode())
    digest.update(rows.select("treatments").write_json().encode())
    for name, known in sorted(days.items()):
        digest.update(name.encode() + known.day.tobytes() + known.value.tobytes())
        digest.update("\n".join(known.participant).encode())
    return digest.hexdigest()[:32]


def _row(
    digest: str, participant: str | None, question: str, found: LookResult, *, is_pooled: bool = False
) -> LookEvidence:
    when, basis = found.when, "none" if isinstance(found, Refused) else found.basis
    of = (digest, participant, question, is_pooled, basis, when.number, when.date, when.days)
    if isinstance(found, Refused):
        return LookEvidence(*of, found.reasons)
    return LookEvidence(
        *of, (), found.participants, found.value, found.se, found.df, found.z, found.limits, found.lows, found.highs,
        found.smallest_effect, *astuple(found.exposure), *astuple(found.ends),
    )  # fmt: skip
