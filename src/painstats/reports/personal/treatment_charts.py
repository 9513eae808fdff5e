"""The charts of changes and experiments on a personal page, each with the card that it belongs to."""

from __future__ import annotations

from datetime import date

from painstats.findings.change_groups import treatment_groups
from painstats.findings.change_names import change_name, treatment_key
from painstats.findings.experiment_words import SEALED_STATES, blocks_done, state_of_experiment
from painstats.plan.study import Study
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, label_text
from painstats.questions.question import Outcome, outcome_of
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.figures.change_charts import change_chart
from painstats.reports.figures.daily_charts import WIDE
from painstats.reports.figures.day_strip import StripDays, day_strip, strip_days
from painstats.reports.figures.experiment_charts import experiment_chart, scale_of
from painstats.reports.figures.on_off_charts import Days, on_off_chart
from painstats.reports.pages import Figure, figure
from painstats.reports.personal.record import ParticipantRecord

NARROW = 312
"""Width in pixels of a drawing inside a card on a phone."""

NOT_DRAWN = "covers_all_days"
"""Reason of a change without days before it, of which there is nothing to draw."""


def change_card(change: ChangeFinding) -> str:
    """Name the card of a change."""
    return f"change-{change.number}"


def experiment_card(experiment: ExperimentFinding) -> str:
    """Name the card of an experiment."""
    return f"experiment-{experiment.fingerprint[:16]}"


def figures_of_treatments(record: ParticipantRecord, study: Study) -> tuple[Figure, ...]:
    """Draw each change that has a card, and each experiment."""
    outcome = outcome_of(study.plan.outcome)
    shown = [change for group in treatment_groups(record.changes) for change in group.shown]
    return (
        *(_change(change, record, outcome) for change in shown if _is_drawn(change, record)),
        *(_experiment(experiment, outcome) for experiment in record.experiments),
    )


def _is_drawn(change: ChangeFinding, record: ParticipantRecord) -> bool:
    """Whether there is anything to draw: not where no day before the change is in the diary."""
    none_before = "too_few_days_before" in change.reasons and change.before_from is None
    return not none_before and NOT_DRAWN not in change.reasons and record.days["outcome_score"].count() > 0


def _change(change: ChangeFinding, record: ParticipantRecord, outcome: Outcome) -> Figure:
    is_on_off = change.change == "on_off"
    label = outcome_words(outcome).label
    if (strip := strip_days(change, _scored(record))) is not None:
        return _day_strip(change, strip)
    on = _days_on(change, record) if is_on_off else []
    return figure(
        change_card(change),
        f"{change_name(change)}: {_on_off_label(change, label) if is_on_off else _label(change, label)}",
        _on_off_caption(change) if is_on_off else _caption(change),
        *(
            on_off_chart(record.days, on, change, outcome, width)
            if is_on_off
            else change_chart(record.days, change, outcome, width)
            for width in (WIDE, NARROW)
        ),
        card=change_card(change),
    )


def _scored(record: ParticipantRecord) -> frozenset[date]:
    return frozenset(record.days.drop_nulls("outcome_score")["date"].to_list())


def _day_strip(change: ChangeFinding, days: StripDays) -> Figure:
    side = "before" if days.is_before else "after"
    return figure(
        change_card(change),
        f"{change_name(change)}: {len(days.scored)} of {counted(days.count, 'day')} {side} have a score.",
        f"Days {side} the change.",
        *(day_strip(days, width) for width in (WIDE, NARROW)),
        card=change_card(change),
    )


def _label(change: ChangeFinding, label: str) -> str:
    if change.level_before is None or change.estimate is None:
        return f"{label} day by day, before and after."
    after = change.level_before + change.estimate
    return f"{label} day by day, {change.level_before:.1f} on average before and {after:.1f} after."


def _on_off_label(change: ChangeFinding, label: str) -> str:
    if change.level_before is None or change.estimate is None:
        return f"{label} on days with it and on days without it."
    with_it = change.level_before + change.estimate
    return f"{label}, {with_it:.1f} on average on days with it and {change.level_before:.1f} on days without it."


BAND = " The bands are 95% ranges: of the level {first}, and of the change, drawn around the level {then}."


def _caption(change: ChangeFinding) -> str:
    band = BAND.format(first="before", then="after") if change.low is not None else ""
    builds_up = change.in_full_date > change.first_date
    shaded = " Shaded: days until it is there in full, or gone." if builds_up else ""
    return f"Each dot is a day. Hatched: the week before, which is left out.{shaded}{band}"


def _on_off_caption(change: ChangeFinding) -> str:
    band = BAND.format(first="without it", then="with it") if change.low is not None else ""
    return f"Each dot is a day, filled on days with it; the bars below show these days.{band}"


def _days_on(change: ChangeFinding, record: ParticipantRecord) -> list[Days]:
    """Return the days on the treatment and dose of the change; those of another dose are neither."""
    [name], [dose] = treatment_key(change), change.doses_after
    last = record.summary.last_date
    return [
        Days(start, end or last)
        for own, start, end, own_dose in record.phases.select("name", "start_date", "end_date", "dose").iter_rows()
        if own.strip().casefold() == name and own_dose == dose and start <= last
    ]


def _experiment(experiment: ExperimentFinding, outcome: Outcome) -> Figure:
    is_sealed = state_of_experiment(experiment) in SEALED_STATES
    begun = _blocks_begun(experiment)
    on = label_text(experiment.on)
    return figure(
        experiment_card(experiment),
        f"The blocks of your experiment with {on}." if is_sealed else f"{_result_label(experiment, outcome)}.",
        _sealed_caption(experiment) if is_sealed else _result_caption(experiment, outcome),
        *(experiment_chart(experiment, outcome, begun, width) for width in (WIDE, NARROW)),
        card=experiment_card(experiment),
    )


def _blocks_begun(experiment: ExperimentFinding) -> int:
    """Return how many blocks have begun; of a plan that ended early, those with scores."""
    if experiment.stage == "planned":
        return 0
    if experiment.stage == "ended_early":
        return blocks_done(experiment)
    return experiment.block or experiment.blocks


def _result_label(experiment: ExperimentFinding, outcome: Outcome) -> str:
    label, on = outcome_words(outcome).label, label_text(experiment.on)
    if experiment.level_on is None or experiment.level_off is None:
        return f"The blocks of your experiment with {on}"
    return f"Average {label} in each block, {experiment.level_on:.1f} with {on} and {experiment.level_off:.1f} without"


def _sealed_caption(experiment: ExperimentFinding) -> str:
    return f"Each box is a block of {experiment.block_days} days, filled in those with {label_text(experiment.on)}."


def _result_caption(experiment: ExperimentFinding, outcome: Outcome) -> str:
    if not any(mean is not None for mean in experiment.block_means):
        return _sealed_caption(experiment)
    low, high = scale_of(experiment, outcome)
    label = capital(outcome_words(outcome).label)
    cut = f" The scale is cut to {low:g} to {high:g}." if (low, high) != outcome.scale else ""
    return f"{label}, averaged over each block; filled: {label_text(experiment.on)}.{cut}"
