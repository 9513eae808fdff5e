"""The questions that a study asks: those of its plan, or the standard set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from painstats.errors import NotEnoughData, StudyError
from painstats.frame.exposure import Exposure
from painstats.plan.study import STUDY_FILE, QuestionPlan, Study, unusable
from painstats.questions.kind import ExploratoryKind, KindFitted, Say
from painstats.questions.question import Question, outcome_of
from painstats.questions.registry import DECLARED, EXPLORATORY, declared_kind, exploratory_kind, kind_of
from painstats.store.connection import Store

STANDARD = (QuestionPlan(kind="daily"),)
"""What is asked where a plan asks nothing."""

STANDARD_DECLARED = tuple(DECLARED)
"""Kinds about declared treatments and experiments, which are asked unless ``[[questions]]`` leaves them out."""


def asked(study: Study) -> tuple[Question, ...]:
    """Return the questions about exposures, in the order of the plan.

    Raises
    ------
    StudyError
        A kind is unknown, a key of a question is wrong, or the same question is asked twice.
    """
    declared = study.plan.declared_questions or STANDARD
    questions = [question for place, plan in enumerate(declared) for question in _of(study, place, plan)]
    twice = [name for name, times in Counter(question.name for question in questions).items() if times > 1]
    if twice:
        raise StudyError(f"{study.folder / STUDY_FILE}: the same question is asked twice: {', '.join(twice)}")
    try:
        exploratory_kinds(study)
    except StudyError as error:
        raise StudyError(f"{study.folder / STUDY_FILE}: {error}") from None
    if not questions:
        raise StudyError(
            f'{study.folder / STUDY_FILE}: no question has kind = "daily"; add one, or remove [[questions]]'
        )
    return tuple(questions)


def exposures(questions: Sequence[Question]) -> tuple[Exposure, ...]:
    """Return the exposures that the model frame needs for these questions, each once."""
    return tuple(dict.fromkeys(question.exposure for question in questions))


def declared_kinds(study: Study) -> tuple[str, ...]:
    """Return the kinds about declared treatments and experiments that a study asks."""
    kinds = [plan.kind for plan in study.plan.questions]
    return tuple(kind for kind in DECLARED if kind in kinds) if kinds else STANDARD_DECLARED


def exploratory_kinds(study: Study) -> dict[ExploratoryKind[Any, Any], Any]:
    """Return the exploratory kinds that a study asks, each with what it asks of it."""
    plans, found = study.plan.questions, dict[ExploratoryKind[Any, Any], Any]()
    for kind in map(exploratory_kind, EXPLORATORY):
        tables = [plan.declared for plan in plans if plan.kind == kind.name]
        is_standard = kind.asked_when == "always" or (kind.asked_when == "standard" and not plans)
        if tables or is_standard:
            found[kind] = kind.ask(tables or [{}])
    return found


def by_kind(questions: Sequence[Question]) -> dict[str, tuple[Question, ...]]:
    """Return kind to its questions."""
    kinds = dict.fromkeys(question.kind for question in questions)
    return {kind: tuple(question for question in questions if question.kind == kind) for kind in kinds}


@dataclass(frozen=True, slots=True)
class QuestionsFitted:
    """What was fitted.

    Parameters
    ----------
    participants
        Kind of question to the number of participants with enough days for it.
    models
        Kind of question to the number of models fitted; 0 where the kind was refused for want of data.
    why_no_model
        What is missing, where every kind was refused; it is not stored with a run's report.
    seconds
        How long it took.
    """

    participants: Mapping[str, int]
    models: Mapping[str, int]
    seconds: float = field(compare=False)
    why_no_model: str | None = field(default=None, compare=False)


def fit_questions(store: Store, say: Say = lambda _: None) -> QuestionsFitted:
    """Fit every question of the study, kind by kind, and store what was fitted.

    A kind for which no participant has enough days stores empty tables. Declared treatments and experiments are judged
    at once, since they have no looks that other questions share; exploratory questions come last.
    """
    started, fitted = perf_counter(), dict[str, KindFitted]()
    refusals: list[str] = []
    every = asked(store.study)
    for name, questions in by_kind(every).items():
        try:
            fitted[name] = kind_of(name).fit(store, questions, say)
        except NotEnoughData as refusal:
            fitted[name] = KindFitted(participants=0, models=0)
            refusals.append(str(refusal))
    _judge_declared(store)
    from painstats.questions.exploratory.judge import judge_exploratory  # it needs the daily kind, which needs this

    judge_exploratory(store, every, exploratory_kinds(store.study))
    return QuestionsFitted(
        participants={name: kind.participants for name, kind in fitted.items()},
        models={name: kind.models for name, kind in fitted.items()},
        seconds=perf_counter() - started,
        why_no_model=refusals[0] if len(refusals) == len(fitted) else None,
    )


def _judge_declared(store: Store) -> None:
    """Judge declared treatments and experiments, and store their tables."""
    for name in DECLARED:
        kind = declared_kind(name)
        if name in declared_kinds(store.study):
            kind.judge(store)
        else:
            kind.clear(store)


def _of(study: Study, place: int, plan: QuestionPlan) -> Sequence[Question]:
    where, key = str(study.folder / STUDY_FILE), f"questions.{place}."
    try:
        if plan.kind in DECLARED:
            declared_kind(plan.kind).check(plan.declared)
            return ()
        if plan.kind in EXPLORATORY:
            exploratory_kind(plan.kind).ask([plan.declared])
            return ()
        return kind_of(plan.kind).ask(plan.declared, outcome_of(study.plan.outcome))
    except ValidationError as error:
        raise unusable(error, where, key) from None
    except StudyError as error:
        raise StudyError(f"{where}: the plan cannot be used:\n  {key}kind: {error}") from None
