"""The columns of ``contrast_finding`` and ``contrast_average``: type and meaning of each."""

from __future__ import annotations

TEXT, WHOLE, NUMBER, DATE, TEXTS = "text", "whole number", "number", "date", "list of texts"

_QUESTION: dict[str, tuple[str, str]] = {
    "kind": (TEXT, "The kind of question."),
    "item": (TEXT, "The item of the outcome."),
    "site": (TEXT, "Its site; empty for any."),
    "exposure": (TEXT, "What is compared: a measure, or a kind of exercise."),
    "contrast": (
        TEXT,
        "How it is compared: of kinds of exercise `session`, `per_30_minutes`, `any_kind` and `kinds_differ`; of later "
        "days `tomorrow`, `days_2_to_7`, `days_8_to_28`, `later`, `in_all`; of a path `total`, `direct`, "
        "`activity_to_sleep`, `sleep_to_outcome`, `through_sleep`, `outcome_to_sleep`, `outcome_to_activity`; of a "
        "change `change_per_30_days`, `last_60_days`, `before`; of other items `per_unit`.",
    ),
    "unit": (TEXT, "What the estimate is per."),
}
_VERDICT: dict[str, tuple[str, str]] = {
    "asked": (WHOLE, "Number of questions in the same family."),
    "verdict": (TEXT, "`lower`, `higher`, `at_most_small`, `not_determined` or `not_judged`."),
    "reasons": (TEXTS, "Why, by name."),
}

CONTRAST_FINDING: dict[str, tuple[str, str]] = {
    "participant_id": (TEXT, "The participant."),
    **_QUESTION,
    "look_date": (DATE, "The last day used; missing before the first look."),
    "days": (WHOLE, "Days in the fit."),
    "days_with": (
        WHOLE,
        "Of these, days after a day with the exposure, where it is done or not done; of `last_60_days` and `before`, "
        "the days of that part on which the exposure is known.",
    ),
    **_VERDICT,
    "estimate": (
        NUMBER,
        "The contrast as shown, in points per unit; of `activity_to_sleep` and `outcome_to_sleep` in hours, of "
        "`outcome_to_activity` in units of the activity.",
    ),
    "low": (NUMBER, "Its interval, 95% unless the kind says otherwise."),
    "high": (NUMBER, "Its interval."),
    "own_estimate": (NUMBER, "The contrast of the participant's own fit."),
    "own_se": (NUMBER, "Its standard error."),
    "df": (NUMBER, "Degrees of freedom of its t test."),
    "p": (NUMBER, "Its two-sided p."),
    "q": (NUMBER, "p adjusted within the family (Benjamini & Hochberg 1995; for activity, Holm 1979)."),
}

CONTRAST_AVERAGE: dict[str, tuple[str, str]] = {
    **_QUESTION,
    "participants": (WHOLE, "Participants with an estimate of their own."),
    **_VERDICT,
    "estimate": (NUMBER, "Average over participants, in points per unit."),
    "se": (NUMBER, "Its standard error."),
    "df": (NUMBER, "Degrees of freedom of its t test."),
    "low": (NUMBER, "Its 95% interval."),
    "high": (NUMBER, "Its 95% interval."),
    "p": (NUMBER, "Its two-sided p."),
    "p_adjusted": (NUMBER, "p adjusted within the family, likewise."),
    "sd_between": (NUMBER, "Standard deviation between participants."),
}
