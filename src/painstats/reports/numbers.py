"""How the pages write numbers: a true minus sign, p values, per cent, powers of ten; a dash where there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from painstats.questions.estimate import Estimate

NONE = "–"
SMALLEST_P = 0.001
FEW_DECIMALS_FROM = 0.01
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Interval:
    """An effect with its 95% interval, in outcome points per unit."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Interval:
        """Return the effect for a unit that is so many times as large."""
        return Interval(factor * self.value, factor * self.low, factor * self.high)


def interval_of(estimate: Estimate) -> Interval | None:
    """Return the effect of an estimate; None where it has no numbers."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return Interval(estimate.value, estimate.low, estimate.high)


def number(value: float | None, decimals: int) -> str:
    """Write a number with so many decimals."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{abs(value):.{decimals}f}"
    return f"−{text}" if value < 0 and float(text) > 0 else text


def percent(share: float | None) -> str:
    """Write a share in whole per cent: "14%"."""
    return NONE if share is None or not math.isfinite(share) else f"{100 * share:.0f}%"


def p_words(p: float | None) -> str:
    """Write a p value: three decimals, or that it is smaller."""
    if p is None or not math.isfinite(p):
        return NONE
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def p_short(p: float | None) -> str:
    """Write a p value of a result table: two decimals, three below 0.01, or that it is smaller than 0.001."""
    return p_words(p) if p is None or not math.isfinite(p) or p < FEW_DECIMALS_FROM else f"{p:.2f}"


def scientific(value: float | None) -> str:
    """Write a very small or large number: "3.1 × 10⁻⁷"."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.replace('-', '−')} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}"
