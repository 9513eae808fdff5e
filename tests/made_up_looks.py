"""Invented evidence at looks: effects with normal errors, on the dates on which the participants reached the looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.asked import asked
from painstats.questions.daily.look_days import own_look_days
from painstats.questions.daily.look_evidence import limits_at
from painstats.questions.daily.tables import LookEvidence
from painstats.questions.look import ExposureRange, LookDay
from painstats.store import Store

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Effect:
    """An estimate and the half width of its 95% interval, in points per unit."""

    estimate: float
    half: float


def known_range(store: Store, question: str) -> dict[str, ExposureRange]:
    """Return participant to low and high days, over the days with a score."""
    query = f"""
        SELECT participant_id, quantile_cont({question}, 0.1), quantile_cont({question}, 0.9), stddev_samp({question})
        FROM model_frame WHERE outcome_score IS NOT NULL GROUP BY participant_id HAVING count({question}) > 1"""
    return {person: ExposureRange(*values) for person, *values in store.connection.execute(query).fetchall()}


def scored_dates(store: Store) -> dict[str, list[date]]:
    """Return participant to the dates with a score."""
    query = (
        "SELECT participant_id, list(date ORDER BY date) FROM model_frame WHERE outcome_score IS NOT NULL GROUP BY ALL"
    )
    return dict(store.connection.execute(query).fetchall())


def own_looks(store: Store, effects: dict[str, dict[str, dict[int, Effect]]]) -> list[LookEvidence]:
    """Invent the looks at own days; effects by participant, question and number of the look."""
    reached = own_look_days(scored_dates(store), store.study.plan.rules.looks)
    return [
        look(store, person, question, when, of_look[when.number])
        for number, whens in sorted(reached.items())
        for person, when in sorted(whens.items())
        for question, of_look in effects.get(person, {}).items()
        if number in of_look
    ]


def look(
    store: Store, person: str | None, question: str, when: LookDay, effect: Effect, basis: str = "own_days"
) -> LookEvidence:
    """Invent the evidence at one look."""
    known = known_range(store, question)
    exposure = known.get(person or "", next(iter(known.values())))
    limits = limits_at(store.study.plan.rules, when.number, len(asked(store.study)))
    se = effect.half / Z_95
    return LookEvidence(
        digest=f"{person} {question} {when.number} {basis}", participant_id=person, question=question,
        is_pooled=basis == "pooled", basis=basis, number=when.number, date=when.date, days=when.days, reasons=(),
        participants=1 if basis == "own_days" else 12, estimate=effect.estimate, se=None if basis == "pooled" else se,
        df=None if basis == "pooled" else 50.0, z=effect.estimate / se, limits=limits,
        lows=tuple(effect.estimate - limit * se for limit in limits),
        highs=tuple(effect.estimate + limit * se for limit in limits),
        smallest_effect=store.study.plan.rules.matters / exposure.width,
        exposure_low=exposure.low, exposure_high=exposure.high, exposure_sd=exposure.sd, room=1.0, at_low=0.0, at_high=0.0,
    )  # fmt: skip


def average_look(store: Store, question: str, effect: Effect, day: date) -> LookEvidence:
    """Invent the first look at an average."""
    return look(store, None, question, LookDay(1, day, 330), effect, "mixed_model")
