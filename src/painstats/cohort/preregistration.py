"""The plan of a study as one page of Markdown, with the hashes that a witness outside can keep.

A registry, a signed commit or a letter with these two hashes is what shows later that the plan is no younger; the
ledger alone cannot (docs/method/plan_record.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from painstats.findings.content import phrases_of
from painstats.findings.plan_record import PlanRecord
from painstats.plan.analysis import AnalysisPlan, ModelPlan
from painstats.plan.formula import ARM
from painstats.plan.study import Plan, Study
from painstats.plan.variables import VariablePlan
from painstats.questions.asked import asked
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of

NONE = "none"


def preregistration(study: Study, record: PlanRecord) -> str:
    """Return the page: what is asked, how it is analysed, the rules, and the hashes.

    Raises
    ------
    StudyError
        A question of the plan cannot be asked.
    """
    plan = study.plan
    parts = {
        "Record": _record(record),
        "Questions": _questions(study),
        "Analysis": _analysis(plan.analysis, plan),
        "Further models": [_model(model) for model in plan.models] or [NONE],
        "Participants' variables": [_variable(name, each) for name, each in plan.variables.items()] or [NONE],
        "Rules": _rules(plan),
    }
    sections = (f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in parts.items())
    return f"# {plan.study.name}: plan of the analysis\n\n" + "\n\n".join(sections) + "\n"


def _record(record: PlanRecord) -> Iterator[str]:
    yield f"This plan: {record.words}."
    if record.registered:
        yield f"Registered as: {record.registered}"
    yield f"Plan (SHA-256): `{record.plan_hash}`"
    yield f"Head of the plan ledger (SHA-256): `{record.head or NONE}`"
    yield "Give both to a registry or another witness: only that can show later that the plan is no younger."


def _questions(study: Study) -> Iterator[str]:
    outcome = outcome_of(study.plan.outcome)
    low, high = outcome.scale
    yield f"Outcome: {outcome_words(outcome).label}, {low:g} to {high:g}"
    for question in asked(study):
        role = "confirmatory" if question.is_confirmatory else "exploratory"
        yield f"Compared with {phrases_of(question).compared_with}: {role}"


def _analysis(analysis: AnalysisPlan, plan: Plan) -> Iterator[str]:
    primary = analysis.primary or ("the exposures of the confirmatory questions",)
    test = " (Holm's test over both)" if len(analysis.primary) > 1 else ""
    yield f"Primary question: {_listed(primary)}{test}, at {analysis.alpha:g}"
    if analysis.arms:
        how = "drawn by lot" if analysis.arms_drawn_by_lot else "not drawn by lot"
        yield f"Arms: {analysis.arms} ({how})" + (
            f"; days during {_listed(analysis.phases)} are compared" * bool(analysis.phases)
        )
    if ARM in analysis.primary:
        yield "The contrast of arms counts only if the mixed model and Welch's test of own changes agree"
    yield f"Covariates: {_listed(analysis.covariates)}"
    yield f"Moderators: {_listed(analysis.moderators)}"
    yield f"Subgroups: {_listed(analysis.subgroups)}"
    yield f"Further outcomes: {_listed(analysis.outcomes)}"
    yield "Secondary questions: false discovery rate of 5 % within each family"
    limits = [f"{name} {_limits(allowed)}" for name, allowed in analysis.population.items()]
    yield f"Population: {'; '.join(limits) or 'everyone enrolled'}"
    complete = (analysis.unknown_predictors or plan.rules.unknown_predictors) == "complete"
    yield "Days: " + (
        "complete days only" if complete else "every rated day; an unknown exposure is at its usual level"
    )
    yield f"Final answer: {f'once, on {analysis.final} or later' if analysis.final else 'no date is declared'}"


def _model(model: ModelPlan) -> str:
    name = f"{model.name}: " if model.name else ""
    return f"{name}`{model.formula}`, slopes of each participant: {_listed(model.random_columns)}"


def _variable(name: str, plan: VariablePlan) -> str:
    what = (
        f"levels {_listed(plan.levels)}, reference {plan.compared_with}" if plan.has_levels else plan.unit or "number"
    )
    return f"{name}: {plan.kind}; {what}; measured: {plan.measured}"


def _rules(plan: Plan) -> Iterator[str]:
    rules = plan.rules
    yield f"At least {rules.min_days_in_model} days of a participant, {rules.min_days_known} with an exposure known"
    yield f"What matters: {rules.matters:g} of a scale from 0 to 10"
    yield f"Looks at participants: {_listed([f'{days}' for days in rules.looks])} days with a score"
    yield "All other keys and their defaults are in the plan of this hash, in `plans/`"


def _limits(allowed: Sequence[str | float]) -> str:
    numbers = [f"{value:g}" for value in allowed if isinstance(value, float)]
    return " to ".join(numbers) if numbers else "is " + " or ".join(map(str, allowed))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or NONE
