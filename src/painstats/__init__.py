"""Do my activity and my sleep change my pain? Exports in, a calibrated answer for each participant out.

From a study to a fitted model:

    study = painstats.read_study("demo")
    painstats.run_study(study)
    frame = painstats.load_frame(study)
    used = frame.drop_nulls(["outcome_score", "total_sleep_time_min_lag0"])
    fit = painstats.CAR1MixedLM.from_formula(
        "outcome_score ~ total_sleep_time_min_lag0_within", used, groups="participant_id", days="date"
    ).fit()

A run has seven stages, each one function that others can call too: exports are read and checked (:func:`read_export`),
stored (:func:`load_records`), summarised by local date (:func:`build_daily_table`), laid out for the models
(:func:`build_model_frame`) and fitted (:func:`fit_questions`); the fits become findings (:func:`find`), and the
findings become reports (:func:`write_reports`).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

PUBLIC = {
    "read_study": "painstats.plan.study",
    "run_study": "painstats.run",
    "inspect_export": "painstats.library",
    "load_frame": "painstats.library",
    "asked": "painstats.questions.asked",
    "fit_relation": "painstats.questions.daily.relation",
    "load_run_reports": "painstats.run_report",
    "CAR1MixedLM": "painstats.mixedlm.model",
    "read_export": "painstats.intake.reading",
    "load_records": "painstats.store",
    "build_daily_table": "painstats.daily",
    "build_model_frame": "painstats.frame",
    "fit_questions": "painstats.questions.asked",
    "find": "painstats.findings",
    "write_reports": "painstats.reports",
}
"""Each public name and its module."""

__all__ = list(PUBLIC)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``painstats --help`` answers at once."""
    if name in PUBLIC:
        return getattr(import_module(PUBLIC[name]), name)
    raise AttributeError(f"module 'painstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])
