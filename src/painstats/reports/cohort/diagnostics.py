"""Whether the mixed models of a cohort's report can be trusted: convergence, residuals, the summary of statsmodels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from painstats.findings.content import phrases_of
from painstats.findings.research_words import reason_words, term_words
from painstats.questions.daily.feedback_words import feedback_words
from painstats.questions.daily.pattern_words import pattern_words
from painstats.questions.daily.tables import ModelFit
from painstats.questions.phrases import capital, whole
from painstats.reports.cohort.model import CohortModel, MixedModel, Questions
from painstats.reports.figures.autocorrelation_chart import AUTOCORRELATION_LIMIT, autocorrelation
from painstats.reports.numbers import NONE, number, p_words, percent, scientific
from painstats.reports.pages import Chart, Part, Table
from painstats.reports.robustness import HEADING as ROBUSTNESS_HEADING


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
        figures=tuple(drawn for each in model.reported for drawn in _autocorrelation_charts(model, each)),
        tables=(_checks_table(model.models), *_fit_tables(model.reported)),
        preformatted=tuple(text for each in model.reported for text in _statsmodels_text(model, each)),
    )


def _feedback(fits: Sequence[ModelFit], questions: Questions) -> tuple[str, ...]:
    """Say what the outcome changes, by the model that tests most exposures."""
    if not fits:
        return ()
    fit = max(fits, key=lambda fit: len(fit.guarded))
    return feedback_words(fit, [question.exposure for question in questions], phrases_of(questions[0]).outcome)


def _autocorrelation_charts(model: CohortModel, of: MixedModel) -> tuple[Chart, ...]:
    lags = of.fit.autocorrelation or ()
    if all(lag is None for lag in lags):
        return ()
    drawn = Chart(
        title=f"Residual autocorrelation of {model.named(of)}",
        note=f"at lags of 1 to {len(lags)} days; beyond the dashed lines (±{AUTOCORRELATION_LIMIT:g}) the model misses "
        "something, such as a weekly rhythm",
        label="; ".join(f"lag {lag}: {number(value, 2)}" for lag, value in enumerate(lags, start=1)),
        drawing=autocorrelation(lags),
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
