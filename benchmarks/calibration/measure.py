"""Simulate one batch of a row, and count what a study says of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import numpy as np

from benchmarks.calibration.after import EXPOSURES
from benchmarks.calibration.product import alone, nightly_intervals, own_courses, study_course
from benchmarks.calibration.rows import BATCH, Row
from benchmarks.calibration.situations import Simulated, mean_effects, simulate
from benchmarks.calibration.tally import AVERAGE, OWN, POOLED, VERDICT, Tally, add, tally_course, tally_nights


def measure(row: Row, batch: int) -> Tally:
    """Simulate and count one batch; seeds depend only on the row's name and the batch."""
    seed = np.random.SeedSequence([zlib.crc32(row.name.encode()), batch])
    simulated = simulate(row.situation, row.cohort or BATCH, seed)
    return _cohort(row, simulated) if row.cohort else _alone(row, simulated)


def _alone(row: Row, simulated: Simulated) -> Tally:
    courses = own_courses(simulated.diaries)
    own = add(tally_course(OWN, course, truth) for course, truth in zip(courses, _truths(simulated), strict=True))
    nights = add(
        tally_nights(nightly_intervals(alone(simulated.diaries, place)), truth)
        for place, truth in enumerate(_truths(simulated))
        if place < row.with_nights
    )
    return own | nights


def _cohort(row: Row, simulated: Simulated) -> Tally:
    found = study_course(simulated.diaries)
    single = {OWN: found.own, POOLED: found.pooled, VERDICT: found.verdicts}
    average = dict(zip(EXPOSURES, mean_effects(row.situation.effects).tolist(), strict=True))
    return add(
        [
            tally_course(AVERAGE, found.average, average),
            *(
                tally_course(basis, course, truth)
                for basis, courses in single.items()
                for course, truth in zip(courses, _truths(simulated), strict=True)
            ),
        ]
    )


def _truths(simulated: Simulated) -> Iterator[Mapping[str, float]]:
    for effects in simulated.effects.T.tolist():
        yield dict(zip(EXPOSURES, effects, strict=True))
