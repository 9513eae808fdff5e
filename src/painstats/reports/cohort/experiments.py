"""The cohort's part on experiments: the average effect over participants who finished the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from painstats.findings.catalogue import experiment_averages as say
from painstats.findings.research_words import interval_words, points
from painstats.questions.experiment.cohort_row import ExperimentAverage, read_experiment_averages
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.phrases import capital, whole
from painstats.questions.question import outcome_of
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.treatment_counts import SMALL_CELL
from painstats.reports.numbers import p_words
from painstats.reports.pages import Cell, Part, Table, joined, named
from painstats.store.connection import Store


def experiment_part(store: Store) -> Part | None:
    """Show the average effects of the cohort's experiments; None where there are none."""
    rows = read_experiment_averages(store)
    if not rows:
        return None
    words = outcome_words(outcome_of(store.study.plan.outcome))
    return Part(
        say.HEADING,
        paragraphs=(say.BY_LOT.format(outcome=words.label), say.TWO_WAYS, say.NOT_LISTED),
        points=tuple(text for row in rows for text in sentences(row, words)),
        tables=(_ways_table(rows, words), Table(say.WHO_CAPTION, say.WHO_HEAD, tuple(map(_who, rows)))),
    )


def sentences(row: ExperimentAverage, words: OutcomeWords) -> Iterator[Markup]:
    """Say what an average shows, and what keeps it from being the lot's alone."""
    yield _filled(say.EFFECT if row.verdict.has_direction else say.OPEN, row, words)
    if row.drawn_again:
        yield _filled(say.DRAWN_AGAIN, row, words)
    if row.ended_early:
        yield _filled(say.ENDED_EARLY, row, words)


def _filled(entry: str, row: ExperimentAverage, words: OutcomeWords) -> Markup:
    estimate, low, high = row.estimate or 0.0, row.low or 0.0, row.high or 0.0
    p = p_words(row.lot_p)
    return Markup(entry).format(
        name=average_name(row),
        on=named(row.on),
        outcome=words.label,
        direction=words.higher if row.verdict is Verdict.HIGHER else words.lower,
        size=f"{abs(estimate):.2f}",
        span=" to ".join(f"{end:.2f}" for end in sorted((abs(low), abs(high)))),
        participants=whole(row.participants),
        p=f"p {p}" if p.startswith("<") else f"p = {p}",
        draws=whole(row.lot_draws),
        reasons="; ".join(say.REASONS.get(reason, reason) for reason in row.reasons),
        drawn_again=_count_words(row.drawn_again),
        ended_early=_count_words(row.ended_early),
    )


def average_name(row: ExperimentAverage) -> Markup:
    """Name what is compared: "10 minutes of stretching against nothing"."""
    return Markup(say.NAME).format(on=named(capital(row.on)), off=named(row.off))


def _count_words(participants: int) -> str:
    """Write a number of participants in a sentence; a small one only as such, since it could identify them."""
    return whole(participants) if participants >= SMALL_CELL else say.FEWER


def _count_cell(participants: int) -> str:
    return f"< {SMALL_CELL}" if 0 < participants < SMALL_CELL else whole(participants)


def _ways_table(rows: Sequence[ExperimentAverage], words: OutcomeWords) -> Table:
    body = tuple((joined(average_name(row), ": ", way), *cells) for row in rows for way, *cells in _ways(row))
    return Table(say.WAYS_CAPTION.format(outcome=words.label), say.WAYS_HEAD, body, wordy=True)


def _ways(row: ExperimentAverage) -> Iterator[tuple[str, str, str]]:
    """Yield what computed the average, the average, and p; the lot has no interval."""
    if row.estimate is not None and row.low is not None and row.high is not None:
        yield say.MODEL, f"{points(row.estimate)} ({interval_words(row.low, row.high)})", p_words(row.p)
    yield say.LOT, points(row.lot_estimate), p_words(row.lot_p)


def _who(row: ExperimentAverage) -> tuple[Cell, ...]:
    others = (row.left_out, row.going_on, row.ended_early)
    return (average_name(row), whole(row.participants), whole(row.days), *map(_count_cell, others))
