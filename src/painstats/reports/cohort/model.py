"""The mixed model in a cohort's report: averages, how far people differ, and whether the fit can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from painstats.findings.words import CALENDAR_TERMS, capital, interval_words, points, reason_words, term_words, whole
from painstats.plan.study import Study
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import AUTOCORRELATION_LIMIT, autocorrelation
from painstats.reports.pages import Part, Table, figure
from painstats.reports.robustness import HEADING as ROBUSTNESS_HEADING
from painstats.store.connection import Store
from painstats.store.tables import read_table
from painstats.vocabulary import MEASURES

NONE = "–"
SMALLEST_P = 0.001
COHORT = "cohort"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class CohortModel:
    """What was fitted over all people.

    Parameters
    ----------
    averages
        Predictor to its row of ``cohort_fit``; empty when the cohort was refused.
    terms
        Rows of ``coefficient`` of the mixed model; empty unless its averages stand.
    fit
        Its row of ``model_fit``; None when no mixed model was fitted.
    """

    averages: dict[str, Row]
    terms: tuple[Row, ...]
    fit: Row | None

    @property
    def stands(self) -> bool:
        """Whether the mixed model was fitted and its averages are the ones put forward."""
        return self.fit is not None and any(row["basis"] == "mixed_model" for row in self.averages.values())


def cohort_model(store: Store) -> CohortModel:
    """Read what was fitted over all people."""
    averages: dict[str, Row] = {
        row["predictor"]: row for row in read_table(store, "cohort_fit", "predictor").to_dicts()
    }
    fits = store.connection.execute("SELECT * FROM model_fit WHERE model = ?", [COHORT]).pl().to_dicts()
    # A declared phase is kept apart in the model and not judged: its change after an open start is nobody's effect.
    terms = (
        store.connection.execute("SELECT * FROM coefficient WHERE model = ? AND term <> 'in_phase'", [COHORT])
        .pl()
        .to_dicts()
    )
    return CohortModel(averages, tuple(terms), fits[0] if fits else None)


def averages_part(model: CohortModel, study: Study) -> Part:
    """Show all average effects of the mixed model, and the two-stage means beside those of the predictors."""
    if not model.averages:
        return Part(
            "Averages over people",
            paragraphs=("No average over people was computed: there are too few people for one.",),
        )
    tables = [_two_stage_table(model, study)]
    if model.stands:
        tables.insert(0, _terms_table(model, study))
    paragraphs = (
        "Within-person effects answer the question of this study. "
        "Effects between people compare people who usually sleep or walk more with people who usually do so less; "
        "they are another question, and nobody's own answer.",
    )
    return Part("Averages over people", paragraphs=paragraphs, tables=tuple(tables))


def _terms_table(model: CohortModel, study: Study) -> Table:
    measures = {predictor.name: predictor.measure for predictor in study.plan.predictors}
    order = {term: place for place, term in enumerate(_expected_terms(study))}
    terms = sorted(model.terms, key=lambda row: (order.get(row["term"], len(order)), row["term"]))
    method = (model.fit or {}).get("df_method") or "t tests"
    rows = tuple(
        (
            capital(term_words(row["term"], measures)),
            number(row["estimate"], 3),
            f"{number(row['low'], 3)} to {number(row['high'], 3)}",
            number(row["se"], 3),
            number(row["df"], 1),
            number(row["t"], 2),
            p_words(row["p"]),
        )
        for row in terms
    )
    head = ("Effect", "Points", "95 % interval", "Standard error", "df", "t", "p")
    return Table(
        f"Fixed effects of the mixed model, tested by {method} with degrees of freedom for few people", head, rows
    )


def _expected_terms(study: Study) -> list[str]:
    predictors = study.plan.predictors
    intercept, *calendar = CALENDAR_TERMS
    return [intercept, *(p.within for p in predictors), *(p.between for p in predictors), *calendar]


def _two_stage_table(model: CohortModel, study: Study) -> Table:
    rows = []
    for predictor in study.plan.predictors:
        row = model.averages.get(predictor.name)
        if row is None:
            continue
        basis = "mixed model" if row["basis"] == "mixed_model" else "two-stage mean"
        rows.append(
            (
                f"{capital(MEASURES[predictor.measure].label)}, per {predictor.definition.unit}",
                f"{points(row['estimate'])} ({interval_words(row['low'], row['high'])})",
                basis,
                f"{points(row['two_stage_estimate'])} ({interval_words(row['two_stage_low'], row['two_stage_high'])})",
                "yes" if row["agrees"] else "NO",
            )
        )
    caption = "A check with code of its own: the mean of people's own slopes with its t interval"
    return Table(caption, ("Within people", "Put forward", "From", "Two-stage mean", "Agree"), tuple(rows))


def spread_tables(model: CohortModel, study: Study) -> tuple[Table, ...]:
    """Show how far slopes differ between people, and how the person-specific effects correlate."""
    if not model.stands:
        return ()
    rows = []
    for predictor in study.plan.predictors:
        row = model.averages.get(predictor.name)
        if row is not None and row["slope_sd"] is not None:
            below = _share_below_zero(row["estimate"], row["slope_sd"])
            rows.append(
                (
                    f"{capital(MEASURES[predictor.measure].label)}, per {predictor.definition.unit}",
                    number(row["slope_sd"], 3),
                    f"{number(row['slope_sd_low'], 3)} to {number(row['slope_sd_high'], 3)}",
                    p_words(row["slopes_differ_p"]),
                    f"{100 * below:.0f} %",
                    f"{100 * (1 - below):.0f} %",
                )
            )
    head = ("Slope", "SD over people", "95 % interval", "p, slopes differ", "Below zero", "Above zero")
    caption = "How far slopes differ between people, and the shares of people on either side that this implies"
    return (Table(caption, head, tuple(rows)), *_correlations(model, study))


def _share_below_zero(mean: float, sd: float) -> float:
    if sd <= 0:
        return float(mean < 0)
    return 0.5 * math.erfc(mean / sd / math.sqrt(2))


def _correlations(model: CohortModel, study: Study) -> list[Table]:
    terms = (model.fit or {}).get("random_terms") or []
    covariance = (model.fit or {}).get("random_covariance") or []
    if not terms or len(covariance) != len(terms) ** 2:
        return []
    measures = {predictor.name: predictor.measure for predictor in study.plan.predictors}
    size = len(terms)
    sds = [math.sqrt(max(covariance[place * (size + 1)], 0.0)) for place in range(size)]
    rows = tuple(
        (
            f"{row + 1}  {capital(term_words(term, measures))}",
            number(sds[row], 3),
            *(
                _correlation(covariance[row * size + column], sds[row] * sds[column]) if column < row else ""
                for column in range(size - 1)
            ),
        )
        for row, term in enumerate(terms)
    )
    head = ("Person-specific effect", "SD", *(str(column + 1) for column in range(size - 1)))
    return [Table("Person-specific effects: their SD over people, and their correlations", head, rows)]


def _correlation(covariance: float, scale: float) -> str:
    return number(covariance / scale, 2) if scale > 0 else NONE


def diagnostics_part(model: CohortModel, study: Study) -> Part:
    """Show whether the mixed model can be trusted."""
    heading = "Can the model be trusted?"
    if model.fit is None:
        return Part(
            heading, paragraphs=("No mixed model was fitted: there are too few people, or too few days, for one.",)
        )
    fit = model.fit
    if not model.stands:
        refused = (
            "The mixed model did not pass its checks. "
            "None of its numbers is put forward; the two-stage means stand in its place.",
        )
        return Part(heading, paragraphs=refused, tables=(_checks_table(fit),))
    lags = fit["autocorrelation"] or []
    shown = [lag for lag in lags if lag is not None]
    figures = (
        (
            figure(
                "autocorrelation",
                "Autocorrelation of the residuals at lags of 1 to 7 days.",
                "What is left of a day that still goes with the days after it. Bars beyond the dashed lines "
                f"(±{AUTOCORRELATION_LIMIT:g}) would mean that the model misses something, such as a weekly rhythm.",
                autocorrelation(lags, WIDE),
                autocorrelation(lags, NARROW),
            ),
        )
        if shown
        else ()
    )
    tables = (_checks_table(fit), _fit_table(fit))
    singular = _singular_sentence(fit, study)
    return Part(heading, singular, figures=figures, tables=tables, preformatted=_statsmodels_text(fit))


def _singular_sentence(fit: Row, study: Study) -> tuple[str, ...]:
    """Say in a sentence that a singular fit was met, and what the model beside it says of the averages."""
    if fit["unsupported_gain"] is None:
        return ()
    slopes = {p.within: f"slope for {p.definition.label}" for p in study.plan.predictors}
    left_out = " and ".join(slopes.get(term, term_words(term, {})) for term in fit["unsupported_terms"] or [])
    gain, where = number(fit["unsupported_gain"], 1), f"its averages: last line of “{ROBUSTNESS_HEADING}”"
    if not fit["is_singular"]:
        return (
            f"With people's own {left_out} the fit was singular: these days cannot tell people apart on it. "
            f"One common drift is used; with their own the log-likelihood would be {gain} higher ({where}).",
        )
    same = f" and everybody has the same {left_out}" if left_out else ""
    return (
        "The fit is singular: these days cannot tell people apart on every combination of their levels, slopes and "
        "drifts. The averages and their intervals hold all the same. In a simpler model, in which these vary "
        f"independently of each other{same}, the log-likelihood is {gain} lower ({where}).",
    )


def _statsmodels_text(fit: Row) -> tuple[tuple[str, str], ...]:
    if not fit["statsmodels_summary"]:
        return ()
    caption = (
        "statsmodels' own summary of the same model. Its log-likelihood is that of whitened rows, "
        "its z tests know nothing of few people, and what it says of a phase is not judged here"
    )
    return ((caption, fit["statsmodels_summary"]),)


def _checks_table(fit: Row) -> Table:
    note = fit["statsmodels_note"]
    difference = fit["statsmodels_difference"]
    rows = (
        ("Reached a certified optimum", "yes" if fit["converged"] else "NO"),
        ("Singular (slopes and levels move together)", "yes" if fit["is_singular"] else "no"),
        ("Largest element of the projected gradient", scientific(fit["projected_gradient"])),
        ("Certificate (below −10⁻⁶ at a false optimum)", scientific(fit["certificate"])),
        (
            "statsmodels' log-likelihood less ours",
            f"not compared: {note}" if difference is None and note else scientific(difference),
        ),
        *((("Notes", reason_words(fit["note"].split(", "))),) if fit["note"] else ()),
    )
    return Table("Convergence", ("Check", "Found"), rows, numbers=False)


def _fit_table(fit: Row) -> Table:
    rows = (
        ("People, days", f"{whole(fit['people'])}, {whole(fit['n_rows'])}"),
        ("Correlation of what is left, one day apart", number(fit["rho"], 3)),
        ("SD of what is left, points", number(fit["residual_sd"], 3)),
        (
            f"Lags at which it still correlates beyond ±{AUTOCORRELATION_LIMIT:g}",
            _lags_beyond(fit["autocorrelation"] or []),
        ),
        ("Restricted log-likelihood", number(fit["log_likelihood"], 4)),
        *_residual_rows(fit),
    )
    return Table("The fit", ("Quantity", "Value"), rows)


def _residual_rows(fit: Row) -> list[tuple[str, str]]:
    """Say how much is explained, and how what is left is spread."""
    noise, quantiles = fit["person_sd_quantiles"] or [], fit["residual_quantiles"] or []
    tails = [quantiles[place] for place in (1, -2)] if quantiles else []
    return [
        ("Variation that the average effects explain (marginal R²)", percent(fit["r2_marginal"])),
        ("… together with people's own levels and slopes (conditional R²)", percent(fit["r2_conditional"])),
        ("Autocorrelations of seven lags together (Ljung–Box), p", p_words(fit["ljung_box_p"])),
        ("SD of what is left in single people: 10 %, 50 %, 90 % of them", _numbers(noise)),
        ("Everybody equally noisy (Brown–Forsythe), p", p_words(fit["equal_noise_p"])),
        ("1 % and 99 % of what is left, in SDs (normal: −2.33, 2.33)", _numbers(tails)),
    ]


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(number(value, 2) for value in values) or NONE


def percent(share: float | None) -> str:
    """Write a share in whole per cent."""
    return NONE if share is None or not math.isfinite(share) else f"{100 * share:.0f} %"


def _lags_beyond(correlations: Sequence[float | None]) -> str:
    lags = enumerate(correlations, start=1)
    beyond = [f"{lag} days" for lag, value in lags if value is not None and abs(value) > AUTOCORRELATION_LIMIT]
    return ", ".join(beyond) or "none"


def number(value: float | None, decimals: int) -> str:
    """Write a number with a true minus sign; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{abs(value):.{decimals}f}"
    return f"−{text}" if value < 0 and float(text) > 0 else text


def p_words(p: float | None) -> str:
    """Write a p value: three decimals, or that it is smaller."""
    if p is None or not math.isfinite(p):
        return NONE
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def scientific(value: float | None) -> str:
    """Write a very small or large number: "3.1 × 10⁻⁷"."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.replace('-', '−')} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}"
