"""Made-up changes of treatments and experiments: one for each state that a report can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from painstats.questions.experiment.finding import WAITING, ExperimentFinding
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict

PAIN = Outcome("pain", "", (0.0, 10.0))
MOOD = Outcome("mood", "", (0.0, 10.0))
LDN = "low-dose naltrexone"
LDN_DATE, LDN_STEP = date(2026, 3, 16), date(2026, 6, 1)
NUMBERS = (
    "estimate", "low", "high", "week_estimate", "week_low", "week_high", "trend_estimate", "trend_low", "trend_high",
)  # fmt: skip


def change(verdict: Verdict, *reasons: str, on: date = LDN_STEP, ramp: int = 0, **changes: Any) -> ChangeFinding:
    """Return the start of pregabalin on a date, judged at its second look."""
    full = on + timedelta(days=ramp)
    made = ChangeFinding(
        participant_id="p01", number=1, change="start", names=("pregabalin",), actions=("start",),
        doses_before=(None,), doses_after=(None,), dose_units=(None,), first_date=on, last_date=on, in_full_date=full,
        before_from=on - timedelta(days=63), before_until=on - timedelta(days=8), after_from=on,
        after_until=full + timedelta(days=55), days_before=49, days_after=44, look=2,
        look_date=full + timedelta(days=56), next_look_date=full + timedelta(days=84), verdict=verdict, reasons=reasons,
    )  # fmt: skip
    return replace(made, **changes)


def numbers(without: tuple[float, float, float], with_week: tuple[float, float, float], **more: Any) -> dict[str, Any]:
    """Return the numbers of a change that was fitted: without and with the week before it."""
    sizes = (*without, *with_week, without[0] + 0.1, without[1] - 0.3, without[2] + 0.5)
    return {
        **dict(zip(NUMBERS, sizes, strict=True)),
        "level_before": 5.8,
        "level_before_low": 5.2,
        "level_before_high": 6.4,
        "placebo": 1.044,
        "could_show": 1.4,
    } | more


LOWER = numbers(
    (-1.1, -2.1, -0.1), (-1.2, -2.1, -0.3), sleep_estimate=-0.9, sleep_low=-1.9, sleep_high=0.1, two_points_least=0.02,
    two_points_most=0.13, third_least=0.29, third_most=0.61,
)  # fmt: skip
HIGHER = numbers((1.4, 0.4, 2.4), (1.3, 0.3, 2.2))
OPEN = numbers((0.1, -1.0, 1.2), (0.0, -1.0, 1.1), could_show=1.7)
SMALL = numbers((-0.2, -0.9, 0.5), (-0.3, -0.95, 0.4))
DOSE = {
    "change": "dose", "names": (LDN,), "actions": ("dose",), "doses_before": (1.5,), "doses_after": (4.5,),
    "dose_units": ("mg",),
}  # fmt: skip
STOP = {"change": "stop", "actions": ("stop",), "names": ("oxycodone",)}
ON_OFF = {
    "change": "on_off", "names": (LDN,), "doses_after": (4.5,), "dose_units": ("mg",), "on": LDN_DATE,
    "last_date": date(2026, 9, 1),
}  # fmt: skip


def several(*what: tuple[str, str], apart: int = 4, **changes: Any) -> dict[str, Any]:
    """Return the fields of changes that came together: (name, action) each."""
    empty: dict[str, Any] = dict.fromkeys(("doses_before", "doses_after", "dose_units"), (None,) * len(what))
    names, actions = zip(*what, strict=True)
    together = {"change": "several", "names": names, "actions": actions, "last_date": LDN_STEP + timedelta(days=apart)}
    return {**empty, **together, **changes}


YOGA_PILATES = several(("yoga", "start"), ("pilates", "start"))
NOT_YET = {"look": 0, "look_date": None, "next_look_date": date(2026, 6, 29)}
NEVER = {"look": 0, "look_date": None, "next_look_date": None}

STATES: dict[str, ChangeFinding] = {
    "lower_dose_step": change(Verdict.LOWER, **DOSE, **LOWER, ramp=14),
    "lower_start": change(Verdict.LOWER, names=(LDN,), doses_after=(1.5,), dose_units=("mg",), on=LDN_DATE, **LOWER),
    "lower_below_dummy": change(Verdict.LOWER, **numbers((-0.5, -0.9, -0.1), (-0.6, -1.0, -0.2))),
    "lower_above_dummy": change(Verdict.LOWER, **numbers((-2.4, -3.4, -1.4), (-2.3, -3.3, -1.2))),
    "lower_end": change(Verdict.LOWER, **STOP, **LOWER, next_look_date=None, look=3),
    "lower_new_dose": change(Verdict.LOWER, **{**DOSE, "doses_before": (None,)}, **LOWER),
    "lower_withdrawn_before": change(Verdict.LOWER, **LOWER, withdrawn=Verdict.HIGHER),
    "lower_later_weeks": change(
        Verdict.LOWER, **LOWER, look=3, next_look_date=None, later_estimate=0.6, later_low=0.1, later_high=1.1
    ),
    "higher": change(Verdict.HIGHER, **HIGHER, later_estimate=0.2, later_low=-0.3, later_high=0.7),
    "higher_end": change(Verdict.HIGHER, **STOP, **HIGHER),
    "no_clear_change": change(Verdict.AT_MOST_SMALL, "inside_smallest_change", names=("massage",), **SMALL),
    "open": change(Verdict.NOT_DETERMINED, "interval_too_wide", names=("acupuncture",), **OPEN),
    "open_last": change(Verdict.NOT_DETERMINED, "interval_too_wide", **OPEN, look=3, next_look_date=None),
    "hangs_with": change(
        Verdict.NOT_DETERMINED, "hangs_on_the_days_before", names=("yoga course",),
        **numbers((-0.5, -1.2, 0.2), (-0.7, -1.3, -0.1)),
    ),
    "hangs_without": change(
        Verdict.NOT_DETERMINED, "hangs_on_the_days_before", **numbers((0.9, 0.1, 1.7), (0.4, -0.4, 1.2))
    ),
    "hangs_opposite": change(
        Verdict.NOT_DETERMINED, "hangs_on_the_days_before", **numbers((0.9, 0.1, 1.7), (-0.9, -1.6, -0.2))
    ),
    "hangs_on_off": change(
        Verdict.NOT_DETERMINED, "hangs_on_the_days_before", **ON_OFF, **numbers((0.9, 0.1, 1.7), (0.2, -0.4, 0.9))
    ),
    "withdrawn": change(Verdict.NOT_DETERMINED, "interval_too_wide", **OPEN, withdrawn=Verdict.LOWER),
    "together_lower": change(Verdict.LOWER, **YOGA_PILATES, **LOWER),
    "together_higher": change(Verdict.HIGHER, **YOGA_PILATES, **HIGHER),
    "together_same_day": change(
        Verdict.NOT_DETERMINED, "interval_too_wide", **several(("yoga", "stop"), ("pilates", "stop"), apart=0), **OPEN
    ),
    "together_three": change(
        Verdict.NOT_JUDGED, "before_first_look",
        **several(("yoga", "start"), ("pilates", "start"), ("massage", "start")), **NOT_YET,
    ),
    "together_switch": change(
        Verdict.NOT_JUDGED, "next_change_too_soon", **several(("oxycodone", "stop"), (LDN, "start"), apart=0), **NEVER,
        after_until=date(2026, 6, 20),
    ),
    "together_titration": change(
        Verdict.AT_MOST_SMALL, "inside_smallest_change", **SMALL,
        **several(
            (LDN, "dose"), (LDN, "dose"), apart=7, doses_before=(1.5, 3.0), doses_after=(3.0, 4.5),
            dose_units=("mg", "mg"),
        ),
    ),
    "on_off_lower": change(Verdict.LOWER, **ON_OFF, **LOWER),
    "on_off_higher": change(Verdict.HIGHER, **ON_OFF, **HIGHER),
    "on_off_small": change(Verdict.AT_MOST_SMALL, "inside_smallest_change", **ON_OFF, **SMALL),
    "on_off_too_few": change(Verdict.NOT_JUDGED, "too_few_days_without", **ON_OFF, **NEVER, days_before=11),
    "same_days": change(Verdict.NOT_JUDGED, "same_days_as:pilates", **ON_OFF, **NEVER),
    "early": change(Verdict.NOT_JUDGED, "before_first_look", **NOT_YET, days_after=12),
    "early_few_before": change(Verdict.NOT_JUDGED, "before_first_look", **NOT_YET, days_after=12, days_before=9),
    "always_on": change(Verdict.NOT_JUDGED, "covers_all_days", **NEVER, names=("oxycodone",), days_before=0),
    "too_few_before": change(Verdict.NOT_JUDGED, "too_few_days_before", **NEVER, days_before=12),
    "too_few_after": change(
        Verdict.NOT_JUDGED, "too_few_days_after", **NEVER | {"look": 3}, names=("steroid injection",), days_after=19
    ),
    "too_few_after_at_last": change(Verdict.NOT_JUDGED, "too_few_days_after", **NEVER | {"look": 1}, days_after=27),
    "over_soon": change(Verdict.NOT_JUDGED, "over_within_two_weeks", **NEVER, names=("prednisone",), days_after=9),
    "never_in_full": change(
        Verdict.NOT_JUDGED, "next_change_too_soon", **NEVER, ramp=20, days_after=0, after_until=date(2026, 6, 20)
    ),
    "too_few_after_yet": change(Verdict.NOT_JUDGED, "too_few_days_after", **NOT_YET, days_after=19),
    "missing_days": change(Verdict.NOT_JUDGED, "too_many_days_missing", **NEVER),
    "same_scores": change(Verdict.NOT_JUDGED, "outcome_hardly_varies", **NEVER),
    "like_time": change(Verdict.NOT_JUDGED, "same_course_as_time", **NEVER, ramp=84),
    "no_fit": change(Verdict.NOT_JUDGED, "something_new", **NEVER),
}  # fmt: skip
"""A change for every state, by a short name."""

ORDER = (1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1)
MEANS = (4.0, 5.1, 4.9, 4.4, 4.2, 5.3, 4.1, 4.8, 5.2, 4.6, None, 4.3, 4.4, 5.0, 4.7, 4.2)


def experiment(stage: str, verdict: Verdict, *reasons: str, **changes: Any) -> ExperimentFinding:
    """Return an experiment of 16 blocks of three days with heat."""
    first = date(2026, 8, 10)
    made = ExperimentFinding(
        participant_id="p01", fingerprint="3fa9" * 16, on="heat", off="nothing", first_date=first,
        last_date=first + timedelta(days=47), blocks=16, block_days=3, dropped_days=0, order=ORDER,
        drawn_at=datetime(2026, 8, 7, 18, 30, tzinfo=UTC), draws=1, stage=stage,  # type: ignore[arg-type]
        opens_on=first + timedelta(days=48), verdict=verdict, reasons=reasons,
    )  # fmt: skip
    return replace(made, **changes)


RESULT: dict[str, Any] = {
    "estimate": -0.7, "low": -1.4, "high": -0.1, "p": 0.031, "orders": 6344, "model_estimate": -0.75,
    "model_low": -1.3, "model_high": -0.2, "block_means": MEANS,
    "block_scored_days": (3, 3, 2, 3, 3, 3, 3, 2, 3, 3, 0, 3, 3, 1, 3, 3), "level_off": 5.0, "level_on": 4.3,
}  # fmt: skip
UNCLEAR = RESULT | {"estimate": 0.1, "low": -0.4, "high": 0.5, "p": 0.62, "model_low": -0.3, "model_high": 0.4}

EXPERIMENTS: dict[str, ExperimentFinding] = {
    "planned": experiment("planned", Verdict.NOT_JUDGED, "sealed"),
    "sealed": experiment("sealed", Verdict.NOT_JUDGED, "sealed", dropped_days=1, block=9),
    "waiting": experiment("sealed", Verdict.NOT_JUDGED, WAITING, block=16, opens_on=date(2026, 10, 11)),
    "told_lower": experiment("finished", Verdict.LOWER, **RESULT),
    "told_higher": experiment(
        "finished", Verdict.HIGHER, **RESULT | {"estimate": 0.7, "low": 0.1, "high": 1.4}, on="stretching", draws=2
    ),
    "not_told": experiment("finished", Verdict.NOT_DETERMINED, "interval_too_wide", **UNCLEAR, more_blocks=24),
    "small": experiment("finished", Verdict.AT_MOST_SMALL, "inside_smallest_change", **UNCLEAR),
    "ended_early": experiment(
        "ended_early", Verdict.NOT_JUDGED, "ended_early", block_means=MEANS[:5], block_scored_days=(3, 3, 2, 3, 2)
    ),
    "ended_late": experiment(
        "ended_early", Verdict.NOT_JUDGED, "ended_early", block_means=MEANS[:10], block_scored_days=(3,) * 10
    ),
    "only_the_model": experiment(
        "finished", Verdict.NOT_DETERMINED, "only_the_model_says_so", "few_scores_in_blocks",
        **UNCLEAR | {"model_low": -1.2, "model_high": -0.1},
    ),
    "no_scores": experiment("finished", Verdict.NOT_JUDGED, "outcome_missing"),
    "other_outcome": experiment("finished", Verdict.NOT_JUDGED, "outcome_changed"),
    "same_scores": experiment("finished", Verdict.NOT_JUDGED, "outcome_hardly_varies"),
}  # fmt: skip
"""An experiment for every state, by a short name."""
