"""What participants read on the plan of an experiment that they print."""

from __future__ import annotations

from painstats.language import _

TITLE = _("Plan of an experiment")
HEADING = _("My experiment: {on}")
DATES = _("{first} to {last}: {blocks} blocks of {days} days")
DATES_SINGLE = _("{first} to {last}: {blocks} single days")
COMPARED = _("Half of the blocks are with {on}, half with {off}.")
OPENS = _("The result opens on {date}. Looking early can change how you score, so nothing is shown until then.")

BLOCKS = _("What to do on which days")
BLOCKS_CAPTION = _("Tick each block when it is done.")
BLOCKS_HEAD = (_("Block"), _("Days"), _("What to do"), _("Done"))
FROM_TO = _("{first} to {last}")
WEEKS_CAPTION = _("● is a day with {on}, ○ a day with {off}.")
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
WEEKS_HEAD = (_("Week of"), *WEEKDAYS)
ON_MARK, OFF_MARK, NO_DAY, TICK_BOX = "●", "○", "", "☐"

RULES = _("How to keep to it")
KEEP_DIARY = _("Fill in your diary every day as before, in both kinds of blocks.")
MISSED = _("If you miss a day, carry on with the plan. Do not move or swap blocks, and do not draw a new order.")
DROPPED = _(
    "The first {days} days of each block do not count, because the block before can still act. Fill in the diary then, "
    "too."
)
DROPPED_ONE = _(
    "The first day of each block does not count, because the block before can still act. Fill in the diary then, too."
)
STOP = _("You can stop at any time, for any reason. Then there is no test, but all your scores are kept.")
AGREED = _("Agreed on {date} with your {role}. If you feel worse or are unsure, ask them before the next dose.")

LOT = _("How the order was drawn")
DRAWN = _("It was drawn by lot on {date}. Orders drawn for this treatment so far: {draws}.")
CHECK = _(
    "Anyone can check it. The fingerprint is the SHA-256 of the text below. Read as a number and divided by {orders}, "
    "it leaves a remainder: the place of this order in the list of all orders, counted from 0."
)
FINGERPRINT = _("Fingerprint:")
TEXT = _("The text")
