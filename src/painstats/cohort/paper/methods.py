"""``methods.md``: what was done, in sentences whose every number comes from the run.

The text says what was done, never what was found. A paragraph is there only where the run has what it is about; a
number that is missing inside a sentence stops the text (:mod:`painstats.cohort.paper.sentences`).
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import polars as pl

from painstats.cohort.analyse import CohortAnalysis, Sensitivity
from painstats.cohort.inputs import CohortInputs
from painstats.cohort.missing_days.delta import DELTAS
from painstats.cohort.missing_days.imputation import COMPLETED_SETS
from painstats.cohort.models.cohort_model import CohortModel, Fitted
from painstats.cohort.paper.description import Description
from painstats.cohort.paper.sentences import MissingNumber, Value, filled, listed
from painstats.cohort.participant_flow import Counted, needs_complete_days
from painstats.cohort.specification_curve.choices import MOST_SPECIFICATIONS
from painstats.findings.plan_record import PlanRecord
from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import INTERCEPT
from painstats.plan.study import Study
from painstats.questions.daily.columns import TIME, WEEKDAYS
from painstats.questions.daily.treatment_columns import is_treatment
from painstats.questions.date_words import date_words
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of
from painstats.vocabulary import MEASURES

RECALL_WORDS = {
    "now": "at the moment of the rating",
    "today": "for the day",
    "last_24_hours": "for the last 24 hours",
    "yesterday": "for the day before",
}
WEAR_RULES = {
    "if_worn": "a day with fewer counted only if something else showed that the device was worn",
    "never": "a day with fewer never counted",
    "always": "a day with fewer counted as recorded",
}
GUARDED_ONCE = (
    "For each exposure that the outcome can move, a further column with a sum over its other days, which decays with "
    "their distance, protects the estimate against an outcome that acts back on later exposures."
)
GUARDED_TWICE = (
    "For each exposure that the outcome can move, two further columns protect the estimate against an outcome that "
    "acts back on later exposures: a sum over its other days, which decays with their distance, and its day after "
    "alone, whose coefficient was held by a prior of what is possible."
)
SECONDARY_Q = 0.05
"""False discovery rate of the families of secondary questions (painstats.cohort.families)."""


@dataclass(frozen=True, slots=True, eq=False)
class MethodsInput:
    """What the text is written from.

    Parameters
    ----------
    study, inputs, analysis, description
        Of the run.
    record
        What may be said of the plan.
    recalls
        The recall periods of the ratings of the outcome.
    is_look
        Whether the analysis was run before the final date of the plan.
    """

    study: Study
    inputs: CohortInputs
    analysis: CohortAnalysis
    description: Description
    record: PlanRecord
    recalls: tuple[str, ...]
    is_look: bool = False

    @property
    def outcome(self) -> str:
        """What the outcome is called."""
        return outcome_words(outcome_of(self.study.plan.outcome)).label

    @property
    def primary(self) -> CohortModel:
        """The first primary model, whose participants the text describes."""
        return self.analysis.primary[0]


def methods_text(given: MethodsInput) -> str:
    """Write the methods as Markdown.

    Raises
    ------
    MissingNumber
        The run lacks a number that a sentence needs.
    """
    parts = {
        "Participants": _participants(given),
        "Outcome and exposures": _measures(given),
        "Plan": _plan(given),
        "Model": _model(given),
        "Questions": _questions(given),
        "Missing days": _missing_days(given),
        "Sensitivity": _sensitivity(given),
        "Software": _software(),
    }
    paragraphs = [f"## {title}\n\n{' '.join(sentences)}" for title, each in parts.items() if (sentences := list(each))]
    return "# Methods\n\n" + "\n\n".join(paragraphs) + "\n"


def _participants(given: MethodsInput) -> Iterator[str]:
    flow, model = given.description.flow, given.primary
    names, days = np.unique(_fitted(model).rows.participant, return_counts=True)
    if set(map(str, names)) != set(flow.analysed):
        raise MissingNumber(
            "methods.md: the participant flow and the primary model have different participants, so no number of them "
            "can be given; please report it"
        )
    q1, median, q3 = np.quantile(days, [0.25, 0.5, 0.75])
    dates = given.inputs.every_day.select(first=pl.col("date").min(), last=pl.col("date").max()).row(0, named=True)
    numbers: Mapping[str, Value] = {
        "enrolled": len(flow.enrolled), "excluded": len(flow.enrolled) - len(flow.analysed),
        "reasons": _counted(flow.excluded), "analysed": len(flow.analysed), "days": model.days,
        "q1": float(q1), "median": float(median), "q3": float(q3), "first": date_words(dates["first"]),
        "last": date_words(dates["last"]), "same": _counted(flow.without_variation),
    }  # fmt: skip
    yield filled("Of {enrolled} participants enrolled, with days from {first} to {last},", numbers)
    if numbers["excluded"]:
        yield filled("{excluded} were excluded, each for the first reason that held ({reasons});", numbers)
    else:
        yield "none was excluded;"
    yield filled(
        "{analysed} with {days:,} rated days (median {median:g} [{q1:g}, {q3:g}]) are in the primary model.", numbers
    )
    if numbers["same"]:
        yield filled("Those without variation are among them ({same}).", numbers)
    for other in given.analysis.primary[1:]:
        sizes: Mapping[str, Value] = {"name": other.name, "analysed": other.participants, "days": other.days}
        yield filled("The model of {name} has {analysed} participants and {days:,} days.", sizes)


def _counted(groups: Sequence[Counted]) -> str:
    """Return each reason or remark that holds for someone, with its number: "no sleep: 5; no rating: 1"."""
    return "; ".join(f"{each.words}: {len(each.participants)}" for each in groups if each.participants)


def _measures(given: MethodsInput) -> Iterator[str]:
    plan = given.study.plan
    low, high = plan.outcome.scale
    recall = listed(sorted(RECALL_WORDS[each] for each in given.recalls))
    values: Mapping[str, Value] = {"outcome": given.outcome.capitalize(), "low": low, "high": high, "recall": recall}
    yield filled("{outcome} was rated from {low:g} to {high:g} ({recall}).", values)
    for exposure in given.description.exposures:
        yield _exposure_words(exposure)
    if any(each.measure == "step_count" for each in given.description.exposures):
        rules: Mapping[str, Value] = {
            "hours": plan.rules.min_active_hours,
            "least": MEASURES["step_count"].lowest,
            "otherwise": WEAR_RULES[plan.rules.low_step_days],
        }
        yield filled(
            "A day of steps counted from {least:g} steps on, in at least {hours} hours where the hours are known; "
            "{otherwise}.",
            rules,
        )
    if given.description.exposures:
        yield "Days on which a measure did not count are missing, not zero."


def _exposure_words(exposure: Exposure) -> str:
    what = exposure.definition
    when = {0: "of the same day" if what.lag_days else "of the night that ends on the day of the rating"}
    when |= {1: "of the day before"}
    values: Mapping[str, Value] = {
        "name": what.label.capitalize(),
        "unit": what.unit,
        "when": when.get(exposure.lag_days, f"of {exposure.lag_days} days before"),
    }
    return filled("{name} {when} entered per {unit}.", values)


def _plan(given: MethodsInput) -> Iterator[str]:
    record = given.record
    yield filled("Outcome, models and rules (plan {plan}): {words}.", {"plan": record.plan_hash, "words": record.words})
    if record.registered:
        yield filled("The plan is registered as {registered}.", {"registered": record.registered})
    final = given.study.plan.analysis.final
    if final is not None:
        when = "before it, so it is not the final one" if given.is_look else "on it or later"
        yield filled(
            "The plan's date of the final analysis is {final}; this analysis was run {when}.",
            {"final": date_words(final), "when": when},
        )
    yield filled("The ledger of plans ended with {head}.", {"head": record.head})


def _model(given: MethodsInput) -> Iterator[str]:
    fitted = _fitted(given.primary)
    exposures = given.description.exposures
    values: Mapping[str, Value] = {
        "random": listed([_column_words(name, exposures) for name in fitted.rows.random]),
        "white": " and white noise of single days" if fitted.fit.residuals == "car1+white" else " alone",
        "outcome": given.outcome, "what": _regressors(exposures), "adjusted": _adjusted(fitted, given),
        "method": fitted.method.replace("-", "–"), "name": given.primary.name,
    }  # fmt: skip
    yield filled(
        "A linear mixed model (REML; correlated effects of participants: {random}; residual correlation ρ^d of days d "
        "apart{white}) regressed {outcome} on {what}, adjusted for {adjusted}.",
        values,
    )
    if fitted.is_guarded:
        yield GUARDED_TWICE if fitted.prior_means else GUARDED_ONCE
    if len(given.analysis.primary) > 1:
        yield "The model of the other primary question has the same form, with the exposures that its own allows."
    yield filled("Tests and intervals of 95 % are those of {method}.", values)
    if any(model.kind == "arms" for model in given.analysis.models):
        yield (
            "Arms were compared in a model of phase by arm without the exposures; a difference counts only if the "
            "mixed model and Welch's test of participants' own changes agree in direction and level, by Holm's rule "
            "where there are several."
        )
        if given.study.plan.analysis.arms_drawn_by_lot:
            yield "Arms were drawn by lot, so a difference is the effect of being assigned."
        else:
            yield "Arms were not drawn by lot, so a difference is not the effect of being assigned."
    if any(model.kind == "outcome" for model in given.analysis.models):
        yield "Other outcomes were fitted in the same way to the days with a score of theirs."


def _regressors(exposures: tuple[Exposure, ...]) -> str:
    if not exposures:
        return "phase, arm and their product"
    labels = listed([each.definition.label for each in exposures])
    return f"deviations within participants and participants' means of {labels}"


def _adjusted(fitted: Fitted, given: MethodsInput) -> str:
    names = set(fitted.rows.names)
    known = {
        "the day of the week": bool(names & set(WEEKDAYS)),
        "the weekend": "weekend" in names,
        "time": TIME in names,
        "treatments": any(is_treatment(name) for name in names),
        "covariates of the plan": any(each.within in names for each in given.inputs.design.covariates),
        "indicators of unknown exposures": any(each.unknown in names for each in given.description.exposures),
    }
    return listed([words for words, is_there in known.items() if is_there]) or "nothing else"


def _column_words(name: str, exposures: tuple[Exposure, ...]) -> str:
    labels = {each.within: f"the slope of {each.definition.label}" for each in exposures}
    return {INTERCEPT: "intercept", TIME: "trend over time", "phase": "phase", **labels}.get(name, name)


def _questions(given: MethodsInput) -> Iterator[str]:
    analysis = given.analysis
    names = listed([model.name for model in analysis.primary])
    values: Mapping[str, Value] = {
        "names": names, "alpha": analysis.alpha, "n": sum(each.size for each in analysis.families),
        "sizes": listed([f"{each.size} ({each.name})" for each in analysis.families]), "q": SECONDARY_Q,
    }  # fmt: skip
    if len(analysis.primary) > 1:
        yield filled("The primary questions ({names}) were tested by Holm's rule at {alpha:g}.", values)
    else:
        yield filled("The primary question ({names}) was tested at {alpha:g}.", values)
    if analysis.families:
        yield filled(
            "{n} secondary question(s) were judged at a false discovery rate of {q:.0%} in families of {sizes}.", values
        )
    if analysis.refusals:
        names = listed([each.model for each in analysis.refusals])
        yield filled("Declared and not fitted, because the data do not allow it: {names}.", {"names": names})


def _missing_days(given: MethodsInput) -> Iterator[str]:
    exposures = given.description.exposures
    if not exposures:
        return
    if needs_complete_days(given.study.plan):
        yield "Only days with a rating and every exposure were analysed."
        return
    shares = _unknown_shares(given)
    lacked = listed([f"{shares[each.name]:.1%} lacked {each.definition.label}" for each in exposures])
    yield filled("Of the rated days {lacked}.", {"lacked": lacked})
    yield (
        "Every rated day was analysed: an unknown exposure stands at the participant's usual level, with an indicator "
        "of such days."
    )


def _unknown_shares(given: MethodsInput) -> dict[str, float]:
    """Return for each exposure the share of the primary model's days on which it is unknown."""
    rows = _fitted(given.primary).rows
    exposures = given.description.exposures
    days = given.inputs.every_day.filter(
        pl.col("left_out").is_null() & pl.col("participant_id").is_in(list(np.unique(rows.participant)))
    )
    return {each.name: float(np.mean(days[each.unknown].to_numpy())) for each in exposures}


def _sensitivity(given: MethodsInput) -> Iterator[str]:
    for each in given.analysis.sensitivity:
        labels = {exposure.name: exposure.definition.label for exposure in given.inputs.design.exposures}
        yield from _sensitivity_of(each, labels[each.exposure])


def _sensitivity_of(each: Sensitivity, label: str) -> Iterator[str]:
    ways = {way.name for way in each.missing_days.ways}
    tips = each.missing_days.tipping_point
    values: Mapping[str, Value] = {
        "exposure": label, "sets": COMPLETED_SETS, "first": DELTAS[0], "last": DELTAS[-1],
        "tip": f"that of {tips:+.2f} is the smallest that changes" if tips is not None else "none changes",
        "n": each.summary.specifications, "failed": each.summary.without_estimate,
        "choices": listed([choice.name for choice in each.curve.choices]), "left": len(each.left_out),
        "most": MOST_SPECIFICATIONS, "dropped": listed(each.curve.dropped) if each.curve.dropped else None,
    }  # fmt: skip
    other = [words for name, words in _WAY_WORDS.items() if name in ways]
    if other:
        yield filled("For {exposure} the estimate is reported with " + listed(other) + ".", values)
    if "delta" in ways:
        yield filled("Of shifts from {first:g} to {last:g} points, {tip} the answer.", values)
    yield filled("{n} specifications of the same question crossed {choices}; {failed} had no estimate.", values)
    if each.curve.dropped:
        yield filled("Not crossed, to stay below {most}: {dropped}.", values)
    yield filled(
        "They describe, and have no p-value. The estimate was repeated without each of {left} participants.", values
    )


_WAY_WORDS = {
    "complete": "complete days only",
    "imputed": "unknown exposures imputed in {sets} sets by a two-level model",
    "imputed_with_ratings": "imputed ratings used as well",
    "delta": "imputed ratings shifted",
    "steps_delta": "imputed steps shifted",
}


def _software() -> Iterator[str]:
    packages = listed([f"{name} {version(name)}" for name in ("painstats", "statsmodels", "scipy", "numpy")])
    yield filled("{packages}; Python {python}.", {"packages": packages, "python": platform.python_version()})
    yield (
        "`painstats export --deidentify` writes the data with `replicate.R` (nlme) and `replicate.py`, which fit "
        "the primary model again and compare its headline."
    )


def _fitted(model: CohortModel) -> Fitted:
    if model.fitted is None:
        raise ValueError("a primary model always has a fit")
    return model.fitted
