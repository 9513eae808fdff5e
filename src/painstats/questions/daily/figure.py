"""What the chart of a daily question shows: effects of single participants side by side."""

from __future__ import annotations

from painstats.questions.daily.words import phrases
from painstats.questions.phrases import EffectChart, capital
from painstats.questions.question import Question


def chart(question: Question) -> EffectChart:
    """Describe the chart of a daily question."""
    words = phrases(question)
    title, outcome = capital(words.exposure), words.outcome
    return EffectChart(
        title=title,
        label=f"{title}: how much your {outcome.label} differed {words.comparison}.",
        cohort_label=f"{title}: the effect for each participant {words.comparison}.",
        left=outcome.less,
        right=outcome.more,
        per=f"per {words.unit}",
    )
