"""Verdicts on kinds of exercise, for participants and on average, from made-up estimates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from scipy import stats

from painstats.findings.kinds_differ import TOTAL, without_total
from painstats.findings.verdict import Conclusion
from painstats.mixedlm.integrated import Mixture
from painstats.questions.evidence import Evidence
from painstats.questions.exercise.averages import averages_differ_p, kind_averages
from painstats.questions.exercise.fit import KindEstimates, OwnKinds
from painstats.questions.exercise.judge import judge_kinds
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exercise.pooled import OwnSizes, PooledSizes, pooled_over_participants, prior_nodes
from painstats.questions.exercise.verdict import KindSize, sizes, verdict
from painstats.questions.exploratory.average import contrast_mean
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from tests.spec.made_up_findings import STATES, question
from tests.spec.test_questions_contract import study_of

PLAN = ExercisePlan()
PAIN = Outcome("pain", "", (0.0, 10.0))


def own(name: str, estimates: Mapping[str, float], se: float = 0.2, session: float = 1.0) -> OwnKinds:
    values = np.array(list(estimates.values()))
    p = 2 * stats.t.sf(np.abs(values / se), 90)
    found = KindEstimates(tuple(estimates), values, np.eye(values.size) * se**2, np.full(values.size, 90.0), p)
    days = dict.fromkeys(estimates, 20)
    return OwnKinds(name, date(2026, 5, 1), PAIN, 90, days, {}, dict.fromkeys(estimates, session), 1.0, found)


@pytest.mark.parametrize(
    ("low", "high", "q", "expected"),
    [
        (-1.2, -0.3, 0.04, Verdict.LOWER),
        (0.1, 1.2, 0.04, Verdict.HIGHER),
        (0.1, 1.2, 0.05, Verdict.NOT_DETERMINED),
        (-0.1, 1.2, 0.04, Verdict.NOT_DETERMINED),
        (-0.1, 0.9, 0.04, Verdict.AT_MOST_SMALL),
        (0.1, 0.9, 0.06, Verdict.AT_MOST_SMALL),
    ],
)
def test_a_direction_needs_q_and_the_pooled_interval(low, high, q, expected):
    size = KindSize((low + high) / 2, low, high, 0.01, with_others=False)
    assert verdict(size, q, smallest_effect=1.0)[0] is expected


def test_by_minutes_what_matters_is_that_of_a_usual_session():
    """The range is within 0.6 points for 30 minutes; two such units are a session, which may differ by 1.2 points."""
    minutes = ExercisePlan.model_validate({"as": "minutes"})
    judged = {
        session: judge_kinds([own("p00", {"yoga": 0.2}, session=session)], minutes, study_of()).findings[0]
        for session in (1.0, 2.0)
    }
    assert [finding.verdict for finding in judged.values()] == [Verdict.AT_MOST_SMALL, Verdict.NOT_DETERMINED]
    assert {(finding.contrast, finding.unit) for finding in judged.values()} == {("per_30_minutes", "30 minutes")}


def test_a_kind_that_five_participants_have_is_pooled_over_them():
    people = [own(f"p{number}", {"yoga": -0.5, "running": 0.2}) for number in range(5)]
    people[4] = own("p4", {"yoga": -0.5, "rowing": 0.2})
    found = sizes(people, least_participants=5)
    assert [size["yoga"].with_others for size in found] == [True] * 5
    assert not any(size.with_others for each in found for kind, size in each.items() if kind != "yoga")
    alone = sizes(people[:4], least_participants=5)
    assert alone[0]["yoga"].high - alone[0]["yoga"].low > found[0]["yoga"].high - found[0]["yoga"].low
    reasons = {finding.exposure: finding.reasons for finding in judge_kinds(people, PLAN, study_of()).findings}
    assert reasons["yoga"] == ("differs_from_zero", "with_other_participants")


def test_pooling_agrees_with_the_formula_for_all_estimates_at_once():
    """With covariances between kinds of a participant, which the reference numbers lack."""
    draws = np.random.default_rng(4)
    own_sizes = []
    for kinds in ([0, 1, 2], [0, 2], [1]):
        root = draws.normal(size=(len(kinds), len(kinds)))
        own_sizes.append(
            OwnSizes(np.array(kinds), draws.normal(size=len(kinds)), 0.05 * root @ root.T + 0.04 * np.eye(len(kinds)))
        )
    found = pooled_over_participants(own_sizes, 3, 0.75)
    expected = at_once(own_sizes, 0.75)
    for name in ("estimate", "low", "high", "probability_positive"):
        together = np.concatenate([getattr(each, name) for each in found])
        assert together == pytest.approx(getattr(expected, name), abs=1e-8)


def at_once(own_sizes: list[OwnSizes], scale: float) -> PooledSizes:
    b, kind = (np.concatenate([getattr(each, name) for each in own_sizes]) for name in ("estimate", "kind"))
    owner = np.repeat(np.arange(len(own_sizes)), [each.kind.size for each in own_sizes])
    covariance = np.zeros((b.size, b.size))
    for place, each in enumerate(own_sizes):
        covariance[np.ix_(owner == place, owner == place)] = each.covariance
    same, ones = (kind[:, None] == kind).astype(float), np.ones(b.size)
    log_weight, centre, scales = [], [], []
    for among, prior_among in zip(*prior_nodes(scale), strict=True):
        for within, prior_within in zip(*prior_nodes(scale), strict=True):
            between = among**2 * same + within**2 * np.eye(b.size)
            inverse = np.linalg.inv(covariance + between)
            information = ones @ inverse @ ones
            r = b - ones @ inverse @ b / information
            kept = between @ inverse
            log_determinant = np.linalg.slogdet(covariance + between)[1] + np.log(information)
            log_weight.append(prior_among + prior_within - (log_determinant + r @ inverse @ r) / 2)
            centre.append(b - r + kept @ r)
            scales.append(np.sqrt(np.diag(between - kept @ between) + (1 - kept @ ones) ** 2 / information))
    weight = np.exp(np.array(log_weight) - max(log_weight))
    mixed = Mixture((weight / weight.sum())[:, None], np.array(centre), np.array(scales), np.inf)
    return PooledSizes(mixed.mean, mixed.quantile(0.025), mixed.quantile(0.975), 1 - mixed.below(0.0))


# --- On average


def test_averages_need_five_participants_and_are_adjusted_by_holm():
    effects = {"yoga": -0.5, "running": 0.0}
    people = [own(f"p{number}", effects, se=0.3 + 0.01 * number) for number in range(6)]
    people += [own("p6", {"rowing": 1.0})]
    rows = {row.exposure: row for row in kind_averages(people, PLAN, least_participants=5)}
    assert set(rows) == {"yoga", "running", "exercise"}
    assert (rows["yoga"].verdict, rows["running"].verdict) == (Verdict.LOWER, Verdict.AT_MOST_SMALL)
    assert rows["yoga"].p_adjusted == pytest.approx(2 * rows["yoga"].p)
    assert (rows["yoga"].participants, rows["yoga"].asked) == (6, 2)
    assert kind_averages(people[:4], PLAN, least_participants=5) == []


def test_averages_of_kinds_differ_by_f_of_the_fewest_participants():
    means = [contrast_mean([-0.5, -0.6, -0.4, -0.5, -0.5], [0.04] * 5), contrast_mean([0.4] * 6, [0.04] * 6)]
    weights = np.array([5 / 0.04, 6 / 0.04])
    centre = weights @ [-0.5, 0.4] / weights.sum()
    q = weights @ np.square([-0.5 - centre, 0.4 - centre])
    assert averages_differ_p(means) == pytest.approx(stats.f.sf(q, 1, 4))
    assert averages_differ_p(means[:1]) is None


def test_only_the_total_of_a_participant_whose_kinds_differ_is_without_a_direction():
    told = STATES["own"]
    evidence = Evidence(question("exercise_time_min"), "ann", told.estimate, (), 1.0, 1.0)
    state = object()
    conclusion = Conclusion(Verdict.LOWER, (), state)
    assert evidence.question.exposure == TOTAL
    held = without_total(conclusion, evidence, {"ann"})
    assert (held.verdict, held.reasons, held.state) == (Verdict.NOT_DETERMINED, ("kinds_differ",), state)
    early = Conclusion(Verdict.NOT_JUDGED, ("before_first_look",), None)
    assert without_total(early, evidence, {"ann"}) == early
    assert without_total(conclusion, evidence, {"ben", None}) == conclusion
    steps = Evidence(question("step_count"), "ann", told.estimate, (), 1.0, 1.0)
    assert without_total(conclusion, steps, {"ann"}) == conclusion
