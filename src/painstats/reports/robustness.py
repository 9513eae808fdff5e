"""What happens to the answers if something is decided otherwise: one table, and what it comes to in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from painstats.findings.check_words import COHORT_CHECKS, check_words, same_words
from painstats.findings.words import ItemWords, capital, interval_words, item_words, points
from painstats.plan.study import PredictorPlan, Study
from painstats.reports.data_used import query
from painstats.reports.pages import Cell, Part, Table, joined, named
from painstats.store.connection import Store

NONE = "–"
SMALLEST_P = 0.001
HEADING = "What happens to the answers if …"

Row = Mapping[str, Any]


def robustness_rows(store: Store, model: str) -> list[Row]:
    """Read the checks of the cohort's answers, or of a participant's, in their order."""
    return [*query(store, "SELECT * FROM robustness WHERE model = ? ORDER BY position", [model])]


def robustness_part(
    rows: Sequence[Row], answers: Mapping[str, Row], study: Study, *, about: Mapping[str, str] = COHORT_CHECKS
) -> Part | None:
    """Show every check beside the answer; None where there is nothing to show.

    Parameters
    ----------
    rows
        From ``robustness_rows``.
    answers
        Predictor to the row with its ``estimate``, ``low`` and ``high``; only these are shown.
    study
        For its predictors.
    about
        The words of checks, about people on average or about the reader.
    """
    shown = [predictor for predictor in study.plan.predictors if predictor.name in answers]
    by_check = _by_check(rows, {predictor.name for predictor in shown})
    if not shown or not by_check:
        return None
    paragraphs = (
        "Much in an analysis could have been decided otherwise. Each line decides one thing otherwise and computes the "
        "size again: points per unit, with the 95 % interval.",
        "“Same?” asks whether the answer stays: the interval lies on the same side of zero as before, "
        "or reaches over it as before. Where it says NO, the answer hangs on that decision.",
    )
    words = {check: check_words(check, [p.measure for p in study.plan.predictors], about=about) for check in by_check}
    told = (
        *(_summary(predictor, by_check, words) for predictor in shown),
        *_bends(by_check.get("sleep_bend", {}), item_words(study.plan.outcome.item)),
        *_refusals(by_check, words),
    )
    return Part(HEADING, paragraphs, told, tables=(_table(shown, answers, by_check, words),))


def _by_check(rows: Sequence[Row], predictors: set[str]) -> dict[str, dict[str, Row]]:
    """Return check to predictor to row, in the order of the rows."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["predictor"] in predictors:
            found.setdefault(row["check"], {})[row["predictor"]] = row
    return found


def _table(
    predictors: Sequence[PredictorPlan],
    answers: Mapping[str, Row],
    by_check: Mapping[str, Mapping[str, Row]],
    words: Mapping[str, str],
) -> Table:
    head = ["What if …"]
    for predictor in predictors:
        head += [f"{capital(predictor.definition.label)}, per {predictor.definition.unit}", "Same?"]
    as_it_is: list[Cell] = ["nothing was changed: the answer as it stands"]
    for predictor in predictors:
        as_it_is += [_slope(answers[predictor.name]), ""]
    rows = [tuple(as_it_is)]
    for check, found in by_check.items():
        cells: list[Cell] = [_what_if(words[check], found)]
        for predictor in predictors:
            row = found.get(predictor.name)
            cells += [_slope(row) if row else NONE, same_words(row["same_answer"]) if row else NONE]
        rows.append(tuple(cells))
    return Table("The answers, computed again; each line changes one thing", tuple(head), tuple(rows), wordy=True)


def _what_if(words: str, found: Mapping[str, Row]) -> Cell:
    """Write the question; where it is about a person, with their id."""
    people = list(dict.fromkeys(row["participant_id"] for row in found.values() if row["participant_id"]))
    if not people:
        return words
    return joined(words, " (", Markup(", ").join(named(person) for person in people), ")")


def _slope(row: Row) -> str:
    if row.get("reason"):
        return "not possible"
    if row["estimate"] is not None and row["low"] is not None:
        return f"{points(row['estimate'])} ({interval_words(row['low'], row['high'])})"
    if row["low"] is not None:
        return interval_words(row["low"], row["high"])
    p = row.get("p")
    if p is None:
        return NONE
    return f"p < {SMALLEST_P}" if p < SMALLEST_P else f"p {p:.3f}"


def _summary(predictor: PredictorPlan, by_check: Mapping[str, Mapping[str, Row]], words: Mapping[str, str]) -> str:
    """Write in how many checks the answer for a predictor stays, and in which it does not."""
    asked = {
        check: found[predictor.name]["same_answer"]
        for check, found in by_check.items()
        if predictor.name in found and found[predictor.name]["same_answer"] is not None
    }
    label, changed = capital(predictor.definition.label), [words[check] for check, same in asked.items() if not same]
    if not asked:
        return f"{label}: no check could be made."
    if not changed:
        return f"{label}: the same answer every time ({len(asked)} checks)."
    return (
        f"{label}: the same answer in {len(asked) - len(changed)} of {len(asked)} checks. "
        f"Another one if {'; if '.join(changed)}."
    )


def _bends(found: Mapping[str, Row], item: ItemWords) -> list[str]:
    """Say that the line for sleep bends, where its interval leaves out zero."""
    told = []
    for row in found.values():
        if row["low"] is not None and (row["low"] > 0 or row["high"] < 0):
            words = item.more if row["low"] > 0 else item.less
            told.append(
                f"The line for sleep bends: after short nights and after long ones there is {words} "
                "than a straight line would say."
            )
    return told


def _refusals(by_check: Mapping[str, Mapping[str, Row]], words: Mapping[str, str]) -> list[str]:
    told = []
    for check, found in by_check.items():
        reasons = dict.fromkeys(row["reason"] for row in found.values() if row["reason"])
        told += [f"Not possible, if {words[check]}: {reason}." for reason in reasons]
    return told
