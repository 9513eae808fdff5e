"""Who took part, as a cohort's page shows it: the participant flow as boxes, and Table 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from painstats.cohort.inputs import CohortInputs
from painstats.cohort.paper.description import Description, describe
from painstats.cohort.paper.shown_tables import shown_table_one
from painstats.frame.exposure import Exposure
from painstats.plan.formula import ARM
from painstats.plan.study import Plan
from painstats.questions.phrases import counted, whole
from painstats.questions.question import Question
from painstats.reports.cohort.page_type import FlowStep, Participants
from painstats.reports.pages import Table

Rounding = Callable[[int], int]
CAPTION = "Table 1: analysed participants; mean (SD), median [quartiles] or number (share of those known)"
SMD_NOTE = "SMD: standardised mean difference; in brackets the mean size that chance alone gives."


def description_of(inputs: CohortInputs, plan: Plan, primary: Sequence[Question]) -> Description:
    """Describe the participants of the primary model."""
    exposure: Exposure | None = None
    if plan.analysis.primary != (ARM,) and primary:
        exposure = next((each for each in inputs.design.exposures if each == primary[0].exposure), None)
    return describe(inputs, plan, exposure)


def participants_of(description: Description, plan: Plan, modelled: AbstractSet[str]) -> Participants:
    """Show the flow of everyone enrolled, and Table 1 of the analysed participants.

    ``modelled`` are the participants of the primary model.
    """
    note = SMD_NOTE if description.table.by else ""
    return Participants(flow_steps(description, plan), kept_words(description, modelled), table_one(description), note)


def flow_steps(description: Description, plan: Plan, rounding: Rounding = int) -> tuple[FlowStep, ...]:
    """Return the boxes of the flow: one for everyone enrolled, and one after each reason that excludes someone.

    ``rounding`` is applied to each count by itself where the page may be shared.
    """
    flow = description.flow
    remaining = len(flow.enrolled)
    steps = [FlowStep(whole(rounding(remaining)), "enrolled")]
    for each in flow.excluded:
        if each.participants:
            remaining -= len(each.participants)
            words = "analysed" if remaining == len(flow.analysed) else _kept(each.reason, each.words, plan)
            left = f"{each.words}: {whole(rounding(len(each.participants)))}"
            steps.append(FlowStep(whole(rounding(remaining)), words, left))
    if len(steps) == 1:
        steps.append(FlowStep(whole(rounding(remaining)), "analysed"))
    return tuple(steps)


def kept_words(description: Description, modelled: AbstractSet[str]) -> str:
    """Say which participants the model has although the flow excludes them; nothing where there are none.

    The average of a nightly run knows neither the population nor the arms of ``[analysis]``.
    """
    kept = [(each.words, len(modelled & set(each.participants))) for each in description.flow.excluded]
    reasons = "; ".join(f"{words}: {number}" for words, number in kept if number)
    number = sum(each for _, each in kept)
    return f"The primary model has {counted(number, 'participant')} more all the same ({reasons})." if reasons else ""


def _kept(reason: str, words: str, plan: Plan) -> str:
    """Say what the participants have who were not excluded for a reason."""
    if reason == "outside_population":
        return "in the declared population"
    if reason == "few_days":
        least = plan.rules.min_days_in_model
        return words.replace(f"fewer than {least}", f"with {least} or more")
    if reason.startswith("few_"):
        return words.replace("fewer than ", "") + " or more"
    if reason.startswith("no_"):
        return words.replace("no ", "with ", 1)
    return {"arm_unknown": "in a known arm"}.get(reason, words)


def table_one(description: Description) -> Table:
    """Return Table 1 as a table of the page."""
    frame = shown_table_one(description).frame
    head = tuple(_heading(name) for name in frame.columns)
    rows = tuple(tuple(_cell(cell) for cell in row) for row in frame.iter_rows())
    return Table(CAPTION, head, rows, wordy=True)


def _heading(name: str) -> str:
    return {"characteristic": "Characteristic", "difference (by chance)": "SMD (by chance)"}.get(name, name)


def _cell(text: str) -> str:
    """Write a negative number with a true minus sign."""
    return f"−{text[1:]}" if text.startswith("-") else text
