"""The chart of other items: a row for each, with an interval for each exposure; and the same in words."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.exploratory.card import ChartRow, StripChart, StripRow
from painstats.questions.item import words as say
from painstats.questions.item.said import Said
from painstats.questions.phrases import listed
from painstats.questions.size_words import span
from painstats.questions.verdict import Verdict


def chart(every: Sequence[Said]) -> StripChart | None:
    """Draw the findings of one participant; None where none is judged."""
    judged = [each for each in every if each.finding.estimate is not None]
    if not judged:
        return None
    columns = {each.finding.exposure: each for each in judged}
    items = dict.fromkeys((each.finding.item, each.finding.site) for each in every)
    return StripChart(
        head=say.HEAD,
        columns=tuple(say.after(each.words) for each in columns.values()),
        rows=tuple(_row(_of_item(every, item), tuple(columns)) for item in items),
        lower=say.LOWER,
        higher=say.HIGHER,
        caption=say.CAPTION.format(units=listed([each.unit.more for each in columns.values()])),
    )


def folded(every: Sequence[Said]) -> tuple[tuple[str, str], ...]:
    """Write each finding as a term with its range, or with why there is none."""
    return tuple((_term(each), _fact(each)) for each in every)


def _of_item(every: Sequence[Said], item: tuple[str, str]) -> list[Said]:
    return [each for each in every if (each.finding.item, each.finding.site) == item]


def _row(own: Sequence[Said], exposures: Sequence[str]) -> StripRow:
    finding = own[0].finding
    by_exposure = {each.finding.exposure: _cell(each) for each in own}
    return StripRow(
        label=say.row_name(finding.item, finding.site),
        note=_note(own),
        cells=tuple(by_exposure.get(exposure) for exposure in exposures),
    )


def _note(own: Sequence[Said]) -> str:
    """Write what an item showed: its directions, that none is known, or why nothing is judged."""
    if directions := [_direction(each) for each in own if each.direction]:
        return ", ".join(directions)
    verdicts = [each.finding.verdict for each in own if each.finding.verdict is not Verdict.NOT_JUDGED]
    if not verdicts:
        return say.refusal_words(own[0].finding, own[0].words)
    return say.ROW_SMALL if set(verdicts) == {Verdict.AT_MOST_SMALL} else say.ROW_OPEN


def _direction(said: Said) -> str:
    words = say.HIGHER if said.direction == "higher" else say.LOWER
    return say.ROW_PATTERN.format(direction=words, after=say.after(said.words))


def _cell(said: Said) -> ChartRow:
    """Draw one finding, turned so that lower is better, in the unit of its column."""
    finding = said.finding
    if finding.estimate is None or finding.low is None or finding.high is None:
        return ChartRow("", say.CELL_NOT_JUDGED.format(why=say.refusal_words(finding, said.words)))
    factor = said.unit.factor * (-1 if say.is_turned(finding.item) else 1)
    low, high = sorted((finding.low * factor, finding.high * factor))
    words = span(low, high, say.LOWER, say.HIGHER)
    return ChartRow("", words, estimate=finding.estimate * factor, low=low, high=high, direction=said.direction)


def _term(said: Said) -> str:
    return say.TERM.format(outcome=say.row_name(said.finding.item, said.finding.site), exposure=said.words.exposure)


def _fact(said: Said) -> str:
    cell = _cell(said)
    if cell.estimate is None:
        return cell.words
    fact = say.RANGE.format(span=cell.words, days=said.finding.days)
    return say.MANY_AT_AN_END.format(fact=fact) if "many_scores_at_an_end" in said.finding.reasons else fact
