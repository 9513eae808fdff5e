"""The mixed model in a cohort's report: averages, how participants differ, and whether the fit can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from painstats.findings.catalogue.research import CALENDAR_TERMS
from painstats.findings.content import phrases_of
from painstats.findings.research_words import interval_words, points, reason_words, term_words
from painstats.questions.daily.feedback_words import feedback_words
from painstats.questions.daily.pattern_words import pattern_words
from painstats.questions.daily.tables import COHORT, CoefficientRow, CohortFit, ModelFit, TreatmentRow
from painstats.questions.phrases import capital, listed, whole
from painstats.questions.question import Question
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import AUTOCORRELATION_LIMIT, autocorrelation
from painstats.reports.model_fit import read_model_fits
from painstats.reports.numbers import NONE, number, p_words, percent, scientific
from painstats.reports.pages import Figure, Part, Table, figure
from painstats.reports.regimes import treatment_columns_words
from painstats.reports.robustness import HEADING as ROBUSTNESS_HEADING
from painstats.store.connection import Store
from painstats.store.rows import read_rows, select

Questions = Sequence[Question]

TOTAL_EFFECTS = (
    "Each effect is a total: it is not adjusted for a measure that comes later, since part of it may run through that "
    "measure. So each later measure has a model of its own. There, the row of an earlier measure is adjusted for the "
    "later one, so it is not that measure's total effect.",
)


@dataclass(frozen=True, slots=True, eq=False)
class MixedModel:
    """A mixed model as fitted.

    Parameters
    ----------
    label
        Which exposures it is about: "sleep the night before".
    terms
        Its coefficients.
    fit
        How it was fitted.
    treatments
        The declared treatments, and which of them it has columns for.
    is_reported
        Whether its averages are the reported ones.
    """

    label: str
    terms: tuple[CoefficientRow, ...]
    fit: ModelFit
    treatments: tuple[TreatmentRow, ...]
    is_reported: bool


@dataclass(frozen=True, slots=True, eq=False)
class CohortModel:
    """What was fitted over all participants.

    Parameters
    ----------
    averages
        Question to its average; empty when there are too few participants.
    models
        The mixed models, in the order of the questions that they answer; empty when none was fitted.
    """

    averages: Mapping[str, CohortFit]
    models: tuple[MixedModel, ...]

    @property
    def reported(self) -> tuple[MixedModel, ...]:
        """The mixed models whose averages are reported."""
        return tuple(model for model in self.models if model.is_reported)

    def named(self, model: MixedModel) -> str:
        """Name a model: "the mixed model", or "the mixed model for sleep the night before" where there are several."""
        return f"the mixed model for {model.label}" if len(self.models) > 1 else "the mixed model"

    def each_says(self, say: Callable[[MixedModel], tuple[str, ...]]) -> tuple[str, ...]:
        """Return what is to be said of each reported model: once where that is the same, else after its name."""
        said = {model.label: say(model) for model in self.reported}
        if len(set(said.values())) <= 1:
            return next(iter(said.values()), ())
        return tuple(f"Model for {label}: {text}" for label, texts in said.items() for text in texts)


def cohort_model(store: Store, questions: Questions) -> CohortModel:
    """Read what was fitted over all participants."""
    averages = {average.question: average for average in read_rows(store, "cohort_fit", CohortFit, "question")}
    order = [question.name for question in questions]
    fits = sorted(read_model_fits(store, COHORT), key=lambda fit: min(map(order.index, fit.answered)))
    return CohortModel(averages, tuple(_mixed_model(store, fit, averages, questions) for fit in fits))


def _mixed_model(store: Store, fit: ModelFit, averages: Mapping[str, CohortFit], questions: Questions) -> MixedModel:
    of_model, which = "WHERE model = ? AND answered = ?", [COHORT, list(fit.answered)]
    answered = [question for question in questions if question.name in fit.answered]
    found = [averages[name] for name in fit.answered if name in averages]
    return MixedModel(
        label=listed([phrases_of(question).compared_with for question in answered]),
        terms=tuple(select(store, CoefficientRow, f"SELECT * FROM coefficient {of_model}", which)),
        fit=fit,
        treatments=tuple(select(store, TreatmentRow, f"SELECT * FROM treatment_column {of_model}", which)),
        is_reported=any(average.basis == "mixed_model" for average in found),
    )


def averages_part(model: CohortModel, questions: Questions) -> Part:
    """Show all average effects of the mixed models, with two-stage means for the exposures."""
    heading = "Averages over participants"
    if not model.averages:
        return Part(heading, paragraphs=("No average was computed: there are too few participants.",))
    tables = [_terms_table(each, questions, model.named(each)) for each in model.reported]
    paragraphs = (
        "Within-participant effects answer the question of this study. "
        "Between-participant effects compare participants who usually sleep or walk more with those who usually do so "
        "less; that is another question, and no participant's own effect.",
        *(TOTAL_EFFECTS if len(model.models) > 1 else ()),
    )
    treatments = model.each_says(lambda each: treatment_columns_words(each.treatments))
    return Part(heading, (*paragraphs, *treatments), tables=(*tables, _two_stage_table(model, questions)))


def _terms_table(model: MixedModel, questions: Questions, name: str) -> Table:
    order = {term: place for place, term in enumerate(_expected_terms(questions))}
    terms = sorted(model.terms, key=lambda row: (order.get(row.term, len(order)), row.term))
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
    return Table(f"Fixed effects of {name}, with {model.fit.df_method} degrees of freedom", head, rows)


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
    if not model.reported:
        return ()
    rows = tuple(
        _spread_row(question, average, average.slope_sd)
        for question in questions
        if (average := model.averages.get(question.name)) is not None and average.slope_sd is not None
    )
    head = ("Slope", "SD", "95% CI", "p, slopes differ", "Below zero", "Above zero")
    caption = "SD of slopes over participants, and the shares of participants below and above zero that it implies"
    return (
        Table(caption, head, rows),
        *(table for each in model.reported for table in _correlations(model, each, questions)),
    )


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


def _correlations(model: CohortModel, of: MixedModel, questions: Questions) -> list[Table]:
    terms, covariance = of.fit.random_terms, of.fit.random_covariance
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
    return [Table(f"Participant-specific effects of {model.named(of)}: SD and correlations", head, rows)]


def _correlation(covariance: float, scale: float) -> str:
    return number(covariance / scale, 2) if scale > 0 else NONE


def diagnostics_part(model: CohortModel, questions: Questions) -> Part:
    """Show whether the mixed models can be trusted."""
    heading = "Can the model be trusted?" if len(model.models) < 2 else "Can the models be trusted?"
    if not model.models:
        refused = "No mixed model was fitted: there are too few participants, or too few days."
        return Part(heading, paragraphs=(refused,))
    failed = tuple(
        f"{capital(model.named(each))} did not pass its checks. Its numbers are not reported; the two-stage means are."
        for each in model.models
        if not each.is_reported
    )
    return Part(
        heading,
        (
            *failed,
            *_feedback([each.fit for each in model.reported], questions),
            *model.each_says(lambda each: (*pattern_words(each.fit), *_singular_sentence(each.fit, questions))),
        ),
        figures=tuple(drawn for each in model.reported for drawn in _autocorrelation_figures(model, each)),
        tables=(_checks_table(model.models), *_fit_tables(model.reported)),
        preformatted=tuple(text for each in model.reported for text in _statsmodels_text(model, each)),
    )


def _feedback(fits: Sequence[ModelFit], questions: Questions) -> tuple[str, ...]:
    """Say what the outcome changes, by the model that tests most exposures."""
    if not fits:
        return ()
    fit = max(fits, key=lambda fit: len(fit.guarded))
    return feedback_words(fit, [question.exposure for question in questions], phrases_of(questions[0]).outcome)


def _autocorrelation_figures(model: CohortModel, of: MixedModel) -> tuple[Figure, ...]:
    lags, place = of.fit.autocorrelation or (), model.models.index(of)
    if all(lag is None for lag in lags):
        return ()
    drawn = figure(
        f"autocorrelation-{place}",
        f"Autocorrelation of the residuals of {model.named(of)} at lags of 1 to 7 days.",
        f"Residual autocorrelation of {model.named(of)}. Bars beyond the dashed lines "
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


def _statsmodels_text(model: CohortModel, of: MixedModel) -> tuple[tuple[str, str], ...]:
    if not of.fit.statsmodels_summary:
        return ()
    caption = (
        f"statsmodels' own summary of {model.named(of)}. Its log-likelihood is that of the whitened rows, "
        "its z tests do not account for the number of participants. Columns for treatments, unknown days and "
        "feedback are left out"
    )
    return ((caption, of.fit.statsmodels_summary),)


def _checks_table(models: Sequence[MixedModel]) -> Table:
    return _beside("Convergence", ("Check", "Result"), models, _checks, numbers=False)


def _checks(fit: ModelFit) -> dict[str, str]:
    note, difference = fit.statsmodels_note, fit.statsmodels_difference
    return {
        "Reached a certified optimum": "yes" if fit.converged else "NO",
        "Singular (slopes and levels move together)": "yes" if fit.is_singular else "no",
        "Largest element of the projected gradient": scientific(fit.projected_gradient),
        "Certificate (below −10⁻⁶ at a false optimum)": scientific(fit.certificate),
        "statsmodels' log-likelihood minus ours": f"not compared: {note}"
        if difference is None and note
        else scientific(difference),
        **({"Notes": reason_words(fit.note.split(", "))} if fit.note else {}),
    }


def _beside(
    caption: str,
    head: tuple[str, str],
    models: Sequence[MixedModel],
    values: Callable[[ModelFit], dict[str, str]],
    *,
    numbers: bool = True,
) -> Table:
    """Set what is known of each model beside each other, a column for each; a single one needs no name."""
    columns = [values(model.fit) for model in models]
    heads = [capital(model.label) for model in models] if len(models) > 1 else [head[1]]
    names = dict.fromkeys(name for column in columns for name in column)
    rows = tuple((name, *(column.get(name, NONE) for column in columns)) for name in names)
    return Table(caption, (head[0], *heads), rows, numbers=numbers)


def _fit_tables(models: Sequence[MixedModel]) -> tuple[Table, ...]:
    return (_beside("The fit", ("Quantity", "Value"), models, _fit_values),) if models else ()


def _fit_values(fit: ModelFit) -> dict[str, str]:
    sds, quantiles = fit.participant_sd_quantiles or (), fit.residual_quantiles or ()
    tails = (quantiles[1], quantiles[-2]) if quantiles else ()
    return {
        "Participants, days": f"{whole(fit.participants)}, {whole(fit.days)}",
        "Residual correlation of the slow part, one day apart": number(fit.rho, 3),
        "Share of noise of single days in the residual variance": percent(fit.white_share),
        "Residual SD, points": number(fit.residual_sd, 3),
        f"Lags with residual autocorrelation beyond ±{AUTOCORRELATION_LIMIT:g}": _lags_beyond(fit),
        "Restricted log-likelihood": number(fit.log_likelihood, 4),
        "Marginal R² (the average effects)": percent(fit.r2_marginal),
        "Conditional R² (with participants' own levels and slopes)": percent(fit.r2_conditional),
        "Autocorrelation over seven lags, less the part due to fitting: p": p_words(fit.pattern_p),
        "Residual SD within participants: 10%, 50%, 90% of them": _numbers(sds),
        "Equal residual variance across participants (Brown–Forsythe), p": p_words(fit.equal_variance_p),
        "1% and 99% of the residuals, in SDs (normal: −2.33, 2.33)": _numbers(tails),
    }


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(number(value, 2) for value in values) or NONE


def _lags_beyond(fit: ModelFit) -> str:
    lags = enumerate(fit.autocorrelation or (), start=1)
    beyond = [f"{lag} days" for lag, value in lags if value is not None and abs(value) > AUTOCORRELATION_LIMIT]
    return ", ".join(beyond) or "none"
