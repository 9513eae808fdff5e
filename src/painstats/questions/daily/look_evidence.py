"""From a fitted effect to the evidence of a look: z, the ranges at every limit, and what matters.

The formulas are those of docs/method/verdict.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import polars as pl
from scipy import special, stats

from painstats.frame.exposure import Exposure
from painstats.frame.room import room, share_at_ends
from painstats.mixedlm.inference.participant_slopes import ParticipantSlope
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import DailyDesign
from painstats.questions.estimate import Basis
from painstats.questions.look import ExposureRange, Look, LookDay, ScaleEnds
from painstats.questions.look_limits import limit

LEAST_P = 1e-300
LEAST_FALSE_SIGN_RATE = 1e-16
"""What differs from 0 and 1 in double precision; beyond it z has no meaning."""

LOW, HIGH = 0.1, 0.9
"""The percentiles of a low and a high day."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect with its t test, in outcome points per unit."""

    estimate: float
    se: float
    df: float


@dataclass(frozen=True, slots=True)
class LookOf:
    """What a look is of: when, on what basis, with which limits, and what matters there.

    Parameters
    ----------
    when, basis, participants, smallest_effect, exposure, ends
        As in ``Look``.
    limits
        |z| above which a sign is reported, for each number of questions that may share the chance of a false sign.
    """

    when: LookDay
    basis: Basis
    limits: tuple[float, ...]
    smallest_effect: float
    exposure: ExposureRange
    ends: ScaleEnds
    participants: int = 1


def limits_at(rules: RulesPlan, number: int, questions: int) -> tuple[float, ...]:
    """Return the limits of a look for 1 to ``questions`` questions that share the chance of a false sign."""
    sharing = range(1, questions + 1)
    return tuple(limit(rules.looks, rules.false_sign_chance, among, number) for among in sharing)


def from_test(of: LookOf, effect: Effect) -> Look:
    """Return the evidence of an effect with a t test."""
    t = effect.estimate / effect.se
    z = float(np.copysign(-special.ndtri(max(float(special.stdtr(effect.df, -abs(t))), LEAST_P)), t))
    margins = [float(stats.t.isf(tail, effect.df)) * effect.se for tail in tails(of.limits)]
    ranges = [(effect.estimate - margin, effect.estimate + margin) for margin in margins]
    return _look(of, effect.estimate, z, ranges, effect)


def from_posterior(of: LookOf, slope: ParticipantSlope) -> Look:
    """Return the evidence of a slope's posterior, with its ranges at the limits of the look."""
    z = float(
        np.copysign(-special.ndtri(max(slope.false_sign_rate, LEAST_FALSE_SIGN_RATE)), slope.probability_positive - 0.5)
    )
    return _look(of, slope.estimate, z, slope.ranges)


def tails(limits: Sequence[float]) -> tuple[float, ...]:
    """Return the probability in each tail beyond limits of |z|."""
    return tuple(float(tail) for tail in stats.norm.sf(np.asarray(limits)))


def _look(
    of: LookOf, estimate: float, z: float, ranges: Sequence[tuple[float, float]], effect: Effect | None = None
) -> Look:
    return Look(
        when=of.when,
        basis=of.basis,
        participants=of.participants,
        value=estimate,
        se=effect.se if effect else None,
        df=effect.df if effect else None,
        z=z,
        limits=of.limits,
        lows=tuple(low for low, _ in ranges),
        highs=tuple(high for _, high in ranges),
        smallest_effect=of.smallest_effect,
        exposure=of.exposure,
        ends=of.ends,
    )


def exposure_range(rows: pl.DataFrame, exposure: Exposure) -> ExposureRange | None:
    """Return a participant's low and high days, over rows on which the exposure is known; None for fewer than two."""
    known = rows[exposure.name].drop_nulls().to_numpy()
    if known.size < 2:
        return None
    low, high = np.quantile(known, [LOW, HIGH])
    return ExposureRange(float(low), float(high), float(known.std(ddof=1)))


def scale_ends(rows: pl.DataFrame, scale: tuple[float, float]) -> ScaleEnds:
    """Return how many of a participant's scores lie at the ends of the scale."""
    scores = rows["outcome_score"].to_numpy()
    return ScaleEnds(room(scores, scale), *share_at_ends(scores, scale))


def smallest_effect(exposure: ExposureRange, ends: ScaleEnds, design: DailyDesign) -> float:
    """Return the smallest effect that matters, in outcome points per unit.

    ``matters`` of the plan is the difference between a low and a high day that matters, in points of a 0-10 scale.
    Scores at an end of the scale show only a share of an effect, the room; it is compared with the same share of what
    matters. 0 where low and high days are the same.
    """
    low, high = design.scale
    points = design.rules.matters * (high - low) / 10
    return ends.room * points / exposure.width if exposure.width > 0 else 0.0


def smallest_effect_to(rows: pl.DataFrame, exposure: Exposure, design: DailyDesign) -> float:
    """Return the smallest effect that matters to a participant, from their days with a score; 0 if nothing varies."""
    known = exposure_range(rows, exposure)
    return smallest_effect(known, scale_ends(rows, design.scale), design) if known else 0.0


def means_over_participants(
    cohort: pl.DataFrame, exposure: Exposure, design: DailyDesign
) -> tuple[ExposureRange, ScaleEnds]:
    """Return means over participants of low and high days, and of scores at the ends of the scale.

    Participants whose exposure does not vary are left out; zeros without any participant.
    """
    ranges, ends = list[ExposureRange](), list[ScaleEnds]()
    for rows in cohort.partition_by("participant_id", maintain_order=True):
        known = exposure_range(rows, exposure)
        if known is not None and known.width > 0:
            ranges.append(known)
            ends.append(scale_ends(rows, design.scale))
    return ExposureRange(*_means(ranges, 3)), ScaleEnds(*_means(ends, 3))


def _means(values: Sequence[ExposureRange] | Sequence[ScaleEnds], fields: int) -> list[float]:
    """Return the mean of each field."""
    return np.mean([astuple(value) for value in values], axis=0).tolist() if values else [0.0] * fields
