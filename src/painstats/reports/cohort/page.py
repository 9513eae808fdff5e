"""The cohort's report: participant flow, averages, how participants differ, whether the model can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.research_words import (
    bound_words,
    counts_sentence,
    headline,
    interval_words,
    points,
    reason_words,
    sentence,
    verdict_words,
)
from painstats.frame.participants import ParticipantSummary
from painstats.frame.safety import listed_opioids_with_blockers
from painstats.plan.study import Study
from painstats.questions.asked import asked
from painstats.questions.daily.tables import COHORT
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, listed, whole
from painstats.questions.question import Question, outcome_of
from painstats.questions.registry import kind_of
from painstats.questions.verdict import Verdict
from painstats.reports.adjusted import EVERY_MODEL, Facts, adjusted, research_facts
from painstats.reports.cohort.diagnostics import diagnostics_part
from painstats.reports.cohort.experiments import experiment_part
from painstats.reports.cohort.exploratory import exploratory_part
from painstats.reports.cohort.model import CohortModel, averages_part, cohort_model, spread_tables
from painstats.reports.cohort.treatment_counts import SMALL_CELL
from painstats.reports.cohort.treatments import treatment_part
from painstats.reports.data_used import days_table, files_table, measures_table, notes_table, rejected_table
from painstats.reports.dates import date_words
from painstats.reports.devices import changes_line, devices_table
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import cohort_effects, completeness, verdict_legend
from painstats.reports.numbers import NONE, Interval, interval_of
from painstats.reports.outcome_choices import cohort_sites_words
from painstats.reports.pages import Card, Figure, Page, Part, Table, figure, named
from painstats.reports.regimes import regimes_words
from painstats.reports.robustness import read_robustness_checks, robustness_part
from painstats.reports.settings import looks_words, settings_table
from painstats.reports.verdict_bars import verdict_bar
from painstats.store.connection import Store
from painstats.store.tables import read_table

INTERNAL = (
    "Internal: this page shows rows of single participants under their ids. "
    "It is for those who run the study, not for publication."
)
BASIS = {
    "mixed_model": "mixed model",
    "two_stage": "two-stage mean",
    "pooled": "pooled",
    "own_days": "own days",
    "none": "none",
}
COUNTS = {
    "outcome_days": "scores",
    "valid_nights": "nights",
    "valid_step_days": "step days",
    "usable_days": "usable",
}
"""The counts of ``ParticipantSummary`` that are drawn, with their titles."""


def cohort_page(store: Store, participants: Sequence[ParticipantSummary], findings: Sequence[Finding]) -> Page:
    """Put the cohort's report together.

    Parameters
    ----------
    store
        The open study.
    participants
        All participants.
    findings
        All findings, about participants and averages.
    """
    study, questions = store.study, asked(store.study)
    model = cohort_model(store, questions)
    label = outcome_words(outcome_of(study.plan.outcome)).label
    single = [finding for finding in findings if not finding.is_average]
    averages = [finding for finding in findings if finding.is_average]
    return Page(
        kind="cohort",
        title=f"{capital(label)} in this study: the cohort report",
        heading=f"What goes with {label}: all participants",
        lines=(named(study.plan.study.name), _head_line(study, questions), INTERNAL),
        parts=(
            _findings_part(store, model, averages, single),
            _participant_flow(store, participants, single),
            averages_part(model, questions),
            *_treatments(store),
            Part(
                "How participants differ",
                tables=spread_tables(model, questions),
                figures=_effect_figures(questions, averages, single),
            ),
            *exploratory_part(store),
            *_robustness(store, questions, model),
            diagnostics_part(model, questions),
            Part("Participant by participant", paragraphs=(INTERNAL,), tables=_participant_tables(questions, single)),
            _data_part(store),
            Part("The settings behind this report", tables=(settings_table(store),)),
        ),
    )


def _robustness(store: Store, questions: Sequence[Question], model: CohortModel) -> tuple[Part, ...]:
    reported = {name: Interval(average.estimate, average.low, average.high) for name, average in model.averages.items()}
    part = robustness_part(read_robustness_checks(store, "cohort"), reported, questions)
    return (part,) if part else ()


def _treatments(store: Store) -> tuple[Part, ...]:
    return tuple(part for part in (treatment_part(store), experiment_part(store)) if part)


def _head_line(study: Study, questions: Sequence[Question]) -> str:
    plan, (low, high) = study.plan, study.plan.outcome.scale
    compared = listed([phrases_of(question).compared_with for question in questions])
    return (
        f"{capital(outcome_words(outcome_of(plan.outcome)).label)}, {low:g} to {high:g}, compared with {compared}; "
        f"readings from {plan.rules.min_days_shown} days with a score, verdicts {looks_words(study)}; "
        f"plan {study.plan_hash}"
    )


def _findings_part(store: Store, model: CohortModel, averages: Sequence[Finding], single: Sequence[Finding]) -> Part:
    questions = asked(store.study)
    cards = tuple(_card(finding, single, _adjusted(store, model, finding.question)) for finding in averages)
    if cards:
        return Part("Findings", cards=cards)
    refused = "There is no finding about the average: there are too few participants in this study."
    return Part("Findings", paragraphs=(refused, *(_counts(question, single) for question in questions)))


def _adjusted(store: Store, model: CohortModel, question: Question) -> Facts:
    """Say what an average is adjusted for; nothing where there is no average."""
    average = model.averages.get(question.name)
    if average is None:
        return ()
    which = COHORT if average.basis == "mixed_model" else EVERY_MODEL
    return research_facts(adjusted(store, question, asked(store.study), which))


def _card(finding: Finding, single: Sequence[Finding], adjusted_for: Facts) -> Card:
    return Card(
        verdict=finding.verdict,
        headline=headline(finding),
        sentence=sentence(finding),
        facts=(*_card_facts(finding), *adjusted_for),
        notes=(_counts(finding.question, single),),
    )


def _card_facts(finding: Finding) -> list[tuple[str, str]]:
    effect, check, estimate = interval_of(finding.estimate), finding.check("two_stage"), finding.estimate
    unit, facts = f"points per {finding.question.unit}", list[tuple[str, str]]()
    if judged := finding.judged:
        facts += [
            ("Adjusted range", f"{interval_words(judged.low, judged.high)} {unit}"),
            ("At look", f"{judged.look.number}, on {date_words(judged.look.date)}, {whole(judged.look.days)} days"),
            ("Largest difference in it", f"{bound_words(judged)} points between low and high days"),
            ("Smallest that matters", f"{points(judged.smallest_effect)} {unit}, averaged over participants"),
        ]
    if effect is not None:
        source = f"{BASIS[estimate.basis]}; {whole(estimate.participants)} participants, {whole(estimate.days)} days"
        facts.append(
            ("Reading today", f"{points(effect.value)} {unit} (95% CI {interval_words(effect.low, effect.high)})")
        )
        facts.append(("From", source))
    if check:
        facts.append(("Two-stage check", f"{points(check.value)} ({interval_words(check.low, check.high)})"))
    if finding.reasons and finding.judged and finding.verdict is not Verdict.NOT_DETERMINED:
        facts.append(("Notes", capital(reason_words(finding.reasons))))
    return facts


def _counts(question: Question, single: Sequence[Finding]) -> str:
    return counts_sentence(question, Counter(finding.verdict for finding in single if finding.question == question))


def _participant_flow(store: Store, participants: Sequence[ParticipantSummary], single: Sequence[Finding]) -> Part:
    frame = read_table(store, "model_frame", "participant_id, date")
    chart = figure(
        "completeness",
        "Valid days of each participant.",
        "For each participant the days with a score, with each valid measure, "
        "and those that the model can use (blue), "
        "out of all days between the first and the last record (grey).",
        completeness(participants, COUNTS, WIDE),
        completeness(participants, COUNTS, NARROW),
    )
    tables = (
        _flow_table(store.study, participants, single),
        days_table(store.study, frame),
        measures_table(store.study, read_table(store, "daily_summary", "participant_id, date")),
    )
    paragraphs = (*_safety(store), *cohort_sites_words(store))
    return Part("Participant flow", paragraphs=paragraphs, tables=tables, figures=(chart,))


def _safety(store: Store) -> tuple[str, ...]:
    """Count the participants with an opioid and a blocker of opioids, if there are enough to say no more than that."""
    n_flagged = len({pair.participant_id for pair in listed_opioids_with_blockers(store)})
    if n_flagged < SMALL_CELL:
        return ()
    return (
        f"{whole(n_flagged)} participants listed an opioid and naltrexone or nalmefene within two weeks of each other. "
        "The report of each begins with a notice. This is a count by dates, not a finding.",
    )


def _flow_table(study: Study, participants: Sequence[ParticipantSummary], single: Sequence[Finding]) -> Table:
    rules = study.plan.rules
    judged = {finding.participant_id for finding in single if finding.verdict is not Verdict.NOT_JUDGED}
    steps = (
        ("with any data", [row.calendar_days for row in participants]),
        ("with scores", [row.outcome_days for row in participants if row.outcome_days]),
        (
            f"with enough days ({rules.min_days_in_model} with a score)",
            [row.days_in_model for row in participants if row.days_in_model],
        ),
        *_known_enough(rules.min_days_known, single),
        (
            f"shown individually ({rules.min_days_shown})",
            [row.usable_days for row in participants if row.usable_days >= rules.min_days_shown],
        ),
        (
            f"judged (first look at {rules.looks[0]}, and enough variation)",
            [row.usable_days for row in participants if row.participant_id in judged],
        ),
    )
    rows = tuple((name, whole(len(days)), whole(sum(days))) for name, days in steps)
    return Table("Participants and days at each step", ("Step", "Participants", "Days"), rows)


def _known_enough(least: int, single: Sequence[Finding]) -> list[tuple[str, list[int]]]:
    """List, for each exposure, the days with a score on which it is known, of participants with enough of them."""
    known: dict[str, list[int]] = {}
    for finding in single:
        days = finding.estimate.known_days or 0
        known.setdefault(phrases_of(finding.question).compared_with, []).extend([days] if days >= least else [])
    return [(f"with {exposure} known on {least} days with a score", days) for exposure, days in known.items()]


def _effect_figures(
    questions: Sequence[Question], averages: Sequence[Finding], single: Sequence[Finding]
) -> tuple[Figure, ...]:
    figures = (
        _effect_figure(
            place,
            question,
            next((average for average in averages if average.question == question), None),
            [finding for finding in single if finding.question == question],
        )
        for place, question in enumerate(questions)
    )
    return tuple(drawn for drawn in figures if drawn is not None)


def _effect_figure(
    place: int, question: Question, average: Finding | None, findings: Sequence[Finding]
) -> Figure | None:
    bars = [bar for finding in findings if (bar := verdict_bar(finding, label=finding.participant_id or ""))]
    if not bars:
        return None
    of_average = verdict_bar(average) if average else None
    mean = of_average.effect if of_average else None
    chart = kind_of(question.kind).chart(question)
    said = " The dashed line is the average, the grey band its adjusted range." if mean else ""
    return figure(
        f"slopes-{place}",
        chart.cohort_label,
        f"{chart.title}. Each line is a participant, with the adjusted range of the verdict; its dot is today's "
        "reading, moved into the range beside a direction. Participants who are not judged have the 95% interval of "
        f"their reading. An open diamond is the reading from a participant's own days alone.{said}",
        cohort_effects(bars, mean, chart, WIDE),
        cohort_effects(bars, mean, chart, NARROW),
        legend=tuple(verdict_legend(phrases_of(question))),
    )


def _participant_tables(questions: Sequence[Question], single: Sequence[Finding]) -> tuple[Table, ...]:
    tables: list[Table] = []
    for question in questions:
        findings = [finding for finding in single if finding.question == question]
        tables.append(_participant_table(question, findings))
        reasons = Counter(reason for finding in findings if finding.verdict.is_open for reason in finding.reasons)
        if reasons:
            counts = tuple((capital(reason_words([reason])), whole(times)) for reason, times in sorted(reasons.items()))
            caption = f"Why there is no verdict yet on {phrases_of(question).exposure} (several reasons are possible)"
            tables.append(Table(caption, ("Reason", "Participants"), counts))
    return tuple(tables)


def _participant_table(question: Question, findings: Sequence[Finding]) -> Table:
    words = phrases_of(question)
    unit = f"{capital(words.exposure)}: points of {words.outcome.label} per {words.unit}"
    rows = tuple(
        (
            named(finding.participant_id or ""),
            whole(finding.estimate.days),
            *_judged_cells(finding),
            *_reading_cells(finding),
            verdict_words(finding.verdict, words),
        )
        for finding in sorted(findings, key=lambda finding: finding.participant_id or "")
    )
    head = ("Participant", "Days", "Look", "From", "Adjusted range", "Reading today", "Own days alone", "Verdict")
    return Table(unit, head, rows)


def _judged_cells(finding: Finding) -> tuple[str, str, str]:
    """Write the look, the basis and the range of a verdict."""
    judged = finding.judged
    if judged is None:
        return (NONE, NONE, NONE)
    return (f"{judged.look.days} days", BASIS[judged.basis], interval_words(judged.low, judged.high))


def _reading_cells(finding: Finding) -> tuple[str, str]:
    """Write what all days show today, with 95% intervals: the estimate, and the same from own days alone."""
    effect, own = interval_of(finding.estimate), finding.check("own_days")
    alone = f"{points(own.value)} ({interval_words(own.low, own.high)})" if own else NONE
    return (f"{points(effect.value)} ({interval_words(effect.low, effect.high)})" if effect else NONE, alone)


def _data_part(store: Store) -> Part:
    tables = (
        files_table(store, None),
        rejected_table(store, None),
        notes_table(store, None),
        devices_table(store, None),
    )
    return Part(
        "What was imported, and what was left out",
        paragraphs=(changes_line(store), *regimes_words(store)),
        tables=tuple(table for table in tables if table is not None),
    )
