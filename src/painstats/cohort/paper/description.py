"""Who took part in a cohort analysis: Table 1 of the analysed participants, and the flow of everyone enrolled."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from painstats.cohort.inputs import CohortInputs
from painstats.cohort.participant_days import participant_days
from painstats.cohort.participant_flow import ParticipantFlow, participant_flow
from painstats.cohort.table_one import TableOne, table_one, table_one_frame
from painstats.frame.exposure import Exposure
from painstats.plan.study import Plan


@dataclass(frozen=True, slots=True)
class Description:
    """Who took part.

    Parameters
    ----------
    exposures
        Those of the primary model; none where it compares arms.
    flow
        Everyone enrolled, to the primary model.
    table
        Table 1 of the analysed participants, by arm where there are arms.
    """

    exposures: tuple[Exposure, ...]
    flow: ParticipantFlow
    table: TableOne


def describe(inputs: CohortInputs, plan: Plan, primary: Exposure | None) -> Description:
    """Describe the participants of the primary model; ``primary`` is its exposure, None where it compares arms."""
    exposures = inputs.days_of(primary).design.exposures if primary else ()
    days = participant_days(inputs.every_day, exposures)
    flow = participant_flow(inputs.baseline, days, exposures, plan)
    analysed = inputs.baseline.only(flow.analysed)
    return Description(exposures, flow, table_one(analysed, plan.analysis.arms, days, exposures))


def description_tables(description: Description) -> dict[str, pl.DataFrame]:
    """Return ``table_one`` and ``flow`` as frames."""
    return {"table_one": table_one_frame(description.table), "flow": flow_frame(description.flow)}


def flow_frame(flow: ParticipantFlow) -> pl.DataFrame:
    """Return a row for each step of the flow and group: ``group``, ``step``, ``words`` and ``participants``.

    Enrolled are the reasons and the analysed together; the rows after those are parts of the analysed.
    """
    words = flow.words
    groups: list[str | None] = [None, *flow.arms]
    rows = [
        (group or "all", step, words[step], number)
        for group in groups
        for step, number in {**flow.counts(group), **flow.remarks(group)}.items()
    ]
    schema = {"group": pl.String, "step": pl.String, "words": pl.String, "participants": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
