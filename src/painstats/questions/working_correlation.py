"""The correlation of residuals that tests by lot assume.

It is fixed beforehand, so that their statistic is linear in the scores. A test by lot is exact whatever it is; it only
decides how much the test can show. Source: docs/method/experiments.md, "The test".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from painstats.mixedlm.integrated import Floats

CORRELATION, WHITE_SHARE = 0.9, 0.6
"""Correlation of the slow part from one day to the next, and share of the white noise."""


def working_correlation(day: Floats) -> Floats:
    """Return the correlation matrix (n, n) of days (n,): a slow part, white noise, and a trend with its prior."""
    from painstats.mixedlm.integrated import TREND_SD, correlation_matrix

    return correlation_matrix(day, CORRELATION, WHITE_SHARE, TREND_SD)
