"""The rows of the grid: each differs in one thing from a row without effects, or shows effects or a cohort.

Promises were set before the rows were run (docs/method/calibration.md). Rows that are known to break one stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.calibration.after import LOOKS
from benchmarks.calibration.promises import Promise
from benchmarks.calibration.residuals import Process
from benchmarks.calibration.situations import CAR1, TINY, Changing, Effects, Situation
from tests.calibration.patterned_diaries import OF_THE_MODEL, WEEKLY, WHITE, Pattern

BATCH = 20
"""Participants of a batch, where each is alone; a cohort is a batch."""


@dataclass(frozen=True)
class Row:
    """One row of the grid.

    Parameters
    ----------
    name
        Its name.
    situation
        What its diaries are made from.
    promises
        What is promised.
    participants
        How many are simulated, in batches; of a cohort, its size times the number of cohorts.
    cohort
        Participants of a cohort; 0 where each is alone.
    with_nights
        Participants of each batch of whom every 15th night is evaluated, too.
    reason
        Why a promise is not kept, where that is known.
    is_long
        Whether it runs only if it is named.
    """

    name: str
    situation: Situation
    promises: tuple[Promise, ...]
    participants: int = 240
    cohort: int = 0
    with_nights: int = 0
    reason: str = ""
    is_long: bool = False

    @property
    def batches(self) -> int:
        """The number of batches."""
        return -(-self.participants // (self.cohort or BATCH))

    @property
    def situation_id(self) -> str:
        """Changes with anything that the diaries are made from, and with how many nights are evaluated."""
        made_from = repr((self.situation, self.cohort, self.with_nights, LOOKS))
        return hashlib.sha256(made_from.encode()).hexdigest()[:8]


FALSE_SIGNS = Promise("own.ever", most=5.7)
INTERVALS = Promise("own.interval_covers", least=93, most=97)
RANGES = Promise("own.range_covers", least=93)
FORECASTS = Promise("own.forecast", least=75)
WRONG = Promise("own.wrong", most=5)
WITHDRAWN = Promise("own.withdrawn", most=3)
SMALL = Promise("own.small_wrong", most=5)
NIGHTS = Promise("nights.interval_covers", least=93, most=97)
OLD_RULE = Promise("nights.ever", least=30, is_canary=True)

NONE = (FALSE_SIGNS, INTERVALS, RANGES, FORECASTS)
SOME = (WRONG, WITHDRAWN, INTERVALS, RANGES, SMALL, FORECASTS)

FLOOR = "An effect on pain shows only in part in scores that stop at zero. The report says how much larger it could be."
FEEDBACK = "Pain acts back more strongly than the guard columns allow for, and before look 180 there are none."

SEASON = "Standard errors are probably too small: the model does not describe a season."
HARDLY_ANY = "Effects this small have few signs. Chance adds to the effect at the look that reports one, less so later."

SLOW = Process(OF_THE_MODEL["CAR(1) and white noise"])


def signs(basis: str, exposure: str, days: int, least: float = 0.0, most: float = 100.0) -> Promise:
    """Promise how many have a sign by a look."""
    return Promise(f"{basis}.sign_{exposure}_{days}", least, most)


NO_EFFECTS = (
    Row("CAR(1), .4", Situation(), (*NONE, NIGHTS, OLD_RULE), 400, with_nights=4),
    Row("white noise", Situation(Process(WHITE)), NONE),
    Row("CAR(1), .7", Situation(Process(Pattern((0.7, 0.7)))), NONE),
    Row(
        "CAR(1), .3, no feedback",
        Situation(Process(Pattern((0.3, 0.3))), feedback="none"),
        (*NONE, NIGHTS, OLD_RULE),
        400,
        with_nights=4,
    ),
    Row(
        "AR .9 and 60% white noise, felt pain acts",
        Situation(SLOW, feedback="felt"),
        (*NONE, NIGHTS, OLD_RULE),
        760,
        with_nights=4,
    ),
    Row("AR .9 and 60% white noise, all pain acts", Situation(SLOW), NONE, 400),
    Row("felt pain acts twice as strongly", Situation(SLOW, feedback="felt", strength=2.0), NONE, reason=FEEDBACK),
    Row("AR .97 and a slow walk", Situation(Process(Pattern((0.97, 0.97)), walk=0.05)), NONE),
    Row("rhythm of the week", Situation(Process(WEEKLY)), NONE),
    Row(
        "season of 60 days",
        Situation(replace(CAR1, season=0.6)),
        (*NONE, NIGHTS, OLD_RULE),
        400,
        with_nights=4,
        reason=SEASON,
    ),
    Row("rho and noise differ", Situation(Process(Pattern((0.0, 0.8), (0.0, 0.6)), spread=0.35)), NONE),
    Row("heavy tails", Situation(replace(CAR1, has_heavy_tails=True)), NONE),
    Row("bad days unrated", Situation(unrated="bad"), NONE),
    Row("weeks unrated", Situation(unrated="weeks"), NONE),
    Row("25% of nights unknown", Situation(unknown=("single nights", 0.25)), NONE, 400),
    Row("40% of nights unknown, after bad days", Situation(unknown=("nights after bad days", 0.4)), NONE),
    Row("25% of watches off, on bad days", Situation(unknown=("bad days", 0.25)), NONE),
    Row("40% of scores zero", Situation(zeros=0.4), NONE),
    Row("a treatment that was not declared", Changing(level_change=-1.0), NONE),
    Row("a straight trend", Changing(trend=-1.5), NONE),
    Row("a new device halfway", Changing(new_device=1.15), NONE),
)

ALIKE = Effects((-0.15, 0.0), (0.10, 0.0))
STRONG = Effects((-0.3, 0.0), (-0.10, 0.0))
DIFFERENT = Effects((-0.15, 0.15), (0.02, 0.10))
AROUND_ZERO = Effects((0.0, 0.15), (0.0, 0.10))

EFFECTS = (
    Row("-.15 and .10", Situation(effects=ALIKE), (*SOME, signs("own", "sleep", 365, 58, 78)), 200),
    Row(
        "-.3 and -.10",
        Situation(effects=STRONG),
        (*SOME, signs("own", "sleep", 90, 37, 58), signs("own", "sleep", 365, 97)),
        200,
    ),
    Row("-.5 and none", Situation(effects=Effects((-0.5, 0.0))), (FALSE_SIGNS, *SOME), 200),
    Row("-.15 (SD .15) and .02 (.10)", Situation(effects=DIFFERENT), SOME, 200),
    Row("0 (SD .15) and 0 (.10)", Situation(effects=AROUND_ZERO), SOME, 200),
    Row("tiny: 0 (SD .05) and 0 (.03)", Situation(effects=TINY), SOME, 400, reason=HARDLY_ANY),
    Row("-.15 and .10, AR .9 and 60% white noise", Situation(SLOW, ALIKE, "felt"), SOME, 200),
    Row("-.3 and -.10, 25% of nights unknown", Situation(effects=STRONG, unknown=("single nights", 0.25)), SOME, 200),
    Row("-.3 and -.10, 40% of scores zero", Situation(effects=STRONG, zeros=0.4), SOME, 200, reason=FLOOR),
)

IN_COHORT = (
    Promise("verdict.ever", most=5.7),
    Promise("verdict.wrong", most=5),
    Promise("pooled.range_covers", least=93),
)
AVERAGES = (
    Promise("average.ever", most=5.7),
    Promise("average.wrong", most=5),
    Promise("average.interval_covers", least=93),
    Promise("average.range_covers", least=93),
)
COHORTS = (*IN_COHORT, *AVERAGES)

OTHERS = "Pooled estimates are drawn towards the others: that is why only own days are reported as the participant's."


def _cohorts(name: str, size: int, number: int, effects: Effects, *promises: Promise, reason: str = "") -> Row:
    situation = Situation(effects=effects)
    return Row(f"{size}: {name}", situation, (*COHORTS, *promises), size * number, size, reason=reason)


IN_COHORTS = (
    _cohorts("no effects", 12, 12, Effects()),
    _cohorts("no effects", 40, 8, Effects()),
    _cohorts("-.15 and .10", 12, 10, ALIKE),
    _cohorts("-.15 and .10", 40, 5, ALIKE, signs("verdict", "sleep", 365, 90)),
    _cohorts("-.15 (SD .15) and .02 (.10)", 12, 10, DIFFERENT),
    _cohorts("-.15 (SD .15) and .02 (.10)", 40, 5, DIFFERENT),
    _cohorts("half tiny, half -.15 (SD .15) and .02 (.10)", 12, 10, replace(DIFFERENT, tiny=0.5)),
    _cohorts(
        "a quarter without effects, the others -.3 (SD .10)",
        12,
        10,
        Effects((-0.3, 0.1), none=0.25),
        Promise("own.ever", most=5.7),
        reason=OTHERS,
    ),
    Row(
        "6: -.4, one flat sleeper",
        Situation(effects=Effects((-0.4, 0.0)), feedback="none", flat_sleepers=1),
        (*AVERAGES, signs("average", "sleep", 365, 90)),
        60,
        6,
    ),
    Row("200: no effects", Situation(), COHORTS, 400, 200, is_long=True),
)

ROWS = (*NO_EFFECTS, *EFFECTS, *IN_COHORTS)


def chosen(names: Sequence[str] | None) -> tuple[Row, ...]:
    """Return the rows of some names, or all but the long ones.

    Raises
    ------
    ValueError
        There is no such row.
    """
    if not names:
        return tuple(row for row in ROWS if not row.is_long)
    by_name = {row.name: row for row in ROWS}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ValueError(f"no such row: {', '.join(unknown)}; --list prints their names")
    return tuple(by_name[name] for name in names)
