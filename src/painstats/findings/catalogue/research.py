"""What researchers read about findings: sentences on averages and participants, reasons, and the terms of models."""

from __future__ import annotations

from painstats.language import _

TOLD = _("{comparison}, {outcome} was {direction}: {size} points per {unit} (adjusted range {low} to {high}).")
TOLD_SMALL = _(
    "{comparison}, {outcome} was {direction}, but by less than what matters: {size} points per {unit} (adjusted range "
    "{low} to {high})."
)
BOUND = _(
    "No large link: if there is one, it is smaller than {bound} points between low and high days (adjusted range {low} "
    "to {high} points per {unit})."
)
OPEN = _(
    "Not determined: {reasons}. {comparison}, {outcome} may be lower or higher (adjusted range {low} to {high} points "
    "per {unit})."
)
NOT_JUDGED = _("Not judged: {reasons}.")
AVERAGE_OUTCOME = _("participants' {outcome} (each compared with their own average)")
HEADLINE = _("{exposure}: {verdict}")
COUNTS = _("Of {participants}, {comparison}: {counts}.")

AT_MOST_SMALL, NOT_DETERMINED, NOT_JUDGED_VERDICT = _("at most small"), _("not determined"), _("not judged")

REASONS = {
    "before_first_look": _("the first answer day has not been reached"),
    "too_few_days_for_model": _("there are too few days with a score for any estimate"),
    "too_few_days_to_show": _("there are too few days with a score for a meaningful estimate"),
    "outcome_hardly_varies": _("the scores hardly vary, so no link with them can be seen"),
    "exposure_rarely_known": _("this is known on too few of the days with a score"),
    "exposure_hardly_varies": _("this hardly varies from day to day, so no link with the scores can be seen"),
    "too_many_days_missing": _("too many days have no score"),
    "no_fit": _("the model could not be fitted to these days"),
    "both_directions_possible": _("the range reaches over zero"),
    "link_changed": _("the link changed over time, so no direction is given for the whole time"),
    "link_changed_on_average": _("on average the link changed over time"),
    "not_confirmed": _("a link that was seen at an earlier look no longer differs clearly from zero"),
    "days_disagree": _("the ranges of two looks have no point in common"),
    "kinds_differ": _("kinds of exercise differ, so their total has no direction"),
    "own_days_and_cohort_disagree": _("own days and the other participants' point in opposite ways"),
    "as_for_others": _(
        "the direction is that of the participant's days pooled with the others'; own days do not show it"
    ),
    "inside_smallest_effect": _("the whole range is smaller than the smallest effect that matters"),
    "smaller_than_matters": _("the direction is clear, but the whole range is smaller than what matters"),
    "too_many_days_missing_in_cohort": _("at least half of the participants lack more than half of their days"),
    "too_few_participants": _("too few participants have enough days for a statement about the average"),
    "checks_disagree": _("two independent computations disagree, so neither is reported as a finding"),
    "not_converged": _("the mixed model did not reach a certified optimum, so the simpler two-stage mean is reported"),
    "few_participants_two_stage": _("with fewer than ten participants the estimate is the mean of their own slopes"),
    "outcome_missing": _("no scores were found"),
    "own_trend_dropped": _("participants' own drifts could not be distinguished, so one common drift is used"),
    "singular": _(
        "participants' slopes and levels vary together in these data, so not all of them can be distinguished"
    ),
}
"""Reason by name, in words that end a sentence."""

CHANGE_TOLD = _("{since}, {outcome} was {direction}: {size} points (95% interval {low} to {high}).")
CHANGE_TOLD_ON_OFF = _("On days with it, {outcome} was {direction}: {size} points (95% interval {low} to {high}).")
CHANGE_BOUND = _("The change is at most small (95% interval {low} to {high} points).")
CHANGE_OPEN = _("Not determined: {reasons} (95% interval {low} to {high} points).")
CHANGE_DAYS = _("Look {look}; {before} and {after} days with a score before and after, the 7 days before left out.")
CHANGE_DAYS_ON_OFF = _("Look {look}; {after} and {before} days with a score on days with and without it.")
CHANGE_DAYS_EARLY = _("{before} and {after} days with a score before and after so far, the 7 days before left out.")
CHANGE_HEADLINE = _("{name}: {verdict}")
EXPERIMENT_TOLD = _(
    "With {on}, {outcome} was {direction}: {size} points (interval {low} to {high}, randomisation test p = {p})."
)
EXPERIMENT_OPEN = _("Not determined (interval {low} to {high} points, randomisation test p = {p}).")
EXPERIMENT_SEALED = _("Sealed until {opens}: {blocks} blocks of {days} days.")

CHANGE_REASONS = {
    "before_first_look": _("the first look has not been reached"),
    "covers_all_days": _("there are no days without it"),
    "too_few_days_before": _("there are too few days with a score before it"),
    "too_few_days_after": _("there are too few days with a score after it"),
    "over_within_two_weeks": _("it was over within two weeks"),
    "next_change_too_soon": _("the next change comes before it could be looked at"),
    "too_few_days_with": _("there are too few days with a score on days with it"),
    "too_few_days_without": _("there are too few days with a score on days without it"),
    "too_many_days_missing": _("too many days have no score"),
    "outcome_hardly_varies": _("the scores hardly vary"),
    "same_course_as_time": _("it cannot be distinguished from a straight line over time"),
    "hangs_on_the_days_before": _("the answers with and without the week before it differ"),
    "interval_too_wide": _("the interval is too wide"),
    "inside_smallest_change": _("both intervals are smaller than the smallest change that matters"),
    "outcome_missing": _("no scores were found"),
    "ended_early": _("the plan ended before its last block"),
    "only_the_model_says_so": _("only the model beside the randomisation test sees a direction"),
    "few_scores_in_blocks": _("some blocks have a score on fewer than half of their days"),
    "scores_of_one_kind": _("all scores are from blocks of one kind"),
    "outcome_changed": _("the study asks about another outcome than when the order was drawn"),
}
"""Reason of a change or an experiment by name, in words that end a sentence."""

LEFT_OUT = {
    "no_outcome": _("no score for that day"),
    "no_total_sleep_time_min": _("no valid night before it"),
    "no_step_count": _("no valid step count on the day before"),
    "no_active_time_min": _("no valid active time on the day before"),
    "few_days": _("the participant has fewer days with a score than the model needs"),
}
"""Why a day could not be used, in words, for the default lags (see ``left_out_words``)."""

DAY_REASONS = {
    "no_record": _("nothing recorded"),
    "not_worn": _("not worn, or not long enough"),
    "implausible": _("an implausible value"),
    "in_bed_only": _("only a time in bed, no sleep recorded"),
    "few_nights": _("too few nights in the two weeks before"),
    "travel_day": _("a day made much shorter or longer by travel"),
}
"""Why a measure is missing on a day, in words."""

WEAR_RULES = {
    "wear time": _("few steps, but worn for ten hours or more"),
    "steps in many hours": _("few steps, but in many hours of the day"),
    "heart rate": _("few steps, but the heart was measured on that day, the day before and the day after"),
    "nights before and after": _("few steps, but the device was worn in the nights before and after"),
    "active minutes": _("few steps, but half an hour of activity"),
    "minutes of movement": _("few steps, but the phone was carried"),
    "the plan": _("few steps, counted because the plan says so"),
}
"""Why a day with few steps counts, in words (column ``step_wear_rule``)."""

CALENDAR_TERMS = {
    "intercept": "usual level",
    "weekend": "weekend against weekday",
    "is_weekend": "weekend against weekday",
    **{
        day: f"{day.capitalize()} against Monday"
        for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    },
    "time_30d": "drift over 30 days",
}
"""The columns of the models that are no exposures, in words."""

ADJUSTED_TERM, NOT_ADJUSTED_TERM = "Adjusted for", "Not adjusted for"
ADJUSTED = {"day_of_week": "day of the week", "weekend": "weekend", "time": "time", "treatments": "declared treatments"}
NOT_ADJUSTED = "What comes later, since part of the effect may run through it: {later}"
"""What the effect on a card is adjusted for."""
