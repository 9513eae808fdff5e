"""In diaries without any change, the last four weeks are rarely called lower or higher (docs/method/recent_level.md)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from painstats.questions.recent_level import recent_level

LAST, DIARIES = date(2026, 6, 30), 200
MOST = 0.05 + 2 * (0.05 * 0.95 / DIARIES) ** 0.5
"""The promised 5%, and two standard errors of the simulation."""


@pytest.mark.parametrize(("rho", "white"), [(0.4, 0.0), (0.95, 0.5)])
def test_false_directions_are_rare(rho, white):
    random, found = np.random.default_rng(20261130), 0
    for _ in range(DIARIES):
        slow = [random.normal()]
        for _day in range(83):
            slow.append(rho * slow[-1] + (1 - rho**2) ** 0.5 * random.normal())
        noise = (1 - white) ** 0.5 * np.array(slow) + white**0.5 * random.normal(size=84)
        scores = np.clip(np.round(5 + 1.2 * noise), 0, 10)
        kept = np.sort(random.choice(84, 70, replace=False))
        dates = [LAST - timedelta(days=int(ago)) for ago in kept]
        found += recent_level(dates, scores[kept].tolist(), LAST - timedelta(days=83), LAST).sign != 0
    assert found / DIARIES <= MOST
