"""The three firmest answers, and one line on the questions that have none.

What a lot decided comes first, then what all checks agree on, then what one check disagrees with or none could check,
and changes after an open start; then pooled answers, and bounds last. Among equals, experiments stand first, then the
questions in the plan's order, then treatments by date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from painstats.findings.catalogue import clinic as say
from painstats.findings.catalogue.treatments import sizes
from painstats.findings.change_content import ChangeContent, content_of
from painstats.findings.change_groups import treatment_groups
from painstats.findings.change_names import last_day, treatment_key, treatment_names, what_changed
from painstats.findings.content import Content, in_words
from painstats.findings.experiment_facts import model_agrees
from painstats.findings.experiment_words import SEALED_STATES, ExperimentState, state_of_experiment
from painstats.findings.finding import Finding
from painstats.findings.firmness import Firmness, firmness_of
from painstats.findings.states import State
from painstats.findings.treatment_states import ChangeState
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.phrases import capital
from painstats.questions.size_words import points, points_up
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.reports.clinic.content import FirmRow
from painstats.reports.clinic.names import day_words, filled, p_words, short_list, short_name
from painstats.reports.clinic.period import ClinicDays
from painstats.reports.pages import Cell
from painstats.reports.personal.treatments import change_context

MOST = 3
FIRM, FAIRLY_FIRM, POOLED, BOUND = range(4)


@dataclass(slots=True)
class Answers:
    """What has an answer, by its rank, and the names of what has none."""

    rows: list[tuple[int, FirmRow]] = field(default_factory=list)
    open: list[Cell] = field(default_factory=list)
    not_judged: list[Cell] = field(default_factory=list)
    sealed: list[Cell] = field(default_factory=list)


def firmest(days: ClinicDays, checks: Sequence[RobustnessCheck]) -> tuple[tuple[FirmRow, ...], tuple[Markup, ...]]:
    """Return the rows of the firmest answers, and sentences that name all other questions.

    Parameters
    ----------
    days
        The participant.
    checks
        The checks of the participant's questions; empty where none were made.
    """
    found = Answers()
    for experiment in days.record.experiments:
        _add_experiment(found, experiment, days)
    for finding in days.record.findings:
        if finding.question.is_confirmatory and days.known(finding.question.exposure.measure):
            _add_daily(found, in_words(finding), firmness_of(finding, checks), days)
    for group in treatment_groups(days.record.changes):
        for change in group.shown:
            _add_change(found, content_of(change, change_context(change, days.record, days.study)), days)
    ranked = [row for _, row in sorted(found.rows, key=lambda each: each[0])]
    others = (
        (say.ALSO, [row.name for row in ranked[MOST:]]),
        (say.NOT_DETERMINED, found.open),
        (say.NOT_JUDGED, found.not_judged),
        (say.SEALED, found.sealed),
    )
    return tuple(ranked[:MOST]), tuple(filled(entry, list=short_list(names)) for entry, names in others if names)


# --- Daily questions


def _add_daily(found: Answers, content: Content, checked: Firmness, days: ClinicDays) -> None:
    finding, name = content.finding, content.words.exposure
    match content.state:
        case State.OWN if not checked.calls_no_direction and finding.judged is not None:
            rank = FIRM if checked.is_firm else FAIRLY_FIRM
            found.rows.append((rank, _daily_row(content, _own_answer(content, checked), days)))
        case State.POOLED if finding.judged is not None:
            found.rows.append((POOLED, _daily_row(content, _sized(content, say.DAILY_POOLED), days)))
        case State.BOUND:
            size = points_up(_largest(finding))
            row = FirmRow(capital(name), _days_words(finding), say.BOUND.format(size=size), say.NOT_NONE, is_daily=True)
            found.rows.append((BOUND, row))
        case State.EARLY if finding.next_look_days:
            found.not_judged.append(
                say.SCORED.format(name=name, days=finding.estimate.days, needed=finding.next_look_days)
            )
        case State.EARLY | State.REFUSED:
            found.not_judged.append(name)
        case _:
            found.open.append(name)


def _daily_row(content: Content, answer: str, days: ClinicDays) -> FirmRow:
    name = content.words.exposure
    is_own = content.state is State.OWN
    limits = say.ASSOCIATION.format(outcome=days.words.label, exposure=name) if is_own else say.NOT_OWN
    return FirmRow(capital(name), _days_words(content.finding), answer, limits, is_daily=True)


def _days_words(finding: Finding) -> str:
    judged = finding.judged
    return say.ON_DAYS.format(days=judged.look.days if judged else finding.estimate.days)


def _own_answer(content: Content, checked: Firmness) -> str:
    if not checked.checks:
        return _sized(content, say.DAILY)
    entry = say.DAILY_SOME_AGREE if checked.disagreeing else say.DAILY_ALL_AGREE
    return _sized(content, entry, same=checked.checks - len(checked.disagreeing), checks=checked.checks)


def _sized(content: Content, entry: str, **more: int) -> str:
    judged, factor = content.finding.judged, content.unit.factor
    assert judged is not None
    return entry.format(
        size=content.points(content.size),
        direction=content.direction,
        per=content.unit.per,
        span=sizes(judged.low * factor, judged.high * factor),
        **more,
    )


def _largest(finding: Finding) -> float:
    judged = finding.judged
    return max(abs(judged.low), abs(judged.high)) * judged.exposure.width if judged else 0.0


# --- Changes of treatments


def _add_change(found: Answers, content: ChangeContent, days: ClinicDays) -> None:
    finding, name = content.finding, _name(content.finding)
    if finding.change == "dose":
        name = filled(say.NAME_DOSE, name=name, dose=what_changed(finding))
    match content.state:
        case ChangeState.TOLD:
            found.rows.append((FAIRLY_FIRM, _change_row(content, days)))
        case ChangeState.BOUND:
            ends = (finding.low, finding.high, finding.week_low, finding.week_high)
            size = points_up(max(abs(end) for end in ends if end is not None))
            bound = say.BOUND_CHANGE.format(size=size)
            row = FirmRow(capital_name(_name(finding)), what_changed(finding), bound, say.NOT_NONE)
            found.rows.append((BOUND, row))
        case ChangeState.EARLY | ChangeState.REFUSED:
            found.not_judged.append(_with_days(name, finding, content.context.least_days))
        case _:
            found.open.append(name)


def _with_days(name: Markup, finding: ChangeFinding, least: int) -> Markup:
    """Add the days with a score, where there are too few of them before or after."""
    short = next((days for days in (finding.days_after, finding.days_before) if days < least), None)
    return name if short is None else filled(say.SCORED, name=name, days=short, needed=least)


def _change_row(content: ChangeContent, days: ClinicDays) -> FirmRow:
    finding = content.finding
    size, direction = points(finding.estimate or 0.0), content.given(finding.verdict)
    span = sizes(finding.low or 0.0, finding.high or 0.0)
    if finding.change == "on_off":
        answer = say.CHANGE_ON_OFF.format(size=size, direction=direction, span=span)
    else:
        answer = say.CHANGE.format(size=size, direction=direction, span=span, since=_since(finding, days))
    limits = say.OPEN_LABEL
    if content.has_dummy and not content.is_worse:
        limits = say.OPEN_LABEL_PLACEBO.format(size=points(finding.placebo or 0.0))
    return FirmRow(capital_name(_name(finding)), _what(finding), answer, limits)


def _name(finding: ChangeFinding) -> Markup:
    """Name what changed; of several treatments, say that they changed together."""
    name = short_name(treatment_names(finding))
    return filled(say.TOGETHER_NAME, names=name) if len(treatment_key(finding)) > 1 else name


def _what(finding: ChangeFinding) -> str:
    return what_changed(finding) if finding.change in ("dose", "on_off") else ""


def _since(finding: ChangeFinding, days: ClinicDays) -> str:
    is_end = finding.actions[0] == "stop" and finding.change == "stop"
    day = day_words(last_day(finding) if is_end else finding.first_date, days.first)
    entry = {"start": say.AFTER_START, "stop": say.AFTER_END}.get(finding.change, say.AFTER_DOSE)
    return entry.format(date=day)


def capital_name(name: Markup) -> Markup:
    """Write the first letter of a name that is set apart as a capital."""
    start, text = name[: len("<bdi>")], name[len("<bdi>") :]
    return Markup(f"{start}{capital(text)}")


# --- Experiments


def _add_experiment(found: Answers, finding: ExperimentFinding, days: ClinicDays) -> None:
    state, name = state_of_experiment(finding), short_name(finding.on)
    if state is ExperimentState.TOLD:
        rank = FIRM if model_agrees(finding) else FAIRLY_FIRM
        answer = filled(
            say.EXPERIMENT,
            size=points(finding.estimate or 0.0),
            direction=days.words.higher if finding.verdict is Verdict.HIGHER else days.words.lower,
            on=name,
            span=sizes(finding.low or 0.0, finding.high or 0.0),
            p=p_words(finding.p or 0.0),
            blocks=finding.blocks,
        )
        found.rows.append((rank, FirmRow(capital_name(name), say.PLANNED, answer, say.NOT_BLINDED)))
    elif state is ExperimentState.BOUND:
        size = points_up(max(abs(finding.low or 0.0), abs(finding.high or 0.0)))
        bound = say.BOUND_EXPERIMENT.format(size=size)
        found.rows.append((BOUND, FirmRow(capital_name(name), say.PLANNED, bound, say.NOT_NONE)))
    elif state in SEALED_STATES:
        found.sealed.append(filled(say.UNTIL, name=name, date=day_words(finding.opens_on, days.first)))
    elif state is ExperimentState.OPEN:
        found.open.append(name)
    else:
        found.not_judged.append(name)
