"""The mixed models in a cohort's report: averages, and how participants differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from painstats.findings.catalogue.research import CALENDAR_TERMS
from painstats.findings.content import phrases_of
from painstats.findings.research_words import interval_words, points, term_words
from painstats.questions.daily.tables import COHORT, CoefficientRow, CohortFit, ModelFit, TreatmentRow
from painstats.questions.phrases import capital, listed
from painstats.questions.question import Question
from painstats.reports.model_fit import read_model_fits
from painstats.reports.numbers import NONE, number, p_words, percent
from painstats.reports.pages import Part, Table
from painstats.reports.regimes import treatment_columns_words
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
