"""What participants read about a link that may have changed: whole sentences with named variables."""

from __future__ import annotations

from painstats.language import _
from painstats.questions.change.plan import BEFORE as BEFORE_CONTRAST
from painstats.questions.change.plan import CHANGE, LAST_60_DAYS
from painstats.questions.exploratory.label import exposure_label
from painstats.questions.firmness_words import CHANGED as CHANGED
from painstats.questions.firmness_words import NO_CHANGE as NO_CHANGE

NAME = _("Is it still so? {exposure}")

# --- A change was found

CHANGED_NOW_LINE = _("The link with {exposure} is different in the last two months.")
CHANGED_LINE = _("The link with {exposure} has changed over time.")
BEFORE = _("Before: {size} {direction} {per}.")
BEFORE_OPEN = _("Before: both directions are possible.")
LAST = _("Last 60 days: {size} {direction} {per}.")
LAST_OPEN = _("Last 60 days: both directions are possible.")
NO_SINGLE_ANSWER = _("So no single answer is given for the whole time.")
CHANGED_CAUTION = _("A change to watch. Chance, a new treatment or another season can be behind it.")

# --- No change was found

NO_CHANGE_LINE = _("The link with {exposure}, in the last two months and before.")
NO_CHANGE_CARD = _("No change was found in the link between {exposure} and {outcome}.")
NO_CHANGE_CAUTION = _("This does not say that there is none: in so few days only a large change would be seen.")

# --- The chart

HEAD = (_("Days"), _("In words"))
CAPTION = _("Points {more}.")
ROW_BEFORE, ROW_LAST = _("Before {date}"), _("Last 60 days")
SAME = _("same")

# --- For researchers

LABELS = {
    CHANGE: "{exposure}, change of the slope in 30 days",
    LAST_60_DAYS: "{exposure}, slope in the last 60 days",
    BEFORE_CONTRAST: "{exposure}, slope before the last 60 days",
}
"""Contrast to its label."""


def label(exposure: str, contrast: str) -> str:
    """Return what researchers read for a contrast."""
    return LABELS[contrast].format(exposure=exposure_label(exposure))
