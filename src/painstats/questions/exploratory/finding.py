"""A contrast of a participant's own fit, judged, and its average over participants: rows of two tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from painstats.questions.verdict import Verdict

if TYPE_CHECKING:  # pages read findings without statistics
    from painstats.mixedlm.inference.coefficients import Coefficient


@dataclass(frozen=True, slots=True)
class ContrastFinding:
    """One contrast of one participant: a row of ``contrast_finding``. Numbers are None where none may be shown.

    Parameters
    ----------
    participant_id, kind
        The participant, and the kind of question.
    item, site
        The outcome, in its own direction: a high mood is a good one.
    exposure, contrast
        What is compared, and how: ``swimming`` and ``session``; ``step_count`` and ``later``.
    unit
        What the estimate is per.
    look_date
        The last day used; None before the first look.
    days, days_with
        Rows of the fit, and those after a day with the exposure, where it is done or not done.
    asked
        Number of questions in the same family.
    verdict, reasons
        The verdict, and why, by name.
    estimate, low, high
        What is shown, with its 95% interval, unless the kind says otherwise.
    own_estimate, own_se, df, p, q
        The test of the participant's own fit; q is p adjusted within the family (Benjamini & Hochberg 1995).
    """

    participant_id: str
    kind: str
    item: str
    site: str
    exposure: str
    contrast: str
    unit: str
    look_date: date | None
    days: int
    days_with: int | None
    asked: int
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    own_estimate: float | None = None
    own_se: float | None = None
    df: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def is_one_sided(self) -> bool:
        """Whether the interval leaves zero, but no direction is given, since several questions were asked."""
        if self.verdict is not Verdict.NOT_DETERMINED or self.low is None or self.high is None:
            return False
        return not self.low <= 0 <= self.high


def with_test(row: ContrastFinding, test: Coefficient, q: float | None = None) -> ContrastFinding:
    """Add the numbers of a participant's own test to the row of a contrast, with its 95% interval."""
    return replace(
        row, estimate=test.estimate, low=test.low, high=test.high, own_estimate=test.estimate, own_se=test.se,
        df=test.df, p=test.p, q=q,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContrastAverage:
    """The average of one contrast over participants: a row of ``contrast_average``.

    Parameters
    ----------
    kind, item, site, exposure, contrast, unit
        As in ``ContrastFinding``.
    participants, asked
        Participants with an estimate of their own, and averages in the same family.
    verdict, reasons
        The verdict, and why, by name.
    estimate, se, df, low, high, p
        The mean with its t test and 95% interval; None with too few participants.
    p_adjusted
        p adjusted within the family.
    sd_between
        Standard deviation between participants.
    """

    kind: str
    item: str
    site: str
    exposure: str
    contrast: str
    unit: str
    participants: int
    asked: int
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    sd_between: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that a kind found: for participants, and on average."""

    findings: tuple[ContrastFinding, ...]
    averages: tuple[ContrastAverage, ...] = ()
