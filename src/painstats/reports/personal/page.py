"""The personal report: the answers on top, then pictures, then the ground they stand on, then what they cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from painstats.findings.check_words import PERSON_CHECKS
from painstats.findings.words import (
    REFUSALS,
    capital,
    compared_words,
    counted,
    headline,
    interval_words,
    item_words,
    points,
    sentence,
    swing_words,
    whole,
)
from painstats.plan.study import OutcomePlan, Study
from painstats.reports.data_used import (
    FILLED_WORDS,
    days_table,
    device_lines,
    devices_table,
    files_table,
    measures_table,
    night_rules,
    rating_rules,
    rejected_table,
    zone_words,
)
from painstats.reports.figures.daily_charts import date_words
from painstats.reports.pages import Card, Cell, Figure, Page, Part, Table, joined, named
from painstats.reports.personal.charts import months_table
from painstats.reports.personal.record import PersonRecord
from painstats.reports.robustness import robustness_part, robustness_rows
from painstats.store.connection import Store
from painstats.vocabulary import MEASURES

Row = Mapping[str, Any]


def personal_page(store: Store, record: PersonRecord, figures: tuple[Figure, ...]) -> Page:
    """Put one person's report together.

    Parameters
    ----------
    store
        The open study.
    record
        What is stored about the person.
    figures
        The person's figures.
    """
    study = store.study
    outcome = study.plan.outcome
    item = item_words(outcome.item).label
    labels = list(dict.fromkeys(MEASURES[predictor.measure].label for predictor in study.plan.predictors))
    return Page(
        title=f"{capital(item)}, {' and '.join(labels)}: a personal report",
        heading=f"What goes with your {item}",
        lines=_lines(record, item),
        parts=(
            Part(
                "The answers",
                cards=tuple(_card(finding, study) for finding in record.findings),
                paragraphs=_about_pooling(record.findings),
            ),
            Part("How to read this", points=_how_to_read(outcome)),
            Part(
                "Your days in pictures",
                figures=figures,
                tables=(months_table(record.days, study),),
            ),
            *_robustness(store, record),
            _ground(store, record),
            Part("What this cannot tell", points=_limits(record, study)),
            Part("The settings behind this report", tables=(settings_table(study, diaries=False),)),
        ),
    )


def _lines(record: PersonRecord, item: str) -> tuple[Cell, ...]:
    first, last = (date_words(record.summary[end]) for end in ("first_date", "last_date"))
    rated = record.summary["outcome_days"]
    return (
        joined("Report for ", named(record.participant_id)),
        f"{first} to {last}: {whole(record.days.height)} days, {whole(rated)} of them with a rating of {item}",
    )


def _card(finding: Row, study: Study) -> Card:
    item = study.plan.outcome.item
    return Card(
        verdict=finding["verdict"],
        headline=headline(finding["measure"], finding["verdict"], finding["days_needed"], item),
        sentence=sentence(
            finding["measure"],
            finding["lag_days"],
            item,
            finding["verdict"],
            finding["estimate"],
            finding["low"],
            finding["high"],
            finding["probability_of_direction"],
            finding["days_needed"],
            finding["reasons"],
        ),
        facts=tuple(_facts(finding, study)),
        notes=tuple(_notes(finding)),
    )


def _facts(finding: Row, study: Study) -> list[tuple[str, str]]:
    if finding["estimate"] is None:
        rules = study.plan.rules
        needed = [
            ("A first estimate", f"from {rules.min_days_shown} complete days on"),
            ("An answer", f"from {rules.min_days_verdict} complete days on"),
        ]
        so_far = ("Complete so far", counted(finding["days"], "day"))
        return [so_far, *(needed if finding["days"] < rules.min_days_shown else [])]
    facts = [
        ("Size", _size(finding, "")),
        ("In your daily life", _daily_life(finding, study.plan.outcome.item)),
        ("Rests on", f"{whole(finding['days'])} of your days, each with a rating and everything it is compared with"),
    ]
    if _is_pooled(finding):
        facts.append(("Your days alone", _size(finding, "own_")))
    return facts


def _is_pooled(finding: Row) -> bool:
    return finding["basis"] == "pooled" and finding["own_estimate"] is not None


def _size(finding: Row, prefix: str) -> str:
    estimate, low, high = (finding[f"{prefix}{key}"] for key in ("estimate", "low", "high"))
    return f"{points(estimate)} points per {finding['unit']} (95 % interval {interval_words(low, high)})"


def _daily_life(finding: Row, item: str) -> str:
    """Tell the slope in the person's own usual swings: one SD of their days."""
    words, swing = item_words(item), finding["swing"]
    whose = "Your days" if MEASURES[finding["measure"]].lag_days else "Your nights"
    usual = f"{whose} usually lie about {swing_words(finding['measure'], swing)} above or below your average."
    size, low, high = (swing * finding[key] for key in ("estimate", "low", "high"))
    if finding["verdict"] in ("more_pain", "less_pain"):
        direction = words.more if size > 0 else words.less
        return f"{usual} One such swing up went with {direction}, by about {points(abs(size))} points."
    return f"{usual} For one such swing up the size is {points(size)} points ({interval_words(low, high)})."


def _notes(finding: Row) -> list[str]:
    if finding["estimate"] is None:
        return []
    hint = ["This is a first hint, not an answer."] if set(finding["reasons"]) & REFUSALS else []
    return [*hint, *(["This rests on your own days alone."] if finding["basis"] == "own_days" else [])]


def _about_pooling(findings: Sequence[Row]) -> tuple[str, ...]:
    if not any(_is_pooled(finding) for finding in findings if finding["estimate"] is not None):
        return ()
    return (
        "Why two sizes? One person's days are few and noisy, so the first size leans on everybody in the study: "
        "it is drawn towards the average. “Your days alone” leans on nobody. "
        "If the two lie far apart, you may be unlike the others. The first interval is too narrow for unusual people; "
        "the wider one is then the fairer one.",
    )


def _how_to_read(outcome: OutcomePlan) -> tuple[str, ...]:
    words, (low, high) = item_words(outcome.item), outcome.scale
    return (
        "Each of your days is compared with your own average, never with other people.",
        f"A point is one step on the scale from {low:g} to {high:g}. "
        f"Plus means {words.more}, minus means {words.less}.",
        "The 95 % interval is the range of sizes that fit your days. "
        "When it reaches from minus to plus, both directions still fit.",
        "“Cannot tell yet” is an honest answer: the days so far fit more than one story.",
        "Weekends, slow drifts, and the way one day carries over into the next are taken into account.",
    )


def _robustness(store: Store, record: PersonRecord) -> tuple[Part, ...]:
    """Show the checks of a study of one person; of several people, only the averages are checked."""
    shown = {finding["predictor"]: finding for finding in record.findings if finding["estimate"] is not None}
    rows = robustness_rows(store, record.participant_id)
    part = robustness_part(rows, shown, store.study, about=PERSON_CHECKS)
    return (part,) if part else ()


def _ground(store: Store, record: PersonRecord) -> Part:
    """Show what was read and what was left out."""
    person, study = record.participant_id, store.study
    zones = f"A day runs from midnight to midnight where you were: {'; '.join(zone_words(record.days))}."
    tables = (
        days_table(study, record.frame),
        measures_table(study, record.days),
        files_table(store, person),
        rejected_table(store, person),
        devices_table(store, person),
    )
    return Part(
        "What was read, and what was left out",
        paragraphs=(
            "Only complete days count: a rating, and every measure that it is compared with. "
            "Nothing was filled in or guessed. A day without wear is missing; it is not a day without steps.",
        ),
        points=(*rating_rules(store, person), *night_rules(record.days), zones, *device_lines(store, person)),
        tables=tuple(table for table in tables if table is not None),
    )


def _limits(record: PersonRecord, study: Study) -> tuple[Cell, ...]:
    item = item_words(study.plan.outcome.item).label
    return (
        "“Comes before” is not “causes”. "
        f"Something else, such as a hard week, can change your nights, your days and your {item} at once.",
        f"{capital(item)} also changes what you do. After a bad day people may move less and sleep worse; "
        "part of a link can run that way.",
        "These are averages over many days. A single day can go the other way.",
        "The sizes hold inside the range of your own days. "
        "They say nothing of much longer nights or much longer walks than yours.",
        "A small link can hide in few days. “Cannot tell yet” does not mean that there is none.",
        *_treatments(record, item),
        "This is not medical advice. "
        "Please talk with your doctor before you change a treatment, or change what you do by much.",
    )


def _treatments(record: PersonRecord, item: str) -> tuple[Cell, ...]:
    names = [joined(named(phase["name"]), _course(phase)) for phase in record.phases.iter_rows(named=True)]
    begun = joined("You named: ", Markup(", ").join(names), ". ") if names else ""
    return (
        joined(
            begun,
            "Treatments that were started are not judged here. "
            "All that days like these could show is a “change after start”, and that mixes the treatment with hope, "
            f"with the season, and with luck: people start when {item} is at its worst, "
            "and then it often eases anyway. "
            "In one careful trial pain fell by 18 % on a dummy medicine (Younger 2013).",
        ),
    )


def _course(phase: Row) -> str:
    """Say how a treatment comes and goes, where it does not do so at once."""
    ramp = f"builds up over {counted(phase['ramp_days'], 'day')}" if phase["ramp_days"] else ""
    lasts = phase["wash_out_days"] and phase["end_date"]
    after = f"counts for {counted(phase['wash_out_days'], 'more day')} after its end" if lasts else ""
    return f" ({' and '.join(filter(None, (ramp, after)))})" if ramp or after else ""


def settings_table(study: Study, *, diaries: bool = True) -> Table:
    """Show the plan's settings that a reader of any report ought to know; a person is told of their own diary above."""
    plan = study.plan
    outcome, rules = plan.outcome, plan.rules
    low, high = outcome.scale
    asked = [f"{diary.file}: written {FILLED_WORDS[diary.filled]}" for diary in (plan.diaries if diaries else ())]
    compared = [compared_words(predictor.measure, predictor.lag) for predictor in plan.predictors]
    rows: list[tuple[Cell, ...]] = [
        (
            "What is explained",
            joined(item_words(outcome.item).label, *((", at: ", named(outcome.site)) if outcome.site else ())),
        ),
        ("Scale", f"{low:g} to {high:g}, higher is worse"),
        ("What it is compared with", "; ".join(compared)),
        (
            "Smallest effect that matters",
            f"{outcome.smallest_effect:g} points for one usual swing of sleep or activity",
        ),
        ("Days for the model", f"at least {rules.min_days_in_model} complete days"),
        ("Days for an estimate", f"at least {rules.min_days_shown}"),
        (
            "Days for an answer",
            f"at least {rules.min_days_verdict}, with {100 * rules.min_compliance:.0f} % of the days complete",
        ),
        (
            "A day of wear",
            f"steps in at least {rules.min_active_hours} different hours, "
            f"a date of {rules.min_clock_hours:g} to {48 - rules.min_clock_hours:g} hours",
        ),
        *(("Diary", named(text)) for text in asked),
        ("Fingerprint of the plan", study.plan_hash),
    ]
    return Table("Decided before the days were looked at", ("Setting", "Value"), tuple(rows), numbers=False)
