"""The files of a planned experiment: one page to print, and a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from markupsafe import Markup

from painstats.findings.catalogue import experiment_plans as words
from painstats.findings.catalogue.participants import date_words
from painstats.language import in_language, localised
from painstats.questions.experiment.calendar import calendar
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.orders import count_orders
from painstats.questions.experiment.plan import ExperimentPlan
from painstats.questions.experiment.stored import Experiment, draws_of, stored_experiments
from painstats.reports.pages import Cell, Page, Part, Table, joined, page_bytes
from painstats.store.connection import Store

EXPERIMENTS = "experiments"
"""The folder of these files in ``reports/``."""

MOST_ROWS = 20
"""Most blocks that a table has a row for; more are drawn as weeks."""


def experiment_files(store: Store) -> Iterator[tuple[str, bytes]]:
    """Yield the path below ``reports/`` and the content of each file of all experiments."""
    experiments = stored_experiments(store)
    for experiment in experiments:
        name = f"{EXPERIMENTS}/{file_stem(experiment)}"
        drawn_on = date_at(store.study, experiment.participant_id, experiment.drawn_at)
        with in_language(store.study.plan.study.language):
            page = page_bytes(plan_page(experiment, draws_of(experiment, experiments), drawn_on))
            events = calendar(experiment.plan, experiment.drawn_at)
        yield f"{name}.html", page
        yield f"{name}.ics", events


def file_stem(experiment: Experiment) -> str:
    """Return the name of an experiment's files, which names neither the participant nor the treatment."""
    return f"{experiment.plan.first_day}-{experiment.fingerprint[:8]}"


def plan_page(experiment: Experiment, draws: int, drawn_on: date) -> Page:
    """Put the plan of an experiment on one page to print."""
    plan = experiment.plan
    dates = words.DATES_SINGLE if plan.block_days == 1 else words.DATES
    return Page(
        title=words.TITLE,
        heading=words.HEADING.format(on=plan.on),
        lines=(
            dates.format(
                first=_day_words(plan.first_day),
                last=_day_words(plan.last_day),
                blocks=plan.blocks,
                days=plan.block_days,
            ),
            Markup(words.COMPARED).format(on=_isolated(plan.on), off=_isolated(plan.off)),
            words.OPENS.format(date=date_words(plan.opens_on)),
        ),
        parts=(_blocks(plan), _rules(experiment), _lot(experiment, draws, drawn_on)),
        kind="plan",
    )


def _blocks(plan: ExperimentPlan) -> Part:
    table = _block_table(plan) if plan.blocks <= MOST_ROWS else _week_table(plan)
    return Part(words.BLOCKS, tables=(table,))


def _block_table(plan: ExperimentPlan) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for block in range(plan.blocks):
        rows.append((str(block + 1), _days_of(plan, block), _isolated(plan.instruction(block)), words.TICK_BOX))
    return Table(words.BLOCKS_CAPTION, words.BLOCKS_HEAD, tuple(rows), numbers=False)


def _days_of(plan: ExperimentPlan, block: int) -> str:
    """Write the days of a block: "Mon 1 June to Sun 7 June"; the years are in the lines above."""
    first = plan.block_start(block)
    last = first + timedelta(days=plan.block_days - 1)
    days = [_day_words(day).rpartition(" ")[0] for day in (first, last)]
    return days[0] if first == last else words.FROM_TO.format(first=days[0], last=days[1])


def _day_words(day: date) -> str:
    """Write a date with its weekday: "Mon 5 January 2026"."""
    return f"{words.WEEKDAYS[day.weekday()]} {date_words(day)}"


def _day_and_month(day: date) -> str:
    return date_words(day).rpartition(" ")[0]


def _week_table(plan: ExperimentPlan) -> Table:
    monday = plan.first_day - timedelta(days=plan.first_day.weekday())
    weeks = range(0, (plan.last_day - monday).days + 1, 7)
    rows = [_week(plan, monday + timedelta(days=start)) for start in weeks]
    caption = words.WEEKS_CAPTION.format(on=plan.on, off=plan.off)
    return Table(caption, words.WEEKS_HEAD, tuple(rows), numbers=False)


def _week(plan: ExperimentPlan, monday: date) -> tuple[Cell, ...]:
    days = [monday + timedelta(days=number) for number in range(7)]
    return (_day_and_month(monday), *(_mark(plan, day) for day in days))


def _mark(plan: ExperimentPlan, day: date) -> str:
    if not plan.first_day <= day <= plan.last_day:
        return words.NO_DAY
    block = (day - plan.first_day).days // plan.block_days
    return f"{day.day} {words.ON_MARK if plan.order[block] else words.OFF_MARK}"


def _rules(experiment: Experiment) -> Part:
    plan = experiment.plan
    points = [words.KEEP_DIARY, words.MISSED]
    if plan.dropped_days == 1:
        points.append(words.DROPPED_ONE)
    elif plan.dropped_days:
        points.append(words.DROPPED.format(days=plan.dropped_days))
    if experiment.agreed_on and experiment.agreed_by:
        points.append(words.AGREED.format(date=date_words(experiment.agreed_on), role=experiment.agreed_by))
    return Part(words.RULES, points=(*points, words.STOP))


def _lot(experiment: Experiment, draws: int, drawn_on: date) -> Part:
    return Part(
        words.LOT,
        paragraphs=(
            words.DRAWN.format(date=date_words(drawn_on), draws=draws),
            Markup(words.CHECK).format(orders=_isolated(localised(f"{count_orders(experiment.plan.blocks):,}"))),
            joined(words.FINGERPRINT, " ", _isolated(experiment.fingerprint)),
        ),
        preformatted=((words.TEXT, experiment.canonical),),
    )


def _isolated(text: str) -> Markup:
    """Set words apart, so that their letters cannot turn the text around them; unlike names they are never cut."""
    return Markup("<bdi>{}</bdi>").format(text)
