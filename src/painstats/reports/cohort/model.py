"""The mixed model in a cohort's report: averages, how participants differ, and whether the fit can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from painstats.findings.catalogue.research import CALENDAR_TERMS
from painstats.findings.content import phrases_of
from painstats.findings.research_words import interval_words, points, reason_words, term_words
from painstats.questions.daily.feedback_words import feedback_words
from painstats.questions.daily.pattern_words import pattern_words
from painstats.questions.daily.tables import COHORT, CoefficientRow, CohortFit, ModelFit, TreatmentRow
from painstats.questions.phrases import capital, whole
from painstats.questions.question import Question
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import AUTOCORRELATION_LIMIT, autocorrelation
from painstats.reports.model_fit import read_model_fit
from painstats.reports.numbers import NONE, number, p_words, percent, scientific
from painstats.reports.pages import Figure, Part, Table, figure
from painstats.reports.regimes import treatment_columns_words
from painstats.reports.robustness import HEADING as ROBUSTNESS_HEADING
from painstats.store.connection import Store
from painstats.store.rows import read_rows, select

Questions = Sequence[Question]


@dataclass(frozen=True, slots=True, eq=False)
class CohortModel:
    """What was fitted over all participants.

    Parameters
    ----------
    averages
        Question to its average; empty when there are too few participants.
    terms
        Coefficients of the mixed model.
    fit
        How it was fitted; None when no mixed model was.
    treatments
        The declared treatments, and which of them it has columns for.
    """

    averages: Mapping[str, CohortFit]
    terms: tuple[CoefficientRow, ...]
    fit: ModelFit | None
    treatments: tuple[TreatmentRow, ...] = ()

    @property
    def is_reported(self) -> bool:
        """Whether the mixed model was fitted and its averages are the reported ones."""
        return self.fit is not None and any(average.basis == "mixed_model" for average in self.averages.values())


def cohort_model(store: Store) -> CohortModel:
    """Read what was fitted over all participants."""
    averages = {average.question: average for average in read_rows(store, "cohort_fit", CohortFit, "question")}
    terms = select(store, CoefficientRow, "SELECT * FROM coefficient WHERE model = ?", [COHORT])
    treatments = select(store, TreatmentRow, "SELECT * FROM treatment_column WHERE model = ?", [COHORT])
    return CohortModel(averages, tuple(terms), read_model_fit(store, COHORT), tuple(treatments))


def averages_part(model: CohortModel, questions: Questions) -> Part:
    """Show all average effects of the mixed model, with two-stage means for the exposures."""
    heading = "Averages over participants"
    if not model.averages:
        return Part(heading, paragraphs=("No average was computed: there are too few participants.",))
    tables = [_two_stage_table(model, questions)]
    if model.is_reported:
        tables.insert(0, _terms_table(model, questions))
    paragraphs = (
        "Within-participant effects answer the question of this study. "
        "Between-participant effects compare participants who usually sleep or walk more with those who usually do so "
        "less; that is another question, and no participant's own effect.",
    )
    treatments = treatment_columns_words(model.treatments) if model.is_reported else ()
    return Part(heading, paragraphs=(*paragraphs, *treatments), tables=tuple(tables))


def _terms_table(model: CohortModel, questions: Questions) -> Table:
    order = {term: place for place, term in enumerate(_expected_terms(questions))}
    terms = sorted(model.terms, key=lambda row: (order.get(row.term, len(order)), row.term))
    method = model.fit.df_method if model.fit else "t tests"
    rows = tuple(
        (
            capital(term_words(row.term, _measures(questions))),
            number(row.estimate, 3),
            f"{number(row.low, 3)} to {number(row.high, 3)}",
            number(row.se, 3),
            number(row.df, 1),
            number(row.t, 2),
            p_words(row.p),
        )
        for row in terms
    )
    head = ("Effect", "Points", "95% CI", "Standard error", "df", "t", "p")
    return Table(f"Fixed effects of the mixed model, with {method} degrees of freedom", head, rows)


def _measures(questions: Questions) -> dict[str, str]:
    return {question.exposure.name: question.exposure.measure for question in questions}


def _expected_terms(questions: Questions) -> list[str]:
    exposures = [question.exposure for question in questions]
    intercept, *calendar = CALENDAR_TERMS
    return [intercept, *(e.within for e in exposures), *(e.between for e in exposures), *calendar]


def _two_stage_table(model: CohortModel, questions: Questions) -> Table:
    rows = tuple(
        (
            _effect_name(question),
            f"{points(average.estimate)} ({interval_words(average.low, average.high)})",
            "mixed model" if average.basis == "mixed_model" else "two-stage mean",
            f"{points(average.two_stage_estimate)} ({interval_words(average.two_stage_low, average.two_stage_high)})",
            "yes" if average.agrees else "NO",
        )
        for question in questions
        if (average := model.averages.get(question.name)) is not None
    )
    caption = "Independent check: the mean of participants' own slopes, with its t interval"
    head = ("Within participants", "Reported estimate", "From", "Two-stage mean", "Agree")
    return Table(caption, head, rows)


def _effect_name(question: Question) -> str:
    return f"{capital(phrases_of(question).exposure)}, per {question.unit}"


def spread_tables(model: CohortModel, questions: Questions) -> tuple[Table, ...]:
    """Show how slopes differ between participants, and how the participant-specific effects correlate."""
    if not model.is_reported:
        return ()
    rows = tuple(
        _spread_row(question, average, average.slope_sd)
        for question in questions
        if (average := model.averages.get(question.name)) is not None and average.slope_sd is not None
    )
    head = ("Slope", "SD", "95% CI", "p, slopes differ", "Below zero", "Above zero")
    caption = "SD of slopes over participants, and the shares of participants below and above zero that it implies"
    return (Table(caption, head, rows), *_correlations(model, questions))


def _spread_row(question: Question, average: CohortFit, sd: float) -> tuple[str, ...]:
    below = _share_below_zero(average.estimate, sd)
    return (
        _effect_name(question),
        number(sd, 3),
        f"{number(average.slope_sd_low, 3)} to {number(average.slope_sd_high, 3)}",
        p_words(average.slopes_differ_p),
        percent(below),
        percent(1 - below),
    )


def _share_below_zero(mean: float, sd: float) -> float:
    if sd <= 0:
        return float(mean < 0)
    return 0.5 * math.erfc(mean / sd / math.sqrt(2))


def _correlations(model: CohortModel, questions: Questions) -> list[Table]:
    terms, covariance = (model.fit.random_terms, model.fit.random_covariance) if model.fit else ((), ())
    size = len(terms)
    if not terms or len(covariance) != size**2:
        return []
    sds = [math.sqrt(max(covariance[place * (size + 1)], 0.0)) for place in range(size)]
    rows = tuple(
        (
            f"{row + 1}  {capital(term_words(term, _measures(questions)))}",
            number(sds[row], 3),
            *(
                _correlation(covariance[row * size + column], sds[row] * sds[column]) if column < row else ""
                for column in range(size - 1)
            ),
        )
        for row, term in enumerate(terms)
    )
    head = ("Participant-specific effect", "SD", *(str(column + 1) for column in range(size - 1)))
    return [Table("Participant-specific effects: SD and correlations", head, rows)]


def _correlation(covariance: float, scale: float) -> str:
    return number(covariance / scale, 2) if scale > 0 else NONE


def diagnostics_part(model: CohortModel, questions: Questions) -> Part:
    """Show whether the mixed model can be trusted."""
    heading, fit = "Can the model be trusted?", model.fit
    if fit is None:
        refused = "No mixed model was fitted: there are too few participants, or too few days."
        return Part(heading, paragraphs=(refused,))
    if not model.is_reported:
        failed = "The mixed model did not pass its checks. Its numbers are not reported; the two-stage means are."
        return Part(heading, paragraphs=(failed,), tables=(_checks_table(fit),))
    return Part(
        heading,
        (*_feedback(fit, questions), *pattern_words(fit), *_singular_sentence(fit, questions)),
        figures=_autocorrelation_figures(fit.autocorrelation or ()),
        tables=(_checks_table(fit), _fit_table(fit)),
        preformatted=_statsmodels_text(fit),
    )


def _feedback(fit: ModelFit, questions: Questions) -> tuple[str, ...]:
    outcome = phrases_of(questions[0]).outcome
    return feedback_words(fit, [question.exposure for question in questions], outcome)


def _autocorrelation_figures(lags: Sequence[float | None]) -> tuple[Figure, ...]:
    if all(lag is None for lag in lags):
        return ()
    drawn = figure(
        "autocorrelation",
        "Autocorrelation of the residuals at lags of 1 to 7 days.",
        "Residual autocorrelation. Bars beyond the dashed lines "
        f"(±{AUTOCORRELATION_LIMIT:g}) would mean that the model misses something, such as a weekly rhythm.",
        autocorrelation(lags, WIDE),
        autocorrelation(lags, NARROW),
    )
    return (drawn,)


def _singular_sentence(fit: ModelFit, questions: Questions) -> tuple[str, ...]:
    """Say that a fit was singular, and what the alternative model says about the averages."""
    if fit.unsupported_gain is None:
        return ()
    slopes = {question.exposure.within: f"slope for {phrases_of(question).exposure}" for question in questions}
    left_out = " and ".join(slopes.get(term, term_words(term, {})) for term in fit.unsupported_terms or ())
    gain, where = number(fit.unsupported_gain, 1), f"its averages: last line of “{ROBUSTNESS_HEADING}”"
    if not fit.is_singular:
        return (
            f"With a participant-specific {left_out} the fit was singular: these days cannot tell participants apart "
            f"on it. One common drift is used; with their own the log-likelihood would be {gain} higher "
            f"({where}).",
        )
    same = f" and all participants have the same {left_out}" if left_out else ""
    return (
        "The fit is singular: these days cannot tell participants apart on every combination of their levels, slopes "
        "and drifts. The averages and their intervals are valid all the same. In a simpler model, in which these vary "
        f"independently of each other{same}, the log-likelihood is {gain} lower ({where}).",
    )


def _statsmodels_text(fit: ModelFit) -> tuple[tuple[str, str], ...]:
    if not fit.statsmodels_summary:
        return ()
    caption = (
        "statsmodels' own summary of the same model. Its log-likelihood is that of the whitened rows, "
        "its z tests do not account for the number of participants. Columns for treatments, unknown days and "
        "feedback are left out"
    )
    return ((caption, fit.statsmodels_summary),)


def _checks_table(fit: ModelFit) -> Table:
    note, difference = fit.statsmodels_note, fit.statsmodels_difference
    rows = (
        ("Reached a certified optimum", "yes" if fit.converged else "NO"),
        ("Singular (slopes and levels move together)", "yes" if fit.is_singular else "no"),
        ("Largest element of the projected gradient", scientific(fit.projected_gradient)),
        ("Certificate (below −10⁻⁶ at a false optimum)", scientific(fit.certificate)),
        (
            "statsmodels' log-likelihood minus ours",
            f"not compared: {note}" if difference is None and note else scientific(difference),
        ),
        *((("Notes", reason_words(fit.note.split(", "))),) if fit.note else ()),
    )
    return Table("Convergence", ("Check", "Result"), rows, numbers=False)


def _fit_table(fit: ModelFit) -> Table:
    sds, quantiles = fit.participant_sd_quantiles or (), fit.residual_quantiles or ()
    tails = (quantiles[1], quantiles[-2]) if quantiles else ()
    rows = (
        ("Participants, days", f"{whole(fit.participants)}, {whole(fit.days)}"),
        ("Residual correlation of the slow part, one day apart", number(fit.rho, 3)),
        ("Share of noise of single days in the residual variance", percent(fit.white_share)),
        ("Residual SD, points", number(fit.residual_sd, 3)),
        (f"Lags with residual autocorrelation beyond ±{AUTOCORRELATION_LIMIT:g}", _lags_beyond(fit)),
        ("Restricted log-likelihood", number(fit.log_likelihood, 4)),
        ("Marginal R² (the average effects)", percent(fit.r2_marginal)),
        ("Conditional R² (with participants' own levels and slopes)", percent(fit.r2_conditional)),
        ("Autocorrelation over seven lags, less the part due to fitting: p", p_words(fit.pattern_p)),
        ("Residual SD within participants: 10%, 50%, 90% of them", _numbers(sds)),
        ("Equal residual variance across participants (Brown–Forsythe), p", p_words(fit.equal_variance_p)),
        ("1% and 99% of the residuals, in SDs (normal: −2.33, 2.33)", _numbers(tails)),
    )
    return Table("The fit", ("Quantity", "Value"), rows)


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(number(value, 2) for value in values) or NONE


def _lags_beyond(fit: ModelFit) -> str:
    lags = enumerate(fit.autocorrelation or (), start=1)
    beyond = [f"{lag} days" for lag, value in lags if value is not None and abs(value) > AUTOCORRELATION_LIMIT]
    return ", ".join(beyond) or "none"
