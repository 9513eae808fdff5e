"""What is folded under "Rules and settings": how to read the page, its checks, its data, its limits and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ParamSpec

from markupsafe import Markup

from painstats.findings.catalogue import reading as say
from painstats.findings.catalogue.participants import GAPS_AFTER_HIGH, GAPS_AFTER_LOW
from painstats.findings.catalogue.personal_page import POINT
from painstats.findings.check_words import PARTICIPANT_CHECKS
from painstats.findings.finding import Finding
from painstats.frame.gaps import scores_before_gaps
from painstats.language import ENGLISH, decimal, in_language, language_in_use, plain_number
from painstats.plan.study import Study
from painstats.questions.asked import asked, declared_kinds, exposures
from painstats.questions.daily.feedback_words import own_feedback_words
from painstats.questions.daily.pattern_words import own_pattern_words
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, listed, whole
from painstats.questions.question import outcome_of
from painstats.questions.size_words import days_words
from painstats.reports.data_used import (
    days_table,
    files_table,
    measures_table,
    night_rules,
    notes_table,
    outcome_rules,
    rejected_table,
    zone_words,
)
from painstats.reports.devices import device_lines, devices_table
from painstats.reports.model_fit import read_model_fits
from painstats.reports.numbers import Interval, interval_of
from painstats.reports.pages import Cell, Part, named
from painstats.reports.personal.load import load_tables
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.treatments import HOW_CHANGES_ARE_JUDGED
from painstats.reports.regimes import own_regimes, own_regimes_words
from painstats.reports.robustness import robustness_part
from painstats.reports.settings import settings_table
from painstats.store.connection import Store
from painstats.store.rows import rows_of

Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class _Phase:
    """A declared treatment of the participant."""

    name: str
    start_date: date
    end_date: date | None
    ramp_days: int
    wash_out_days: int


def rules_parts(
    store: Store, record: ParticipantRecord, checks: Sequence[RobustnessCheck], choices: Sequence[str]
) -> tuple[Part, ...]:
    """Put the folded parts together.

    Parameters
    ----------
    store, record
        The open study, and the participant.
    checks
        The checks of the participant's own days.
    choices
        What to say of days whose outcome hangs on a choice of the plan.
    """
    study = store.study
    label = outcome_words(outcome_of(study.plan.outcome)).label
    technical = () if language_in_use() == ENGLISH else (say.TECHNICAL,)
    notes = (*technical, *_about_pooling(record.findings), *_about_own_model(store, record), *_about_gaps(record))
    changes = HOW_CHANGES_ARE_JUDGED if record.changes else ()
    return (
        Part(say.HOW_TO_READ, paragraphs=notes, points=(*_how_to_read(study), *changes)),
        *_in_english(_robustness, record, checks, study),
        *_weeks(record),
        *_in_english(_data_part, store, record, choices),
        Part(say.LIMITS, points=_limits(record, study, label)),
        *_in_english(_settings, store),
    )


def _in_english(make: Callable[Given, tuple[Part, ...]], *args: Given.args, **named: Given.kwargs) -> tuple[Part, ...]:
    """Make parts of technical terms, which are in English on a page in any language, and mark them as such there."""
    language = language_in_use()
    with in_language(ENGLISH):
        parts = make(*args, **named)
    return parts if language == ENGLISH else tuple(replace(part, language=ENGLISH) for part in parts)


def _settings(store: Store) -> tuple[Part, ...]:
    return (Part("The settings behind this report", tables=(settings_table(store, diaries=False),)),)


def _about_pooling(findings: Sequence[Finding]) -> tuple[str, ...]:
    if not any(finding.judged and finding.judged.basis == "pooled" for finding in findings):
        return ()
    return (say.POOLING,)


def _about_own_model(store: Store, record: ParticipantRecord) -> tuple[str, ...]:
    """Say what the models of the participant's own days show beside the effects."""
    fits = read_model_fits(store, record.participant_id)
    if not fits:
        return ()
    outcome = outcome_words(outcome_of(store.study.plan.outcome))
    patterns = dict.fromkeys(sentence for fit in fits for sentence in own_pattern_words(fit))
    return (*own_feedback_words(fits[0], exposures(asked(store.study)), outcome), *patterns)


def _about_gaps(record: ParticipantRecord) -> tuple[str, ...]:
    """Say that scores are missing after bad days, or after good ones, where the diary shows that."""
    scored = record.days.filter(record.days["outcome_score"].is_not_null())
    found = scores_before_gaps(scored["date"].to_list(), scored["outcome_score"].to_numpy())
    if found is None or not found.is_clear:
        return ()
    text = GAPS_AFTER_HIGH if found.z > 0 else GAPS_AFTER_LOW
    return (text.format(before=decimal(found.before_gaps), otherwise=decimal(found.otherwise)),)


def _how_to_read(study: Study) -> tuple[str, ...]:
    outcome, rules = outcome_of(study.plan.outcome), study.plan.rules
    low, high = outcome.scale
    days = listed([whole(days) for days in rules.looks])
    return (
        say.OWN_AVERAGE,
        POINT.format(low=plain_number(low), high=plain_number(high)),
        say.LOOKS.format(days=days),
        say.RANGE,
        say.BOTH_DIRECTIONS,
        say.READING,
        say.CALENDAR,
    )


def _weeks(record: ParticipantRecord) -> tuple[Part, ...]:
    """Show the weeks of steps and of exercise, where they are known."""
    tables = load_tables(record.days)
    return (Part(say.WEEKS, tables=tables),) if tables else ()


def _robustness(record: ParticipantRecord, checks: Sequence[RobustnessCheck], study: Study) -> tuple[Part, ...]:
    """Show the checks of the participant's own days: of all their effects, or in a cohort of those that are clear."""
    reported = {
        finding.question.name: effect for finding in record.findings if (effect := own_interval(finding)) is not None
    }
    findings = {finding.question.name: finding for finding in record.findings}
    checked = {check.question for check in checks}
    shown = {question: effect for question, effect in reported.items() if question in checked}
    part = robustness_part(checks, shown, asked(study), about=PARTICIPANT_CHECKS, findings=findings)
    return (part,) if part else ()


def own_interval(finding: Finding) -> Interval | None:
    """Return today's reading from own days, which checks compute again."""
    own = finding.check("own_days") if finding.estimate.basis == "pooled" else None
    return Interval(own.value, own.low, own.high) if own else interval_of(finding.estimate)


def _data_part(store: Store, record: ParticipantRecord, choices: Sequence[str]) -> tuple[Part, ...]:
    """Show what was imported and what was left out."""
    participant, study = record.participant_id, store.study
    zones = f"A day runs from midnight to midnight where you were: {'; '.join(zone_words(record.days))}."
    tables = (
        days_table(study, record.frame),
        measures_table(study, record.days),
        files_table(store, participant),
        rejected_table(store, participant),
        notes_table(store, participant),
        devices_table(store, participant),
    )
    part = Part(
        "What was imported, and what was left out",
        paragraphs=(
            f"{_which_days(study)} Nothing was filled in or guessed. "
            "A day on which the device was not worn is missing, not a day without steps.",
        ),
        points=(
            *outcome_rules(store, participant),
            *choices,
            *night_rules(record.days),
            zones,
            *device_lines(store, participant),
            *own_regimes_words(own_regimes(store, participant)),
        ),
        tables=tuple(table for table in tables if table is not None),
    )
    return (part,)


def _which_days(study: Study) -> str:
    """Say which days are used."""
    if study.plan.rules.unknown_predictors == "complete":
        return "Only complete days count: those with a score and every measure that it is compared with."
    return (
        "Every day with a score counts, also where the night or the steps are unknown: such a day still shows what "
        "the other measures go with."
    )


def _limits(record: ParticipantRecord, study: Study, label: str) -> tuple[Cell, ...]:
    return (
        say.NO_REASON.format(outcome=label),
        say.OTHER_WAY.format(outcome=capital(label)),
        say.AVERAGES,
        say.OWN_RANGE,
        say.SMALL,
        *_treatments(record, study, label),
        say.NO_ADVICE,
    )


def _treatments(record: ParticipantRecord, study: Study, label: str) -> tuple[Cell, ...]:
    """Say what a start cannot show, to participants who named a treatment."""
    phases = rows_of(record.phases, _Phase)
    if not phases:
        return ()
    names = Markup(", ").join(dict.fromkeys(_course(phase) for phase in phases))
    not_asked = () if "treatment" in declared_kinds(study) else (say.NOT_ASKED,)
    sentences = (Markup(say.NAMED).format(treatments=names), *not_asked, say.MIXED.format(outcome=label))
    return (Markup(" ").join(sentences),)


def _course(phase: _Phase) -> Markup:
    """Name a treatment, and say how it builds up and wears off, where it does not do so at once."""
    lasts = bool(phase.wash_out_days and phase.end_date)
    entry = {
        (True, True): say.BUILDS_UP_WEARS_OFF,
        (True, False): say.BUILDS_UP,
        (False, True): say.WEARS_OFF,
        (False, False): "{name}",
    }[phase.ramp_days > 0, lasts]
    ramp, after = days_words(phase.ramp_days), say.more_days(phase.wash_out_days)
    return Markup(entry).format(name=named(phase.name), ramp=ramp, after=after)
