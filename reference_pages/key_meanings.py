"""What each key of ``study.toml`` means, in one sentence; ``plan_keys`` adds its values and its default."""

from __future__ import annotations

from painstats.plan.tables import BED_TIME, DURATION_UNITS, WAKE_TIME
from painstats.vocabulary import DAILY_LIMITS, DECLARED, DEVICE_KINDS, FILLED, ITEMS, MEASURES, RECALLS, TREATMENT_KINDS


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


_MEASURE = f"The exposure: {_words(tuple(MEASURES))}."
_LAG = "Days from the exposure to the outcome. By default 0 for a measure of the night, 1 for one of the day."

MEANINGS: dict[str, str] = {
    "[study] name": "The name that reports show.",
    "[study] language": 'Of the pages for participants and of plans of experiments: `"en"` or `"de"`. Pages for '
    "researchers are in English.",
    "[study] time_zone": "Where participants without a time zone of their own live: a region and a city, such as "
    "`Europe/London`. A study without it is not run.",
    "[outcome] item": f"The item that is explained: {_words(ITEMS)}.",
    "[outcome] scale": "The scale of effects, lowest and highest. Diaries with other scales are converted.",
    "[outcome] site": "Only scores of this site, such as `neck`. By default those of all sites.",
    "[outcome] across_sites": "Scores of several sites: the mean of their differences from each site's own mean, plus "
    "the mean of these means ([scores of several sites](../method/questions.md#scores-of-several-sites)), or the score "
    "of the worst site of a day. Without `site` and without this key, a run says who scored several sites.",
    "[outcome] each_site": "Whether each site with 20 days is an exploratory question of its own as well.",
    "[outcome] unlogged": "A day on which the diary has entries but no score of the item, between its first and last "
    "score: missing, or none of the item. The report says how many such days there are.",
    "[[questions]] measure": f"{_MEASURE} By default the two standard questions are asked.",
    "[[questions]] lag_days": _LAG,
    "[[questions]] moved_by_pain": "`false`: a day's outcome cannot change the measure on later days, so no columns "
    "protect against that.",
    '[[questions]] kind = "item" items': 'The items that are asked about, such as `["fatigue", "mood"]`. By default '
    "all items of the diaries but the outcome.",
    "[[adjust]] item": "An item that is scored, such as `stress`.",
    "[[adjust]] column": "Instead of `item`, a declared column of a table, such as `air_pressure`.",
    "[[adjust]] exogenous": "`true` for a column, and only there: no pain can change it, as with the weather or the "
    "day of the menstrual cycle.",
    "[[adjust]] lag_days": "Days from it to the outcome. By default 1 for an item, the evening before, which is the "
    "least; 0 for a column.",
    '[[questions]] kind = "delayed" measure': "A measure of a day: `step_count`, `active_time_min`, "
    "`exercise_time_min`. By default steps and exercise, each where it is known.",
    "[[questions]] confirmatory": "`false`: an exploratory question, which shares no error rate with the others.",
    '[[questions]] kind = "exercise" as': "Whether a kind counts as done or not done on a day (at least 5 minutes of "
    "it), or by its minutes, in units of 30.",
    "[[predictors]] measure": _MEASURE,
    "[[predictors]] lag_days": _LAG,
    "[[diaries]] file": "Names of the files, such as `*diary*.csv`; capitals do not matter.",
    "[[diaries]] form": "What it is kept in. A note has a line for each day, with the columns `date` and `pain`.",
    "[[diaries]] sheet": "The sheet of a workbook; by default the first. `*` is all sheets with the same columns.",
    "[[diaries]] layout": "A column for each item, a row for each score, or a calendar with a cell for each day: its "
    "columns are `date` and `score`.",
    "[[diaries]] turned": "`true`: dates are across the top, so rows and columns are swapped.",
    "[[diaries]] side_by_side": "`true`: tables with the same columns lie side by side.",
    "[[diaries]] header_line": "The line with the names of columns; 0 for none: they are `column 1` and so on.",
    "[[diaries]] uneven_rows": "Whether rows with more or fewer cells than the header are rejected or fitted to it.",
    "[[diaries]] notes_column": "The column whose text has delimiters in it, if rows are fitted.",
    "[[diaries]] not_days": "Rows that begin with one of these texts are left out, such as totals.",
    "[[diaries]] participant_column": "The column with the participant's id, in a file of several participants.",
    "[[diaries]] delimiter": 'What separates columns; a tab is `"\\t"`, two or more spaces are `"spaces"`.',
    "[[diaries]] decimal": "The decimal separator.",
    "[[diaries]] encoding": "The encoding of the text.",
    "[[diaries]] date_column": "The column with the date.",
    "[[diaries]] date_format": "How dates are written: 31.12.2026 is `%d.%m.%Y`, 12/31/2026 is `%m/%d/%Y`. "
    "`day first`, `month first` and `year first` read dates as they are written by hand, also with weekdays and names "
    "of months; followed by `, then time` also their times.",
    "[[diaries]] year": "The year of the first date, if dates are written without one.",
    "[[diaries]] carry_dates": "`true`: a row without a date belongs to the date above it.",
    "[[diaries]] time_column": "The column with the time, if there is one.",
    "[[diaries]] time_format": "How times are written.",
    "[[diaries]] times_are": "Whether times are local or UTC.",
    "[[diaries]] entered_column": "The column that says when a row was written, if there is one.",
    "[[diaries]] entered_format": "How the values of `entered_column` are written.",
    "[[diaries]] max_days_late": "Rows written more days after their own day are left out. By default none.",
    "[[diaries]] filled": f"When it is filled in: {_words(FILLED)}.",
    "[[diaries]] item_column": 'The column with the item, if `layout = "long"`.',
    "[[diaries]] value_column": 'The column with the score, if `layout = "long"`.',
    "[[diaries]] missing": "Texts that mean that an answer is missing.",
    "[[diaries]] only": "Only rows with these texts in these columns, such as those of one repeating instrument.",
    "[[diaries.items]] item": f"What the score is about: {_words(ITEMS)}.",
    "[[diaries.items]] column": 'The column with the score, if `layout = "wide"`.',
    "[[diaries.items]] named": 'The text in `item_column`, if `layout = "long"`.',
    "[[diaries.items]] scale": "The two ends of the scale, lowest and highest.",
    "[[diaries.items]] higher_is": "What a high score means.",
    "[[diaries.items]] recall": f"The period that a score is about: {_words(RECALLS)}.",
    "[[diaries.items]] site": "Where it hurts, or the name of the symptom.",
    "[[diaries.items]] filled": "When this item is filled in, if not with the others.",
    "[[diaries.items]] written": "`true`: numbers may be written as 7/10, 6-7 (its middle) or 7 (bad day).",
    "[[diaries.items]] map": "Words to numbers, for answers in words.",
    "[diaries.events] column": "The column with the event.",
    "[diaries.events] start_column": "The column with the date on which the participant started.",
    "[diaries.events] days": "For each event, the number of days after the start.",
    "[[tables]] file": "Names of the files, such as `daily_*.csv`; capitals do not matter.",
    "[[tables]] participant_column": "The column with the participant's id, in a file of several participants.",
    "[[tables]] delimiter": 'What separates columns; a tab is `"\\t"`.',
    "[[tables]] decimal": "The decimal separator.",
    "[[tables]] encoding": "The encoding of the text.",
    "[[tables]] date_column": "The column with the date.",
    "[[tables]] date_format": "How dates are written: 31.12.2026 is `%d.%m.%Y`, 12/31/2026 is `%m/%d/%Y`.",
    "[[tables]] nights_dated_by": "Whether the row of a night has the date of the waking or of the evening before. "
    "Required with any column of the night.",
    "[[tables]] device": "The name of the device; give tables of different devices different names.",
    "[[tables]] device_kind": f"The kind of device, which decides its rank: {_words(DEVICE_KINDS)}.",
    "[[tables]] missing": "Texts that mean that a value is missing, in any column.",
    "[[tables.columns]] column": "The name of the column.",
    "[[tables.columns]] measure": f"What it is: {_words((*DAILY_LIMITS, BED_TIME, WAKE_TIME))}; or `{DECLARED}NAME` "
    "for something else, which `[[adjust]]` can use.",
    "[[tables.columns]] unit": f"The unit of a duration (a measure that ends in `_min`): {_words(DURATION_UNITS)}.",
    "[[tables.columns]] format": "How bed and wake times are written: `%H:%M`, or with the date `%Y-%m-%d %H:%M:%S`.",
    "[[tables.columns]] missing": "Further texts that mean that a value is missing, in this column.",
    "[apps.daylio] moods": "Moods with names of one's own, each with a number from 1 (the worst) to 5 (the best).",
    "[apps.daylio.activities.NAME] item": f"What the activity is: {_words(ITEMS)}.",
    "[apps.daylio.activities.NAME] site": "The site of a symptom, such as `head`.",
    "[apps.daylio.activities.NAME] treatment": "Instead of `item`, the kind of treatment that the activity is: "
    f"{_words(TREATMENT_KINDS)}.",
    "[apps.daylio.activities.NAME] name": "The name of the treatment. By default that of the activity.",
    "[apps.daylio.activities.NAME] acts_days": "For how many days one of it acts, such as an injection.",
    "[participants.ID] time_zone": "The participant's home. By default that of the study.",
    "[participants.ID] last_visit": "The date of the participant's last visit to a doctor, with which the "
    "[page for a visit](clinic_page.md) compares what came after it. It is no part of the plan's hash.",
    "[[participants.ID.travel]] first_date": "The first date of the stay.",
    "[[participants.ID.travel]] last_date": "The last date of the stay.",
    "[[participants.ID.travel]] time_zone": "The time zone there.",
    "[[phases]] participant": "The participant's id; `me` in a study of one participant without a folder in the inbox.",
    "[[phases]] name": "The name that charts show.",
    "[[phases]] kind": f"One of {_words(TREATMENT_KINDS)}.",
    "[[phases]] start": "The first day.",
    "[[phases]] end": "The last day. By default it goes on.",
    "[[phases]] dose": "The dose.",
    "[[phases]] dose_unit": "The unit of the dose.",
    "[[phases]] ramp_days": "Days until the full dose; they count partially.",
    "[[phases]] wash_out_days": "Days after the end that count like the last day.",
    "[[phases]] acts_days": "For an event of one day, such as an injection: the days that it acts, the first included.",
    '[treatments."NAME"] compared_with': "The treatment of the other arm: the change after the start of NAME is "
    "compared with the change after the start of this one.",
    '[treatments."NAME"] arms_drawn_by_lot': "`true` if lots decided which of the two each participant started. Only "
    "then may the report speak of an effect of being assigned to NAME.",
    '[treatments."NAME"] starts_drawn_by_lot': "`true` if all participants start NAME, and lots decided who starts on "
    "which of the dates. The report then has the test that draws the dates again.",
    "[rules] step_device_order": "Kinds of devices, best first, where several recorded the same minutes.",
    "[rules] source_order": 'Sources that go before all others, best first, such as `["garmin"]`.',
    "[rules] ignore_devices": "Devices that are stored but never counted, such as another person's watch: "
    '`["apple_health watch-1a2b3c"]`.',
    "[rules] step_rule": "Devices fill each other's gaps, or only the device with the most steps counts on each date.",
    "[rules] adjust_for_device": "`true`: a day is compared with the mean of the days with the same usual devices, so "
    "that a new watch is not mistaken for a change of activity.",
    "[rules] unknown_predictors": "`keep`: every day with a score counts, also where a measure is unknown; "
    "`complete`: only days on which everything is known.",
    "[rules] day_ends_hour": "The hour before which a diary entry belongs to the evening before.",
    "[rules] min_active_hours": "Hours with steps that a date needs for its steps to count.",
    "[rules] low_step_days": "Days with fewer than 500 steps, or with steps in fewer hours than that: `if_worn`, they "
    "count if something else shows that the device was worn ([steps](../method/steps.md)); `never`; or `always`, for "
    "someone who always carries the device.",
    "[rules] min_clock_hours": "Hours that a date needs for its steps to count; travel makes dates short.",
    "[rules] min_days_in_model": "Days with a score that a participant needs for an estimate.",
    "[rules] min_days_known": "Days with a score on which a measure must be known for a statement about it.",
    "[rules] min_days_shown": "Days with a score from which an estimate is shown.",
    "[rules] looks": "Days with a score at which verdicts are given, in about the first year; later ones follow.",
    "[rules] false_sign_chance": "Chance that a participant without any effect is ever given a direction, for life; "
    "confirmatory questions share it.",
    "[rules] matters": "The smallest difference that matters between a participant's low and high days (10th and 90th "
    "percentile of the exposure), in points of a scale from 0 to 10.",
    "[rules] smallest_change": "The smallest change after a start, a stop or a new dose that matters, in points of a "
    "scale from 0 to 10.",
    "[rules] min_days_phase": "Days with a score that a change needs before it, and after it in full effect.",
    "[rules] min_people_mixed_model": "Participants that the mixed model needs.",
    "[rules] min_people_cohort": "Participants that a verdict about the average needs.",
    "[rules] min_compliance": "Share of days with a score that a verdict needs.",
    "[variables.NAME] kind": "`continuous` for numbers, `ordinal` for levels in an order, `categorical` for others.",
    "[variables.NAME] label": "What tables call it, if not its name.",
    "[variables.NAME] unit": "Unit of a number.",
    "[variables.NAME] levels": "All possible values, in order; required unless it is continuous.",
    "[variables.NAME] reference": "The level that others are compared with; the first by default.",
    "[variables.NAME] per": "The unit in which a continuous moderator is reported, such as 10 years.",
    "[variables.NAME] missing": "Cells that mean that the value is unknown.",
    "[variables.NAME] summary": "How a number is summarised in Table 1.",
    "[variables.NAME] measured": "`baseline`, or the column with the date on which it was measured. What was measured "
    "after a participant's first day is described and enters no model.",
    "[variables.NAME] quasi": "Whether it helps to recognise a participant, together with others.",
    "[variables.NAME] identifying": "Whether it names a participant; it is neither described nor in a model.",
    "[analysis] primary": "The primary question: `sleep`, `steps` or another exposure, two of them (Holm's test), or "
    "`arm`. By default the exposures of the confirmatory questions.",
    "[analysis] covariates": "Variables of the adjusted model.",
    "[analysis] moderators": "Variables that may change the primary effect.",
    "[analysis] subgroups": "Variables with levels, for each of which the effect is reported.",
    "[analysis] arms": "The variable that says who was in which arm.",
    "[analysis] phase": "The treatment before and during which days are compared; not needed if there is one.",
    "[analysis] arms_drawn_by_lot": "Whether the arms were drawn by lot; only then results speak of an effect.",
    "[analysis] outcomes": "Further items that the primary question is asked of, as one family.",
    "[analysis] alpha": "Chance of a false answer to the primary question.",
    "[analysis] population": "Who is analysed: variable to its levels, or to `[lowest, highest]`. Participants of whom "
    "it is unknown are left out.",
    "[analysis] unknown_predictors": "As in `[rules]`, for the analysis of all participants; that of the rules by "
    "default.",
    "[analysis] final": "The date from which the answer is computed, once. Results opened before it are recorded.",
    "[analysis] registered": "Where the plan is registered; pages print it.",
    "[[models]] formula": "Such as `pain ~ sleep_within * severity + weekend`.",
    "[[models]] random": "Columns of days with a slope of each participant, such as `~ sleep_within`; by default those "
    "that the formula tests.",
    "[[models]] name": "What tables call the model.",
    "[inbox] ignore": 'Names of files and folders, such as `["old/*.csv"]`.',
    "[nightly] problems_fail": "`true`: a night with refused files or other problems ends as `Failed` in Prefect.",
    "[nightly] patience_days": "Days without valid steps, sleep or a score after which a participant has stopped.",
    "[nightly] last_date": "The last date on which data are expected.",
    "[nightly] finished": "Ids of participants who no longer send data.",
    "[nightly] settle_seconds": "How long files that have just changed are watched; those that change again wait.",
    "[nightly] inbox_may_be_empty": "`true`: an empty inbox is no error, because it is emptied after each import.",
    "[notify] when": "`always`: also after runs without problems.",
    "[notify] command": "A program and its arguments; it gets the message on standard input.",
    "[notify] webhook": "An address on this machine or a private network to which the message is posted as JSON.",
    "[notify.email] to": "Addresses that get the e-mail.",
    "[notify.email] sender": "The address it comes from.",
    "[notify.email] server": "The SMTP server.",
    "[notify.email] port": "Its port.",
    "[notify.email] encryption": "`none` only for a server on this machine's network.",
    "[notify.email] user": "The name to log in with, if any.",
    "[notify.email] password_variable": "The environment variable with the password.",
    "[scale] shards": "Into how many databases the study is dealt. By default one for each 1,000 participants, counted "
    "at the first run; later runs keep to the number.",
    "[scale] scheduler": '`"local"`, or the address of a Dask scheduler, such as `"tcp://127.0.0.1:8786"`. By default '
    "processes of this machine compute the shards. `PAINSTATS_SCHEDULER` in the environment goes before it.",
}
"""Table and key to the meaning."""
