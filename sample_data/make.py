"""Write a whole sample study: ``python -m sample_data.make OUTPUT_FOLDER [--seed N] [--participants N] [--days N]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from sample_data.compare_cohort import COHORT, cohort_frame
from sample_data.explored import EXPLORED
from sample_data.question_truth import QUESTIONS, question_frame
from sample_data.register_experiments import register_experiments
from sample_data.simulate import Life, Truth, simulate
from sample_data.treated import TREATED
from sample_data.treatment_truth import EXPERIMENTS, TREATMENTS, experiment_frame, treatment_frame
from sample_data.trial import TRIAL
from sample_data.truth import own_truth
from sample_data.write_apple_health import write_apple_health
from sample_data.write_diary import FILES, write_clinic_diary, write_long_diary, write_sites_diary, write_wide_diary
from sample_data.write_fitabase import write_fitabase
from sample_data.write_fitbit import write_fitbit
from sample_data.write_participants import FILE as PARTICIPANTS
from sample_data.write_participants import write_participants
from sample_data.write_plan import write_plan
from sample_data.write_treatments import FILE, write_treatments

DEFAULT_SEED = 2026
LEAST_DAYS = 14


def make_study(folder: Path, truth: Truth, seed: int) -> None:
    """Write a study folder: ``study.toml``, ``inbox/``, ``truth.csv`` and ``truth.json``.

    With treated participants, the truth about their treatments and experiments is in two more tables, and the plans
    of their experiments are in the study's database. What exploratory questions and the cohort analysis should find is
    in two more tables. With a trial, there is ``participants.csv``.

    The same truth and seed give the same bytes, apart from a database.

    Parameters
    ----------
    folder
        A folder that does not exist yet or is empty.
    truth
        What is planted.
    seed
        Any whole number from 0.

    Raises
    ------
    FileExistsError
        There is something in the folder already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder, so that no study is written over")
    before = os.umask(0o077)  # private, like a real study
    try:
        _write_study(folder, truth, seed)
    finally:
        os.umask(before)


def _write_study(folder: Path, truth: Truth, seed: int) -> None:
    lives = simulate(truth, seed)
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    write_plan(folder / "study.toml", truth, lives)
    truth_frame(truth, lives).write_csv(folder / "truth.csv")
    parameters = {"seed": seed, **asdict(truth)}
    (folder / "truth.json").write_text(
        json.dumps(parameters, indent=2, default=str) + "\n", encoding="utf-8", newline=""
    )
    for life in lives:
        _write_own_exports(inbox / life.person.participant_id, own_truth(truth, life.person), life, seed)
    _write_shared_exports(inbox, truth, lives, seed)
    if truth.treated or truth.trial:
        write_treatments(inbox / FILE, lives)
        treatment_frame(truth, lives).write_csv(folder / TREATMENTS)
    if truth.treated:
        experiment_frame(lives).write_csv(folder / EXPERIMENTS)
        register_experiments(folder, lives)
    if truth.explored:
        question_frame(lives).write_csv(folder / QUESTIONS)
    if truth.trial:
        write_participants(folder / PARTICIPANTS, lives, seed)
        cohort_frame().write_csv(folder / COHORT)


def _write_own_exports(folder: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write a participant's own folder; participants of shared files have none."""
    if life.person.wearable in (None, "fitabase") and life.person.diary == "clinic":
        return
    folder.mkdir()
    if life.person.wearable == "fitbit":
        write_fitbit(folder / "MyFitbitData.zip", truth, life, seed)
    elif life.person.wearable == "apple_health":
        write_apple_health(folder, truth, life, seed)
    if life.person.diary == "wide":
        write_wide_diary(folder / FILES["wide"], truth, life, seed)
    elif life.person.diary == "long":
        write_long_diary(folder / FILES["long"], truth, life, seed)
    elif life.person.diary == "sites":
        write_sites_diary(folder / FILES["sites"], truth, life, seed)


def _write_shared_exports(inbox: Path, truth: Truth, lives: Sequence[Life], seed: int) -> None:
    """Write the files of several participants."""
    in_fitabase = [life for life in lives if life.person.wearable == "fitabase"]
    at_clinic = [life for life in lives if life.person.diary == "clinic"]
    if in_fitabase:
        write_fitabase(inbox, truth, in_fitabase, seed)
    if at_clinic:
        write_clinic_diary(inbox / FILES["clinic"], at_clinic, seed)


def truth_frame(truth: Truth, lives: Sequence[Life]) -> pl.DataFrame:
    """Return the planted truth, one row for each participant and predictor.

    Returns
    -------
    Columns ``participant_id``, ``predictor``, ``lag_days``, ``slope`` (points of pain per ``unit``, before scores are
    cut at the ends of the scale), ``total`` (the same with what runs through the night that follows), ``unit``,
    ``link_end`` (the last date with that slope, null where it never ends),
    ``usual_level`` and ``sd_within`` of the predictor (in units, over all days, steps as walked), ``usual_pain``,
    ``zero_share`` (of all days, how many have a score of 0), ``residual_sd``, ``rho``, ``rho_lag_days`` (days between
    two residuals with that correlation), ``white_share`` (of the residual variance; ``rho`` is of the rest),
    ``trend_per_30_days``, ``treatment_start``, ``treatment_effect``, ``treatment_onset_days`` (null without a
    treatment), ``diary_days`` and ``worn_days`` (days with a usable rating and with the device).
    """
    rows = [row for life in lives for row in _truth_rows(truth, life)]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(cs.float().round(6))


def _truth_rows(truth: Truth, life: Life) -> list[dict[str, object]]:
    nature = life.nature
    hours, thousands = life.total_sleep_time_min / 60, life.step_count_walked / 1000
    last_day = nature.sleep_link_last_day
    ends = None if last_day is None else life.dates[last_day]
    on_sleep = truth.steps_on_sleep if nature.steps_on_sleep is None else nature.steps_on_sleep
    total = nature.steps_slope + on_sleep * nature.sleep_variation * nature.sleep_slope
    about_predictor = (
        ("total_sleep_time_min", 0, nature.sleep_slope, nature.sleep_slope, "hour of sleep", ends, nature.usual_sleep,
         hours.std(ddof=1)),
        ("step_count", 1, nature.steps_slope, total, "1,000 steps", None, nature.usual_steps, thousands.std(ddof=1)),
    )  # fmt: skip
    names = ("predictor", "lag_days", "slope", "total", "unit", "link_end", "usual_level", "sd_within")
    treated = nature.treatment_day is not None
    about_person: dict[str, object] = {
        "usual_pain": nature.usual_pain,
        "zero_share": float(np.mean(life.pain_score == 0)),
        "residual_sd": nature.residual_sd,
        "rho": nature.rho,
        "rho_lag_days": nature.rho_lag_days,
        "white_share": nature.white_share,
        "trend_per_30_days": nature.trend,
        "treatment_start": truth.start + timedelta(days=nature.treatment_day or 0) if treated else None,
        "treatment_effect": truth.treatment_effect if treated else None,
        "treatment_onset_days": truth.treatment_onset_days if treated else None,
        "diary_days": int((~life.diary_missing).sum()),
        "worn_days": int((~life.unworn).sum()),
    }
    return [
        {"participant_id": life.person.participant_id, **dict(zip(names, values, strict=True)), **about_person}
        for values in about_predictor
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0, or 2 when the folder cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m sample_data.make", description="Write a sample study.")
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same seed gives the same bytes")
    parser.add_argument("--participants", type=int, help="so many, without those with longer records")
    parser.add_argument("--days", type=int, default=Truth().days)
    asked = parser.parse_args(arguments)
    named = asked.participants is not None
    truth = Truth(asked.participants, asked.days) if named else _whole_truth(asked.days)
    if truth.people < 1 or asked.days < LEAST_DAYS or asked.seed < 0:
        parser.error(f"a study needs 1 participant and {LEAST_DAYS} days or more, and a seed from 0")
    try:
        make_study(asked.folder, truth, asked.seed)
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 2
    print(_summary(asked.folder, truth, asked.seed))
    return 0


def _whole_truth(days: int) -> Truth:
    """Return the truth of the whole sample study."""
    return Truth(days=days, treated=len(TREATED), explored=len(EXPLORED), trial=len(TRIAL))


def _summary(folder: Path, truth: Truth, seed: int) -> str:
    exports = [path for path in sorted((folder / "inbox").rglob("*")) if path.is_file()]
    more = f"{truth.treated} more with treatments or an experiment, " if truth.treated else ""
    more += f"{truth.explored} for further questions; longer records\n" if truth.explored else ""
    more += (
        f"{truth.trial} in a trial of two arms; participants.csv has what was known at enrolment\n"
        if truth.trial
        else ""
    )
    megabytes = sum(path.stat().st_size for path in exports) / 1e6
    return (
        f"{folder}: {truth.people} participants, {truth.days} days from {truth.start}, seed {seed}\n{more}"
        f"{len(exports)} exports in inbox/, {megabytes:.1f} MB\n"
        f"average effects: {truth.sleep_slope:+.2f} points of pain per hour of sleep "
        f"(SD {truth.sleep_slope_sd:.2f}), "
        f"{truth.steps_slope:+.2f} per 1,000 steps of the day before (SD {truth.steps_slope_sd:.2f})\n"
        f"effects by participant: {folder / 'truth.csv'}"
    )


if __name__ == "__main__":
    sys.exit(main())
