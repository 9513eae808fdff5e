"""How the reported estimates change if one decision is made differently: one table, and a sentence for each result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from painstats.findings.check_words import COHORT_CHECKS, check_words, same_words
from painstats.findings.content import phrases_of, span_words, unit_of
from painstats.findings.finding import Finding
from painstats.findings.research_words import interval_words, points
from painstats.questions.daily.tables import COHORT, RobustnessCheck
from painstats.questions.phrases import capital
from painstats.questions.question import Question
from painstats.reports.numbers import Interval, p_words
from painstats.reports.pages import Cell, Part, Table, joined, named
from painstats.store.connection import Store
from painstats.store.rows import select

NONE = "–"
HEADING = "What if …"

Checks = Mapping[str, Mapping[str, RobustnessCheck]]
"""Check to question to its result, in the order in which checks are shown."""


def read_robustness_checks(store: Store, model: str) -> list[RobustnessCheck]:
    """Read the checks of the averages (``cohort``) or of a participant's effects, in their order."""
    query = "SELECT * FROM robustness WHERE model = ? ORDER BY position"
    return select(store, RobustnessCheck, query, [model])


def read_checks_of_participants(store: Store) -> list[RobustnessCheck]:
    """Read the checks of all participants' own days."""
    return select(
        store, RobustnessCheck, "SELECT * FROM robustness WHERE model <> ? ORDER BY model, position", [COHORT]
    )


def robustness_part(
    checks: Sequence[RobustnessCheck],
    reported: Mapping[str, Interval],
    questions: Sequence[Question],
    *,
    about: Mapping[str, str] = COHORT_CHECKS,
    findings: Mapping[str, Finding] | None = None,
) -> Part | None:
    """Show every check with the reported estimate; None if there is nothing to show.

    Parameters
    ----------
    checks
        From ``read_robustness_checks``.
    reported
        Question to the estimate that is reported; only these are shown.
    questions
        The questions of the study.
    about
        The words of checks, about the average or about the reader.
    findings
        Question to the finding in whose unit and words participants read the effects; None for researchers.
    """
    findings = findings or {}
    shown = [question for question in questions if question.name in reported]
    by_check = _by_check(checks, {question.name for question in shown})
    if not shown or not by_check:
        return None
    computed = (
        "computes today's reading again, with its 95% interval. It allows for one look only, so it is narrower than "
        "the range of an answer."
        if findings
        else "computes the effect again: points per unit, with the 95% interval."
    )
    paragraphs = (
        f"Many decisions in an analysis could be made differently. Each line changes one of them and {computed}",
        "“Same?” says whether the result stays: the interval is on the same side of zero as before, "
        "or contains zero as before. Where it says NO, the finding depends on that decision.",
    )
    measures = [question.exposure.measure for question in questions]
    words = {check: check_words(check, measures, about=about) for check in by_check}
    lines = (
        *(_summary(question, by_check, words) for question in shown),
        *_curves(by_check.get("sleep_bend", {}), shown[0]),
        *_refusals(by_check, words),
    )
    return Part(HEADING, paragraphs, lines, tables=(_table(shown, reported, by_check, words, findings),))


def _by_check(checks: Sequence[RobustnessCheck], questions: set[str]) -> Checks:
    by_check: dict[str, dict[str, RobustnessCheck]] = {}
    for check in checks:
        if check.question in questions:
            by_check.setdefault(check.check, {})[check.question] = check
    return by_check


def _table(
    questions: Sequence[Question],
    reported: Mapping[str, Interval],
    by_check: Checks,
    words: Mapping[str, str],
    findings: Mapping[str, Finding],
) -> Table:
    head, as_it_is = ["What if …"], ["nothing was changed: the reported estimate"]
    for question in questions:
        finding = findings.get(question.name)
        head += [f"{capital(phrases_of(question).exposure)}, {_unit(question, finding)}", "Same?"]
        as_it_is += [_effect(reported[question.name], finding), ""]
    rows: list[tuple[Cell, ...]] = [tuple(as_it_is)]
    for check, results in by_check.items():
        cells: list[Cell] = [_what_if(words[check], results)]
        for question in questions:
            result = results.get(question.name)
            written = _result(result, findings.get(question.name)) if result else NONE
            cells += [written, same_words(result.same_verdict) if result else NONE]
        rows.append(tuple(cells))
    caption = "The estimates, computed again; each line changes one thing"
    return Table(caption, tuple(head), tuple(rows), wordy=True)


def _what_if(words: str, results: Mapping[str, RobustnessCheck]) -> Cell:
    """Write the question; where it is about one participant, with their id."""
    named_ones = list(dict.fromkeys(result.participant_id for result in results.values() if result.participant_id))
    if not named_ones:
        return words
    return joined(words, " (", Markup(", ").join(named(participant) for participant in named_ones), ")")


def _unit(question: Question, finding: Finding | None) -> str:
    return unit_of(finding).per if finding else f"per {question.unit}"


def _effect(effect: Interval, finding: Finding | None) -> str:
    """Write an effect: to participants its 95% interval in words, to researchers all three numbers."""
    if finding:
        return span_words(finding, effect.low, effect.high)
    return f"{points(effect.value)} ({interval_words(effect.low, effect.high)})"


def _result(check: RobustnessCheck, finding: Finding | None) -> str:
    if check.reason:
        return "not possible"
    if check.low is not None and check.high is not None:
        if finding:
            return span_words(finding, check.low, check.high, power=2 if check.check == "sleep_bend" else 1)
        if check.estimate is None:
            return interval_words(check.low, check.high)
        return _effect(Interval(check.estimate, check.low, check.high), None)
    if check.p is None:
        return NONE
    return f"p {p_words(check.p)}"


def _summary(question: Question, by_check: Checks, words: Mapping[str, str]) -> str:
    """Write in how many checks the result for a question stays, and in which it does not."""
    compared = {
        check: results[question.name].same_verdict
        for check, results in by_check.items()
        if question.name in results and results[question.name].same_verdict is not None
    }
    label, changed = (
        capital(phrases_of(question).exposure),
        [words[check] for check, same in compared.items() if not same],
    )
    if not compared:
        return f"{label}: no check could be made."
    if not changed:
        return f"{label}: the same result every time ({len(compared)} checks)."
    return (
        f"{label}: the same result in {len(compared) - len(changed)} of {len(compared)} checks. "
        f"A different one if {'; if '.join(changed)}."
    )


def _curves(results: Mapping[str, RobustnessCheck], question: Question) -> list[str]:
    """Say that the line for sleep curves, where its interval leaves out zero."""
    outcome, lines = phrases_of(question).outcome, []
    for result in results.values():
        if result.low is not None and result.high is not None and (result.low > 0 or result.high < 0):
            words = outcome.more if result.low > 0 else outcome.less
            lines.append(
                f"The line for sleep curves: after both short and long nights there is {words} "
                "than a straight line would predict."
            )
    return lines


def _refusals(by_check: Checks, words: Mapping[str, str]) -> list[str]:
    lines = []
    for check, results in by_check.items():
        reasons = dict.fromkeys(result.reason for result in results.values() if result.reason)
        lines += [f"Not possible, if {words[check]}: {reason}." for reason in reasons]
    return lines
