"""The chart of a link: a row for the days before the last 60, and one for these."""

from __future__ import annotations

from painstats.questions.change import words as say
from painstats.questions.change.plan import first_recent_day
from painstats.questions.change.said import Part, Said
from painstats.questions.date_words import date_words
from painstats.questions.exploratory.card import ChartRow, RowChart
from painstats.questions.size_words import days_words, span


def chart(said: Said) -> RowChart:
    """Draw both parts of the time; a row has a direction only where a change was found."""
    outcome, start = said.words.outcome, date_words(first_recent_day(said.look))
    return RowChart(
        head=say.HEAD,
        rows=(
            _row(said, said.before, say.ROW_BEFORE.format(date=start), days_words(said.before.days)),
            _row(said, said.last, say.ROW_LAST, days_words(said.last.days)),
        ),
        lower=outcome.lower,
        same=say.SAME,
        higher=outcome.higher,
        caption=say.CAPTION.format(more=said.unit.more),
    )


def _row(said: Said, part: Part, label: str, note: str) -> ChartRow:
    factor, outcome = said.unit.factor, said.words.outcome
    has_direction = said.is_changed and part.has_direction
    return ChartRow(
        label=label,
        words=span(part.low * factor, part.high * factor, outcome.lower, outcome.higher),
        note=note,
        estimate=part.estimate * factor,
        low=part.low * factor,
        high=part.high * factor,
        direction=("higher" if part.estimate > 0 else "lower") if has_direction else "",
    )
