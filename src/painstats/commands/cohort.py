"""``painstats cohort``: the cohort analysis that the plan declares, and its tables in ``results/``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from painstats.cohort.analyse import CohortAnalysis, Sensitivity, analyse
from painstats.cohort.baseline import Baseline
from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.models.cohort_model import CohortModel, Effect
from painstats.cohort.paper.documents import PAPER, has_paper_extra
from painstats.cohort.study_files import PARTICIPANTS_FILE
from painstats.commands.cohort_results import CohortRun, recalls_of, write_results
from painstats.commands.printing import print_json, print_table, printable
from painstats.findings.plan_record import plan_record, shown_hash
from painstats.plan.study import Study, read_study
from painstats.questions.date_words import date_words
from painstats.store import open_store
from painstats.store.plan_ledger import declare_plan, note_looked, note_result
from painstats.vocabulary import MEASURES

HEADINGS = {
    "name": "estimate of",
    "estimate": "estimate",
    "interval": "95 % interval",
    "p": "p",
    "participants": "participants",
}

WAYS = {
    "kept": "every day with a score (the headline)",
    "complete": "complete days only",
    "imputed": "unknown exposures imputed",
    "imputed_with_ratings": "imputed scores used too",
    "delta": "imputed scores shifted by",
    "steps_delta": "imputed steps shifted, in thousands, by",
}
"""What each way of treating unknown values is called."""


def cohort(folder: Path, timings: bool, as_json: bool) -> int:
    """Analyse a study as its plan declares, write the tables to ``results/``, and print the answers."""
    study = read_study(folder)
    run = analysed(study, quiet=as_json)
    found, head = run.analysis, run.record.head
    results = write_results(run)
    if as_json:
        print_json(as_answer(found, head))
        return 0
    for line in (*file_lines(run.inputs.baseline), *lines_of(found)):
        print(printable(line))
    for model in found.models:
        print(f"\n{printable(title(found, model))}")
        print_table([row_of(effect) for effect in model.effects], HEADINGS)
        for line in details(found, model):
            print(f"  {printable(line)}")
    for each in found.sensitivity:
        print()
        for line in sensitivity_lines(each):
            print(printable(line))
    for refusal in found.refusals:
        print(f"\nNot fitted: {printable(refusal.model)}: {printable(refusal.message)}")
    if timings:
        print("\nCPU seconds: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in found.seconds.items()))
    print(f"\nTables, figures and methods: {printable(str(results))}")
    print("The next run shows the specification curve in reports/cohort.html.")
    if not has_paper_extra():
        print(f"Figures, and tables for LaTeX and Word, need an extra: pip install '{PAPER}'")
    return 0


def analysed(study: Study, *, quiet: bool) -> CohortRun:
    """Analyse a study as its plan declares; the ledger of plans says so before anything is shown.

    Unless ``quiet``, a line with the hashes of the plan and of its ledger is printed first.
    """
    final = study.plan.analysis.final
    is_look = final is not None and today() < final
    with open_store(study) as store:
        inputs, recalls = cohort_inputs(store), recalls_of(store)
        declare_plan(store)
        (note_looked if is_look else note_result)(store)
        record = plan_record(store)
    if not quiet:
        name = printable(study.plan.study.name)
        print(f"{name}: plan {shown_hash(study.plan_hash)}, ledger {shown_hash(record.head)}")
    if final and is_look and not quiet:
        print(f"Opened before the final date, {date_words(final)}: the plan ledger says so, and the paper's answer is")
        print("the one computed on that date or later.")
    return CohortRun(study, inputs, analyse(inputs, study.plan), record, recalls, is_look)


def today() -> date:
    """Return the date on which results are opened, by the clock of this machine."""
    return date.today()


def file_lines(baseline: Baseline) -> Iterator[str]:
    """Say what of ``participants.csv`` and of the data does not belong together."""
    if baseline.variables and baseline.without_row:
        yield f"{PARTICIPANTS_FILE}: no row for: {', '.join(baseline.without_row)}; their variables are unknown"
    if baseline.without_data:
        yield f"{PARTICIPANTS_FILE}: no data of: {', '.join(baseline.without_data)}"
    if baseline.undeclared:
        yield f"{PARTICIPANTS_FILE}: columns that the plan does not declare: {', '.join(baseline.undeclared)}"
    for name, late in baseline.measured_late.items():
        yield f"{name} was measured after the first day of {len(late)} participant(s): it is described only"


def lines_of(found: CohortAnalysis) -> Iterator[str]:
    """Say what the primary question is and what it is judged by."""
    rule = f"Holm's rule over {len(found.primary)}" if len(found.primary) > 1 else "one question"
    yield f"Primary: {', '.join(model.name for model in found.primary)}; {rule}, alpha {found.alpha:g}"
    for each in found.families:
        yield f"Family: {each.name}, {each.size} question(s), false discovery rate 5 %"


def title(found: CohortAnalysis, model: CohortModel) -> str:
    """Name a model with its size."""
    place = "Primary" if model in found.primary else "Secondary"
    return f"{place}: {model.name} ({model.participants} participants, {model.days:,} days)"


def row_of(effect: Effect) -> dict[str, str]:
    """Write an effect with its interval."""
    return {
        "name": readable(effect.name),
        "estimate": f"{effect.estimate:.3f}",
        "interval": f"{effect.low:.3f} to {effect.high:.3f}",
        "p": "" if effect.p is None else f"{effect.p:.3g}",
        "participants": str(effect.participants),
    }


def readable(name: str) -> str:
    """Write the column of an exposure in words: ``step_count_lag1_within`` is "steps within participants"."""
    for measure, definition in MEASURES.items():
        name = re.sub(rf"{measure}_lag(\d+)_within", f"{definition.label} within participants", name)
    return name


def details(found: CohortAnalysis, model: CohortModel) -> Iterator[str]:
    """Say how a model was tested, and what belongs to its result."""
    for test in model.tests:
        degrees = f"{test.df_numerator}, {test.df_denominator:.1f}"
        yield f"all of {test.name}: F({degrees}) = {test.statistic:.2f}, p {test.p:.3g}"
    for own in model.own:
        agreed = model.p_of_both.get(own.contrast)
        both = "" if agreed is None else f"; p of both tests {agreed:.3g}"
        yield (
            f"participants' own values: {own.contrast} {own.difference:.3f} ({own.low:.3f} to {own.high:.3f}), "
            f"p {own.p:.3g}{both}"
        )
    if model in found.primary and len(found.primary) > 1:
        p = found.primary_p[found.primary.index(model)]
        yield f"p by Holm's rule: {p:.3g}"
    family = found.family_of(model)
    if family:
        yield f"q in the family of {family.name} ({family.size}): {family.q[family.questions.index(model.name)]:.3g}"
    yield from model.notes


def sensitivity_lines(each: Sensitivity) -> Iterator[str]:
    """Say how the headline of an exposure changes under other decisions."""
    yield f"Sensitivity of {each.exposure}; none of this is a finding of its own"
    for way in each.missing_days.ways:
        shift = f" {way.shift:+g}" if way.shift else ""
        yield f"  {WAYS[way.name]}{shift}: {way.estimate:.3f} ({way.low:.3f} to {way.high:.3f})"
    tips = each.missing_days.tipping_point
    yield f"  the answer changes if imputed scores are shifted by: {f'{tips:+.2f}' if tips else 'none from -1 to 3'}"
    summary = each.summary
    yield (
        f"  {summary.specifications} specifications: median {summary.median:.3f}, from {summary.least:.3f} to "
        f"{summary.greatest:.3f}; {summary.below:.0%} below zero, {summary.above:.0%} above; intervals below zero "
        f"{summary.interval_below:.0%}, above {summary.interval_above:.0%}"
    )
    if each.curve.dropped:
        yield f"  not crossed, because there would be more than 500: {', '.join(each.curve.dropped)}"
    least, greatest = (pick(each.left_out, key=lambda one: one.estimate) for pick in (min, max))
    yield (
        f"  without one participant: {least.estimate:.3f} (without {least.participant}) to {greatest.estimate:.3f} "
        f"(without {greatest.participant})"
    )
    yield from (f"  {refusal}" for refusal in each.missing_days.refusals)


def as_answer(found: CohortAnalysis, head: str | None) -> dict[str, object]:
    """Return the analysis for a program."""
    return {
        "ledger_head": head,
        "alpha": found.alpha,
        "primary": [model.name for model in found.primary],
        "primary_p": list(found.primary_p),
        "models": [
            {
                "name": model.name, "kind": model.kind, "participants": model.participants, "days": model.days,
                "p": model.p, "notes": list(model.notes), "effects": [row_of(effect) for effect in model.effects],
            }
            for model in found.models
        ],
        "refusals": [{"model": each.model, "message": each.message} for each in found.refusals],
        "cpu_seconds": found.seconds,
    }  # fmt: skip
