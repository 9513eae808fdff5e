"""The cohort's part on treatments: average changes after a start, an end or a new dose, and two arms compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from painstats.findings.catalogue import treatment_averages as say
from painstats.findings.research_words import interval_words, points
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.phrases import capital, whole
from painstats.questions.question import outcome_of
from painstats.questions.treatment.cohort import read_averages
from painstats.questions.treatment.cohort_average import LARGEST_P
from painstats.questions.treatment.cohort_row import TreatmentAverage
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.treatment_counts import counts_table
from painstats.reports.numbers import NONE, p_words
from painstats.reports.pages import Part, Table, joined, named
from painstats.store.connection import Store

NO_OWN_SENTENCE = "lot_shows_no_difference"


def treatment_part(store: Store) -> Part | None:
    """Show the average changes of the cohort, and the counts of participants' verdicts; None where there are none."""
    rows, counts = read_averages(store), counts_table(store)
    if not rows and counts is None:
        return None
    words = outcome_words(outcome_of(store.study.plan.outcome))
    tables = (_ways_table(rows, words), _who_table(rows)) if rows else ()
    return Part(
        say.HEADING,
        paragraphs=(
            say.CHANGE_ONLY.format(outcome=words.label),
            say.FOUR_WAYS.format(outcome=words.label),
            say.NOT_LISTED,
        ),
        points=tuple(text for row in rows for text in sentences(row, words)),
        tables=(*tables, counts) if counts else tables,
    )


def sentences(row: TreatmentAverage, words: OutcomeWords) -> Iterator[Markup]:
    """Say what an average shows, and what the lot shows where starting dates were drawn."""
    yield _filled(_entry(row), row, words)
    if row.drawn_by_lot and row.left_out and row.verdict.has_direction:
        yield _filled(say.LEFT_OUT_OF_LOT, row, words)
    if row.lot_p is not None and not _is_effect_of_start(row):
        is_low = row.lot_p <= LARGEST_P
        yield _filled(say.LOT_ALONE if is_low else say.LOT_WITHOUT_EFFECT, row, words)


def _entry(row: TreatmentAverage) -> str:
    if not row.verdict.has_direction:
        return say.NOT_JUDGED if row.verdict is Verdict.NOT_JUDGED else say.OPEN
    if row.compared_with is not None:
        return say.EFFECT_OF_ARM if row.drawn_by_lot else say.DIFFERENCE
    if _is_effect_of_start(row):
        return say.EFFECT_OF_START
    return {"start": say.AVERAGE_START, "stop": say.AVERAGE_END, "dose": say.AVERAGE_DOSE}[row.action]


def _is_effect_of_start(row: TreatmentAverage) -> bool:
    """Whether the lot and all four ways have the same direction."""
    if row.lot_p is None or row.lot_estimate is None or row.lot_p > LARGEST_P:
        return False
    return row.verdict is (Verdict.LOWER if row.lot_estimate < 0 else Verdict.HIGHER)


def _filled(entry: str, row: TreatmentAverage, words: OutcomeWords) -> Markup:
    estimate, low, high = row.estimate or 0.0, row.low or 0.0, row.high or 0.0
    orders = say.ALL_ORDERS if row.lot_is_exact else say.DRAWN_ORDERS
    reasons = [say.REASONS.get(reason, reason) for reason in row.reasons if reason != NO_OWN_SENTENCE]
    return Markup(entry).format(
        name=average_name(row),
        arm=named(row.name),
        other=named(row.compared_with or ""),
        outcome=words.label,
        direction=words.higher if estimate > 0 else words.lower,
        size=f"{abs(estimate):.2f}",
        span=" to ".join(f"{end:.2f}" for end in sorted((abs(low), abs(high)))),
        participants=whole(row.participants),
        left_out=whole(row.left_out),
        p=_p(row.lot_p),
        orders=orders.format(orders=whole(row.lot_orders or 0)),
        reasons="; ".join(reasons),
    )


def _p(p: float | None) -> str:
    words = p_words(p)
    return f"p {words}" if words.startswith("<") else f"p = {words}"


def average_name(row: TreatmentAverage) -> Markup:
    """Name a change or two arms: "yoga, start", "low-dose naltrexone, 1.5 to 4.5 mg", "yoga against stretching"."""
    before, after = _dose(row.dose_before, None), _dose(row.dose_after, row.dose_unit)
    if row.compared_with is not None:
        entry = say.NAME_ARMS
    elif row.action == "dose":
        entry = say.NAME_DOSE if row.dose_before is not None else say.NAME_NEW_DOSE
    else:
        entry = say.NAME_START if row.action == "start" else say.NAME_END
    return Markup(entry).format(
        name=named(capital(row.name)), other=named(row.compared_with or ""), before=before, after=after
    )


def _dose(dose: float | None, unit: str | None) -> Markup:
    number = NONE if dose is None else f"{dose:g}"
    return Markup("{}\u00a0{}").format(number, named(unit)) if unit else Markup(number)


def _ways_table(rows: Sequence[TreatmentAverage], words: OutcomeWords) -> Table:
    body = tuple((joined(average_name(row), ": ", way), *cells) for row in rows for way, *cells in _ways(row))
    return Table(say.WAYS_CAPTION.format(outcome=words.label), say.WAYS_HEAD, body, wordy=True)


def _ways(row: TreatmentAverage) -> Iterator[tuple[str, str, str]]:
    """Yield what computed the average, the average with its interval, and p; those without a number are left out."""
    for way, estimate, low, high, p in (
        (say.MODEL, row.estimate, row.low, row.high, row.p),
        (say.MODEL_WEEK, row.week_estimate, row.week_low, row.week_high, row.week_p),
        (say.MEAN, row.mean, row.mean_low, row.mean_high, row.mean_p),
        (say.MEAN_WEEK, row.mean_week, row.mean_week_low, row.mean_week_high, row.mean_week_p),
        (say.CALENDAR, row.calendar_estimate, row.calendar_low, row.calendar_high, None),
    ):
        if estimate is not None and low is not None and high is not None:
            yield way, f"{points(estimate)} ({interval_words(low, high)})", p_words(p)


def _who_table(rows: Sequence[TreatmentAverage]) -> Table:
    return Table(say.WHO_CAPTION, say.WHO_HEAD, tuple(map(_who, rows)))


def _who(row: TreatmentAverage) -> tuple[str, ...]:
    entered = whole(row.participants)
    if row.compared_with is not None:
        entered = say.BOTH_ARMS.format(participants=entered, others=whole(row.other_participants))
    return (average_name(row), entered, whole(row.left_out), whole(row.days))
