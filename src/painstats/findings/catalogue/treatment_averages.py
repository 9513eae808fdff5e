"""What researchers read about average changes after a start, an end or a new dose, and about two arms.

Only where lots were drawn may a sentence speak of an effect (docs/method/treatments_cohort.md).
"""

from __future__ import annotations

from painstats.language import _

HEADING = _("Treatments")

CHANGE_ONLY = _(
    "How {outcome} changed after the same start, end or new dose, averaged over participants. Unless lots were drawn, "
    "this is a change and nothing more: hope, other things that changed, and the ups and downs of {outcome} can do the "
    "same."
)
FOUR_WAYS = _(
    "Participants often start something when {outcome} is bad, and then it eases anyway. This does not average out, "
    "and no interval allows for it. The error differs with and without the week before the start, so an average has a "
    "direction only where four ways agree: the mixed model and the mean of participants' own changes, each with and "
    "without that week."
)
NOT_LISTED = _("Changes that fewer than five participants made are not listed.")

NAME_START, NAME_END = _("{name}, start"), _("{name}, end")
NAME_DOSE, NAME_NEW_DOSE = _("{name}, {before} to {after}"), _("{name}, now {after}")
NAME_ARMS = _("{name} against {other}")

AVERAGE_START = _(
    "{name}: {outcome} was on average {direction} after the start, by {size} points ({span}), in {participants} "
    "participants."
)
AVERAGE_END = _(
    "{name}: {outcome} was on average {direction} after the end, by {size} points ({span}), in {participants} "
    "participants."
)
AVERAGE_DOSE = _(
    "{name}: {outcome} was on average {direction} after the new dose, by {size} points ({span}), in {participants} "
    "participants."
)
DIFFERENCE = _(
    "{name}: the change in {outcome} after the start of {arm} was {size} points {direction} than after the start of "
    "{other} ({span}). Participants were not assigned by lot, so the two groups may differ in other ways."
)
EFFECT_OF_ARM = _(
    "{name}: being assigned to {arm} instead of {other} had an effect: {outcome} was {size} points {direction} "
    "({span}). Lots assigned the participants. They knew what they were assigned to, so what they expected is part of "
    "it."
)
LEFT_OUT_OF_LOT = _(
    "{name}: of the participants who were assigned, {left_out} could not be compared. Those who are left may no longer "
    "be alike."
)
EFFECT_OF_START = _(
    "{name}: being assigned to start had an effect: {outcome} was {size} points {direction} ({span}). The starting "
    "dates were drawn by lot, and drawing them again gives {p} ({orders}). Participants knew when they started, so "
    "what they expected is part of it."
)
LOT_WITHOUT_EFFECT = _(
    "{name}: the starting dates were drawn by lot. Drawing them again gives {p} ({orders}), so the lot does not "
    "show an effect."
)
LOT_ALONE = _(
    "{name}: the starting dates were drawn by lot. Drawing them again gives {p} ({orders}), but the average has no "
    "direction of its own, so no effect is reported."
)
OPEN = _("{name}: not determined; {reasons}.")
NOT_JUDGED = _("{name}: not judged; {reasons}.")
ALL_ORDERS, DRAWN_ORDERS = _("all {orders} ways to give out the dates"), _("{orders} draws")

REASONS = {
    "ways_disagree": _("the four ways do not agree"),
    "interval_too_wide": _("both directions are possible in each of the four ways"),
    "model_not_fitted": _("the mixed model could not be fitted to these days"),
    "few_participants": _("fewer than ten participants have enough days, so there is only the mean of their changes"),
    "too_few_participants": _("fewer than five participants have enough days"),
    "too_few_orders": _("the starting dates were drawn by lot, but they can be exchanged in too few ways to test it"),
}
"""Reason by name, in words that end a sentence."""

WAYS_CAPTION = _(
    "Average changes in {outcome}, in points: after the change against before it. Of two arms, the change in the first "
    "less the change in the second"
)
WAYS_HEAD = (_("Change, and how its average is computed"), _("Average (95% CI)"), _("p"))
MODEL, MODEL_WEEK = _("mixed model"), _("mixed model, with the week before")
MEAN, MEAN_WEEK = _("mean of own changes"), _("mean of own changes, with the week before")
CALENDAR = _("what-if: mixed model with calendar time")

WHO_CAPTION = _("Who is in each average")
WHO_HEAD = (_("Change"), _("Participants"), _("Left out"), _("Days"))
BOTH_ARMS = _("{participants} and {others}")
COUNTS_CAPTION = _(
    "Participants' own verdicts on their changes of one treatment alone; counts from fewer than {fewest} participants "
    "are not shown. Chance alone gives different verdicts, so they do not show that participants differ"
)
