"""What a site that is scored on some days only does to the effect of sleep, for each outcome made of several sites.

    python -m benchmarks.questions_sites

Three sites of pain, one of them milder, are scored for 120 days. An hour of sleep changes every site by the same
points, or by none. The table shows the mean estimated effect, its standard error and the share of participants with
p < .05. Of a true 0, at most 8% may be found where scores are centred by site; a mean of raw scores must find more
than 40% where the third site is scored after bad nights: the diaries are hard enough to show the problem.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from tests.calibration.site_diaries import OUTCOMES, Outcome, SiteDiary, Third, simulate, slopes

DAYS = 120
TRUTHS: tuple[tuple[float, Third], ...] = (
    (-0.3, "every day"),
    (-0.3, "at random"),
    (-0.3, "after bad nights"),
    (0.0, "every day"),
    (0.0, "at random"),
    (0.0, "after bad nights"),
)


def lines(participants: int) -> Iterator[str]:
    """Yield the table, line by line, as soon as each is known."""
    yield f"| effect | third site scored | {' | '.join(OUTCOMES)} |"
    yield f"|---:|---|{'---|' * len(OUTCOMES)}"
    for effect, third in TRUTHS:
        diaries = [simulate(effect, third, DAYS, seed) for seed in range(participants)]
        cells = [_cell(diaries, outcome) for outcome in OUTCOMES]
        yield f"| {effect:.2f} | {third} | {' | '.join(cells)} |"


def _cell(diaries: list[SiteDiary], outcome: Outcome) -> str:
    rows = list(slopes(diaries, outcome))
    found = 100 * float(np.mean([row.p < 0.05 for row in rows]))
    noise = np.sqrt(found * (100 - found) / len(rows))
    effect, se = (float(np.mean([getattr(row, name) for row in rows])) for name in ("estimate", "se"))
    return f"{effect:+.3f}, SE {se:.3f}, {found:.1f} ± {noise:.1f}%"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=300)
    for line in lines(parser.parse_args().participants):
        print(line, flush=True)


if __name__ == "__main__":
    main()
