"""Who took part, as a cohort's page shows it: the participant flow as boxes, and Table 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from painstats.cohort.inputs import CohortInputs
from painstats.cohort.paper.description import Description, describe
from painstats.cohort.paper.shown_tables import shown_table_one
from painstats.frame.exposure import Exposure
from painstats.plan.formula import ARM
from painstats.plan.study import Plan
from painstats.questions.phrases import whole
from painstats.questions.question import Question
from painstats.reports.cohort.page_type import FlowStep, Participants
from painstats.reports.pages import Table

Counted = Callable[[int], int]
WIDTH_NOTE = "SMD: standardised mean difference; in brackets the mean size that chance alone gives."


def description_of(inputs: CohortInputs, plan: Plan, primary: Sequence[Question]) -> Description:
    """Describe the participants of the primary model."""
    exposure: Exposure | None = None
    if plan.analysis.primary != (ARM,) and primary:
        exposure = next((each for each in inputs.design.exposures if each == primary[0].exposure), None)
    return describe(inputs, plan, exposure)


def participants_of(description: Description, plan: Plan) -> Participants:
    """Show the flow of everyone enrolled, and Table 1 of the analysed participants."""
    table = description.table
    note = "Analysed participants."
    return Participants(
        flow_steps(description, plan), table_one(description), f"{note} {WIDTH_NOTE}" if table.by else note
    )


def flow_steps(description: Description, plan: Plan, counted: Counted = int) -> tuple[FlowStep, ...]:
    """Return the boxes of the flow: one for everyone enrolled, and one after each reason that excludes someone.

    ``counted`` rounds each count by itself where the page may be shared.
    """
    flow = description.flow
    remaining, steps = len(flow.enrolled), list[FlowStep]()
    number, words = remaining, "enrolled"
    for each in flow.excluded:
        if each.participants:
            left = f"{whole(counted(len(each.participants)))} {each.words}"
            steps.append(FlowStep(whole(counted(number)), words, (left,)))
            remaining -= len(each.participants)
            number, words = remaining, _kept(each.reason, each.words, plan)
    last = "in the primary model" if words != "enrolled" else "enrolled, all of them in the primary model"
    steps.append(FlowStep(whole(counted(number)), last))
    return tuple(steps)


def _kept(reason: str, words: str, plan: Plan) -> str:
    """Say what the participants have who were not excluded for a reason."""
    if reason == "outside_population":
        return "in the declared population"
    if reason == "few_days":
        return words.replace(
            f"fewer than {plan.rules.min_days_in_model}", f"with {plan.rules.min_days_in_model} or more"
        )
    if reason.startswith("few_"):
        return words.replace("fewer than ", "") + " or more"
    if reason.startswith("no_"):
        return words.replace("no ", "with ", 1)
    return words.replace("does not vary", "varies").replace("do not vary", "vary")


def table_one(description: Description) -> Table:
    """Return Table 1 as a table of the page."""
    frame = shown_table_one(description).frame
    head = tuple(_heading(name) for name in frame.columns)
    rows = tuple(tuple(_cell(cell) for cell in row) for row in frame.iter_rows())
    return Table("Table 1", head, rows, wordy=True)


def _heading(name: str) -> str:
    return {"characteristic": "Characteristic", "difference (by chance)": "SMD (by chance)"}.get(name, name)


def _cell(text: str) -> str:
    return f"−{text[1:]}" if text.startswith("-") else text
