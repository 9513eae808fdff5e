"""Findings as bars of charts of effects: the range of a verdict, or of a reading where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.finding import Finding
from painstats.findings.reading import reading_of, shown_size
from painstats.questions.verdict import Verdict
from painstats.reports.numbers import Interval


@dataclass(frozen=True, slots=True)
class EffectBar:
    """One bar.

    Parameters
    ----------
    label
        The label of the bar; empty for a participant who is not named.
    effect
        A size and its range, in outcome points per unit.
    reading
        The estimate of all days with its 95% interval, where ``effect`` is a verdict's.
    own
        The reading from own days alone; None where that is the same or was not computed.
    verdict
        Decides the colour.
    """

    label: str
    effect: Interval
    reading: Interval | None = None
    own: Interval | None = None
    verdict: Verdict = Verdict.NOT_JUDGED


def verdict_bar(finding: Finding, *, label: str = "") -> EffectBar | None:
    """Turn a finding into a bar: the range of its verdict, or the reading where it has none; None without numbers."""
    reading, judged, check = _reading(finding), finding.judged, finding.check("own_days")
    is_pooled = finding.estimate.basis == "pooled" and check is not None
    own = Interval(check.value, check.low, check.high) if is_pooled and check else None
    if judged is not None:
        value = shown_size(finding)
        return EffectBar(label, Interval(value, judged.low, judged.high), reading, own, finding.verdict)
    return EffectBar(label, reading, None, own, finding.verdict) if reading else None


def _reading(finding: Finding) -> Interval | None:
    reading = reading_of(finding)
    return Interval(reading.value, reading.low, reading.high) if reading else None
