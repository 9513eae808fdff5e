"""The drawing of a path: three boxes, and arrows with what is known of each."""

from __future__ import annotations

from collections.abc import Iterator

from painstats.language import decimal
from painstats.questions.daily.measure_words import measure_label
from painstats.questions.exploratory.card import PathArrow, PathChart
from painstats.questions.path import words as say
from painstats.questions.path.amounts import amount
from painstats.questions.path.content import Path, grown_unit
from painstats.questions.path.contrasts import (
    ACTIVITY_TO_SLEEP,
    DIRECT,
    OUTCOME_TO_SLEEP,
    SLEEP,
    SLEEP_TO_OUTCOME,
    THROUGH_SLEEP,
)
from painstats.questions.phrases import capital
from painstats.questions.size_words import is_tiny
from painstats.questions.verdict import Verdict


def path_chart(path: Path) -> PathChart:
    """Return the drawing of a path, with the same in words for readers who cannot see it."""
    activity, outcome = path.label, path.outcome.label
    through, direct = (_way(path, THROUGH_SLEEP, say.THROUGH_ARROW), _way(path, DIRECT, say.DIRECT_ARROW))
    first, second, back = _to_sleep(path), _from_sleep(path), _back(path)
    caption = say.CAPTION_UNIT if any(map(path.has_direction, (THROUGH_SLEEP, DIRECT))) else say.CAPTION
    return PathChart(
        boxes=(
            (capital(activity), say.THE_DAY_BEFORE),
            (capital(measure_label(SLEEP.measure)), say.THE_NIGHT_BETWEEN),
            (capital(outcome), say.THE_NEXT_DAY),
        ),
        first=first,
        second=second,
        through=through,
        direct=direct,
        back=back,
        caption=caption.format(activity=capital(activity), outcome=outcome, unit=path.unit.per),
        label=say.LABEL.format(
            activity=activity,
            outcome=outcome,
            arrows=". ".join(capital(text) for text in _spoken(first, second, (through, direct, back), outcome)),
        ),
    )


def _spoken(first: PathArrow, second: PathArrow, ways: tuple[PathArrow, ...], outcome: str) -> Iterator[str]:
    """Write the arrows for readers who cannot see them."""
    if first.words and second.words:
        yield say.NIGHT_LABEL.format(words=" ".join(map(str, first.words)))
        yield say.OUTCOME_LABEL.format(words=" ".join(map(str, second.words)), outcome=outcome)
    yield from (" ".join(map(str, way.words)) for way in ways)


def _way(path: Path, contrast: str, words: str) -> PathArrow:
    """Describe one of the two ways from the activity to the outcome."""
    if not path.has_direction(contrast):
        return PathArrow((words.format(answer=_open(path, contrast)),))
    answer = _size(path, contrast, path.unit.factor)
    return PathArrow((words.format(answer=answer),), path.findings[contrast].verdict)


def _to_sleep(path: Path) -> PathArrow:
    """Describe the first part of the way through sleep; without words where the whole way has no direction."""
    if not path.has_direction(ACTIVITY_TO_SLEEP):
        return PathArrow(())
    difference = path.estimate(ACTIVITY_TO_SLEEP) * path.unit.factor
    return PathArrow((amount(SLEEP.measure, difference, short=True), path.unit.per))


def _from_sleep(path: Path) -> PathArrow:
    """Describe the second part of the way through sleep."""
    if not path.has_direction(SLEEP_TO_OUTCOME):
        return PathArrow(())
    unit = grown_unit(SLEEP.measure, path.estimate(SLEEP_TO_OUTCOME))
    return PathArrow((_size(path, SLEEP_TO_OUTCOME, unit.factor), unit.per), path.findings[SLEEP_TO_OUTCOME].verdict)


def _back(path: Path) -> PathArrow:
    """Describe the arrow back from the outcome to the next night."""
    if not path.has_direction(OUTCOME_TO_SLEEP):
        return PathArrow((say.BACK_ARROW.format(answer=_open(path, OUTCOME_TO_SLEEP)),))
    answer = amount(SLEEP.measure, path.estimate(OUTCOME_TO_SLEEP), short=True)
    return PathArrow((say.BACK_ARROW.format(answer=answer), say.PER_POINT_ARROW))


def _size(path: Path, contrast: str, factor: float) -> str:
    """Write a size in points without its unit, which the caption has: "0.2 lower"."""
    size = abs(path.estimate(contrast)) * factor
    words = say.SMALL_ARROW if is_tiny(size) else say.TOLD_ARROW
    return words.format(size=decimal(size), direction=path.towards(contrast))


def _open(path: Path, contrast: str) -> str:
    is_refused = path.findings[contrast].verdict is Verdict.NOT_JUDGED
    return say.UNJUDGED_ARROW if is_refused else say.OPEN_ARROW
