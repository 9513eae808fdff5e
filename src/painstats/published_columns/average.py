"""The columns of ``treatment_average``: type and meaning of each."""

from __future__ import annotations

TEXT, WHOLE, NUMBER, DATE, YES, TEXTS = "text", "whole number", "number", "date", "true or false", "list of texts"


def _way(name: str, prefix: str, meaning: str, *, has_p: bool = True) -> dict[str, tuple[str, str]]:
    """Return the columns of one way of computing the average."""
    p = {f"{prefix}p": (NUMBER, "Its two-sided p.")} if has_p else {}
    ends = {f"{prefix}low": (NUMBER, "Its 95% interval."), f"{prefix}high": (NUMBER, "Its 95% interval.")}
    return {name: (NUMBER, meaning)} | ends | p


TREATMENT_AVERAGE: dict[str, tuple[str, str]] = {
    "name": (TEXT, "The treatment."),
    "action": (TEXT, "`start`, `stop` or `dose`."),
    "dose_before": (NUMBER, "The dose before, where the dose is what changed."),
    "dose_after": (NUMBER, "The dose after, where the dose is what changed."),
    "dose_unit": (TEXT, "The unit of the doses."),
    "compared_with": (TEXT, "The treatment of the other arm; missing for an average."),
    "drawn_by_lot": (YES, "Whether the plan says that lots were drawn for the arms or for the starting dates."),
    "participants": (WHOLE, "Participants in the average, or in the arm."),
    "other_participants": (WHOLE, "Participants in the other arm; 0 for an average."),
    "left_out": (WHOLE, "Participants with this change who are not in it."),
    "days": (WHOLE, "Days with a score, without the 7 days before the change; of both arms."),
    "first_start": (DATE, "The first date of the change, over participants."),
    "last_start": (DATE, "The last one."),
    "lower": (WHOLE, "Participants whose own verdict is `lower`."),
    "higher": (WHOLE, "Participants whose own verdict is `higher`."),
    "at_most_small": (WHOLE, "Participants whose own verdict is `at_most_small`."),
    "not_determined": (WHOLE, "Participants without a verdict of their own."),
    "verdict": (TEXT, "`lower` or `higher` where all four ways agree; `not_determined`, `not_judged`."),
    "reasons": (TEXTS, "Why there is no direction, and what the lot shows, by name."),
    **_way("estimate", "", "Average change of the mixed model without the 7 days before, in points."),
    **_way("week_estimate", "week_", "The same with the 7 days before."),
    **_way("mean", "mean_", "Mean of the participants' own changes without the 7 days before."),
    **_way("mean_week", "mean_week_", "The same with the 7 days before."),
    **_way("calendar_estimate", "calendar_", "The mixed model with calendar time, a what-if.", has_p=False),
    "lot_estimate": (NUMBER, "Average change at the drawn starting dates, less that over all exchanges of the dates."),
    "lot_p": (NUMBER, "p of the test that draws the starting dates again."),
    "lot_orders": (WHOLE, "How many exchanges of the dates were compared."),
    "lot_is_exact": (YES, "Whether these are all exchanges."),
}
