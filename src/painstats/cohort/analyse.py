"""The cohort analysis that a plan declares: its models, families and sensitivity analyses.

``analyse`` returns a ``CohortAnalysis``: the models in the order of the plan, each a ``CohortModel``; the ``Family``
that each secondary question belongs to; and for each primary exposure its ``Sensitivity``: other ways of treating
unknown values, the specification curve, and the estimate without each participant. A model that cannot be fitted is a
``Refusal`` and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import process_time

from painstats.cohort.families import Family, family
from painstats.cohort.inputs import CohortInputs, arm_variable
from painstats.cohort.missing_days.sensitivity import MissingDays, missing_days
from painstats.cohort.models.arms import arms_model
from painstats.cohort.models.average import adjusted_model, average_model
from painstats.cohort.models.cohort_days import CohortDays, is_at_usual_lag
from painstats.cohort.models.cohort_model import CohortModel
from painstats.cohort.models.declared import Declared, declared_model
from painstats.cohort.models.moderators import moderator_model
from painstats.cohort.models.variable import Variable
from painstats.cohort.outcomes import with_outcome
from painstats.cohort.specification_curve.columns import step_days_of
from painstats.cohort.specification_curve.curve import SpecificationCurve, specification_curve
from painstats.cohort.specification_curve.left_out import LeftOut, left_out
from painstats.cohort.specification_curve.summary import CurveSummary, summarise
from painstats.errors import NotEnoughData, StudyError
from painstats.frame.exposure import Exposure
from painstats.plan.analysis import ModelPlan
from painstats.plan.formula import ARM, EXPOSURES
from painstats.plan.study import Plan
from painstats.questions.daily.averages import holm

LOOSER_HOURS, STRICTER_HOURS = -2, 4
"""Hours with steps of the other two rules for a day that counts, beside the declared one."""

NAMES = {measure: name for name, measure in EXPOSURES.items()}
"""Measure to its name in formulas."""

FAMILY_OF_KIND = {
    "average": "secondary exposures",
    "lag": "lags",
    "outcome": "outcomes",
    "moderator": "moderators",
    "subgroups": "subgroups",
    "arms": "arms",
    "declared": "models",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that could not be fitted: its name and the message."""

    model: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """The headline of one exposure under other decisions; none of it is a finding of its own."""

    exposure: str
    missing_days: MissingDays
    curve: SpecificationCurve
    summary: CurveSummary
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CohortAnalysis:
    """What a plan's cohort analysis gave.

    Parameters
    ----------
    primary
        The models of the primary question: one, or two whose p values are adjusted by Holm's rule in ``primary_p``.
    primary_p
        The p value of each of them.
    alpha
        The level of the primary question.
    secondary
        Every other model, in the order of the plan.
    families
        The families of the secondary models.
    sensitivity
        Of each primary exposure.
    refusals
        What could not be fitted.
    seconds
        Stage to CPU seconds.
    """

    primary: tuple[CohortModel, ...]
    primary_p: tuple[float | None, ...]
    alpha: float
    secondary: tuple[CohortModel, ...]
    families: tuple[Family, ...]
    sensitivity: tuple[Sensitivity, ...]
    refusals: tuple[Refusal, ...]
    seconds: dict[str, float] = field(compare=False)

    @property
    def models(self) -> tuple[CohortModel, ...]:
        """All models."""
        return (*self.primary, *self.secondary)

    def family_of(self, model: CohortModel) -> Family | None:
        """Return the family of a secondary model; None for the primary one, and where nothing is tested."""
        return next((each for each in self.families if model.name in each.questions), None)


class _Analysis:
    """The models so far, the refusals, and how long each stage took."""

    def __init__(self, inputs: CohortInputs, plan: Plan) -> None:
        self.inputs, self.plan = inputs, plan
        self.refusals = list[Refusal]()
        self.seconds = dict[str, float]()
        self.other_outcomes = dict[str, CohortInputs]()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the CPU time of a block to a stage."""
        started = process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + process_time() - started

    def tried(self, name: str, fit: Callable[[], CohortModel]) -> list[CohortModel]:
        """Fit a model; where it is refused, note why and return nothing."""
        try:
            return [fit()]
        except (NotEnoughData, StudyError) as refusal:
            self.refusals.append(Refusal(name, str(refusal)))
            return []

    def with_levels(self) -> list[Variable]:
        """Return the variables with levels that divide participants: the arm, and every categorical one."""
        names = [name for name, each in self.inputs.baseline.variables.items() if each.kind == "categorical"]
        usable = [name for name in names if name not in self.inputs.baseline.described_only]
        return [self.inputs.variable(name) for name in usable]

    def arms(self, inputs: CohortInputs) -> CohortModel:
        """Compare how participants of each arm changed."""
        analysis = self.plan.analysis
        arm = str(analysis.arms)
        return arms_model(
            inputs.every_day.filter(inputs.every_day["left_out"].is_null()),
            "phase",
            inputs.variable(arm),
            inputs.baseline.participants,
            least_days=self.plan.rules.min_days_in_model,
            drawn_by_lot=analysis.arms_drawn_by_lot,
            others=[each for each in self.with_levels() if each.name != arm],
        )

    def averages(self, exposures: Sequence[Exposure]) -> list[tuple[CohortDays, CohortModel]]:
        """Estimate the average effect of each exposure.

        Where the primary question is about arms, one that cannot be estimated is refused and stops nothing: in a trial
        with diaries alone no exposure is known.
        """
        found = list[tuple[CohortDays, CohortModel]]()
        for exposure in exposures:
            days, name = self.inputs.days_of(exposure), average_name(exposure)

            def fit(days: CohortDays = days, name: str = name) -> CohortModel:
                return replace(average_model(days), name=name)

            models = self.tried(name, fit) if self.plan.analysis.primary == (ARM,) else [fit()]
            found += [(days, model) for model in models]
        return found

    def of_outcome(self, item: str) -> CohortInputs:
        """Return the days with an item as the outcome; those of the plan's outcome are the inputs themselves."""
        if item == self.plan.outcome.item:
            return self.inputs
        if item not in self.other_outcomes:
            self.other_outcomes[item] = with_outcome(self.inputs, item, self.plan)
        return self.other_outcomes[item]

    def outcomes(self, exposures: Sequence[Exposure]) -> Iterator[CohortModel]:
        """Ask the primary question of each other outcome: of each exposure, or of the arms where there are none."""
        for item in self.plan.analysis.outcomes:
            for exposure in exposures or (None,):
                name = f"{item}: {average_name(exposure) if exposure else f'arms {self.plan.analysis.arms}'}"
                for model in self.tried(name, lambda item=item, of=exposure: self._on(item, of)):  # type: ignore[misc]
                    yield replace(model, name=name, kind="outcome")

    def _on(self, item: str, exposure: Exposure | None) -> CohortModel:
        inputs = self.of_outcome(item)
        return average_model(inputs.days_of(exposure)) if exposure else self.arms(inputs)

    def further_exposures(self, primary: Collection[Exposure]) -> Iterator[CohortModel]:
        """Estimate the average effects of the other exposures and lags that the plan asks about."""
        for each in self.inputs.design.exposures:
            if each in primary:
                continue
            kind, name = "average" if is_at_usual_lag(each) else "lag", average_name(each)
            for model in self.tried(name, lambda each=each: average_model(self.inputs.days_of(each))):  # type: ignore[misc]
                yield replace(model, name=name, kind=kind)

    def beside(self, days: CohortDays, primary: CohortModel) -> list[CohortModel]:
        """Fit the adjusted model, moderators and subgroups of a primary exposure."""
        fitted, found, analysis = primary.fitted, list[CohortModel](), self.plan.analysis
        if fitted is None:
            return found
        if analysis.covariates:
            found += self.tried(
                "adjusted",
                lambda: adjusted_model(days, fitted, [self.inputs.variable(name) for name in analysis.covariates]),
            )
        for kind, names in (("moderator", analysis.moderators), ("subgroups", analysis.subgroups)):
            for name in names:
                found += self.tried(
                    f"{kind} {name}",
                    lambda name=name, kind=kind: moderator_model(  # type: ignore[misc]
                        days, fitted.rows, self.inputs.variable(name), self.inputs.baseline.participants,
                        [each for each in self.with_levels() if each.name != name], kind,
                    ),
                )  # fmt: skip
        return found

    def declared(self) -> list[CohortModel]:
        """Fit the models that the plan writes as formulas."""
        arm = self.plan.analysis.arms

        def variable(name: str) -> Variable:
            return arm_variable(self.inputs, arm) if name == ARM and arm else self.inputs.variable(name)

        def fitted(each: ModelPlan) -> CohortModel:
            inputs = self.of_outcome(each.parsed.outcome)
            frame = inputs.every_day.filter(inputs.every_day["left_out"].is_null())
            of = Declared(each, variable, inputs.baseline.participants)
            return declared_model(of, frame, inputs.design, inputs.known_days)

        return [
            model
            for each in self.plan.models
            for model in self.tried(each.name or each.formula, lambda each=each: fitted(each))  # type: ignore[misc]
        ]

    def sensitivity(self, days: CohortDays, model: CohortModel) -> Sensitivity | None:
        """Answer a primary question under other decisions."""
        if model.fitted is None:
            return None
        primary, headline = model.fitted, model.effects[0]
        with self.stage("missing days"):
            missing = missing_days(days, primary, headline)
        with self.stage("specification curve"):
            steps = step_days_of(days, self.inputs.daily, _hours(self.plan.rules.min_active_hours))
            curve = specification_curve(days, primary, headline, steps)
        with self.stage("without each participant"):
            without = left_out(primary, days.exposure.within)
        return Sensitivity(days.exposure.name, missing, curve, summarise(curve), without)


def analyse(inputs: CohortInputs, plan: Plan, *, with_sensitivity: bool = True) -> CohortAnalysis:
    """Run the cohort analysis of a plan.

    Parameters
    ----------
    inputs
        From ``cohort_inputs``.
    plan
        The plan of the study.
    with_sensitivity
        Whether to run sensitivity analyses too.

    Raises
    ------
    NotEnoughData
        If the primary question cannot be answered.
    """
    of, analysis = _Analysis(inputs, plan), plan.analysis
    is_about_arms = analysis.primary == (ARM,)
    exposures = answered_exposures(inputs, plan)
    with of.stage("primary model"):
        averages = of.averages(exposures)
        arms = [of.arms(inputs)] if is_about_arms else []
    primary = arms or [model for _, model in averages]
    secondary = [model for _, model in averages] if is_about_arms else []
    with of.stage("secondary models"):
        secondary += of.further_exposures(exposures)
        secondary += of.outcomes([] if is_about_arms else exposures)
        if analysis.arms and not is_about_arms:
            secondary += of.tried("arms", lambda: of.arms(inputs))
        secondary += of.beside(*averages[0]) if averages else []
        secondary += of.declared()
    sensitivity = [of.sensitivity(each, model) for each, model in averages] if with_sensitivity else []
    p = [model.p for model in primary]
    adjusted = holm([1.0 if each is None else each for each in p]) if len(p) > 1 else p
    return CohortAnalysis(
        primary=tuple(primary),
        primary_p=tuple(adjusted),
        alpha=analysis.alpha,
        secondary=tuple(secondary),
        families=_families(secondary),
        sensitivity=tuple(each for each in sensitivity if each is not None),
        refusals=tuple(of.refusals),
        seconds=of.seconds,
    )


def answered_exposures(inputs: CohortInputs, plan: Plan) -> list[Exposure]:
    """Return the exposures of the primary question, or beside that of arms: those named, or the confirmatory ones.

    Raises
    ------
    StudyError
        None is named, and no daily question is confirmatory.
    """
    asked = plan.analysis.primary if plan.analysis.primary != (ARM,) else ()
    found = [inputs.exposure(name) for name in asked] or list(inputs.confirmatory)
    if not found:
        raise StudyError("analysis.primary: no daily question is confirmatory; name the primary exposure here")
    return found


def average_name(exposure: Exposure) -> str:
    """Name the average effect of an exposure: "average sleep", with the lag where it is not the usual one."""
    lag = "" if is_at_usual_lag(exposure) else f", {exposure.lag_days} day(s) before"
    return f"average {NAMES[exposure.measure]}{lag}"


def _hours(declared: int) -> dict[str, int]:
    """Return the other rules for days with steps, by their names."""
    looser, stricter = max(declared + LOOSER_HOURS, 1), min(declared + STRICTER_HOURS, 24)
    return {f"steps in {hours} hours": hours for hours in (looser, stricter) if hours != declared}


def _families(models: list[CohortModel]) -> tuple[Family, ...]:
    """Collect the tested secondary models by what they are about; the adjusted model is no question of its own.

    Where arms are primary, the confirmatory exposures are secondary; a model of other outcomes is in their family.
    """
    found: dict[str, dict[str, float]] = {}
    for model in models:
        if model.p is not None and model.name != "adjusted":
            found.setdefault(FAMILY_OF_KIND[model.kind], {})[model.name] = model.p
    return tuple(family(name, tests) for name, tests in found.items())
