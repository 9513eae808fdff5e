"""The columns of the published tables: type and meaning of each."""

from __future__ import annotations

from painstats.published_columns.average import TREATMENT_AVERAGE
from painstats.published_columns.change import CHANGE_FINDING, TREATMENT_PHASE
from painstats.published_columns.contrast import CONTRAST_AVERAGE, CONTRAST_FINDING
from painstats.published_columns.experiment_average import EXPERIMENT_AVERAGE

TEXT, WHOLE, NUMBER, DATE, YES = "text", "whole number", "number", "date", "true or false"
TEXTS, NUMBERS, LOCAL_TIME = "list of texts", "list of numbers", "local time"
WHOLES, UTC_TIME, RECORDS = "list of whole numbers", "time in UTC", "list of records"

Columns = dict[str, tuple[str, str]]
"""Column name to type and meaning, in order."""

_PARTICIPANT: Columns = {"participant_id": (TEXT, "The participant.")}
_OUTCOME: Columns = {
    "item": (TEXT, "The item of the outcome, such as `pain`."),
    "site": (TEXT, "The site of the outcome; empty if it is not restricted to one."),
}

ORIGIN: Columns = {
    "plan_hash": (TEXT, "SHA-256 of the plan: of all that can change an answer."),
    "painstats_version": (TEXT, "Version of painstats."),
    "imports_hash": (TEXT, "Hash of the imported files."),
    "ledger_head": (TEXT, "SHA-256 of the last line of the plan ledger, `plan_ledger.jsonl`."),
}
"""The last columns of every table."""

DAILY_SUMMARY: Columns = {
    **_PARTICIPANT,
    "date": (DATE, "The local date where the participant was."),
    "has_record": (YES, "Whether anything was recorded about the date."),
    **_OUTCOME,
    "outcome_score": (NUMBER, "Score on the study's scale, averaged over the reports about the date."),
    "highest_outcome_score": (NUMBER, "The highest of these scores."),
    "report_count": (WHOLE, "How many there are."),
    "outcome_rule": (TEXT, "By which rule they belong to the date."),
    "item_scores": (
        RECORDS,
        "Every item reported about the date, in order of item and site: `item` (text), `site` (text, empty without "
        "one) and `score` (number), the mean of its reports on the study's scale; a high score means much of the "
        "item. Missing on a date without any.",
    ),
    "step_count": (WHOLE, "Steps, each counted once; missing if the date is not valid."),
    "step_count_missing": (TEXT, "Why it is missing: `no_record`, `not_worn`, `implausible`, `travel_day`."),
    "step_wear_rule": (
        TEXT,
        "Why the steps count: `enough steps`, `steps in many hours`, `wear time`, `heart rate`, "
        "`nights before and after`, `active minutes`, `minutes of movement`, `the plan`.",
    ),
    "recorded_step_count": (WHOLE, "Steps as recorded, whether the date is valid or not."),
    "active_hours": (WHOLE, "Hours with steps; missing if the source gives only a total."),
    "step_devices": (TEXT, "Kinds of devices whose steps count."),
    "main_step_device": (TEXT, "The device with the most counted steps."),
    "step_date_rule": (TEXT, "How steps were dated."),
    "total_sleep_time_min": (NUMBER, "Minutes asleep in the main sleep that ends on the date."),
    "total_sleep_time_min_missing": (TEXT, "Why it is missing: `no_record`, `in_bed_only`, `implausible`."),
    "recorded_total_sleep_time_min": (NUMBER, "Minutes as recorded, whether plausible or not."),
    "time_in_bed_min": (NUMBER, "Minutes in bed, also of nights of which no sleep was recorded."),
    "time_in_bed_min_missing": (TEXT, "Why it is missing."),
    "recorded_time_in_bed_min": (NUMBER, "Minutes as recorded, whether plausible or not."),
    "time_in_bed_rule": (TEXT, "Where the time in bed comes from."),
    "wake_after_sleep_onset_min": (NUMBER, "Minutes awake between first and last sleep."),
    "deep_sleep_min": (NUMBER, "Minutes of deep sleep, if the device records stages."),
    "rem_sleep_min": (NUMBER, "Minutes of REM sleep, if the device records stages."),
    "sleep_part_count": (WHOLE, "Parts of the main sleep, with long wakings between them."),
    "nap_time_min": (NUMBER, "Minutes asleep outside the main sleep."),
    "sleep_efficiency_percent": (NUMBER, "Sleep divided by time in bed, in percent."),
    "sleep_efficiency_percent_missing": (TEXT, "Why it is missing."),
    "sleep_midpoint_min": (NUMBER, "Half-way between falling asleep and waking, in minutes from midnight."),
    "sleep_midpoint_min_missing": (TEXT, "Why it is missing."),
    "same_sleep_state_min": (WHOLE, "Minutes of the 24 hours before noon in the same state as a day earlier."),
    "sleep_regularity_index": (NUMBER, "Sleep regularity index over fourteen days, −100 to 100."),
    "sleep_regularity_index_missing": (TEXT, "Why it is missing."),
    "sleep_debt_min": (NUMBER, "Sleep lost in seven days relative to the last four weeks, in minutes."),
    "sleep_start_local": (LOCAL_TIME, "First sleep."),
    "sleep_end_local": (LOCAL_TIME, "Last sleep."),
    "sleep_device": (TEXT, "The device that counts for the night."),
    "night_rule": (TEXT, "How the night was dated."),
    "active_time_min": (NUMBER, "Active minutes, light to vigorous."),
    "active_time_min_missing": (TEXT, "Why it is missing."),
    "exercise_time_min": (NUMBER, "Minutes of recorded sessions; 0 on a worn day without one."),
    "exercise_time_min_missing": (TEXT, "Why it is missing."),
    "recorded_exercise_time_min": (NUMBER, "Minutes as recorded."),
    "exercise_session_count": (WHOLE, "Sessions."),
    "exercise_types": (TEXT, "Kinds of exercise."),
    "exercise_kinds": (
        RECORDS,
        "Sessions of the date by kind, in order of kind: `exercise_type` (text) and `minutes` (number), each minute "
        "counted once. Missing on a date without a session.",
    ),
    "exercise_date_rule": (TEXT, "How sessions were dated."),
    "device_exercise_time_min": (NUMBER, "Minutes that a device detected as exercise by itself."),
    "resting_heart_rate_bpm": (NUMBER, "Resting heart rate, beats per minute."),
    "heart_rate_variability_sdnn_ms": (NUMBER, "Heart rate variability (SDNN), milliseconds."),
    "heart_rate_variability_rmssd_ms": (NUMBER, "Heart rate variability (RMSSD), milliseconds."),
    "usual_step_device": (TEXT, "The usual device for steps around the date."),
    "usual_sleep_device": (TEXT, "The usual device for sleep around the date."),
    "device_era": (WHOLE, "Rises by one with each change of a usual device."),
    "clock_hours": (NUMBER, "Length of the date; 24 except for clock changes and journeys."),
    "time_zone": (TEXT, "The time zone of the date."),
}

FINDING: Columns = {
    "subject": (TEXT, "`participant` or `cohort`."),
    "participant_id": (TEXT, "The participant; missing for the average of the cohort."),
    "kind": (TEXT, "Kind of the question, such as `daily`."),
    "question": (TEXT, "Name of the question, such as `step_count_lag1`."),
    **_OUTCOME,
    "scale_low": (NUMBER, "Lowest score of the study's scale."),
    "scale_high": (NUMBER, "Highest score of the study's scale."),
    "exposure": (TEXT, "The measure."),
    "lag_days": (WHOLE, "Days from the exposure to the outcome."),
    "window_days": (WHOLE, "Number of days that the exposure covers."),
    "is_confirmatory": (YES, "Whether the question is confirmatory."),
    "unit": (TEXT, "Unit of the exposure to which the effect refers."),
    "basis": (TEXT, "`mixed_model`, `two_stage`, `pooled`, `own_days` or `none`."),
    "estimate": (NUMBER, "Effect in points of the outcome per unit, from all days: a reading, no verdict."),
    "low": (NUMBER, "Lower end of its 95% interval."),
    "high": (NUMBER, "Upper end of its 95% interval."),
    "df": (NUMBER, "Degrees of freedom of its test."),
    "p": (NUMBER, "P value, adjusted for the number of questions; missing for a pooled estimate."),
    "reliability": (NUMBER, "1 − error variance / variance between participants; missing for own days alone."),
    "check_bases": (TEXTS, "Other ways in which the effect was computed."),
    "check_estimates": (NUMBERS, "Their effects, in the same order."),
    "check_lows": (NUMBERS, "Lower ends of their intervals."),
    "check_highs": (NUMBERS, "Upper ends of their intervals."),
    "days": (WHOLE, "Days that the estimate is based on."),
    "known_days": (WHOLE, "Of these, days on which the exposure is known."),
    "participants": (WHOLE, "Participants that it is based on."),
    "verdict": (TEXT, "`higher`, `lower`, `at_most_small`, `not_determined` or `not_judged`."),
    "reasons": (TEXTS, "Why, by name."),
    "verdict_basis": (TEXT, "`own_days`, `pooled`, `mixed_model` or `two_stage`; missing before the first look."),
    "verdict_low": (NUMBER, "Lower end of the range of the verdict, which allows for repeated looks and questions."),
    "verdict_high": (NUMBER, "Upper end of that range."),
    "probability_of_direction": (NUMBER, "Probability that the direction is right; missing without one."),
    "is_small": (YES, "Whether the whole range is smaller than what matters."),
    "look_number": (WHOLE, "Number of the last look."),
    "look_date": (DATE, "Last day used at that look."),
    "look_days": (WHOLE, "Days with a score until then; of an average, those of all participants."),
    "since_number": (WHOLE, "Number of the look that first reported the direction."),
    "since_date": (DATE, "Last day used at that look."),
    "since_days": (WHOLE, "Days with a score until then."),
    "withdrawn_since_days": (WHOLE, "Days with a score at which a withdrawn direction had been reported."),
    "withdrawn_at_days": (WHOLE, "Days with a score at which it was withdrawn."),
    "exposure_low": (NUMBER, "Low days at the look: the 10th percentile of the exposure, in units."),
    "exposure_high": (NUMBER, "High days: the 90th percentile."),
    "exposure_sd": (NUMBER, "Standard deviation of the exposure, in units."),
    "smallest_effect_at_look": (NUMBER, "Smallest effect that matters at the look, in points per unit."),
    "room": (NUMBER, "Share of an effect that the scores can show, 0 to 1: scores at an end hide a part of it."),
    "at_low": (NUMBER, "Share of scores at the lowest possible one."),
    "at_high": (NUMBER, "Share of scores at the highest possible one."),
    "next_look_days": (WHOLE, "Days with a score at which the next look is due."),
    "chance_within_year": (NUMBER, "Chance of a verdict within a year of days with a score, where one is forecast."),
    "forecast_first_days": (WHOLE, "Four of five verdicts come after this many further days with a score or more."),
    "forecast_last_days": (WHOLE, "Four of five verdicts come after this many further days with a score or fewer."),
    "forecast_first_weeks": (WHOLE, "The first in weeks, at the pace of the last eight."),
    "forecast_last_weeks": (WHOLE, "The last in weeks."),
    "smallest_effect": (NUMBER, "Smallest effect that matters, in points per unit, from all days."),
    "swing": (NUMBER, "Within-participant SD of the exposure, in units."),
    "last_day": (DATE, "Last day of the estimate."),
}

LOOK: Columns = {
    "subject": (TEXT, "`participant` or `cohort`."),
    "participant_id": (TEXT, "The participant; missing for the average of the cohort."),
    "question": (TEXT, "Name of the question."),
    "basis": (TEXT, "`own_days`, `pooled`, `mixed_model` or `two_stage`."),
    "number": (WHOLE, "Number of the look, from 1."),
    "date": (DATE, "Last day used."),
    "days": (WHOLE, "Days with a score until then; of an average, those of all participants."),
    "participants": (WHOLE, "Participants that the estimate is based on."),
    "estimate": (NUMBER, "Effect in points of the outcome per unit."),
    "low": (NUMBER, "Lower end of the range: that of this look, cut with those of earlier looks."),
    "high": (NUMBER, "Upper end of the range."),
    "z": (NUMBER, "The effect as a standard normal statistic."),
    "largest_limit": (NUMBER, "Limit of |z| when all questions share the chance of a false sign."),
    "verdict": (TEXT, "What the looks on this basis say: `higher`, `lower`, `at_most_small` or `not_determined`."),
    "is_small": (YES, "Whether the whole range is smaller than what matters."),
    "withdrawn": (TEXT, "Why a direction was withdrawn at this look: `not_confirmed` or `days_disagree`."),
}

PARTICIPANT_SUMMARY: Columns = {
    **_PARTICIPANT,
    **_OUTCOME,
    "first_date": (DATE, "First date in the daily table."),
    "last_date": (DATE, "Last date in the daily table."),
    "calendar_days": (WHOLE, "Dates from first to last."),
    "outcome_days": (WHOLE, "Dates with a score."),
    "valid_step_days": (WHOLE, "Dates with valid steps."),
    "valid_nights": (WHOLE, "Dates with a valid night."),
    "valid_active_days": (WHOLE, "Dates with valid active time."),
    "valid_exercise_days": (WHOLE, "Dates with valid exercise."),
    "valid_efficiency_nights": (WHOLE, "Dates with valid sleep efficiency."),
    "valid_midpoint_nights": (WHOLE, "Dates with a valid midpoint of sleep."),
    "valid_regularity_nights": (WHOLE, "Dates with a valid regularity index."),
    "valid_in_bed_nights": (WHOLE, "Dates with a valid time in bed."),
    "in_bed_only_nights": (WHOLE, "Dates with a time in bed, but no sleep recorded."),
    "mean_outcome_score": (NUMBER, "Mean score."),
    "sd_outcome_score": (NUMBER, "Standard deviation of the scores."),
    "distinct_outcome_scores": (WHOLE, "How many different scores there are."),
    "time_zone": (TEXT, "The time zone of the last date."),
    "commonest_score_days": (WHOLE, "Dates with the most frequent score."),
    "diary_days": (WHOLE, "Dates from the first score to the last."),
    "usable_days": (WHOLE, "Dates with a score; where the plan asks for complete days, with every exposure too."),
    "days_in_model": (WHOLE, "Usable days, if there are enough of them for the model; otherwise 0."),
    "last_usable_date": (DATE, "Last usable date."),
    "regimes": (WHOLE, "Sets of treatments and doses that the usable dates fall into; 1 without treatments."),
    "device_changes": (WHOLE, "Changes of a usual device."),
    "compliance": (NUMBER, "Usable days divided by diary days, 0 to 1."),
}

DEVICE_CHANGE: Columns = {
    **_PARTICIPANT,
    "date": (DATE, "First date with the new devices."),
    "from_step_device": (TEXT, "Usual device for steps before."),
    "to_step_device": (TEXT, "Usual device for steps from this date on."),
    "from_sleep_device": (TEXT, "Usual device for sleep before."),
    "to_sleep_device": (TEXT, "Usual device for sleep from this date on."),
    "device_era": (WHOLE, "Number of the era that begins."),
}

ROBUSTNESS: Columns = {
    "model": (TEXT, "`cohort`, or the id of the only participant."),
    "position": (WHOLE, "Place of the row in the report's table."),
    "check": (TEXT, "Name of the check."),
    "question": (TEXT, "Name of the question."),
    **_OUTCOME,
    "estimate": (NUMBER, "Effect with one decision changed, in points per unit."),
    "low": (NUMBER, "Lower end of its 95% interval, or of the range."),
    "high": (NUMBER, "Upper end of its 95% interval, or of the range."),
    "p": (NUMBER, "P value, where there is one."),
    "participants": (WHOLE, "Participants that it is based on."),
    "days": (WHOLE, "Days that it is based on."),
    "same_verdict": (YES, "Whether the result stays the same."),
    "participant_id": (TEXT, "The participant that was left out, or the one of the study."),
    "reason": (TEXT, "Why the check could not be made."),
}

IMPORT_SUMMARY: Columns = {
    **_PARTICIPANT,
    "source": (TEXT, "The source, such as `apple_health`."),
    "status": (TEXT, "State of the imports, such as `loaded` or `refused`."),
    "rule": (TEXT, "Why files were refused."),
    "files": (WHOLE, "Files."),
    "rows_read": (WHOLE, "Rows read."),
    "rows_stored": (WHOLE, "New and corrected rows."),
    "rows_known": (WHOLE, "Duplicate rows."),
    "rows_quarantined": (WHOLE, "Rejected rows."),
    "rows_ignored": (WHOLE, "Unused rows."),
}

RESULT_COUNT: Columns = {
    "stage": (TEXT, "`daily`, `frame`, `fit` or `findings`."),
    "name": (TEXT, "What is counted."),
    "label": (TEXT, "The reason, kind, or question and verdict; empty for a total."),
    "count": (WHOLE, "How many there are."),
}

EXPERIMENT_FINDING: Columns = {
    **_PARTICIPANT,
    "fingerprint": (TEXT, "SHA-256 of the plan, which chooses the order."),
    "on": (TEXT, "What is done in blocks with the treatment."),
    "off": (TEXT, "What is done in the other blocks."),
    "first_date": (DATE, "First day of the first block."),
    "last_date": (DATE, "Last day of the last block."),
    "blocks": (WHOLE, "Number of blocks."),
    "block_days": (WHOLE, "Days of each block."),
    "dropped_days": (WHOLE, "Days at the head of each block that do not count."),
    "order": (WHOLES, "1 for a block with the treatment, 0 for one without."),
    "drawn_at": (UTC_TIME, "When the order was drawn."),
    "draws": (WHOLE, "How many orders were drawn for this participant and treatment."),
    "stage": (TEXT, "`planned`, `sealed`, `finished` or `ended_early`."),
    "opens_on": (DATE, "The day on which the result is shown, at the latest where the last scores are waited for."),
    "verdict": (TEXT, "`lower`, `higher`, `not_determined` or `not_judged`."),
    "reasons": (TEXTS, "Why: see [planned experiments](../method/experiments.md#the-result)."),
    "estimate": (
        NUMBER,
        "Effect of the treatment in points; missing, as all that follows, until the last block is over.",
    ),
    "low": (NUMBER, "Lower limit of the effects that the test does not reject."),
    "high": (NUMBER, "Upper limit."),
    "p": (NUMBER, "Exact two-sided p value."),
    "orders": (WHOLE, "Number of orders that it was computed over."),
    "model_estimate": (NUMBER, "Effect by the model beside the test."),
    "model_low": (NUMBER, "Lower limit of its 95% interval."),
    "model_high": (NUMBER, "Upper limit."),
    "block_means": (NUMBERS, "Mean outcome of each block on days that count; missing for one without a score."),
    "block_scored_days": (WHOLES, "Days of each block that count and have a score."),
    "level_off": (NUMBER, "Mean outcome without the treatment."),
    "level_on": (NUMBER, "Mean outcome with it."),
    "more_blocks": (WHOLE, "Blocks of a further experiment that would show one point in three of four cases."),
    "block": (WHOLE, "The block that went on at the time of the run, from 1."),
}

PUBLISHED: dict[str, tuple[str, Columns]] = {
    "finding": ("What was found: one row for each participant and question, and one for each average.", FINDING),
    "look": ("What each look showed: one row for each participant or average, question, basis and look.", LOOK),
    "daily_summary": ("The daily table: one row for each participant and local date.", DAILY_SUMMARY),
    "participant_summary": ("How many days each participant has: one row for each participant.", PARTICIPANT_SUMMARY),
    "robustness": ("The robustness checks: one row for each check and question.", ROBUSTNESS),
    "device_change": ("Changes of a usual device: one row for each.", DEVICE_CHANGE),
    "import_summary": (
        "What was imported: one row for each participant, source and state; no participant for a file of several.",
        IMPORT_SUMMARY,
    ),
    "treatment_phase": ("Declared treatments: one row for each phase at one dose.", TREATMENT_PHASE),
    "change_finding": ("Changes after a start, a stop or a new dose: one row for each.", CHANGE_FINDING),
    "experiment_finding": ("Planned experiments and their results: one row for each.", EXPERIMENT_FINDING),
    "result_count": (
        "Counts behind the results, one row each. It has no times and no earlier runs, so a study imported in one run "
        "and in ten publishes the same rows.",
        RESULT_COUNT,
    ),
    "treatment_average": (
        "Average changes after a start, an end or a new dose, and differences between two arms: one row for each.",
        TREATMENT_AVERAGE,
    ),
    "experiment_average": (
        "Average effects over participants who finished the same experiment: one row for each.",
        EXPERIMENT_AVERAGE,
    ),
    "contrast_finding": (
        "Exploratory questions: one row for each participant and contrast.",
        CONTRAST_FINDING,
    ),
    "contrast_average": ("Their averages over participants: one row for each contrast.", CONTRAST_AVERAGE),
}
"""Table to what it holds, and its columns without those of ``ORIGIN``."""
