"""What the verdict rule needs to know about each daily question: the estimate, and what forbids any verdict.

Refusals come first and are fixed before the data are read: too few days, scores or an exposure that hardly vary, too
many days missing (``[rules]`` of study.toml; docs/method/verdict.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from painstats.frame.build import USABLE
from painstats.frame.exposure import Exposure
from painstats.frame.participants import ParticipantSummary, participant_summaries
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Study
from painstats.questions.daily.read_looks import NO_LOOKS, Looks, read_looks
from painstats.questions.daily.tables import CohortFit, ParticipantEffect
from painstats.questions.estimate import CheckEstimate, Estimate
from painstats.questions.evidence import Evidence
from painstats.questions.question import Question, family_size
from painstats.store.connection import Store
from painstats.store.rows import read_rows

RECENT_DAYS = 56

LEAST_FOR_AN_AVERAGE = 2
"""Participants from which a study has an average to judge."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """An exposure over a participant's usable days: its SD in units, and the days on which it is known."""

    swing: float = 0.0
    known_days: int = 0


Exposures = Mapping[tuple[str, str], Exposed]
"""Of each participant and question."""


def judge(store: Store, questions: Sequence[Question]) -> list[Evidence]:
    """Return the evidence for every participant and question, and for the averages in a study of several."""
    participants = participant_summaries(store)
    fits = {(fit.participant_id, fit.question): fit for fit in read_rows(store, "person_fit", ParticipantEffect)}
    exposed, looks = _exposed(store, [question.exposure for question in questions]), read_looks(store)
    recent = _recent_shares(store)
    evidence = [
        _participant_evidence(store.study, question, participant, fits, exposed, recent)
        for participant in participants
        for question in questions
    ]
    if len(participants) >= LEAST_FOR_AN_AVERAGE:
        evidence += _average_evidence(store, questions, participants, exposed)
    return [_with_looks(each, looks, questions) for each in evidence]


def _with_looks(
    evidence: Evidence, looks: Mapping[tuple[str | None, str], Looks], questions: Sequence[Question]
) -> Evidence:
    """Add the looks at a question, and how many questions share the chance of a false sign with it."""
    found = looks.get((evidence.participant_id, evidence.question.name), NO_LOOKS)
    return replace(
        evidence,
        looks=found.own,
        pooled_looks=found.pooled,
        refused_at_look=found.refused,
        sharing=family_size(questions, evidence.question),
    )


def _exposed(store: Store, exposures: Sequence[Exposure]) -> Exposures:
    exposed: dict[tuple[str, str], Exposed] = {}
    for exposure in exposures:
        query = (
            f"SELECT participant_id, coalesce(stddev_samp({exposure.name}), 0), count({exposure.name}) "
            f"FROM model_frame WHERE {USABLE} GROUP BY participant_id"
        )
        rows = store.connection.execute(query).fetchall()
        exposed |= {(participant, exposure.name): Exposed(*values) for participant, *values in rows}
    return exposed


def _recent_shares(store: Store) -> Mapping[str, float]:
    """Return participant to the share of days with a score, over the last eight weeks or as many as there are."""
    query = f"""
        WITH recent AS (
            SELECT participant_id, date, {USABLE} AS is_usable, max(date) OVER own - date < {RECENT_DAYS} AS is_recent
            FROM model_frame WINDOW own AS (PARTITION BY participant_id)
        )
        SELECT participant_id, count(*) FILTER (is_usable) / greatest(max(date) - min(date) + 1, 1)
        FROM recent WHERE is_recent GROUP BY participant_id"""
    return dict(store.connection.execute(query).fetchall())


def _participant_evidence(
    study: Study,
    question: Question,
    participant: ParticipantSummary,
    fits: Mapping[tuple[str, str], ParticipantEffect],
    exposures: Exposures,
    recent: Mapping[str, float],
) -> Evidence:
    key = (participant.participant_id, question.name)
    fit, exposed = fits.get(key), exposures.get(key, Exposed())
    return Evidence(
        question=question,
        participant_id=participant.participant_id,
        estimate=_participant_estimate(fit, participant.usable_days, exposed.known_days),
        refusals=refusals(question, participant, study.plan.rules, exposed, is_fitted=fit is not None),
        smallest_effect=fit.smallest_effect if fit else 0.0,
        swing=exposed.swing,
        last_day=participant.last_usable_date,
        recent_share=recent.get(participant.participant_id, 0.0),
    )


def refusals(
    question: Question, participant: ParticipantSummary, rules: RulesPlan, exposed: Exposed, *, is_fitted: bool
) -> tuple[str, ...]:
    """List why nothing may be claimed about a participant, whatever the numbers say; empty if something may be."""
    if not participant.outcome_days:
        return ("outcome_missing",)
    if participant.usable_days < rules.min_days_in_model:
        return ("too_few_days_for_model",)
    if participant.usable_days < rules.min_days_shown:
        return ("too_few_days_to_show",)
    if exposed.known_days < rules.min_days_known:
        return ("exposure_rarely_known",)
    named = {
        "outcome_hardly_varies": not participant.varies(question.outcome.scale),
        "exposure_hardly_varies": exposed.swing < question.exposure.definition.least_within_sd,
        "no_fit": not is_fitted,
        "too_many_days_missing": participant.compliance < rules.min_compliance,
    }
    return tuple(name for name, applies in named.items() if applies)


def _participant_estimate(fit: ParticipantEffect | None, days: int, known_days: int) -> Estimate:
    if fit is None:
        return Estimate(None, None, None, "none", days, participants=1, known_days=known_days)
    is_alone = fit.basis == "own_days"
    return Estimate(
        fit.estimate, fit.low, fit.high, fit.basis, days, participants=1,
        df=fit.own_df if is_alone else None,
        p=fit.own_p if is_alone else None,
        reliability=fit.reliability,
        checks=_own_days(fit),
        known_days=known_days,
    )  # fmt: skip


def _own_days(fit: ParticipantEffect) -> tuple[CheckEstimate, ...]:
    if fit.own_estimate is None or fit.own_low is None or fit.own_high is None:
        return ()
    return (CheckEstimate("own_days", fit.own_estimate, fit.own_low, fit.own_high),)


def _average_evidence(
    store: Store, questions: Sequence[Question], participants: Sequence[ParticipantSummary], exposed: Exposures
) -> list[Evidence]:
    fits = {fit.question: fit for fit in read_rows(store, "cohort_fit", CohortFit)}
    complies = _median_compliance(participants) >= store.study.plan.rules.min_compliance
    last_day = max((day for row in participants if row.days_in_model and (day := row.last_usable_date)), default=None)
    least = store.study.plan.rules.min_people_cohort
    return [
        _average(question, fits.get(question.name), _mean_swing(exposed, question), last_day, least, complies=complies)
        for question in questions
    ]


def _average(
    question: Question, fit: CohortFit | None, swing: float, last_day: date | None, least: int, *, complies: bool
) -> Evidence:
    refused: tuple[str, ...] = ()
    if fit is None or fit.participants < least:
        refused = ("too_few_participants",)
    elif not complies:
        refused = ("too_many_days_missing_in_cohort",)
    return Evidence(
        question=question,
        participant_id=None,
        estimate=_average_estimate(fit),
        refusals=refused,
        smallest_effect=fit.smallest_effect if fit else 0.0,
        swing=swing,
        last_day=last_day,
        notes=fit.notes if fit else (),
    )


def _average_estimate(fit: CohortFit | None) -> Estimate:
    if fit is None:
        return Estimate(None, None, None, "none", days=0, participants=0)
    check = CheckEstimate("two_stage", fit.two_stage_estimate, fit.two_stage_low, fit.two_stage_high)
    return Estimate(
        fit.estimate, fit.low, fit.high, fit.basis, fit.days, fit.participants,
        df=fit.df, p=fit.p_adjusted, checks=(check,),
    )  # fmt: skip


def _median_compliance(participants: Sequence[ParticipantSummary]) -> float:
    """Return the median share of usable days of the participants with scores; 0 without any."""
    shares = pl.Series([row.compliance for row in participants if row.outcome_days], dtype=pl.Float64)
    median = shares.median()
    return median if isinstance(median, float) else 0.0


def _mean_swing(exposed: Exposures, question: Question) -> float:
    own = [exposed[key].swing for key in sorted(exposed) if key[1] == question.name]
    varying = [swing for swing in own if swing > 0]
    return sum(varying) / len(varying) if varying else 0.0
