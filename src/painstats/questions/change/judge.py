"""Judge whether links changed: for each participant, and on average (docs/method/questions.md, change of a link)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.change.fit import OwnChange
from painstats.questions.change.looks import LEVEL
from painstats.questions.change.plan import BEFORE, CHANGE, CHANGED, LAST_60_DAYS, NAME, NO_CHANGE
from painstats.questions.exploratory.average import LEAST_PARTICIPANTS, ContrastMean, mean_of_tests, with_mean
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding, with_test
from painstats.questions.verdict import Verdict

CONTRASTS = (CHANGE, LAST_60_DAYS, BEFORE)

Conclusion = tuple[Verdict, tuple[str, ...]]

Result = Coefficient | ContrastMean


def is_change(result: Result) -> bool:
    """Whether the slope's change over time is found at this look."""
    return result.p < LEVEL


def conclude(contrast: str, result: Result, change: Result) -> Conclusion:
    """Judge one contrast of a link; without a change no part of the time has a direction of its own.

    Parameters
    ----------
    contrast, result
        Its name, and its test.
    change
        The test of the change of the slope over time.
    """
    if not is_change(change):
        return Verdict.NOT_DETERMINED, (NO_CHANGE,)
    if contrast != CHANGE and result.low <= 0 <= result.high:
        return Verdict.NOT_DETERMINED, (CHANGED, "both_directions_possible")
    return Verdict.HIGHER if result.estimate > 0 else Verdict.LOWER, (CHANGED,)


def findings(changes: Sequence[OwnChange]) -> list[ContrastFinding]:
    """Judge the links of one participant, each by itself."""
    asked = sum(bool(change.tests) for change in changes)
    return [_finding(change, contrast, asked) for change in changes for contrast in CONTRASTS]


def _finding(own: OwnChange, contrast: str, asked: int) -> ContrastFinding:
    blank = ContrastFinding(
        participant_id=own.participant_id,
        kind=NAME,
        item=own.outcome.item,
        site=own.outcome.site,
        exposure=own.exposure.name,
        contrast=contrast,
        unit=own.exposure.definition.unit,
        look_date=own.when.date,
        days=own.days,
        days_with=own.known_days.get(contrast),
        asked=asked,
        verdict=Verdict.NOT_JUDGED,
        reasons=own.refused,
    )
    if not own.tests:
        return blank
    test = own.tests[contrast]
    verdict, reasons = conclude(contrast, test, own.tests[CHANGE])
    return with_test(replace(blank, verdict=verdict, reasons=reasons), test)


def averages(changes: Sequence[OwnChange]) -> list[ContrastAverage]:
    """Average the links of all participants, at their last looks."""
    exposures = dict.fromkeys(change.exposure for change in changes)
    of_each = [[change for change in changes if change.exposure == exposure] for exposure in exposures]
    asked = sum(_judged(each) >= LEAST_PARTICIPANTS for each in of_each)
    return [row for each in of_each for row in _averages(each, asked)]


def _judged(changes: Sequence[OwnChange]) -> int:
    return sum(bool(change.tests) for change in changes)


def _averages(changes: Sequence[OwnChange], asked: int) -> list[ContrastAverage]:
    """Average the contrasts of one exposure over the participants who have them."""
    blank = {contrast: _row(changes[0], contrast, _judged(changes), asked) for contrast in CONTRASTS}
    if _judged(changes) < LEAST_PARTICIPANTS:
        return list(blank.values())
    tests = [change.tests for change in changes if change.tests]
    means = {contrast: mean_of_tests([own[contrast] for own in tests]) for contrast in CONTRASTS}
    return [_with_mean(row, means[contrast], means[CHANGE]) for contrast, row in blank.items()]


def _row(of: OwnChange, contrast: str, participants: int, asked: int) -> ContrastAverage:
    """Return the row of a contrast, without numbers."""
    return ContrastAverage(
        NAME, of.outcome.item, of.outcome.site, of.exposure.name, contrast, of.exposure.definition.unit, participants,
        asked, Verdict.NOT_JUDGED, ("too_few_participants",),
    )  # fmt: skip


def _with_mean(row: ContrastAverage, mean: ContrastMean, change: ContrastMean) -> ContrastAverage:
    """Add a mean and its verdict; each link is judged by itself, so p is not adjusted."""
    verdict, reasons = conclude(row.contrast, mean, change)
    return with_mean(replace(row, verdict=verdict, reasons=reasons), mean)
