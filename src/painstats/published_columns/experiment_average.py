"""The columns of ``experiment_average``: type and meaning of each."""

from __future__ import annotations

TEXT, WHOLE, NUMBER, DATE, TEXTS = "text", "whole number", "number", "date", "list of texts"

EXPERIMENT_AVERAGE: dict[str, tuple[str, str]] = {
    "on": (TEXT, "What is done in blocks with the treatment, in the words of the participant who began first."),
    "off": (TEXT, "What is done in the other blocks."),
    "participants": (WHOLE, "Participants in the average, each with one experiment."),
    "days": (WHOLE, "Their days that count and have a score."),
    "left_out": (
        WHOLE,
        "Participants who finished one that is not in the average: scores in too few blocks, or another outcome.",
    ),
    "going_on": (WHOLE, "Participants who have finished none yet, with one that is planned or not over."),
    "ended_early": (WHOLE, "Participants who ended one early, and have no other."),
    "drawn_again": (WHOLE, "Participants in the average for whom more than one order had been drawn."),
    "first_date": (DATE, "The first day of the first experiment."),
    "last_date": (DATE, "The last day of the last one."),
    "verdict": (TEXT, "`lower` or `higher` where the lot and the mixed model agree; else `not_determined`."),
    "reasons": (
        TEXTS,
        "Why there is no direction: see [planned experiments](../method/experiments.md#several-participants).",
    ),
    "estimate": (NUMBER, "Effect of the treatment by the mixed model, in points."),
    "low": (NUMBER, "Its 95% interval."),
    "high": (NUMBER, "Its 95% interval."),
    "p": (NUMBER, "Its two-sided p."),
    "lot_estimate": (NUMBER, "Mean of the participants' own effects, in points."),
    "lot_p": (NUMBER, "Its two-sided p when the orders of all participants are drawn again at once."),
    "lot_draws": (WHOLE, "Number of draws that it was computed over, the first one among them."),
}
