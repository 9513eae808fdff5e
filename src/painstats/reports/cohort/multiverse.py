"""The specification curves that ``painstats cohort`` computed: shares, the curve, and the choices below it.

Shares describe; they are no evidence of their own, and there is no p-value of a curve (docs/method/cohort.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from painstats.findings.content import phrases_of
from painstats.findings.research_words import points
from painstats.questions.phrases import capital, counted, whole
from painstats.questions.question import Question
from painstats.reports.cohort.page_type import ChoiceRow, Multiverse
from painstats.reports.cohort.results_files import CohortResults
from painstats.reports.figures.specification_chart import Specified, in_order, option_row, sign_of, specification_curve
from painstats.reports.numbers import NONE, Interval, number

PREFIX = "choice_"
DESCRIBES = "The declared model is marked. Shares describe; they are no evidence of their own."


def multiverse(results: CohortResults, question: Question, *, analysed_days: int | None = None) -> Multiverse | None:
    """Show the specification curve of a question; None where it was not computed.

    Parameters
    ----------
    results
        What ``painstats cohort`` computed.
    question
        The daily question.
    analysed_days
        Days in today's model, where a curve of other data is to say so.
    """
    rows = results.table("specification", question.exposure.name)
    if rows is None:
        return None
    choices = [name for name in rows.columns if name.startswith(PREFIX) and rows[name].null_count() == 0]
    estimated = rows.filter(pl.col("estimate").is_not_null())
    found = in_order(
        [
            Specified(
                Interval(row["estimate"], row["low"], row["high"]),
                tuple(str(row[name]) for name in choices),
                row["is_declared"],
            )
            for row in estimated.to_dicts()
        ]
    )
    if not found:
        return None
    words = phrases_of(question)
    declared = rows.filter(pl.col("is_declared"))
    return Multiverse(
        title="Specification curve",
        note=f"{words.exposure}, points per {words.unit}, with 95% intervals; dots below show the choices",
        sentences=(*_sentences(found, question), *_cautions(results, question, declared, analysed_days)),
        label=_label(found),
        drawing=specification_curve(found),
        rows=tuple(_choice_rows(found, choices, declared, results, question)),
    )


def _sentences(found: Sequence[Specified], question: Question) -> tuple[str, ...]:
    words = phrases_of(question)
    lower = sum(one.effect.value < 0 for one in found)
    below = sum(sign_of(one.effect) == "lower" for one in found)
    above = sum(sign_of(one.effect) == "higher" for one in found)
    side, many, clear, where = (
        (words.outcome.lower, lower, below, "below") if 2 * lower >= len(found)
        else (words.outcome.higher, len(found) - lower, above, "above")
    )  # fmt: skip
    other = above if where == "below" else below
    also = f", and {whole(other)} on the other side" if other else ""
    return (
        f"{whole(many)} of {counted(len(found), 'specification')} give {words.outcome.label} that is {side} "
        f"{words.comparison}, {whole(clear)} with a 95% CI {where} zero{also}. {DESCRIBES}",
    )


def _cautions(
    results: CohortResults, question: Question, declared: pl.DataFrame, analysed_days: int | None
) -> tuple[str, ...]:
    cautions = []
    summary = results.table("specification_summary", question.exposure.name)
    if summary is not None and summary["choices_dropped"][0]:
        dropped = summary["choices_dropped"][0]
        cautions.append(f"Not crossed, because there would be more than 500 specifications: {dropped}.")
    if summary is not None and summary["without_estimate"][0]:
        cautions.append(f"{counted(summary['without_estimate'][0], 'specification')} could not be fitted.")
    days = declared["days"][0] if declared.height else None
    if analysed_days is not None and days is not None and days != analysed_days:
        cautions.append(
            f"Computed with {whole(days)} days; today's model has {whole(analysed_days)}. "
            "This command computes it again: painstats cohort STUDY"
        )
    return tuple(cautions)


def _label(found: Sequence[Specified]) -> str:
    ends = f"from {points(found[0].effect.value)} to {points(found[-1].effect.value)}"
    declared = next((one for one in found if one.is_declared), None)
    of_plan = f" The declared one gives {points(declared.effect.value)}." if declared else ""
    return f"{counted(len(found), 'estimate')} in order of size, {ends}.{of_plan}"


def _choice_rows(
    found: Sequence[Specified],
    choices: Sequence[str],
    declared: pl.DataFrame,
    results: CohortResults,
    question: Question,
) -> list[ChoiceRow]:
    shifts = results.table("specification_shift", question.exposure.name)
    rows = []
    for place, column in enumerate(choices):
        name = column.removeprefix(PREFIX).replace("_", " ")
        own = str(declared[column][0]) if declared.height else ""
        options = sorted({one.options[place] for one in found}, key=lambda option: (option != own, option))
        for order, option in enumerate(options):
            rows.append(
                ChoiceRow(
                    choice=capital(name) if order == 0 else "",
                    option=option,
                    drawing=option_row(found, place, option),
                    count=whole(sum(one.options[place] == option for one in found)),
                    shift="declared" if option == own else _shift(shifts, name, option),
                )
            )
    return rows


def _shift(shifts: pl.DataFrame | None, choice: str, option: str) -> str:
    """Write by how much an option moves the estimates on average, in standard errors of the declared one."""
    if shifts is None:
        return NONE
    found = shifts.filter((pl.col("choice") == choice) & (pl.col("option") == option))
    if not found.height:
        return NONE
    value = found["shift_in_se"][0]
    return f"+{number(value, 2)}" if value > 0 else number(value, 2)
