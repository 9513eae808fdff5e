"""What participants read about later days: whole sentences with named variables.

A line has no number: what came later is spread over four weeks, and its size needs the sentence that says so.
"""

from __future__ import annotations

from painstats.language import _
from painstats.questions.exploratory.row_words import ONE_SIDED as ONE_SIDED
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH

CARD_NAME = _("Later days: {exposure}")

# --- The line

NEXT_DAY_LINE = _("After {more}, {outcome} was {next_day} the next day. Later days show no pattern.")
LATER_LINE = _("After {more}, {outcome} was {later} over days 2 to 28. The next day shows no pattern.")
TURN_LINE = _("After {more}, {outcome} was {next_day} the next day, then {later}.")
SAME_LINE = _("After {more}, {outcome} was {next_day} the next day, and over days 2 to 28.")
OPEN_LINE = _("After {more}: no pattern the next day, and none over days 2 to 28.")

# --- The card

NEXT_DAY = _("After {day}, {outcome} was {size} {direction} the next day on average.")
NEXT_DAY_OPEN = _("After {day}, both directions are still possible for the next day.")
LATER = _("Over days 2 to 28 it was {direction}: {size} in all, spread over those days.")
LATER_OPEN = _("Over days 2 to 28, both directions are still possible.")
OPEN = _("After {day}, both directions are still possible, for the next day and for days 2 to 28.")
NEXT_DAY_NO_DIRECTION = _("After {day}, there is no direction so far for the next day.")
LATER_NO_DIRECTION = _("Over days 2 to 28, there is no direction so far.")
NO_DIRECTION = _("After {day}, there is no direction so far, for the next day or for days 2 to 28.")
NEXT_DAY_CAUTION = _("This says what goes together, not why.")
LATER_CAUTION = _("A slow change in {exposure} and a slow change in {outcome} can also just happen at the same time.")
OPEN_CAUTION = _("This does not say that there is no link: over four weeks, only a large one would be seen.")

# --- Before it can be judged

REFUSED: dict[str, tuple[str, str]] = {
    "too_few_days": (
        _("Too few days so far: {days} of the {least} that this needs."),
        _(
            "A day counts if it has a {outcome} score and {exposure} known on the day before, on three of days 2 to 7 "
            "before it, and on eleven of days 8 to 28 before it."
        ),
    ),
    "outcome_hardly_varies": (
        _("Your {outcome} scores hardly vary."),
        _("Nearly all of them are alike, so there is nothing to compare. Nothing is wrong with your data."),
    ),
    "no_fit": (
        _("No answer: these days do not fit the method."),
        _("The next answer day may bring one."),
    ),
}
"""Reason to line and card."""

# --- The rows of the chart

HEAD = (_("When"), _("In words"))
CAPTION = _("Points in all, {more} on one day")
ROWS: dict[str, tuple[str, str]] = {
    "tomorrow": (_("The next day"), ""),
    "days_2_to_7": (_("Days 2 to\u00a07"), _("together")),
    "days_8_to_28": (_("Days 8 to\u00a028"), _("together")),
    "later": (_("After the next day"), _("days 2 to\u00a028")),
}
"""Contrast to its label and note, in the order of the rows."""
SAME = _("same")

# --- What is folded

FOLD = _("How firm is this?")
RANGES_TERM = _("Ranges")
RANGES = _(
    "The range of the next day misses the true size in about 1 of 20 people, those of later days in about 1 of 100: "
    "sums over many days look firmer than they are."
)
IN_ALL_TERM = _("All 28 days")
IN_ALL = _("{span} in all. This is shown, never judged.")
TIME_TERM = _("Slow changes")
TIME = _("A steady rise in {exposure} over all your days counts as time passing: both look alike.")
DAYS_TERM = _("Days")
DAYS = _("{days} days with a {outcome} score and known {exposure} in the four weeks before")
NOT_KNOWN_TERM = _("Days not known")
NOT_KNOWN = _("A day with unknown {exposure} counts as the average of the known days near it.")
ASKED_TERM = _("Asked")
