"""The primary result of a cohort: one sentence, a table of the questions, the model in a line, verdicts as marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.research_words import interval_words, points, reason_words, verdict_words
from painstats.plan.formula import ARM, EXPOSURES
from painstats.plan.study import Plan
from painstats.questions.daily.tables import CohortFit
from painstats.questions.phrases import capital, counted
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict
from painstats.reports.cohort.model import CohortModel
from painstats.reports.cohort.other_models import effect_numbers
from painstats.reports.cohort.page_type import PrimaryResult, VerdictMarks, VerdictRow
from painstats.reports.cohort.results_files import CohortResults
from painstats.reports.numbers import NONE, number, p_short
from painstats.reports.pages import Cell, named

HEAD = ("Exposure, within participant", "Effect", "95% CI", "df", "p", "Two-stage", "Verdict")
NO_AVERAGE = "There is no average effect: there are too few participants, or too few days."

Findings = Sequence[Finding]


def primary_questions(plan: Plan, questions: Sequence[Question]) -> list[Question]:
    """Return the questions with those that the plan names as primary first; without any the order of the plan."""
    wanted = [EXPOSURES[name] for name in plan.analysis.primary if name != ARM]
    chosen = [each for measure in wanted for each in questions if each.exposure.measure == measure]
    return [*chosen, *(each for each in questions if each not in chosen)]


def primary_result(
    plan: Plan,
    questions: Sequence[Question],
    model: CohortModel,
    findings: Findings,
    results: CohortResults,
) -> PrimaryResult:
    """Put the primary result together.

    Parameters
    ----------
    plan
        The plan.
    questions
        The daily questions, primary ones first.
    model
        What was fitted over all participants.
    findings
        All findings, about participants and averages.
    results
        What ``painstats cohort`` computed; a contrast of arms is there only.
    """
    averages = {finding.question: finding for finding in findings if finding.is_average}
    rows = [row for each in questions if (row := _row(each, model, averages.get(each)))]
    sentence, notes = _sentence(plan, questions, model, averages, results)
    return PrimaryResult(sentence, notes, HEAD, tuple(rows), _model_words(model), tuple(_marks(questions, findings)))


def _sentence(
    plan: Plan,
    questions: Sequence[Question],
    model: CohortModel,
    averages: dict[Question, Finding],
    results: CohortResults,
) -> tuple[Cell, tuple[str, ...]]:
    if plan.analysis.primary == (ARM,):
        return _of_arms(results)
    if not questions or questions[0].name not in model.averages:
        return NO_AVERAGE, ()
    finding = averages.get(questions[0])
    return _of_average(questions[0], model.averages[questions[0].name], finding.verdict if finding else None), ()


def _of_arms(results: CohortResults) -> tuple[Cell, tuple[str, ...]]:
    """Say how arms changed: the contrast is fitted by ``painstats cohort``, not in every run."""
    effects = results.tables.get("effect")
    if effects is None:
        return "The primary question compares arms.", (results.absent,)
    found = effects.filter(effects["is_primary"]).to_dicts()
    tested = [row for row in found if row["p"] is not None]
    if not tested:
        return "The primary question compares arms. It has no tested contrast.", tuple(map(_in_words, found))
    [first, *_] = tested
    text = Markup("Change, {}: <b>{} points</b> (95% CI {}; p {}).")
    ends = interval_words(first["low"], first["high"])
    notes = tuple(f"{_in_words(row)}." for row in found if row is not first)
    return text.format(named(first["name"]), points(first["estimate"]), ends, p_short(first["p"])), notes


def _in_words(row: Mapping[str, object]) -> str:
    size, ends, *_ = effect_numbers(row)
    return f"{capital(str(row['name']))}: {size} ({ends})"


def _of_average(question: Question, average: CohortFit, verdict: Verdict | None) -> Cell:
    """Write an average: a size and a direction only where its verdict has one."""
    words, size = phrases_of(question), points(average.estimate)
    outcome, per = words.outcome, f"per {words.unit}"
    ends = interval_words(average.low, average.high)
    if verdict is not None and verdict.has_direction and average.low * average.high > 0:
        direction = outcome.lower if average.estimate < 0 else outcome.higher
        low, high = sorted((abs(average.low), abs(average.high)))
        text = Markup("{} was <b>{} points {}</b> {} (95% CI {}).")
        size, ends = points(abs(average.estimate)), interval_words(low, high)
        return text.format(capital(outcome.label), size, direction, _after(words.unit, words.compared_with), ends)
    if verdict is Verdict.AT_MOST_SMALL:
        text = Markup("The average effect of {} on {} is <b>at most small</b>: {} points {} (95% CI {}).")
    elif verdict is None or verdict is Verdict.NOT_JUDGED:
        text = Markup("The average effect of {} on {} is <b>not judged</b> yet: {} points {} (95% CI {}).")
    else:
        text = Markup("Whether {} goes with {} on average is <b>not determined</b>: {} points {} (95% CI {}).")
    return text.format(words.compared_with, outcome.label, size, per, ends)


def _after(unit: str, compared_with: str) -> str:
    """Write what a size is per: "per hour of sleep the night before", "per 1,000 steps the day before"."""
    measure, _, when = compared_with.partition(" the ")
    return f"per {unit} the {when}" if unit.endswith(measure) and when else f"per {unit}, {compared_with}"


def _row(question: Question, model: CohortModel, finding: Finding | None) -> VerdictRow | None:
    average = model.averages.get(question.name)
    if average is None:
        return None
    words = phrases_of(question)
    agrees = "agrees" if average.agrees else "DIFFERS"
    cells = (
        points(average.estimate),
        interval_words(average.low, average.high),
        number(average.df, 1),
        p_short(average.p),
        f"{points(average.two_stage_estimate)}, {agrees}",
    )
    verdict = finding.verdict if finding else Verdict.NOT_JUDGED
    return VerdictRow(f"{capital(words.compared_with)}, per {words.unit}", cells, verdict.value, _verdict(finding))


def _verdict(finding: Finding | None) -> str:
    """Write the verdict, and the look that it is from: "less pain, look 3"."""
    if finding is None:
        return NONE
    verdict = verdict_words(finding.verdict, phrases_of(finding.question))
    if finding.judged:
        return f"{verdict}, look {finding.judged.look.number}"
    return f"{verdict}: {reason_words(finding.reasons)}" if finding.reasons else verdict


def _model_words(model: CohortModel) -> str:
    """Write the model that the averages are from in a line."""
    averages = list(model.averages.values())
    if not averages:
        return ""
    counts = f"{counted(averages[0].participants, 'participant')}, {counted(averages[0].days, 'day')}."
    if not model.reported:
        return f"Two-stage mean of the participants' own slopes; no mixed model is reported. {counts}"
    fit = model.reported[0].fit
    residuals = "CAR(1) plus white noise" if fit.white_share > 0 else "CAR(1)"
    method = fit.df_method.replace("-", "–")
    return f"Mixed model, random intercept and slopes, {residuals} residuals, REML, {method}. {counts}"


def _marks(questions: Sequence[Question], findings: Findings) -> list[VerdictMarks]:
    found = []
    for question in questions:
        verdicts = Counter(each.verdict for each in findings if not each.is_average and each.question == question)
        if verdicts:
            ordered = [verdict.value for verdict in _ORDER for _ in range(verdicts.get(verdict, 0))]
            counts = [
                f"{verdicts[each]} {verdict_words(each, phrases_of(question))}" for each in _ORDER if verdicts[each]
            ]
            words = f"{capital(phrases_of(question).exposure)}, by participant: {', '.join(counts)}"
            found.append(VerdictMarks(words, tuple(ordered)))
    return found


_ORDER = (Verdict.LOWER, Verdict.HIGHER, Verdict.AT_MOST_SMALL, Verdict.NOT_DETERMINED, Verdict.NOT_JUDGED)
