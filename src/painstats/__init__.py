"""Do my activity and my sleep change my pain? Exports in, a calibrated answer for each participant out.

Data flows one way through seven stages, one function each: exports are read (:func:`read_export`), checked and stored
(:func:`load_records`), summarised by local date (:func:`build_daily_table`), laid out for the models
(:func:`build_model_frame`) and fitted (:func:`fit_questions`); the fits become findings (:func:`find`), and the
findings become reports (:func:`write_reports`).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

VERBS = {
    "read_export": "painstats.intake.reading",
    "load_records": "painstats.store",
    "build_daily_table": "painstats.daily",
    "build_model_frame": "painstats.frame",
    "fit_questions": "painstats.questions.asked",
    "find": "painstats.findings",
    "write_reports": "painstats.reports",
}

__all__ = list(VERBS)


def __getattr__(name: str) -> Any:
    """Import a function when it is first used, so that ``painstats --help`` answers at once."""
    if name in VERBS:
        return getattr(import_module(VERBS[name]), name)
    raise AttributeError(f"module 'painstats' has no attribute {name!r}")
