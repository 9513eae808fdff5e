"""The charts of changes and experiments on a personal page, each with the card that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.findings.change_groups import treatment_groups
from painstats.findings.change_names import change_name, treatment_key
from painstats.findings.experiment_words import SEALED_STATES, blocks_done, state_of_experiment
from painstats.language import _, decimal, plain_number
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, label_text
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.drawn_days import last_of
from painstats.reports.figures.change_chart import change_drawing
from painstats.reports.figures.day_strip import StripDays, strip_days, strip_drawing
from painstats.reports.figures.experiment_chart import experiment_drawing, scale_of
from painstats.reports.figures.on_off_chart import Days, on_off_drawing
from painstats.reports.pages import Chart

NOT_DRAWN = "covers_all_days"
"""Reason of a change without days before it, of which there is nothing to draw."""

CHANGE_NOTE = _("daily {outcome} before and after")
CHANGE_SHOWN = _("{name}: {outcome} was {before} on average before it and {after} after it.")
CHANGE_DAYS = _("{name}: {outcome} day by day, before and after it.")
ON_OFF_NOTE = _("daily {outcome}; filled dots and bars are days with it")
ON_OFF_SHOWN = _("{name}: {outcome} was {after} on average on days with it and {before} on days without it.")
ON_OFF_DAYS = _("{name}: {outcome} on days with it and on days without it.")
DAYS_BEFORE, DAYS_AFTER = _("days before it"), _("days after it")
STRIP_BEFORE = _("{name}: {scored} of {days} days before it have a score.")
STRIP_AFTER = _("{name}: {scored} of {days} days after it have a score.")
EXPERIMENT_TITLE = _("Experiment with {name}")
SEALED_NOTE = _("each box is a block of {days} days")
SEALED_SHOWN = _("The blocks of your experiment with {name}: {begun} of {blocks} have begun.")
MEANS_NOTE = _("average {outcome} in each block of {days} days")
CUT_NOTE = _("average {outcome} in each block of {days} days, scale cut to {low} to {high}")
EXPERIMENT_SHOWN = _("Average {outcome} in each block: {on} with {name} and {off} without it.")
EXPERIMENT_BLOCKS = _("Average {outcome} in each block of your experiment with {name}.")


def change_card(change: ChangeFinding) -> str:
    """Name the card of a change."""
    return f"change-{change.number}"


def experiment_card(experiment: ExperimentFinding) -> str:
    """Name the card of an experiment."""
    return f"experiment-{experiment.fingerprint[:16]}"


@dataclass(frozen=True, slots=True, eq=False)
class TreatedDays:
    """The days of one participant: rows of ``daily_summary`` and of ``treatment_phase``."""

    days: pl.DataFrame
    phases: pl.DataFrame

    @property
    def scores(self) -> dict[date, float]:
        """The scores by date."""
        scored = self.days.drop_nulls("outcome_score")
        return dict(zip(scored["date"].to_list(), scored["outcome_score"].to_list(), strict=True))


def charts_of_treatments(
    changes: Sequence[ChangeFinding], experiments: Sequence[ExperimentFinding], days: TreatedDays, outcome: Outcome
) -> tuple[Chart, ...]:
    """Draw each change that has a card, and each experiment."""
    shown = [change for group in treatment_groups(changes) for change in group.shown]
    return (
        *(_change(change, days, outcome) for change in shown if _is_drawn(change, days)),
        *(_experiment(experiment, outcome) for experiment in experiments),
    )


def _is_drawn(change: ChangeFinding, days: TreatedDays) -> bool:
    """Whether there is anything to draw: not where no day before the change is in the diary."""
    none_before = "too_few_days_before" in change.reasons and change.before_from is None
    return not none_before and NOT_DRAWN not in change.reasons and days.days["outcome_score"].count() > 0


def _change(change: ChangeFinding, days: TreatedDays, outcome: Outcome) -> Chart:
    scores = days.scores
    if (strip := strip_days(change, frozenset(scores))) is not None:
        return _day_strip(change, strip)
    if change.change == "on_off":
        return _on_off(change, days, outcome)
    label = outcome_words(outcome).label
    return Chart(
        title=capital(change_name(change)),
        note=CHANGE_NOTE.format(outcome=label),
        label=_shown(change, label, CHANGE_SHOWN, CHANGE_DAYS),
        drawing=change_drawing(scores, change, outcome, last_of(days.days["date"])),
        card=change_card(change),
    )


def _on_off(change: ChangeFinding, days: TreatedDays, outcome: Outcome) -> Chart:
    label = outcome_words(outcome).label
    return Chart(
        title=capital(change_name(change)),
        note=ON_OFF_NOTE.format(outcome=label),
        label=_shown(change, label, ON_OFF_SHOWN, ON_OFF_DAYS),
        drawing=on_off_drawing(days.scores, _days_on(change, days), change, outcome),
        card=change_card(change),
    )


def _shown(change: ChangeFinding, label: str, with_levels: str, without: str) -> str:
    name = capital(change_name(change))
    if change.level_before is None or change.estimate is None:
        return without.format(name=name, outcome=label)
    after = change.level_before + change.estimate
    return with_levels.format(name=name, outcome=label, before=decimal(change.level_before), after=decimal(after))


def _day_strip(change: ChangeFinding, days: StripDays) -> Chart:
    name = capital(change_name(change))
    shown = STRIP_BEFORE if days.is_before else STRIP_AFTER
    return Chart(
        title=name,
        note=DAYS_BEFORE if days.is_before else DAYS_AFTER,
        label=shown.format(name=name, scored=len(days.scored), days=days.count),
        drawing=strip_drawing(days),
        card=change_card(change),
    )


def _days_on(change: ChangeFinding, days: TreatedDays) -> list[Days]:
    """Return the days on the treatment and dose of the change; those of another dose are neither."""
    [name], [dose] = treatment_key(change), change.doses_after
    last = last_of(days.days["date"])
    return [
        Days(start, end or last)
        for own, start, end, own_dose in days.phases.select("name", "start_date", "end_date", "dose").iter_rows()
        if own.strip().casefold() == name and own_dose == dose and start <= last
    ]


def _experiment(experiment: ExperimentFinding, outcome: Outcome) -> Chart:
    begun = _blocks_begun(experiment)
    is_sealed = state_of_experiment(experiment) in SEALED_STATES
    has_means = not is_sealed and any(mean is not None for mean in experiment.block_means)
    name = label_text(experiment.on)
    sealed = SEALED_SHOWN.format(name=name, begun=begun, blocks=experiment.blocks)
    return Chart(
        title=EXPERIMENT_TITLE.format(name=name),
        note=_means_note(experiment, outcome) if has_means else SEALED_NOTE.format(days=experiment.block_days),
        label=_result(experiment, outcome) if has_means else sealed,
        drawing=experiment_drawing(experiment, outcome, begun),
        card=experiment_card(experiment),
    )


def _blocks_begun(experiment: ExperimentFinding) -> int:
    """Return how many blocks have begun; of a plan that ended early, those with scores."""
    if experiment.stage == "planned":
        return 0
    if experiment.stage == "ended_early":
        return blocks_done(experiment)
    return experiment.block or experiment.blocks


def _result(experiment: ExperimentFinding, outcome: Outcome) -> str:
    label, name = outcome_words(outcome).label, label_text(experiment.on)
    if experiment.level_on is None or experiment.level_off is None:
        return EXPERIMENT_BLOCKS.format(outcome=label, name=name)
    on, off = decimal(experiment.level_on), decimal(experiment.level_off)
    return EXPERIMENT_SHOWN.format(outcome=label, name=name, on=on, off=off)


def _means_note(experiment: ExperimentFinding, outcome: Outcome) -> str:
    low, high = scale_of(experiment, outcome)
    template = CUT_NOTE if (low, high) != outcome.scale else MEANS_NOTE
    label = outcome_words(outcome).label
    return template.format(outcome=label, days=experiment.block_days, low=plain_number(low), high=plain_number(high))
