"""A simulated study up to its findings: records, daily table and frame are real, the fits are invented.

Seven people, each there for a reason:

| id  | what is special                                                                    |
|-----|------------------------------------------------------------------------------------|
| p01 | less pain after longer nights, no large link with steps; a treatment phase         |
| p02 | more pain after more steps; less pain after longer nights, withdrawn at look 2     |
| p03 | both directions are possible                                                       |
| p04 | 30 days with a score: before the first look, with a reading                        |
| p05 | 15 days with a score: no reading                                                   |
| p06 | no ratings at all                                                                  |
| evil| an id and a phase that try to leave the text; less pain, as for the others         |
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from painstats.daily import build_daily_table
from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.tables import (
    FIT_ROWS,
    CoefficientRow,
    CohortFit,
    LookEvidence,
    ModelFit,
    ParticipantEffect,
    RobustnessCheck,
)
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from painstats.questions.look import LookDay
from painstats.questions.treatment.finding import ChangeFinding
from painstats.records import RECORD_TABLES
from painstats.store import Store
from painstats.store.rows import replace_rows
from tests.made_up_looks import Effect, average_look, known_range, look, own_looks, scored_dates

EVIL_ID = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
EVIL_PHASE = "</text><script>alert('phase')</script>&\u202e"
FIRST_DATE = date(2026, 1, 5)
DAYS = {"p01": 110, "p02": 110, "p03": 90, "p04": 36, "p05": 18, "p06": 40, EVIL_ID: 80}
SLEEP, STEPS = "total_sleep_time_min_lag0", "step_count_lag1"
QUESTIONS = (SLEEP, STEPS)
Row = dict[str, Any]
Fits = dict[str, tuple[tuple[float, float], tuple[float, float]]]
"""Person to (estimate, half width) of sleep and of steps."""

PLAN: dict[str, Any] = {
    "study": {"name": "A made-up <b>study</b>", "time_zone": "Europe/London"},
    "phases": [
        {"participant": "p01", "name": "Water walking", "start": "2026-02-20"},
        {"participant": EVIL_ID, "name": EVIL_PHASE, "start": "2026-01-20", "end": "2026-02-10"},
    ],
}

FITS: Fits = {
    "p01": ((-0.46, 0.20), (0.01, 0.09)),
    "p02": ((-0.12, 0.20), (0.16, 0.10)),
    "p03": ((0.05, 0.60), (-0.04, 0.30)),
    "p04": ((-0.18, 0.30), (0.06, 0.20)),
    EVIL_ID: ((-0.22, 0.19), (-0.03, 0.12)),
}


AT_LOOK: dict[tuple[str, str, int], Effect] = {("p02", SLEEP, 1): Effect(-0.5, 0.25)}
"""Effects at single looks, where they differ from those of all days."""

POOLED = {(EVIL_ID, SLEEP): Effect(-0.24, 0.12)}
"""Effects at the first look, pooled with the other participants."""


def plan(**changes: object) -> Plan:
    return Plan.model_validate({**PLAN, **changes})


def small_study(folder: Path, **changes: object) -> Study:
    folder.mkdir()
    return Study(folder=folder, plan=plan(**changes))


def fill(store: Store, item: str = "pain", people: dict[str, int] | None = None) -> None:
    """Fill a store with records, made-up fits and what is found in them."""
    days = DAYS if people is None else people
    for table, rows in _records(days, item).items():
        _insert(store, table, rows)
    _enter_imports(store, days)
    build_daily_table(store)
    build_model_frame(store, exposures(asked(store.study)))
    invent_fits(store, {person: FITS[person] for person in days if person in FITS})
    find(store)


def _records(days: dict[str, int], item: str) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {"step_count": [], "sleep_episode": [], "self_report": []}
    for number, (person, length) in enumerate(days.items()):
        chance = random.Random(number)
        for step in range(length):
            day = FIRST_DATE + timedelta(days=step)
            nights, steps = chance.gauss(410, 65), max(1500.0, chance.gauss(6500, 2400))
            if chance.random() > 0.08 and not 30 <= step < 34:
                rows["sleep_episode"].append(_night(person, day, nights))
            if chance.random() > 0.08 and not 50 <= step < 55:
                rows["step_count"] += _hours(person, day, steps)
            pain = round(min(10, max(0, 5 - 0.4 * (nights - 410) / 60 + math.sin(step / 9) + chance.gauss(0, 1.1))))
            if person != "p06" and chance.random() > 0.1 and not 40 <= step < 43:
                rows["self_report"].append(_report(person, day, item, pain))
    return rows


def _origin(person: str) -> Row:
    return {"participant_id": person, "source": "fitbit", "device": "Wrist of Jo", "device_kind": "tracker"}


def _night(person: str, day: date, minutes: float) -> Row:
    end = datetime.combine(day, time(7), UTC)
    return {
        **_origin(person), "episode_id": day.isoformat(), "date": day, "start_at": end - timedelta(minutes=minutes + 30), "end_at": end,
        "total_sleep_time_min": minutes, "time_in_bed_min": minutes + 30, "is_main_sleep": True,
    }  # fmt: skip


def _hours(person: str, day: date, steps: float) -> list[Row]:
    starts = [datetime.combine(day, time(hour), UTC) for hour in range(9, 19)]
    return [
        {**_origin(person), "start_at": start, "end_at": start + timedelta(minutes=50), "step_count": round(steps / 10)}
        for start in starts
    ]


def _report(person: str, day: date, item: str, value: float) -> Row:
    return {
        "participant_id": person, "source": "diary", "date": day, "reported_at": None, "item": item, "site": "", "recall": "today",
        "filled": "evening", "entry_number": 1, "value": float(value), "scale_low": 0.0, "scale_high": 10.0, "higher_is_worse": True,
    }  # fmt: skip


def _insert(store: Store, table: str, rows: list[Row]) -> None:
    frame = pl.DataFrame(rows, schema=RECORD_TABLES[table].columns)
    store.connection.register("made_up", frame.to_arrow())
    store.connection.execute(f"INSERT INTO {table} BY NAME SELECT *, 1 AS import_id FROM made_up")
    store.connection.unregister("made_up")


def _enter_imports(store: Store, days: dict[str, int]) -> None:
    entry = (
        "INSERT INTO import (import_id, participant_id, file_name, content_hash, reading_hash, source, status, rule, message, "
        "rows_read, rows_new, rows_same, rows_quarantined, rows_ignored, painstats_version) VALUES (?, ?, ?, ?, 'r', ?, ?, ?, ?, ?, ?, ?, ?, ?, '0')"
    )
    for number, (person, length) in enumerate(days.items()):
        place = 10 * number + 1
        files = [
            (
                place,
                person,
                f"{number}/export.zip",
                f"a{number}",
                "fitbit",
                "loaded",
                None,
                None,
                12 * length + 8,
                11 * length,
                length,
                3,
                5,
            ),
            (
                place + 1,
                person,
                f"{number}/diary.csv",
                f"b{number}",
                "diary",
                "loaded",
                None,
                None,
                length,
                length,
                0,
                0,
                0,
            ),
            (
                place + 2,
                person,
                f"{number}/holiday.jpg",
                f"c{number}",
                None,
                "refused",
                "not_recognised",
                "no source reads it",
                0,
                0,
                0,
                0,
                0,
            ),
        ]
        for file in files:
            store.connection.execute(entry, file)
        store.connection.execute(
            "INSERT INTO quarantine VALUES (?, 'step_count', 'steps.json', 12, 'step_count', 'not_plausible', '<script>x</script>')",
            [place],
        )
        store.connection.execute("INSERT INTO ignored VALUES (?, 'water.json', 5, 'not used: <i>water</i>')", [place])


def invent_fits(store: Store, fits: Fits) -> None:
    """Write made-up results of the models."""
    people = [
        _person_fit(store, person, question, *slope)
        for person, slopes in fits.items()
        for question, slope in zip(QUESTIONS, slopes, strict=True)
    ]
    rows = dict.fromkeys(FIT_ROWS, ()) | {"person_fit": people, "look_evidence": _looks(store, fits)}
    enough = len(fits) >= 5
    cohort = [_cohort_fit(SLEEP, -0.17, len(fits)), _cohort_fit(STEPS, 0.03, len(fits))] if enough else []
    if enough:
        rows |= {
            "cohort_fit": cohort,
            "look_evidence": [*rows["look_evidence"], *_average_looks(store, cohort)],
            "coefficient": _coefficients(),
            "model_fit": [made_up_model(len(fits)), made_up_model_of_steps(len(fits))],
            "robustness": _robustness(),
        }
    for table, row_type in FIT_ROWS.items():
        replace_rows(store, table, row_type, rows[table])
    replace_rows(store, "change_finding", ChangeFinding, [])
    replace_rows(store, "experiment_finding", ExperimentFinding, [])
    replace_rows(store, "contrast_finding", ContrastFinding, [])
    replace_rows(store, "contrast_average", ContrastAverage, [])


def _looks(store: Store, fits: Fits) -> list[LookEvidence]:
    effects: dict[str, dict[str, dict[int, Effect]]] = {
        person: {
            question: {number: AT_LOOK.get((person, question, number), Effect(*slope)) for number in (1, 2, 3)}
            for question, slope in zip(QUESTIONS, slopes, strict=True)
        }
        for person, slopes in fits.items()
    }
    own = own_looks(store, effects)
    pooled = [
        look(store, person, question, LookDay(1, row.date, row.days), effect, "pooled")
        for (person, question), effect in POOLED.items()
        for row in own
        if (row.participant_id, row.question, row.number) == (person, question, 1)
    ]
    return [*own, *pooled]


def _average_looks(store: Store, cohort: list[CohortFit]) -> list[LookEvidence]:
    day = max(dates[-1] for dates in scored_dates(store).values())
    return [average_look(store, fit.question, Effect(fit.estimate, 1.96 * fit.se), day) for fit in cohort]


def _person_fit(store: Store, person: str, question: str, estimate: float, half: float) -> ParticipantEffect:
    z = abs(estimate) / (half / 1.96)
    wrong_sign = 0.5 * math.erfc(z / math.sqrt(2))
    own, known = 1.4 * estimate, known_range(store, question).get(person)
    return ParticipantEffect(
        participant_id=person, question=question, basis="pooled", estimate=estimate, low=estimate - half, high=estimate + half,
        false_sign_rate=wrong_sign, reliability=0.7 if half < 0.5 else 0.3, own_estimate=own,
        own_low=own - 1.5 * half, own_high=own + 1.5 * half, own_df=60.0, own_p=2 * wrong_sign, own_rho=0.38,
        smallest_effect=1 / known.width if known else 0.0,
    )  # fmt: skip


def _cohort_fit(question: str, estimate: float, participants: int) -> CohortFit:
    p = 0.021 if question == SLEEP else 0.55
    return CohortFit(
        question=question, basis="mixed_model", estimate=estimate, se=0.05, df=4.6, low=estimate - 0.13, high=estimate + 0.13,
        p=p, p_adjusted=2 * p if question == SLEEP else p, participants=participants, days=330,
        two_stage_estimate=estimate - 0.02, two_stage_low=estimate - 0.18, two_stage_high=estimate + 0.14, agrees=True,
        slope_sd=0.11, slope_sd_low=0.02, slope_sd_high=0.29, slopes_differ_p=0.013,
    )  # fmt: skip


def _coefficients() -> list[CoefficientRow]:
    """Return those of the model for sleep, which has both exposures, and of that for steps, which has no later one."""
    steps = ["intercept", f"{STEPS}_within", f"{STEPS}_between", "weekend", "time_30d"]
    both = ["intercept", f"{SLEEP}_within", f"{STEPS}_within", f"{SLEEP}_between", *steps[2:]]
    return [
        CoefficientRow(model="cohort", answered=(question,), term=term, estimate=5.1 / (place + 1), se=0.2, df=4.2 + place, t=2.1,
                       p=0.0004 * 5**place if place < 5 else 0.6, low=5.1 / (place + 1) - 0.5, high=5.1 / (place + 1) + 0.5)
        for question, terms in ((SLEEP, both), (STEPS, steps))
        for place, term in enumerate(terms)
    ]  # fmt: skip


def made_up_model(participants: int) -> ModelFit:
    return ModelFit(
        model="cohort", answered=(SLEEP,), days=330, participants=participants, rho=0.41, white_share=0.2, residual_sd=1.18, log_likelihood=-512.345678, converged=True,
        is_singular=False, certificate=1.2e-9, projected_gradient=3.1e-7, df_method="Kenward-Roger", statsmodels_difference=4.0e-9,
        statsmodels_summary="Mixed Linear Model Regression Results\n<script>alert('summary')</script>",
        random_terms=("intercept", f"{SLEEP}_within", f"{STEPS}_within"),
        random_covariance=(1.44, 0.02, -0.01, 0.02, 0.0121, 0.0, -0.01, 0.0, 0.01),
        autocorrelation=(0.02, -0.04, 0.01, 0.03, -0.02, 0.05, 0.12), equal_variance_p=0.0002, pattern_p=0.21,
        pattern_lag=7, pattern_departure=0.06, has_pattern=False, drifts=False, guarded=(), feedback_p=None,
        feedback_coefficients=(), feedback_t=(),
        residual_quantiles=(-3.4, -2.5, -1.7, -0.7, 0.0, 0.7, 1.7, 2.6, 3.2), participant_sd_quantiles=(0.8, 1.1, 1.6),
        r2_marginal=0.142, r2_conditional=0.521,
    )  # fmt: skip


def made_up_model_of_steps(participants: int) -> ModelFit:
    terms = ("intercept", f"{STEPS}_within")
    return replace(
        made_up_model(participants), answered=(STEPS,), random_terms=terms, random_covariance=(1.5, -0.01, -0.01, 0.01)
    )


def _robustness() -> list[RobustnessCheck]:
    """Return checks of every kind: another answer, a person, a test without a slope, one that could not be made."""
    refused = {"reason": "5 participants are too few to resample; at least 10 are needed"}
    found = [
        ("participants_resampled", SLEEP, refused),
        ("participants_resampled", STEPS, refused),
        ("one_participant_out", SLEEP, {"low": -0.21, "high": -0.11, "same_verdict": True}),
        ("most_influential_out", SLEEP, _slope(-0.11, 0.15, same=False) | {"participant_id": EVIL_ID}),
        ("days_shifted", SLEEP, {"p": 0.0004, "same_verdict": True}),
        ("days_shifted", STEPS, {"p": 0.5214, "same_verdict": True}),
        ("sleep_bend", SLEEP, {"estimate": 0.12, "low": 0.05, "high": 0.19}),
        ("detrended", SLEEP, _slope(-0.16, 0.13, same=True)),
        ("detrended", STEPS, _slope(0.02, 0.13, same=True)),
    ]
    return [
        RobustnessCheck(model="cohort", position=place, check=check, question=question, item="pain", site="", **row)
        for place, (check, question, row) in enumerate(found)
    ]


def _slope(estimate: float, half: float, *, same: bool) -> Row:
    return {"estimate": estimate, "low": estimate - half, "high": estimate + half, "same_verdict": same}
