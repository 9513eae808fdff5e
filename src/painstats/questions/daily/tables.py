"""The tables that fitting the daily questions writes, with a dataclass for the rows of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from painstats.questions.estimate import Basis
from painstats.store.rows import column_types

WhyLeftOut = Literal["few_participants", "few_days_on", "few_days_off", "collinear", "too_many_columns"]
"""Why a model has no column for a treatment (docs/method/frame.md)."""

COHORT = "cohort"
"""Names the model over all participants, where a row is otherwise about one participant's own days."""


@dataclass(frozen=True, slots=True)
class ParticipantEffect:
    """A participant's effect of one exposure, in outcome points per unit with its 95% interval.

    The ``own_`` fields are from the participant's own days alone; they are all there or none.
    """

    participant_id: str
    question: str
    basis: Basis  # pooled | own_days
    estimate: float
    low: float
    high: float
    false_sign_rate: float
    reliability: float | None = None
    own_estimate: float | None = None
    own_low: float | None = None
    own_high: float | None = None
    own_df: float | None = None
    own_p: float | None = None
    own_rho: float | None = None
    own_white_share: float | None = None
    smallest_effect: float = 0.0  # that matters; 0 where low and high days are the same


@dataclass(frozen=True, slots=True)
class CohortFit:
    """The average effect of one exposure over participants, with the two-stage mean."""

    question: str
    basis: Basis  # mixed_model | two_stage
    estimate: float
    se: float
    df: float
    low: float
    high: float
    p: float
    p_adjusted: float  # Holm's, over the confirmatory or over the exploratory questions
    participants: int
    days: int
    two_stage_estimate: float
    two_stage_low: float
    two_stage_high: float
    agrees: bool
    smallest_effect: float = 0.0  # that matters, averaged over participants
    slope_sd: float | None = None
    slope_sd_low: float | None = None
    slope_sd_high: float | None = None
    slopes_differ_p: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CoefficientRow:
    """One coefficient of a model, in outcome points per unit of its column."""

    model: str  # cohort, or a participant id
    answered: tuple[str, ...]  # names of the questions that it answers; it has no exposure that comes after theirs
    term: str
    estimate: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ModelFit:
    """How a model was fitted, and how well it fits; the fields from ``autocorrelation`` on are for the cohort only."""

    model: str
    answered: tuple[str, ...]  # names of the questions that it answers
    days: int
    participants: int
    rho: float
    white_share: float
    residual_sd: float
    log_likelihood: float
    converged: bool
    is_singular: bool
    certificate: float | None
    projected_gradient: float | None
    df_method: str
    random_terms: tuple[str, ...]
    random_covariance: tuple[float, ...]  # row by row
    pattern_p: float  # that residuals follow no pattern over seven days (mixedlm/checks/residual_pattern.py)
    pattern_lag: int  # the lag in days with the largest departure
    pattern_departure: float  # its autocorrelation less the one that fitting causes
    has_pattern: bool
    drifts: bool  # the level drifts over the whole diary: rho ended at its limit
    guarded: tuple[str, ...]  # within columns with guard columns (docs/method/real_diaries.md)
    feedback_p: float | None  # that the outcome does not move these exposures
    feedback_coefficients: tuple[float, ...]  # of the column S of each
    feedback_t: tuple[float, ...]
    statsmodels_difference: float | None = None
    statsmodels_note: str | None = None
    statsmodels_summary: str | None = None
    autocorrelation: tuple[float | None, ...] | None = None  # of whitened residuals, at lags of 1 to 7 days
    residual_quantiles: tuple[float, ...] | None = None  # over their root mean square
    participant_sd_quantiles: tuple[float, ...] | None = None  # residual SD within participants: 10%, 50%, 90% of them
    equal_variance_p: float | None = None
    r2_marginal: float | None = None
    r2_conditional: float | None = None
    unsupported_terms: tuple[str, ...] | None = None  # if a fit was singular; questions/daily/mixed_model.py
    unsupported_gain: float | None = None  # what they add to the log-likelihood
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TreatmentRow:
    """A treatment on the days of a model: whether the model has a column for it, which is adjusted for only."""

    model: str  # cohort, or a participant id
    answered: tuple[str, ...]  # names of the questions that it answers
    treatment: str  # name and dose
    participants: int
    days: int
    left_out: WhyLeftOut | None  # why it has no column


@dataclass(frozen=True, slots=True)
class RobustnessCheck:
    """The result of one robustness check for one question.

    Parameters
    ----------
    model
        ``cohort``, or a participant id.
    position
        Place in the order in which checks are shown.
    check, question
        Names of the check and of the question.
    estimate, low, high, p
        In outcome points per unit; None where a check has no effect to show or could not be made.
    participants, days
        What it is based on.
    same_verdict
        Whether the interval is on the same side of zero as the reported estimate's, or contains zero as it does; None
        where that does not apply.
    participant_id
        The participant who changes the effect most when left out.
    reason
        Why the check could not be made.
    """

    model: str
    position: int
    check: str
    question: str
    item: str
    site: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    participants: int | None = None
    days: int | None = None
    same_verdict: bool | None = None
    participant_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LookEvidence:
    """The evidence on a question at a look, or why there is none; fields as in ``Look``.

    ``digest`` identifies the days, the plan and the version that it was computed from: the same need not be fitted
    again. It is the same for all rows of one fit.
    """

    digest: str
    participant_id: str | None  # None for the average over participants
    question: str
    is_pooled: bool
    basis: Basis  # none where it could not judge
    number: int
    date: date
    days: int
    reasons: tuple[str, ...]  # why it may not be judged; the fields below are then None or empty
    participants: int | None = None
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    z: float | None = None
    limits: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    smallest_effect: float | None = None
    exposure_low: float | None = None
    exposure_high: float | None = None
    exposure_sd: float | None = None
    room: float | None = None
    at_low: float | None = None
    at_high: float | None = None


FIT_ROWS: dict[str, type] = {
    "person_fit": ParticipantEffect,
    "cohort_fit": CohortFit,
    "coefficient": CoefficientRow,
    "model_fit": ModelFit,
    "treatment_column": TreatmentRow,
    "robustness": RobustnessCheck,
    "look_evidence": LookEvidence,
}
"""Every table that fitting writes, by its name."""

FIT_TABLES = {name: column_types(row_type) for name, row_type in FIT_ROWS.items()}
"""Column types of each of them."""
