"""Findings as bars of the cohort's charts of effects."""

from __future__ import annotations

from painstats.findings.finding import Finding
from painstats.findings.reading import reading_of, shown_size
from painstats.reports.figures.effect_charts import EffectBar
from painstats.reports.numbers import Interval


def verdict_bar(finding: Finding, *, label: str = "", is_own: bool = False) -> EffectBar | None:
    """Turn a finding into a bar: the range of its verdict, or the reading where it has none; None without numbers."""
    reading, judged, check = _reading(finding), finding.judged, finding.check("own_days")
    is_pooled = finding.estimate.basis == "pooled" and check is not None
    own = Interval(check.value, check.low, check.high) if is_pooled and check else None
    if judged is not None:
        value = shown_size(finding)
        return EffectBar(label, Interval(value, judged.low, judged.high), reading, own, finding.verdict, is_own)
    return EffectBar(label, reading, None, own, finding.verdict, is_own) if reading else None


def _reading(finding: Finding) -> Interval | None:
    reading = reading_of(finding)
    return Interval(reading.value, reading.low, reading.high) if reading else None
