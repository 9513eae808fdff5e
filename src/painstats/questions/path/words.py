"""What participants read about a path (docs/method/questions.md, path, words).

A path says what goes with what, one day after the other. No sentence says that one thing is the reason for another.
"""

from __future__ import annotations

from painstats.language import _
from painstats.questions.exploratory.row_words import ONE_SIDED as ONE_SIDED
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH
from painstats.questions.path.contrasts import (
    ACTIVITY_TO_SLEEP,
    DIRECT,
    OUTCOME_TO_ACTIVITY,
    OUTCOME_TO_SLEEP,
    SLEEP_TO_OUTCOME,
    THROUGH_SLEEP,
    TOTAL,
)
from painstats.vocabulary import MEASURES

# --- The line beside the name

NAME = _("{activity} and sleep")
LONGER_LINE = _("{More} went with longer nights, and those with {direction} {outcome}.")
SHORTER_LINE = _("{More} went with shorter nights, and those with {direction} {outcome}.")
NIGHT_LONGER_LINE = _("After days with {more_outcome}, nights were longer.")
NIGHT_SHORTER_LINE = _("After days with {more_outcome}, nights were shorter.")
NEXT_DAY_LINE = _("After days with {more_outcome} came days with {activity}.")
DIRECT_LINE = _("Apart from sleep, {outcome} was {direction} after {more}.")
OPEN_LINE = _("No pattern so far, through sleep or the other way round.")

# --- The card

THROUGH_CARD = _("Through sleep alone, {outcome} was {size} {direction} {unit}.")
DIRECT_CARD = _("By other ways than sleep, {outcome} was {size} {direction} {unit}.")
DIRECT_TOO_CARD = _("By other ways, it was {size} {direction}.")
TOTAL_CARD = _("All ways together: see “{name}” above.")
FORWARD_OPEN_CARD = _("Through sleep and by other ways, both directions are still possible.")
FORWARD_NO_DIRECTION_CARD = _("Through sleep and by other ways, there is no direction so far.")
NIGHT_BACK_CARD = _("After a day with {outcome} one point {higher}, the next night was {amount}.")
NIGHT_BACK_TOO_CARD = _(
    "The other way round: after a day with {outcome} one point {higher}, the next night was {amount}."
)
DAY_BACK_CARD = _("After a day with {outcome} one point {higher}, the next day had {amount}.")
DAY_BACK_TOO_CARD = _("The other way round: after a day with {outcome} one point {higher}, the next day had {amount}.")
DAY_AFTER_NIGHT_CARD = _("The next day had {amount}.")
OPEN_CARD = _("Both directions are still possible for every arrow below.")
NO_DIRECTION_CARD = _("No arrow below has a direction so far.")
CAUTION = _("A rough sketch of what goes with what, not a chain that has been tested.")
OPEN_CAUTION = _("This does not say that there is nothing to find.")


# --- Not judged

REFUSED: dict[str, tuple[str, str]] = {
    "outcome_hardly_varies": (
        _("Your {outcome} scores hardly vary."),
        _("Nearly all of them are alike, so there is nothing to compare."),
    ),
    "sleep_rarely_known": (
        _("There are too few days with known sleep."),
        _("Wearing your device on more nights makes an answer possible."),
    ),
    "activity_rarely_known": (
        _("There are too few days with known {activity}."),
        _("Wearing your device on more days makes an answer possible."),
    ),
    "sleep_hardly_varies": (
        _("Your nights hardly differ in length."),
        _("So there is nothing to compare."),
    ),
    "activity_hardly_varies": (
        _("There is little difference in your {activity} from day to day."),
        _("So there is nothing to compare."),
    ),
    "too_many_days_missing": (
        _("Too many days have no score."),
        _("The days in between may have been different, so no answer is given."),
    ),
    "few_days_in_a_row": (
        _("There are too few scores on days in a row."),
        _("This needs the score of a day and the night after it. Scores on more days in a row make it possible."),
    ),
    "no_fit": (
        _("No answer: these days do not fit the method."),
        _("The next answer day may bring one."),
    ),
}
"""Reason to line and card. The first one that applies is shown."""

# --- Folded facts

FOLD = _("How firm is this?")
THROUGH_TERM, DIRECT_TERM = _("Through sleep"), _("By other ways")
NIGHT_TERM, DAY_TERM = _("The next night"), _("The next day")
PER_UNIT = _("{span} {unit}")
PER_POINT = _("{span} after a day with {outcome} one point {higher}")
DAYS_TERM, DAYS = _("Based on"), _("{days} days with a {outcome} score")
ASKED_TERM = _("Questions")
BESIDE_TERM = _("Taken into account")
BESIDE = _(
    "{outcome} of the day before for each night, and the night for “by other ways” and for the next day. Also "
    "weekdays, slow drifts and treatments."
)

# --- The drawing

THE_DAY_BEFORE, THE_NIGHT_BETWEEN, THE_NEXT_DAY = _("the day before"), _("the night between"), _("the next day")
THROUGH_ARROW, DIRECT_ARROW = _("through sleep: {answer}"), _("by other ways: {answer}")
BACK_ARROW, PER_POINT_ARROW = _("back: {answer}"), _("per point")
TOLD_ARROW, SMALL_ARROW = _("{size} {direction}"), _("under 0.1 {direction}")
OPEN_ARROW, UNJUDGED_ARROW = _("not determined"), _("not judged")
CAPTION = _("{activity}, sleep and {outcome}")
CAPTION_UNIT = _("{activity}, sleep and {outcome}: points {unit}")
LABEL = _(
    "Three boxes with arrows: {activity} the day before, sleep in the night between, {outcome} the next day. {arrows}."
)
NIGHT_LABEL, OUTCOME_LABEL = _("to sleep: {words}"), _("from sleep to {outcome}: {words}")

# --- For researchers

LABELS = {
    TOTAL: "{activity}, total (judged above)",
    DIRECT: "{activity}, by other ways than sleep",
    ACTIVITY_TO_SLEEP: "sleep after more {activity}, in hours (part of the way)",
    SLEEP_TO_OUTCOME: "sleep, given {activity} (part of the way)",
    THROUGH_SLEEP: "{activity}, through sleep (rough)",
    OUTCOME_TO_SLEEP: "sleep after a higher score, in hours",
    OUTCOME_TO_ACTIVITY: "{activity} after a higher score, in {unit}",
}
"""Contrast to its label; what is not in points of the outcome names its unit."""


def label(activity: str, contrast: str) -> str:
    """Return what an arrow is called for researchers."""
    measure = MEASURES[activity]
    return LABELS[contrast].format(activity=measure.label, unit=measure.unit)
