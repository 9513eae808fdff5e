"""What participants read about boom and bust: whole sentences with named variables."""

from __future__ import annotations

from painstats.language import _
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH

CARD_NAME = _("Boom and bust: {exposure}")

LINE = _("The more two days in a row differed in {exposure}, the {direction} {outcome} was on the day after.")
OPEN_LINE = _("Both directions are still possible.")
SENTENCE = _(
    "Where two days in a row differed by {difference} more, {outcome} on the day after was {size} {direction} on "
    "average. How much there was on each of the two days is taken into account."
)
OPEN = _("Days after two unlike days, and days after two similar ones: {outcome} shows no clear difference so far.")
CAUTION = _("This says what goes together, not why.")
OPEN_CAUTION = _("This does not say that there is no link.")

REFUSED: dict[str, tuple[str, str]] = {
    "too_few_days": (
        _("Too few days so far: {days} of the {least} that this needs."),
        _("A day counts if it has a {outcome} score, and {exposure} known on both days before it."),
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

FOLD = _("How firm is this?")
RANGE_TERM, RANGE = _("Range"), _("{span}, where two days differ by {difference} more")
DAYS_TERM = _("Days")
DAYS = _("{days} days with a {outcome} score, and {exposure} known on both days before")
