"""Write the sample study's ``study.toml``, with comments that explain what is declared and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sample_data.simulate import Life
from sample_data.truth import Truth, journey_dates

HEAD = """\
# The plan of the sample study: simulated participants, exports in the real formats. truth.csv in this folder has the
# simulated effects.

[study]
name = "Sample study"
time_zone = "Europe/London"        # home of participants without one of their own below

[outcome]
item = "pain"
scale = [0, 10]                    # effects are in points of this scale, whatever scale a diary uses
{across_sites}
# Two questions: is the outcome different after a longer night, and on the day after more steps?
[[questions]]
kind = "daily"
measure = "total_sleep_time_min"
lag_days = 0

[[questions]]
kind = "daily"
measure = "step_count"
lag_days = 1
"""

ACROSS_SITES = """\
across_sites = "mean"              # each site is compared with its own average
"""

DECLARED = """
# And two kinds about what participants list or plan: changes after a start, a stop or a new dose, and experiments.
[[questions]]
kind = "treatment"

[[questions]]
kind = "experiment"
"""

FURTHER = """
# And further ones: kinds of exercise, the days after, and other outcomes.
[[questions]]
kind = "exercise"

[[questions]]
kind = "delayed"

[[questions]]
kind = "item"
"""

WIDE = """
# An evening diary with one row for each day and one column for each item. The score belongs to the day of its date.
[[diaries]]
file = "diary.csv"
layout = "wide"
date_column = "date"
date_format = "%Y-%m-%d"
time_column = "time"
filled = "evening"
items = [
    { item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" },
    { item = "fatigue", column = "fatigue", scale = [0, 10], higher_is = "worse", recall = "today" },
    { item = "mood", column = "mood", scale = [0, 10], higher_is = "better", recall = "today" },
]
"""

LONG = """
# An evening diary with one row for each score, saved by a German spreadsheet: semicolons, decimal commas, the day
# before the month, and a Windows encoding.
[[diaries]]
file = "tagebuch.csv"
layout = "long"
delimiter = ";"
decimal = ","
encoding = "cp1252"
date_column = "Datum"
date_format = "%d.%m.%Y"
time_column = "Uhrzeit"
filled = "evening"
item_column = "Frage"
value_column = "Wert"
items = [
    { item = "pain", named = "Schmerz", scale = [0, 10], higher_is = "worse", recall = "today" },
    { item = "fatigue", named = "Müdigkeit", scale = [0, 10], higher_is = "worse", recall = "today" },
    { item = "mood", named = "Stimmung", scale = [0, 10], higher_is = "better", recall = "today" },
]
"""

CLINIC = """
# One file of a clinic for several participants, filled in in the morning about the last 24 hours: the score belongs to
# the day before its date. The scale runs to 100.
[[diaries]]
file = "diary_clinic.csv"
layout = "wide"
participant_column = "participant"
date_column = "date"
date_format = "%Y-%m-%d"
time_column = "time"
filled = "morning"
items = [
    { item = "pain", column = "pain_0_100", scale = [0, 100], higher_is = "worse", recall = "last_24_hours" },
]
"""

SITES = """
# An evening diary of two sites. The knee is scored on some days only, so each site is compared with its own average.
[[diaries]]
file = "diary_sites.csv"
layout = "wide"
date_column = "date"
date_format = "%Y-%m-%d"
time_column = "time"
filled = "evening"
items = [
    { item = "pain", site = "back", column = "back", scale = [0, 10], higher_is = "worse", recall = "today" },
    { item = "pain", site = "knee", column = "knee", scale = [0, 10], higher_is = "worse", recall = "today" },
]
"""

TRIAL = """
# A trial: lots decided who did a programme, and who had usual care. Each participant lists one of the two as a
# treatment, with the day on which it began.
[treatments."programme"]
compared_with = "usual care"
arms_drawn_by_lot = true

# Columns of participants.csv, as they were known at enrolment.
[variables.age]
kind = "continuous"
unit = "years"
per = 10

[variables.sex]
kind = "categorical"
levels = ["female", "male"]

[variables.severity]
kind = "continuous"
label = "severity at enrolment"
per = 10

[variables.group]
kind = "categorical"
levels = ["usual care", "programme"]

# The cohort analysis (painstats cohort): the trial, and beside it the average effects of sleep and steps.
[analysis]
primary = "arm"
covariates = ["age", "sex"]
moderators = ["severity"]
arms = "group"
phase = ["usual care", "programme"]
arms_drawn_by_lot = true

[[models]]
name = "sleep by age"
formula = "pain ~ sleep_within * age + steps_within + weekend + time"
"""

NIGHTLY = """
# No data are expected after the last day, so no participant has stopped sending them.
[nightly]
last_date = {last_date}

"""

DIARIES = {"wide": WIDE, "long": LONG, "clinic": CLINIC, "sites": SITES}


def write_plan(path: Path, truth: Truth, lives: Sequence[Life]) -> None:
    """Write the plan of a study of these participants; it declares only what their exports contain."""
    shapes = [shape for shape in DIARIES if any(life.person.diary == shape for life in lives)]
    lists = any(life.treatments or life.person.experiment for life in lives)
    further = bool(truth.explored)
    parts = [
        HEAD.format(across_sites=ACROSS_SITES if "sites" in shapes else ""),
        *([DECLARED] if lists else []),
        *([FURTHER] if further else []),
        *(DIARIES[shape] for shape in shapes),
    ]
    parts += [TRIAL] if truth.trial else []
    parts += [NIGHTLY.format(last_date=max(life.dates[-1] for life in lives))]
    parts += ["# Time zones decide the date of an evening's steps.\n"]
    parts += [_participant(truth, life) for life in lives]
    parts += [_phase(truth, life) for life in lives if life.nature.treatment_day is not None]
    path.write_text("".join(parts), encoding="utf-8", newline="")


def _participant(truth: Truth, life: Life) -> str:
    person = life.person
    home = f'[participants."{person.participant_id}"]\ntime_zone = "{person.time_zone}"\n'
    if person.last_visit_on is not None:
        home += f"last_visit = {life.dates[person.last_visit_on]}\n"
    home += "\n"
    journey = journey_dates(truth, person)
    if journey is None:
        return home
    return (
        f"{home}# Days abroad begin at midnight in the zone of the stay, from the first to the last date there.\n"
        f'[[participants."{person.participant_id}".travel]]\n'
        f'first_date = {journey[0]}\nlast_date = {journey[1]}\ntime_zone = "{person.travels_to}"\n\n'
    )


def _phase(truth: Truth, life: Life) -> str:
    start = truth.start + timedelta(days=life.nature.treatment_day or 0)
    return (
        "# A treatment that started during the study, and the first day of it.\n"
        f'[[phases]]\nparticipant = "{life.person.participant_id}"\nname = "new medicine"\nstart = {start}\n'
    )
