"""Judge other items: each participant's effects are a family of questions, and so are the averages.

Verdicts and their reasons are those of docs/method/questions.md, items.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from painstats.frame.exposure import Exposure
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.exploratory.average import ContrastMean, mean_of_tests, with_mean
from painstats.questions.exploratory.family import LARGEST_Q, benjamini_hochberg
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding, Judged, with_test
from painstats.questions.item.fit import ItemEffect, OwnItems
from painstats.questions.item.plan import NAME
from painstats.questions.verdict import Verdict

CONTRAST = "per_unit"
"""How exposures are compared: days with more of it, per unit."""

MANY_SCORES = 0.25
"""Share of scores at an end of the scale from which a link may be larger than it looks."""

Compared = tuple[str, str, Exposure]
"""Item, site and exposure."""


def judge(own: Sequence[OwnItems], least: int) -> Judged:
    """Judge the effects of all participants, and their averages in a study of several.

    Parameters
    ----------
    own
        One for each participant.
    least
        Participants with an effect of their own that an average needs.
    """
    findings = [finding for each in own for finding in own_findings(each)]
    return Judged(tuple(findings), tuple(averages(own, least)) if len(own) > 1 else ())


def own_findings(own: OwnItems) -> list[ContrastFinding]:
    """Judge one participant's effects: a direction where q is below 0.05 in the family of all that were tested."""
    tested = [effect.test for effect in own.effects if effect.test]
    q_values = iter(benjamini_hochberg([test.p for test in tested]) if tested else ())
    return [
        _finding(own, effect, len(tested), float(next(q_values)) if effect.test else None) for effect in own.effects
    ]


def verdict_of(estimate: float, low: float, high: float, adjusted: float, smallest: float) -> Verdict:
    """Judge an effect by its adjusted p value and its 95% interval.

    Parameters
    ----------
    estimate, low, high, smallest
        The effect, its interval and the smallest effect that matters, in points per unit.
    adjusted
        The p value, adjusted within its family.
    """
    if adjusted < LARGEST_Q:
        return Verdict.HIGHER if estimate > 0 else Verdict.LOWER
    return Verdict.AT_MOST_SMALL if _is_small(low, high, smallest) else Verdict.NOT_DETERMINED


def _finding(own: OwnItems, effect: ItemEffect, asked: int, q: float | None) -> ContrastFinding:
    """Describe an effect; without a test only why there is none."""
    of = (own.participant_id, NAME, effect.item, effect.site, effect.exposure.name, CONTRAST, _unit(effect.exposure))
    seen = (own.when.date, effect.days, None, asked)
    test = effect.test
    if test is None or q is None:
        return ContrastFinding(*of, *seen, Verdict.NOT_JUDGED, (effect.refusal,))
    verdict = verdict_of(test.estimate, test.low, test.high, q, effect.smallest_effect)
    return with_test(ContrastFinding(*of, *seen, verdict, _reasons(effect, test, verdict)), test, q)


def _reasons(effect: ItemEffect, test: Coefficient, verdict: Verdict) -> tuple[str, ...]:
    named = {
        "smaller_than_matters": verdict.has_direction and _is_small(test.low, test.high, effect.smallest_effect),
        "many_scores_at_an_end": effect.share_at_an_end >= MANY_SCORES,
    }
    return tuple(name for name, applies in named.items() if applies)


def _is_small(low: float, high: float, smallest: float) -> bool:
    return max(abs(low), abs(high)) < smallest


def averages(own: Sequence[OwnItems], least: int) -> list[ContrastAverage]:
    """Average each effect over the participants who have one; all averages are a family."""
    effects: dict[Compared, list[ItemEffect]] = {}
    for effect in (effect for each in own for effect in each.effects):
        effects.setdefault((effect.item, effect.site, effect.exposure), []).append(effect)
    in_order = sorted(effects.items(), key=_order)
    tested = {compared: [each for each in found if each.test] for compared, found in in_order}
    means = {compared: mean for compared, found in tested.items() if (mean := _mean(found, least))}
    adjusted = benjamini_hochberg([mean.p for mean in means.values()]) if means else ()
    q_values = dict(zip(means, map(float, adjusted), strict=True))
    return [
        _average(compared, found, means.get(compared), q_values.get(compared, 1.0), len(means))
        for compared, found in tested.items()
    ]


def _order(of: tuple[Compared, list[ItemEffect]]) -> tuple[str, str, str]:
    (item, site, exposure), _ = of
    return item, site, exposure.name


def _mean(effects: Sequence[ItemEffect], least: int) -> ContrastMean | None:
    tests = [effect.test for effect in effects if effect.test]
    if len(tests) < least:
        return None
    return mean_of_tests(tests)


def _average(
    compared: Compared, effects: Sequence[ItemEffect], mean: ContrastMean | None, adjusted: float, asked: int
) -> ContrastAverage:
    """Describe an average; what matters is the mean over participants of what matters to each."""
    item, site, exposure = compared
    of = (NAME, item, site, exposure.name, CONTRAST, _unit(exposure), len(effects), asked)
    if mean is None:
        return ContrastAverage(*of, Verdict.NOT_JUDGED, ("too_few_participants",))
    smallest = float(np.mean([effect.smallest_effect for effect in effects]))
    verdict = verdict_of(mean.estimate, mean.low, mean.high, adjusted, smallest)
    return with_mean(ContrastAverage(*of, verdict, p_adjusted=adjusted), mean)


def _unit(exposure: Exposure) -> str:
    return exposure.definition.unit
