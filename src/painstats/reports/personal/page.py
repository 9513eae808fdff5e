"""The personal report: the findings on top, then charts, then the data behind them, then what they cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from painstats.findings.catalogue.participants import GAPS_AFTER_HIGH, GAPS_AFTER_LOW, SINCE_HEADING
from painstats.findings.check_words import PARTICIPANT_CHECKS
from painstats.findings.finding import Finding
from painstats.findings.since import since_words
from painstats.findings.words import answer, sharing
from painstats.frame.gaps import scores_before_gaps
from painstats.plan.study import Study
from painstats.questions.asked import asked, declared_kinds, exposures
from painstats.questions.daily.feedback_words import own_feedback_words
from painstats.questions.daily.pattern_words import own_pattern_words
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, listed, whole
from painstats.questions.question import outcome_of
from painstats.reports.adjusted import own_facts
from painstats.reports.data_used import (
    days_table,
    files_table,
    measures_table,
    night_rules,
    notes_table,
    outcome_rules,
    rejected_table,
    zone_doubts,
    zone_words,
)
from painstats.reports.dates import date_words
from painstats.reports.devices import device_lines, devices_table
from painstats.reports.measures_shown import measures_of
from painstats.reports.model_fit import read_model_fits
from painstats.reports.numbers import interval_of
from painstats.reports.pages import Card, Cell, Chart, Page, Part, joined, named
from painstats.reports.personal.exploratory import exploratory_part
from painstats.reports.personal.load import load_tables
from painstats.reports.personal.looks import looks_tables
from painstats.reports.personal.medicines import medicine_days, safety_notice
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.scatter import question_card
from painstats.reports.personal.treatments import experiments_part, treatments_part
from painstats.reports.regimes import own_regimes, own_regimes_words
from painstats.reports.robustness import read_robustness_checks, robustness_part
from painstats.reports.settings import settings_table
from painstats.store.connection import Store
from painstats.store.rows import rows_of
from painstats.vocabulary import MEASURES

WRONG_ZONE = (
    "The clock times of your files do not suit the time zone that was declared. If that zone is wrong, steps and "
    "nights are on the wrong days, and what this report says can be wrong. Check it before you read on."
)


@dataclass(frozen=True, slots=True)
class _Phase:
    """A declared treatment of the participant."""

    name: str
    start_date: date
    end_date: date | None
    ramp_days: int
    wash_out_days: int


def personal_page(store: Store, record: ParticipantRecord, figures: tuple[Chart, ...], choices: Sequence[str]) -> Page:
    """Put one participant's report together.

    Parameters
    ----------
    store
        The open study.
    record
        What is stored about the participant.
    figures
        The participant's charts.
    choices
        What to say of days whose outcome hangs on a choice of the plan
        (:func:`painstats.reports.outcome_choices.outcome_choices`).
    """
    study = store.study
    outcome = outcome_of(study.plan.outcome)
    label = outcome_words(outcome).label
    labels = [MEASURES[measure].label for measure in measures_of(study)]
    return Page(
        title=f"{listed([capital(label), *labels])}: a personal report",
        heading=f"What goes with your {label}",
        lines=_lines(record, label),
        parts=(
            *safety_notice(record),
            *_zone_doubts(store, record),
            Part(
                "Findings",
                cards=_cards(record, figures, is_confirmatory=True),
                paragraphs=(*_about_pooling(record.findings), *_about_own_model(store, record), *_about_gaps(record)),
                tables=looks_tables(record),
            ),
            *_since(record),
            *treatments_part(record, study, figures),
            *experiments_part(record, study, figures),
            *exploratory_part(record, study, _cards(record, figures, is_confirmatory=False)),
            Part("How to read this", points=_how_to_read(study)),
            Part(
                "Your days in charts",
                figures=_without_card(figures),
                tables=load_tables(record.days),
            ),
            *_robustness(store, record),
            *medicine_days(record),
            _data_part(store, record, choices),
            Part("What this cannot tell", points=_limits(record, study, label)),
            Part("The settings behind this report", tables=(settings_table(store, diaries=False),)),
        ),
    )


def _without_card(figures: tuple[Chart, ...]) -> tuple[Chart, ...]:
    return tuple(figure for figure in figures if not figure.card)


def _lines(record: ParticipantRecord, label: str) -> tuple[Cell, ...]:
    first, last = date_words(record.summary.first_date), date_words(record.summary.last_date)
    scored = record.summary.outcome_days
    return (
        joined("Report for ", named(record.participant_id)),
        f"{first} to {last}: {whole(record.days.height)} days, {whole(scored)} of them with a {label} score",
    )


def _zone_doubts(store: Store, record: ParticipantRecord) -> tuple[Part, ...]:
    """Say before any finding that the time zone may be wrong: then steps and nights are on the wrong days."""
    doubts = zone_doubts(store, record.participant_id)
    return (Part("First check the time zone", paragraphs=(WRONG_ZONE, *doubts)),) if doubts else ()


def _cards(record: ParticipantRecord, figures: Sequence[Chart], *, is_confirmatory: bool) -> tuple[Card, ...]:
    return tuple(
        _card(finding, record, figures)
        for finding in record.findings
        if finding.question.is_confirmatory is is_confirmatory
    )


def _card(finding: Finding, record: ParticipantRecord, figures: Sequence[Chart]) -> Card:
    said = answer(finding, sharing(record.findings, finding))
    return Card(
        verdict="both" if said.state.is_split else finding.verdict,
        headline=said.name,
        state=said.firmness,
        sentence=said.line,
        paragraphs=said.card,
        notes=(said.caution,) if said.caution else (),
        figures=tuple(chart for chart in figures if chart.card == question_card(finding)),
        facts=(*said.folded, *own_facts(record.adjusted.get(finding.question.name))),
        fold=said.fold,
    )


def _since(record: ParticipantRecord) -> tuple[Part, ...]:
    """Say which answers differ from those of the look before, and why."""
    points = tuple(words for finding in record.findings if (words := since_words(finding, record.looks)))
    return (Part(SINCE_HEADING, points=points),) if points else ()


def _about_pooling(findings: Sequence[Finding]) -> tuple[str, ...]:
    if not any(finding.judged and finding.judged.basis == "pooled" for finding in findings):
        return ()
    return (
        "Your own days come first. Where they leave a question open, your days are also looked at together with those "
        "of the other people here. That draws your result towards their average: if you are unlike them, the range "
        "can miss your own link.",
    )


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
    return (text.format(before=f"{found.before_gaps:.1f}", otherwise=f"{found.otherwise:.1f}"),)


def _how_to_read(study: Study) -> tuple[str, ...]:
    outcome, rules = outcome_of(study.plan.outcome), study.plan.rules
    low, high = outcome.scale
    days = listed([whole(days) for days in rules.looks])
    return (
        "Each of your days is compared with your own average, never with other participants.",
        f"A point is one step on the scale from {low:g} to {high:g}.",
        f"Answers are given on set days only: when you have {days} days with a score, and then about once a year. "
        "In between, an answer stays as it is. Looking more often would find links where there are none.",
        "The range holds every size of the link that fits your days. It allows for looking several times.",
        "“Both directions are still possible” is an honest answer: your days so far fit both.",
        "A reading is what all your days show today. It changes from night to night and is no answer.",
        "Weekends, slow drifts, and the way one day carries over into the next are taken into account.",
    )


def _robustness(store: Store, record: ParticipantRecord) -> tuple[Part, ...]:
    """Show the checks of a study of one participant; of several, only the averages are checked."""
    reported = {
        finding.question.name: effect
        for finding in record.findings
        if (effect := interval_of(finding.estimate)) is not None
    }
    findings = {finding.question.name: finding for finding in record.findings}
    checks = read_robustness_checks(store, record.participant_id)
    part = robustness_part(checks, reported, asked(store.study), about=PARTICIPANT_CHECKS, findings=findings)
    return (part,) if part else ()


def _data_part(store: Store, record: ParticipantRecord, choices: Sequence[str]) -> Part:
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
    return Part(
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
        "What comes before need not be the reason for what follows. "
        f"Something else, such as a hard week, can change your nights, your days and your {label} at once.",
        f"{capital(label)} also changes what you do. After a bad day people may move less and sleep worse; "
        "part of a link can run that way.",
        "These are averages over many days. A single day can go the other way.",
        "The answers hold within the range of your own days. "
        "They say nothing about much longer nights or much longer walks than yours.",
        "A small link can hide in few days. “Not determined” does not mean that there is none.",
        *_treatments(record, study, label),
        "This is not medical advice. "
        "Please talk with your doctor before you change a treatment, or change what you do by much.",
    )


def _treatments(record: ParticipantRecord, study: Study, label: str) -> tuple[Cell, ...]:
    """Say what a start cannot show, to participants who named a treatment."""
    phases = rows_of(record.phases, _Phase)
    if not phases:
        return ()
    names = dict.fromkeys(joined(named(phase.name), _course(phase)) for phase in phases)
    asks = "" if "treatment" in declared_kinds(study) else " This study does not ask what changed after they began."
    return (
        joined(
            "You named: ",
            Markup(", ").join(names),
            f".{asks} What changes after a start mixes the treatment with hope, the season and luck: "
            f"people start a treatment when {label} is at its worst, and then it often eases anyway. "
            "In one careful trial, pain fell by 18% on a dummy medicine (Younger 2013).",
        ),
    )


def _course(phase: _Phase) -> str:
    """Say how a treatment builds up and wears off, where it does not do so at once."""
    ramp = f"builds up over {counted(phase.ramp_days, 'day')}" if phase.ramp_days else ""
    lasts = phase.wash_out_days and phase.end_date
    after = f"counts for {counted(phase.wash_out_days, 'more day')} after its end" if lasts else ""
    return f" ({' and '.join(filter(None, (ramp, after)))})" if ramp or after else ""
