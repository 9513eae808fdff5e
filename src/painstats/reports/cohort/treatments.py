"""The cohort's part on treatments: average changes after a start, an end or a new dose, and two arms compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from painstats.findings.catalogue import research
from painstats.findings.catalogue import treatment_averages as say
from painstats.findings.research_words import interval_words, points
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.phrases import whole
from painstats.questions.question import outcome_of
from painstats.questions.treatment.cohort import read_averages
from painstats.questions.treatment.cohort_average import LARGEST_P
from painstats.questions.treatment.cohort_row import TreatmentAverage
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.treatment_counts import counts_table
from painstats.reports.numbers import NONE, p_words
from painstats.reports.pages import Part, Table, named
from painstats.store.connection import Store

NO_OWN_SENTENCE = "lot_shows_no_difference"


def treatment_part(store: Store) -> Part | None:
    """Show the average changes of the cohort, and the counts of participants' verdicts; None where there are none."""
    words = outcome_words(outcome_of(store.study.plan.outcome))
    rows, counts = read_averages(store), counts_table(store)
    if not rows and counts is None:
        return None
    averages = [row for row in rows if row.compared_with is None]
    arms = [row for row in rows if row.compared_with is not None]
    tables = (
        _numbers_table(say.AVERAGES_CAPTION, averages, words),
        _numbers_table(say.ARMS_CAPTION, arms, words),
        *((counts,) if counts else ()),
    )
    return Part(
        say.HEADING,
        paragraphs=(
            say.CHANGE_ONLY.format(outcome=words.label),
            say.FOUR_WAYS.format(outcome=words.label),
            say.NOT_LISTED,
        ),
        points=tuple(text for row in rows for text in sentences(row, words)),
        tables=tuple(table for table in tables if table.rows),
    )


def sentences(row: TreatmentAverage, words: OutcomeWords) -> Iterator[Markup]:
    """Say what an average shows, and what the lot shows where starting dates were drawn."""
    yield _filled(_entry(row), row, words)
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
    return Markup(entry).format(name=named(row.name), other=named(row.compared_with or ""), before=before, after=after)


def _dose(dose: float | None, unit: str | None) -> Markup:
    number = NONE if dose is None else f"{dose:g}"
    return Markup("{}\u00a0{}").format(number, named(unit)) if unit else Markup(number)


def _numbers_table(caption: str, rows: Sequence[TreatmentAverage], words: OutcomeWords) -> Table:
    has_calendar = any(row.calendar_estimate is not None for row in rows)
    head = (*say.HEAD, *((say.CALENDAR,) if has_calendar else ()), say.VERDICT)
    body = tuple(_cells(row, words, has_calendar=has_calendar) for row in rows)
    return Table(caption.format(outcome=words.label), head, body)


def _cells(row: TreatmentAverage, words: OutcomeWords, *, has_calendar: bool) -> tuple[str, ...]:
    entered = whole(row.participants)
    if row.compared_with is not None:
        entered = say.BOTH_ARMS.format(participants=entered, others=whole(row.other_participants))
    ways = [
        _average(row.estimate, row.low, row.high),
        _average(row.week_estimate, row.week_low, row.week_high),
        _average(row.mean, row.mean_low, row.mean_high),
        _average(row.mean_week, row.mean_week_low, row.mean_week_high),
    ]
    if has_calendar:
        ways.append(_average(row.calendar_estimate, row.calendar_low, row.calendar_high))
    return (average_name(row), entered, whole(row.left_out), whole(row.days), *ways, _verdict(row.verdict, words))


def _average(estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None or low is None or high is None:
        return NONE
    return f"{points(estimate)} ({interval_words(low, high)})"


def _verdict(verdict: Verdict, words: OutcomeWords) -> str:
    return {
        Verdict.HIGHER: words.higher,
        Verdict.LOWER: words.lower,
        Verdict.NOT_JUDGED: research.NOT_JUDGED_VERDICT,
    }.get(verdict, research.NOT_DETERMINED)
