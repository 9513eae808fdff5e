"""The daily kind: whether an outcome differs after a longer night, or on the day after more steps."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.daily import figure, judge, plan, words
from painstats.questions.kind import Kind, KindFitted, Say
from painstats.questions.question import Question
from painstats.store.connection import Store


def fit(store: Store, questions: Sequence[Question], say: Say) -> KindFitted:
    """Fit daily questions together (``daily/fit.py``, which loads statsmodels)."""
    from painstats.questions.daily.fit import fit_models

    return fit_models(store, questions, say)


DAILY = Kind(name=plan.NAME, ask=plan.ask, fit=fit, judge=judge.judge, phrases=words.phrases, chart=figure.chart)
