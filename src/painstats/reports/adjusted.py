"""What the model that answers a question is adjusted for, read from the columns that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from painstats.findings.catalogue import participants as say
from painstats.findings.catalogue import research
from painstats.findings.content import phrases_of
from painstats.frame.build import USABLE
from painstats.frame.covariates import covariates_of
from painstats.frame.exposure import precedes
from painstats.questions.daily.tables import COHORT
from painstats.questions.phrases import capital, listed
from painstats.questions.question import Question
from painstats.store.connection import Store

Facts = tuple[tuple[str, str], ...]
"""Terms with texts, as on a card."""

EVERY_MODEL = None
"""In place of a model's name: those of all participants, where the average is the mean of their own effects."""


CALENDAR: Mapping[str, frozenset[str]] = {
    "day_of_week": frozenset({"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}),
    "weekend": frozenset({"weekend"}),
    "time": frozenset({"time_30d"}),
}
"""Part of the calendar to its columns, as in ``questions/daily/columns.py``, which loads scipy."""

OF_MODEL = "list_contains(answered, $question) AND (model = $model OR $model IS NULL)"


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What an effect is adjusted for, and what it is not, by intention.

    Parameters
    ----------
    exposures
        What else the outcome is compared with in the model: "steps the day before", "stress the evening before".
    calendar
        Names of its calendar columns in the catalogues: ``day_of_week``, ``weekend``, ``time``, ``treatments``.
    later
        The questions about what comes after the exposure, which is not in the model, so that the effect is the total.
    """

    exposures: tuple[str, ...]
    calendar: tuple[str, ...]
    later: tuple[Question, ...]


def adjusted(store: Store, question: Question, asked: Sequence[Question], model: str | None) -> Adjusted | None:
    """Return what the model of a participant, or ``cohort``, that answers a question is adjusted for; None without one.

    Parameters
    ----------
    store
        The open study, with its fits.
    question, asked
        The question, and all that the study asks.
    model
        Name of the model, or ``EVERY_MODEL``.
    """
    terms = _terms(store, question, model)
    if not terms:
        return None
    others = [other for other in asked if other.exposure != question.exposure]
    return Adjusted(
        exposures=(
            *(_compared(other) for other in others if other.exposure.within in terms),
            *covariates_taken(store, question, model),
        ),
        calendar=tuple(name for name, has in _calendar(terms, store, question, model).items() if has),
        later=tuple(other for other in others if precedes(question.exposure, other.exposure)),
    )


def own_facts(found: Adjusted | None) -> Facts:
    """Write it to a participant."""
    if found is None:
        return ()
    taken = capital(listed([*found.exposures, *(say.TAKEN[name] for name in found.calendar)]))
    between = listed(list(dict.fromkeys(phrases_of(question).exposure for question in found.later)))
    left_out = (say.TAKEN_NOT.format(later=between),) if between else ()
    return ((say.TAKEN_TERM, " ".join((f"{taken}.", *left_out))),)


def research_facts(found: Adjusted | None) -> Facts:
    """Write it to a researcher."""
    if found is None:
        return ()
    for_ = capital(", ".join([*found.exposures, *(research.ADJUSTED[name] for name in found.calendar)]))
    later = listed([_compared(question) for question in found.later])
    not_for = ((research.NOT_ADJUSTED_TERM, research.NOT_ADJUSTED.format(later=later)),) if later else ()
    return ((research.ADJUSTED_TERM, for_), *not_for)


def _compared(question: Question) -> str:
    return phrases_of(question).compared_with


def covariates_taken(store: Store, question: Question, model: str | None) -> list[str]:
    """Name the covariates of the plan that come before the exposure and are known."""
    entering = [each for each in covariates_of(store.study.plan) if each.enters_with(question.exposure)]
    return [
        say.covariate_words(each.source.replace("_", " "), each.lag_days, is_item=not each.is_exogenous)
        for each in entering
        if _is_known(store, each.unknown, model)
    ]


def _is_known(store: Store, unknown: str, model: str | None) -> bool:
    """Whether a covariate is known on enough days of a participant, or of any if the model is of all of them."""
    of_model = "(coalesce($model, $cohort) = $cohort OR participant_id = $model)"
    query = f"SELECT min({unknown}) FROM model_frame WHERE {USABLE} AND {of_model}"
    row = store.connection.execute(query, {"model": model, "cohort": COHORT}).fetchone()
    return row is not None and row[0] == 0


def _calendar(terms: frozenset[str], store: Store, question: Question, model: str | None) -> dict[str, bool]:
    has = {name: not terms.isdisjoint(columns) for name, columns in CALENDAR.items()}
    return has | {"treatments": _has_treatments(store, question, model)}


def _terms(store: Store, question: Question, model: str | None) -> frozenset[str]:
    query = f"SELECT DISTINCT term FROM coefficient WHERE {OF_MODEL}"
    rows = store.connection.execute(query, {"question": question.name, "model": model}).fetchall()
    return frozenset(term for (term,) in rows)


def _has_treatments(store: Store, question: Question, model: str | None) -> bool:
    query = f"SELECT count(*) FROM treatment_column WHERE left_out IS NULL AND {OF_MODEL}"
    row = store.connection.execute(query, {"question": question.name, "model": model}).fetchone()
    return bool(row and row[0])
