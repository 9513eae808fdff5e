"""What researchers read about the same experiment of several participants.

Here a sentence may speak of an effect: every order was drawn by lot (docs/method/experiments.md, "Several
participants").
"""

from __future__ import annotations

from painstats.language import _

HEADING = _("Experiments")

BY_LOT = _(
    "How {outcome} differed between blocks with and without the same thing, averaged over participants who finished "
    "such an experiment. Each participant's order of blocks was drawn by lot beforehand."
)
TWO_WAYS = _(
    "The test draws the orders of all participants again at once. An average has a direction only where the test and "
    "the mixed model agree."
)
NOT_LISTED = _("Experiments that fewer than five participants have finished are not listed.")

NAME = _("{on} against {off}")

EFFECT = _(
    "{name}: an effect on average. In blocks with {on}, {outcome} was {size} points {direction} ({span}), in "
    "{participants} participants. Drawing all orders again gives {p} ({draws} draws). The lot decided the order of the "
    "blocks, so this is an effect of using it. Participants knew which days they were, so what they expected is part "
    "of it."
)
OPEN = _("{name}: not determined; {reasons}.")
DRAWN_AGAIN = _(
    "{name}: more than one order was drawn for {drawn_again} of the participants. If one of them was chosen, it was "
    "not left to the lot alone."
)
ENDED_EARLY = _(
    "{name}: {ended_early} participants ended theirs early and are not in the average. Those who finished may differ "
    "from them."
)
FEWER = _("fewer than five")

REASONS = {
    "others_go_on": _(
        "other participants' experiments are not over, and an average that is looked at after each of them would show "
        "a direction by chance; it can have one once all are over"
    ),
    "model_not_fitted": _("the mixed model could not be fitted to these days"),
    "interval_too_wide": _("both directions are possible"),
    "only_the_lot_says_so": _("the test has a direction, the mixed model has none"),
    "only_the_model_says_so": _("the mixed model has a direction, the test has none"),
    "signs_differ": _("the test and the mixed model have opposite directions"),
}
"""Reason by name, in words that end a sentence."""

WAYS_CAPTION = _("Average effects on {outcome}, in points: blocks with it less blocks without it")
WAYS_HEAD = (_("Experiment, and how its average is computed"), _("Average (95% CI)"), _("p"))
MODEL, LOT = _("mixed model"), _("mean of own effects, all orders drawn again")

WHO_CAPTION = _("Who is in each average")
WHO_HEAD = (
    _("Experiment"), _("Participants"), _("Days"), _("Left out"), _("Not over"), _("Ended early"),
)  # fmt: skip
