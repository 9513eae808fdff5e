"""The settings of the plan that a reader of any report ought to know, and whether they were changed after results."""

from __future__ import annotations

import itertools

from painstats.findings.changed_rules import last_change
from painstats.findings.content import phrases_of
from painstats.plan.looks import looks_from
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Study
from painstats.questions.asked import asked
from painstats.questions.outcome_words import is_better_when_higher, outcome_words
from painstats.questions.phrases import listed, whole
from painstats.questions.question import outcome_of
from painstats.reports.data_used import FILLED_WORDS
from painstats.reports.dates import date_words
from painstats.reports.pages import Cell, Table, joined, named
from painstats.store.connection import Store
from painstats.vocabulary import LEAST_WORN_STEPS, MEASURES


def settings_table(store: Store, *, diaries: bool = True) -> Table:
    """Show the plan's settings that a reader of any report ought to know; a participant's own diary is shown above."""
    study = store.study
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
        ("What matters", what_matters(study)),
        ("Days for the model", f"at least {rules.min_days_in_model} days with a score"),
        ("Days for a reading", f"at least {rules.min_days_shown}"),
        ("Answer days (looks)", looks_words(study)),
        (
            "For an answer",
            f"a score on {100 * rules.min_compliance:.0f}% of the days, "
            f"and {rules.min_days_known} days with a score on which the measure is known",
        ),
        (
            "Chance of a false sign",
            f"{100 * rules.false_sign_chance:g}% for life, shared by all confirmatory questions",
        ),
        *_changed_rules(store),
        ("A day of wear", _wear_words(rules)),
        *(("Diary", named(text)) for text in diary),
        ("Plan hash", study.plan_hash),
    ]
    return Table("Decided before the days were looked at", ("Setting", "Value"), tuple(rows), numbers=False)


def _wear_words(rules: RulesPlan) -> str:
    """Write which days count for steps."""
    others = {
        "if_worn": f"fewer count from {LEAST_WORN_STEPS} on if something else shows that the device was worn",
        "never": "fewer never count",
        "always": "fewer count too",
    }
    return (
        f"{MEASURES['step_count'].lowest:g} steps, in at least {rules.min_active_hours} different hours; "
        f"{others[rules.low_step_days]}; a date of {rules.min_clock_hours:g} to {48 - rules.min_clock_hours:g} hours"
    )


def _changed_rules(store: Store) -> tuple[tuple[Cell, ...], ...]:
    """Say that the rules of answers were changed when there were results already, with the earlier ones."""
    change = last_change(store)
    if change is None:
        return ()
    before = change.before
    rules = (
        f"answer days {listed([whole(days) for days in before.looks])}; chance of a false sign "
        f"{100 * before.false_sign_chance:g}%; what matters {_points(before.matters)} of a scale from 0 to 10"
    )
    return ((f"Changed on {date_words(change.on)}, after there were results", f"before: {rules}"),)


def _points(number: float) -> str:
    return f"{number:g} {'point' if number == 1 else 'points'}"


def what_matters(study: Study) -> str:
    """Write the smallest difference between low and high days that matters."""
    low, high = study.plan.outcome.scale
    points = study.plan.rules.matters * (high - low) / 10
    return f"{_points(points)} between a participant's low days and their high ones (10th and 90th percentile)"


def looks_words(study: Study) -> str:
    """Write after how many days with a score there are looks."""
    declared = listed([whole(days) for days in study.plan.rules.looks])
    later = itertools.islice(looks_from(study.plan.rules.looks), len(study.plan.rules.looks), None)
    return f"at {declared} days with a score, then at {', '.join(whole(next(later)) for _ in range(3))} and so on"
