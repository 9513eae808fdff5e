"""The reading of a finding: what all days show today, which is no answer; and the size that is shown beside a sign."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Reading:
    """The estimate of all days with its 95% interval, in outcome points per unit."""

    value: float
    low: float
    high: float


def reading_of(finding: Finding) -> Reading | None:
    """Return the reading on the basis of the verdict: own days where these decided; None where none may be shown."""
    estimate, own = finding.estimate, finding.check("own_days")
    if finding.judged is not None and finding.judged.basis == "own_days" and estimate.basis == "pooled" and own:
        return Reading(own.value, own.low, own.high)
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return Reading(estimate.value, estimate.low, estimate.high)


def shown_size(finding: Finding) -> float:
    """Return the size that is shown, in outcome points per unit.

    Beside a sign it is the reading, moved to the nearer end of the verdict's range if it lies outside, or the end
    nearer to zero where there is no reading. Otherwise it is the reading, or 0 without one.
    """
    reading, judged = reading_of(finding), finding.judged
    if judged is None or not finding.verdict.has_direction:
        return reading.value if reading else 0.0
    if reading is None:
        return min(judged.low, judged.high, key=abs)
    return min(max(reading.value, judged.low), judged.high)
