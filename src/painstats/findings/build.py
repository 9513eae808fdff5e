"""Turn fits into findings: one row for each person and predictor, and one for the cohort."""

from __future__ import annotations

from typing import Any

import polars as pl
from statsmodels.stats.multitest import multipletests

from painstats.findings.tables import FINDING, summarise
from painstats.findings.verdict import Evidence, Verdict, judge
from painstats.frame.variation import outcome_varies
from painstats.plan.study import PredictorPlan, RulesPlan, Study
from painstats.store.connection import Store
from painstats.store.tables import read_table, replace_table

CONFIRMATORY_LEVEL = 0.05

FITTED = ("estimate", "low", "high", "false_sign_rate", "reliability", "slopes_differ")

Row = dict[str, Any]


def find(store: Store) -> int:
    """Judge every fit and store the table ``finding`` (columns: :data:`painstats.findings.tables.FINDING`).

    Returns
    -------
    The number of findings.
    """
    summarise(store)
    people = {row["participant_id"]: row for row in read_table(store, "participant_summary").iter_rows(named=True)}
    fits = {
        (row["participant_id"], row["predictor"]): row for row in read_table(store, "person_fit").iter_rows(named=True)
    }
    swings = _swings(store)
    rows = [
        _person_finding(
            store.study,
            predictor,
            people[person],
            fits.get((person, predictor.name)),
            swings.get((person, predictor.name), 0.0),
        )
        for person in sorted(people)
        for predictor in store.study.plan.predictors
    ]
    rows += _cohort_findings(store, rows, swings)
    replace_table(store, "finding", FINDING, rows)
    return len(rows)


def _swings(store: Store) -> dict[tuple[str, str], float]:
    """Each person's own standard deviation of each predictor over complete days, in effect units."""
    found: dict[tuple[str, str], float] = {}
    for predictor in store.study.plan.predictors:
        query = (
            f"SELECT participant_id, coalesce(stddev_samp({predictor.name}), 0) FROM model_frame "
            "WHERE left_out IS NULL OR left_out = 'few_days' GROUP BY participant_id"
        )
        found |= {(person, predictor.name): sd for person, sd in store.connection.execute(query).fetchall()}
    return found


def _person_finding(study: Study, predictor: PredictorPlan, person: Row, fit: Row | None, swing: float) -> Row:
    smallest = study.plan.outcome.smallest_effect / swing if swing > 0 else 0.0
    evidence = Evidence(
        **{name: fit[name] if fit else None for name in FITTED},
        days=person["complete_days"],
        compliance=person["compliance"],
        within_sd=swing,
        least_within_sd=predictor.definition.least_within_sd,
        has_ratings=person["outcome_days"] > 0,
        outcome_varies=_varies(person, study),
        smallest_effect=smallest,
    )
    verdict = judge(evidence, study.plan.rules)
    shown = fit if fit and not _is_hidden(verdict) else None
    return {
        **_named("participant", person["participant_id"], predictor),
        "basis": fit["basis"] if fit else "none",
        **{
            key: shown[key] if shown else None
            for key in ("estimate", "low", "high", "reliability", "own_estimate", "own_low", "own_high")
        },
        "probability_of_direction": 1.0 - shown["false_sign_rate"]
        if shown and shown["false_sign_rate"] is not None
        else None,
        "days": person["complete_days"],
        "people": 1,
        **_answered(verdict),
        "smallest_effect": smallest,
        "swing": swing,
    }


def _varies(person: Row, study: Study) -> bool:
    rated = person["outcome_days"]
    if not rated:
        return False
    share = person["commonest_score_days"] / rated
    return outcome_varies(
        person["sd_outcome_score"], person["distinct_outcome_scores"], share, study.plan.outcome.scale
    )


def _is_hidden(verdict: Verdict) -> bool:
    """Whether the reasons forbid even the estimate to be shown."""
    return bool(
        {"too_few_days_for_model", "too_few_days_to_show", "outcome_hardly_varies", "exposure_hardly_varies"}
        & set(verdict.reasons)
    )


def _cohort_findings(store: Store, people: list[Row], swings: dict[tuple[str, str], float]) -> list[Row]:
    fits = {row["predictor"]: row for row in read_table(store, "cohort_fit").iter_rows(named=True)}
    compliance = read_table(store, "participant_summary").filter(pl.col("outcome_days") > 0)["compliance"].median()
    if len(people) <= len(store.study.plan.predictors):
        return []  # one person is not a cohort
    declared = [predictor.name for predictor in store.study.plan.predictors]
    adjusted = dict(zip(declared, _holm([fits[name]["p"] if name in fits else 1.0 for name in declared]), strict=True))
    complies = isinstance(compliance, float) and compliance >= store.study.plan.rules.min_compliance
    return [
        _cohort_finding(
            store.study,
            predictor,
            fits.get(predictor.name),
            adjusted.get(predictor.name) if complies else None,
            _mean_swing(swings, predictor),
        )
        for predictor in store.study.plan.predictors
    ]


def _holm(p_values: list[float]) -> list[float]:
    """Holm's adjustment over all declared predictors, fitted or not (Holm 1979)."""
    return list(multipletests(p_values, method="holm")[1])


def _mean_swing(swings: dict[tuple[str, str], float], predictor: PredictorPlan) -> float:
    own = [swing for (_, name), swing in sorted(swings.items()) if name == predictor.name and swing > 0]
    return sum(own) / len(own) if own else 0.0


def _cohort_finding(study: Study, predictor: PredictorPlan, fit: Row | None, p: float | None, swing: float) -> Row:
    smallest = study.plan.outcome.smallest_effect / swing if swing > 0 else 0.0
    verdict = _judge_cohort(fit, p, smallest, study.plan.rules)
    return {
        **_named("cohort", None, predictor),
        "basis": fit["basis"] if fit else "none",
        "estimate": fit and fit["estimate"],
        "low": fit and fit["low"],
        "high": fit and fit["high"],
        "probability_of_direction": None,
        "reliability": None,
        "own_estimate": fit and fit["two_stage_estimate"],
        "own_low": fit and fit["two_stage_low"],
        "own_high": fit and fit["two_stage_high"],
        "days": fit["days"] if fit else 0,
        "people": fit["people"] if fit else 0,
        **_answered(verdict),
        "smallest_effect": smallest,
        "swing": swing,
    }


def _judge_cohort(fit: Row | None, p: float | None, smallest: float, rules: RulesPlan) -> Verdict:
    if fit is None or fit["people"] < rules.min_people_cohort:
        return Verdict("cannot_tell_yet", ("too_few_people",))
    if p is None:
        return Verdict("cannot_tell_yet", ("too_many_days_missing_in_cohort",))
    notes = tuple(fit["notes"])
    if not fit["agrees"]:
        return Verdict("cannot_tell_yet", ("checks_disagree", *notes))
    if p < CONFIRMATORY_LEVEL:
        return Verdict("more_pain" if fit["estimate"] > 0 else "less_pain", notes)
    if max(abs(fit["low"]), abs(fit["high"])) < smallest:
        return Verdict("no_clear_link", ("inside_smallest_effect", *notes))
    return Verdict("cannot_tell_yet", ("interval_too_wide", *notes))


def _named(subject: str, participant_id: str | None, predictor: PredictorPlan) -> Row:
    return {
        "subject": subject,
        "participant_id": participant_id,
        "predictor": predictor.name,
        "measure": predictor.measure,
        "lag_days": predictor.lag,
        "unit": predictor.definition.unit,
    }


def _answered(verdict: Verdict) -> Row:
    return {"verdict": verdict.verdict, "reasons": list(verdict.reasons), "days_needed": verdict.days_needed}
