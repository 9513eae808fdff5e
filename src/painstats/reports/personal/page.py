"""The personal report: the findings on top, then charts, then the data behind them, then what they cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from painstats.findings.check_words import PARTICIPANT_CHECKS
from painstats.findings.finding import Finding, Verdict
from painstats.findings.words import headline, interval_words, phrases_of, points, sentence, swing_words
from painstats.plan.study import Study
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.feedback_words import own_feedback_words
from painstats.questions.daily.pattern_words import own_pattern_words
from painstats.questions.outcome_words import is_better_when_higher, outcome_words
from painstats.questions.phrases import capital, counted, listed, whole
from painstats.questions.question import Outcome, outcome_of
from painstats.reports.data_used import (
    FILLED_WORDS,
    days_table,
    files_table,
    measures_table,
    night_rules,
    outcome_rules,
    rejected_table,
    zone_words,
)
from painstats.reports.devices import device_lines, devices_table
from painstats.reports.figures.daily_charts import date_words
from painstats.reports.model_fit import read_model_fit
from painstats.reports.numbers import Interval, interval_of
from painstats.reports.pages import Card, Cell, Figure, Page, Part, Table, joined, named
from painstats.reports.personal.charts import measures_of, months_table
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.robustness import read_robustness_checks, robustness_part
from painstats.store.connection import Store
from painstats.store.rows import rows_of
from painstats.vocabulary import MEASURES


@dataclass(frozen=True, slots=True)
class _Phase:
    """A declared treatment of the participant."""

    name: str
    start_date: date
    end_date: date | None
    ramp_days: int
    wash_out_days: int


def personal_page(store: Store, record: ParticipantRecord, figures: tuple[Figure, ...]) -> Page:
    """Put one participant's report together.

    Parameters
    ----------
    store
        The open study.
    record
        What is stored about the participant.
    figures
        The participant's charts.
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
            Part(
                "Findings",
                cards=tuple(_card(finding, study) for finding in record.findings),
                paragraphs=(*_about_pooling(record.findings), *_about_own_model(store, record)),
            ),
            Part("How to read this", points=_how_to_read(outcome)),
            Part("Your days in charts", figures=figures, tables=(months_table(record.days, study),)),
            *_robustness(store, record),
            _data_part(store, record),
            Part("What this cannot tell", points=_limits(record, label)),
            Part("The settings behind this report", tables=(settings_table(study, diaries=False),)),
        ),
    )


def _lines(record: ParticipantRecord, label: str) -> tuple[Cell, ...]:
    first, last = date_words(record.summary.first_date), date_words(record.summary.last_date)
    scored = record.summary.outcome_days
    return (
        joined("Report for ", named(record.participant_id)),
        f"{first} to {last}: {whole(record.days.height)} days, {whole(scored)} of them with a {label} score",
    )


def _card(finding: Finding, study: Study) -> Card:
    return Card(
        verdict=finding.verdict,
        headline=headline(finding),
        sentence=sentence(finding),
        facts=tuple(_facts(finding, study)),
        notes=tuple(_notes(finding)),
    )


def _facts(finding: Finding, study: Study) -> list[tuple[str, str]]:
    effect, days = interval_of(finding.estimate), finding.estimate.days
    if effect is None:
        rules = study.plan.rules
        needed = [
            ("First estimate", f"from {rules.min_days_shown} days with a score"),
            ("Verdict", f"from {rules.min_days_verdict} days with a score"),
        ]
        return [("So far", f"{counted(days, 'day')} with a score"), *(needed if days < rules.min_days_shown else [])]
    facts = [
        ("Effect", _effect(effect, finding)),
        ("In your daily life", _daily_life(finding, effect)),
        ("Based on", _based_on(finding)),
    ]
    own = _own_days(finding)
    if own is not None:
        facts.append(("Your days alone", _effect(own, finding)))
    return facts


def _based_on(finding: Finding) -> str:
    """Write the days with a score, and on how many of them the measure is known: "60 days … sleep known on 41"."""
    days, known = finding.estimate.days, finding.estimate.known_days
    text = f"{counted(days, 'day')} with a {phrases_of(finding.question).outcome.label} score"
    label = MEASURES[finding.question.exposure.measure].label
    return text if known is None else f"{text}; {label} known on {'all' if known == days else whole(known)} of them"


def _own_days(finding: Finding) -> Interval | None:
    """Return the effect from own days alone, where the estimate is pooled."""
    check = finding.check("own_days") if finding.estimate.basis == "pooled" else None
    return Interval(check.value, check.low, check.high) if check else None


def _effect(effect: Interval, finding: Finding) -> str:
    unit = finding.question.unit
    return f"{points(effect.value)} points per {unit} (95% interval {interval_words(effect.low, effect.high)})"


def _daily_life(finding: Finding, effect: Interval) -> str:
    """Write the effect of the participant's own usual swing, one SD of their days."""
    words, swing = phrases_of(finding.question), finding.swing
    usual = swing_words(finding.question.exposure.measure, swing)
    start = f"Your {words.day_words} usually vary by about {usual} around your average."
    size, low, high = (swing * value for value in (effect.value, effect.low, effect.high))
    if finding.verdict.has_direction:
        direction = words.outcome.more if size > 0 else words.outcome.less
        return f"{start} That much more went with {direction}, by about {points(abs(size))} points."
    return f"{start} For that much more the effect is {points(size)} points ({interval_words(low, high)})."


def _notes(finding: Finding) -> list[str]:
    if interval_of(finding.estimate) is None:
        return []
    notes = ["This is a first hint, not a finding."] if finding.verdict is Verdict.NOT_JUDGED else []
    notes += _about_known_days(finding)
    return [*notes, *(["This is based on your own days alone."] if finding.estimate.basis == "own_days" else [])]


def _about_known_days(finding: Finding) -> list[str]:
    """Say which days an answer is about, where the measure is known on fewer than half of the days with a score."""
    days, known = finding.estimate.days, finding.estimate.known_days
    if known is None or 2 * known >= days:
        return []
    label = MEASURES[finding.question.exposure.measure].label
    return [f"This answer is about the {phrases_of(finding.question).day_words} on which {label} is known."]


def _about_pooling(findings: Sequence[Finding]) -> tuple[str, ...]:
    if not any(_own_days(finding) for finding in findings):
        return ()
    return (
        "Why two estimates? One participant's days are few and noisy, so the first estimate also uses the other "
        "participants' data: it is drawn towards their average. “Your days alone” uses only yours. "
        "If the two are far apart, you may be unlike the others. The first interval is too narrow for unusual "
        "participants; the wider one is then the fairer one.",
    )


def _about_own_model(store: Store, record: ParticipantRecord) -> tuple[str, ...]:
    """Say what the model of the participant's own days shows beside the effects."""
    fit = read_model_fit(store, record.participant_id)
    if fit is None:
        return ()
    outcome = outcome_words(outcome_of(store.study.plan.outcome))
    return (*own_feedback_words(fit, exposures(asked(store.study)), outcome), *own_pattern_words(fit))


def _how_to_read(outcome: Outcome) -> tuple[str, ...]:
    words, (low, high) = outcome_words(outcome), outcome.scale
    return (
        "Each of your days is compared with your own average, never with other participants.",
        f"A point is one step on the scale from {low:g} to {high:g}. "
        f"Plus means {words.more}, minus means {words.less}.",
        "The 95% interval is the range of effects that fit your days. "
        "When it reaches from minus to plus, both directions still fit.",
        "“Cannot tell yet” is an honest result: the days so far fit more than one story. "
        "“Not judged” means that there are too few days with a score, or too little variation, for any verdict.",
        "Weekends, slow drifts, and the way one day carries over into the next are taken into account.",
    )


def _robustness(store: Store, record: ParticipantRecord) -> tuple[Part, ...]:
    """Show the checks of a study of one participant; of several, only the averages are checked."""
    reported = {
        finding.question.name: effect
        for finding in record.findings
        if (effect := interval_of(finding.estimate)) is not None
    }
    checks = read_robustness_checks(store, record.participant_id)
    part = robustness_part(checks, reported, asked(store.study), about=PARTICIPANT_CHECKS)
    return (part,) if part else ()


def _data_part(store: Store, record: ParticipantRecord) -> Part:
    """Show what was imported and what was left out."""
    participant, study = record.participant_id, store.study
    zones = f"A day runs from midnight to midnight where you were: {'; '.join(zone_words(record.days))}."
    tables = (
        days_table(study, record.frame),
        measures_table(study, record.days),
        files_table(store, participant),
        rejected_table(store, participant),
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
            *night_rules(record.days),
            zones,
            *device_lines(store, participant),
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


def _limits(record: ParticipantRecord, label: str) -> tuple[Cell, ...]:
    return (
        "“Comes before” is not “causes”. "
        f"Something else, such as a hard week, can change your nights, your days and your {label} at once.",
        f"{capital(label)} also changes what you do. After a bad day people may move less and sleep worse; "
        "part of a link can run that way.",
        "These are averages over many days. A single day can go the other way.",
        "The effects apply within the range of your own days. "
        "They say nothing about much longer nights or much longer walks than yours.",
        "A small link can hide in few days. “Cannot tell yet” does not mean that there is none.",
        *_treatments(record, label),
        "This is not medical advice. "
        "Please talk with your doctor before you change a treatment, or change what you do by much.",
    )


def _treatments(record: ParticipantRecord, label: str) -> tuple[Cell, ...]:
    phases = rows_of(record.phases, _Phase)
    names = [joined(named(phase.name), _course(phase)) for phase in phases]
    begun = joined("You named: ", Markup(", ").join(names), ". ") if names else ""
    return (
        joined(
            begun,
            "Treatments that were started are not judged here. "
            "All that days like these could show is a “change after start”, which mixes the treatment with hope, "
            f"the season and luck: people start a treatment when {label} is at its worst, "
            "and then it often eases anyway. "
            "In one careful trial, pain fell by 18% on a dummy medicine (Younger 2013).",
        ),
    )


def _course(phase: _Phase) -> str:
    """Say how a treatment builds up and wears off, where it does not do so at once."""
    ramp = f"builds up over {counted(phase.ramp_days, 'day')}" if phase.ramp_days else ""
    lasts = phase.wash_out_days and phase.end_date
    after = f"counts for {counted(phase.wash_out_days, 'more day')} after its end" if lasts else ""
    return f" ({' and '.join(filter(None, (ramp, after)))})" if ramp or after else ""


def settings_table(study: Study, *, diaries: bool = True) -> Table:
    """Show the plan's settings that a reader of any report ought to know; a participant's own diary is shown above."""
    plan, outcome = study.plan, outcome_of(study.plan.outcome)
    rules, (low, high) = plan.rules, outcome.scale
    better = "better" if is_better_when_higher(outcome) else "worse"
    diary = [f"{diary.file}: written {FILLED_WORDS[diary.filled]}" for diary in (plan.diaries if diaries else ())]
    compared = [phrases_of(question).compared_with for question in asked(study)]
    rows: list[tuple[Cell, ...]] = [
        (
            "Outcome",
            joined(outcome_words(outcome).label, *((", at: ", named(outcome.site)) if outcome.site else ())),
        ),
        ("Scale", f"{low:g} to {high:g}, higher is {better}"),
        ("Compared with", "; ".join(compared)),
        (
            "Smallest effect that matters",
            f"{outcome.smallest_effect:g} points for one usual swing of sleep or activity",
        ),
        ("Days for the model", f"at least {rules.min_days_in_model} days with a score"),
        ("Days for an estimate", f"at least {rules.min_days_shown}"),
        (
            "Days for a verdict",
            f"at least {rules.min_days_verdict}, and a score on {100 * rules.min_compliance:.0f}% of the days",
        ),
        (
            "A day of wear",
            f"steps in at least {rules.min_active_hours} different hours, "
            f"a date of {rules.min_clock_hours:g} to {48 - rules.min_clock_hours:g} hours",
        ),
        *(("Diary", named(text)) for text in diary),
        ("Plan hash", study.plan_hash),
    ]
    return Table("Decided before the days were looked at", ("Setting", "Value"), tuple(rows), numbers=False)
