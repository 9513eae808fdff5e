"""The columns of ``change_finding`` and ``treatment_phase``: type and meaning of each."""

from __future__ import annotations

TEXT, WHOLE, NUMBER, DATE = "text", "whole number", "number", "date"
TEXTS, NUMBERS = "list of texts", "list of numbers"


def _interval(prefix: str, meaning: str) -> dict[str, tuple[str, str]]:
    """Return the columns of an estimate with its 95% interval."""
    return {
        f"{prefix}estimate": (NUMBER, meaning),
        f"{prefix}low": (NUMBER, "Its 95% interval."),
        f"{prefix}high": (NUMBER, "Its 95% interval."),
    }


CHANGE_FINDING: dict[str, tuple[str, str]] = {
    "participant_id": (TEXT, "The participant."),
    "number": (WHOLE, "The change's place among the participant's changes, from 1."),
    "change": (TEXT, "`start`, `stop`, `dose`, `several` that are too close together, or `on_off`: days on and off."),
    "names": (TEXTS, "The treatments that changed, as written."),
    "actions": (TEXTS, "What changed of each: `start`, `stop` or `dose`."),
    "doses_before": (NUMBERS, "The dose of each before."),
    "doses_after": (NUMBERS, "The dose of each after."),
    "dose_units": (TEXTS, "The unit of the doses of each."),
    "first_date": (DATE, "The day of the change, or of the first of several."),
    "last_date": (DATE, "The day of the last of them; the new state begins on it."),
    "in_full_date": (DATE, "The first day on which the new state acts in full."),
    "before_from": (DATE, "The first day compared before the change."),
    "before_until": (DATE, "The last one; the week before the change is left out."),
    "after_from": (DATE, "The first day compared after the change."),
    "after_until": (DATE, "The last one."),
    "days_before": (WHOLE, "Days with a score compared before the change."),
    "days_after": (WHOLE, "Days with a score compared in full effect."),
    "look": (WHOLE, "The last look, 1 to 3; 0 before the first."),
    "look_date": (DATE, "Its date."),
    "next_look_date": (DATE, "The date of the next look, where there is one."),
    "verdict": (TEXT, "`lower`, `higher`, `at_most_small`, `not_determined` or `not_judged`, at the last look."),
    "reasons": (TEXTS, "Why, by name."),
    **_interval("", "The change in points, without the week before it."),
    **_interval("week_", "The same with the week before it."),
    **_interval("trend_", "The same with a column for the participant's own trend, a what-if."),
    **_interval("sleep_", "What is left of it on equally long nights, a what-if."),
    **_interval("later_", "The later weeks in full effect against the first, a description."),
    "level_before": (NUMBER, "Mean score before the change."),
    "level_before_low": (NUMBER, "Lower end of its 95% interval."),
    "level_before_high": (NUMBER, "Upper end of its 95% interval."),
    "could_show": (NUMBER, "The change that days like these would show in four of five cases, in points."),
    "placebo": (NUMBER, "18% of the level before, as on a dummy medicine in one trial."),
    "two_points_least": (NUMBER, "Least probability that the score is at least two points lower."),
    "two_points_most": (NUMBER, "The largest one; the two depend on what is assumed beforehand."),
    "third_least": (NUMBER, "Least probability that the score is at least 30% lower."),
    "third_most": (NUMBER, "The largest one."),
    "withdrawn": (TEXT, "The direction that an earlier look gave and the last one does not."),
}

TREATMENT_PHASE: dict[str, tuple[str, str]] = {
    "participant_id": (TEXT, "The participant."),
    "name": (TEXT, "The treatment, as written."),
    "kind": (TEXT, "The kind of treatment."),
    "start_date": (DATE, "The first day of the phase."),
    "end_date": (DATE, "The last day on which it is taken, done or acts; missing while it goes on."),
    "dose": (NUMBER, "The dose."),
    "dose_unit": (TEXT, "Its unit."),
    "ramp_days": (WHOLE, "Days until it acts in full."),
    "wash_out_days": (WHOLE, "Days after the end during which it may still act."),
    "acts_days": (WHOLE, "For an event of one day, the days that it acts."),
}
