"""What participants read about a change after a start, an end or a new dose (docs/method/treatments.md, words).

A change is never called more than that: a start that was not drawn by lot cannot show what the treatment did. No
sentence advises to start, stop or change anything.
"""

from __future__ import annotations

from datetime import date

from painstats.findings.catalogue.participants import date_words, number_words
from painstats.language import _, decimal, ngettext
from painstats.questions.size_words import is_tiny

# --- The name of a change, above its answer

NAME_START = _("{name}, from {date}")
NAME_END = _("{name}, until {date}")
NAME_DOSE = _("{name}, {before} to {after}")
NAME_NEW_DOSE = _("{name}, now {after}")
NAME_WITH_DOSE = _("{name}, {dose}")
NAME_FROM, NAME_UNTIL, NAME_ON_OFF = _("From {date}"), _("Until {date}"), _("On and off")
NAME_STEP, NAME_NEW = _("{before} to {after}"), _("Now {after}")

# --- Which days are compared: on the line, in the card, in a fact

WHEN_START, WHEN_END, WHEN_DOSE = _("After the start"), _("After the end"), _("After the new dose")
WHEN_MORE, WHEN_LESS = _("After the higher dose"), _("After the lower dose")
WHEN_SEVERAL, WHEN_ON = _("After these changes"), _("On days with it")
SINCE_START = _("After the start of {name} on {date}")
SINCE_START_DOSE = _("After the start of {name} ({dose}) on {date}")
SINCE_END = _("After the end of {name} on {date}")
SINCE_DOSE = _("After {date}, when {name} went from {before} to {after}")
SINCE_NEW_DOSE = _("After {date}, when {name} changed to {after}")
SINCE_SEVERAL = _("After {date}")
THE_START, THE_END, THE_NEW_DOSE, THESE_CHANGES = _("the start"), _("the end"), _("the new dose"), _("these changes")

# --- A direction

LINE = _("{when}, {outcome} was {direction}: {size}")
LINE_NO_SIZE = _("{when}, {outcome} was {direction}")
LINE_AS_DUMMY = _("{when}, {outcome} was {direction}: {size}, about as much as on a dummy medicine")
LINE_BELOW_DUMMY = _("{when}, {outcome} was {direction}: {size}, less than on a dummy medicine")
CARD = _("{since}, {outcome} was about {size} {direction} than in the weeks before ({span}).")
CARD_ON_OFF = _("On days with {name}, {outcome} was about {size} {direction} than on days without it ({span}).")
CHANGE_START, CHANGE_DOSE, CHANGE_END = (
    _("This is a change after a start."), _("This is a change after a new dose."), _("This is a change after an end."),
)  # fmt: skip
NO_LOT = _("These days were not drawn by lot. People often start when {outcome} is bad.")
HOPE = _("Hope, other things that changed, and the ups and downs of {outcome} can do the same.")
OTHER_THINGS = _("Other things that changed, and the ups and downs of {outcome} can do the same.")
DUMMY = _("{when}, {outcome} was {direction}: {size}, about as much as on a dummy medicine")
LINE_BELOW_DUMMY = _("{when}, {outcome} was {direction}: {size}, less than on a dummy medicine")
CARD = _("{since}, {outcome} was about {size} {direction} than in the weeks before ({span}).")
CARD_ON_OFF = _("On days with {name}, {outcome} was about {size} {direction} than on days without it ({span}).")
CAUTION_START = _(
    "This is a change after a start. Hope, other things that changed, and the ups and downs of {outcome} can do the "
    "same."
)
CAUTION_DOSE = _(
    "This is a change after a new dose. Hope, other things that changed, and the ups and downs of {outcome} can do the "
    "same."
)
CAUTION_END = _(
    "This is a change after an end. Other things that changed, and the ups and downs of {outcome} can do the same."
)
CAUTION_SEVERAL = _("Hope, other things that changed, and the ups and downs of {outcome} can do the same.")
CAUTION_ON_OFF = _(
    "These days were not drawn by lot. People often start something when {outcome} is bad and stop when it is better, "
    "and hope counts too."
)
DUMMY = _("On a dummy medicine pain fell by 18% in one careful trial; for you that would be {size}.")
ASK_PRESCRIBER = _("Please do not stop or change it on your own; take this page to your prescriber.")
ASK_PRESCRIBER_END = _("Please do not start or change anything on your own; take this page to your prescriber.")
ASK_PRESCRIBER_SEVERAL = _("Please do not stop or change anything on your own; take this page to your prescriber.")
ASK_DOCTOR = _("Please talk about it with your doctor or therapist, and take this page along.")

# --- Several at once

TOGETHER_BEGAN = _("{names} began {days} apart; they cannot be told from each other.")
TOGETHER_BEGAN_DAY = _("{names} began on the same day; they cannot be told from each other.")
TOGETHER_ENDED = _("{names} ended {days} apart; they cannot be told from each other.")
TOGETHER_ENDED_DAY = _("{names} ended on the same day; they cannot be told from each other.")
TOGETHER_BEGAN_WITHIN = _("{names} began within {days} of each other; they cannot be told from each other.")
TOGETHER_MIXED = _("{what}, within {days}. These changes cannot be told from each other.")
TOGETHER_MIXED_DAY = _("{what}, on the same day. These changes cannot be told from each other.")
STEPS = _("The dose of {name} changed in small steps within {days}, so they are shown as one change.")
BEGAN, ENDED, WENT, CHANGED = (
    _("{name} began"), _("{name} ended"), _("{name} went from {before} to {after}"), _("{name} changed to {after}"),
)  # fmt: skip

# --- No direction

BOUND_LINE = _("No large change: smaller than {size}, if there is one")
BOUND_LINE_NO_SIZE = _("No large change, if there is one")
BOUND_CARD = _("Before and after differ by less than {size}, with and without the week before {moment}.")
BOUND_CARD_ON_OFF = _("Days with it and days without differ by less than {size}, with and without the weeks before.")
BOUND_CAUTION = _("This does not say that there is none.")
OPEN_LINE = _("Both directions are still possible.")
OPEN_CARD = _("Between {below} {lower} and {above} {higher}.")
COULD_SHOW = _("Days like yours would have shown a change of about {size}.")
NEXT_LOOK = _("The next look is on {date}.")
LAST_LOOK = _("That was the last look, so this answer stays as it is.")
HANGS_LINE = _("It depends on the week before {moment}.")
HANGS_LINE_ON_OFF = _("It depends on the weeks before each change.")
HANGS_WITH = _(
    "With the week before {moment}, {outcome} was {direction} after {date}; without that week, both directions are "
    "possible."
)
HANGS_WITHOUT = _(
    "Without the week before {moment}, {outcome} was {direction} after {date}; with that week, both directions are "
    "possible."
)
HANGS_OPPOSITE = _(
    "Without the week before {moment}, {outcome} was {direction} after {date}; with that week, it was {other}."
)
HANGS_ON_OFF = _("With and without the weeks before each change, the answers differ. So no direction is given.")
HANGS_CAUTION = _(
    "People often change something when {outcome} is bad, and bad spells often ease anyway. So an answer must hold "
    "with and without that week."
)
WITHDRAWN_LINE = _("An early answer is withdrawn. No change stands out now.")
WITHDRAWN_CARD = _("At an earlier look {outcome} was {direction}. With more days, this no longer stands out.")
WITHDRAWN_CAUTION = _("An early answer can be wrong. That is why a change is looked at again on set days.")

# --- Before the first look, and not judged

EARLY_LINE = _("The first look is on {date}.")
EARLY_CARD = _("{least} days with a score are needed from {date} on; you have {days} so far.")
EARLY_CARD_BEFORE = _("{least} days with a score before are needed too; you have {days}.")
REFUSED_OUTCOME_LINE = _("Your {outcome} scores hardly vary.")
REFUSED_OUTCOME = _("Nearly all of them are alike, so there is nothing to compare. Nothing is wrong with your data.")
ALWAYS_LINE = _("There are no days without {name} in your diary: nothing to compare with.")
ALWAYS_CARD = _("{least} days with a score from before it began are needed. If you have an older diary, add it.")
BEFORE_LINE = _("Too few days with a {outcome} score before it.")
BEFORE_CARD = _("{least} days with a score before are needed; you have {days}.")
BEFORE_FROM = _("The days from {first} to {last} count. If you have an older diary, add it.")
AFTER_LINE = _("Too few days with a {outcome} score after it.")
AFTER_CARD = _("{least} days with a score are needed from {date} on; you have {days}.")
AFTER_UNTIL = _("Only the days until {last} count.")
NO_MORE_LOOKS = _("The next change comes before another look.")
SOON_LINE = _("The next change follows too soon.")
SOON_NEEDS = _("A first look needs {least} days on which nothing builds up, wears off or changes.")
SOON_DAYS = _("There are {days}, from {first} to {last}.")
SOON_NONE = _("The next change comes before the first of them.")
SHORT_LINE = _("It was over within two weeks.")
SHORT_CARD = _("A treatment or a break of fewer than 14 days leaves too few days to compare.")
ON_OFF_LINE = _("Too few days with a {outcome} score, with it or without it.")
ON_OFF_CARD = _("{least} days with a score are needed of both; you have {on} with it and {off} without it.")
MISSING_LINE = _("Too many days have no score.")
MISSING_CARD = _(
    "Fewer than half of the days before or after it have a score. The days in between may have been different. A score "
    "on most days makes the next change clearer."
)
TIME_LINE = _("A slow rise or fall would look the same.")
TIME_CARD = _("It built up so slowly that it cannot be told from a change that comes with time.")
SAME_DAYS_LINE = _("It was used on nearly the same days as {other}.")
SAME_DAYS_CARD = _("The two cannot be told from each other. Days with only one of them would be needed.")
NO_FIT_LINE = _("No answer: these days do not fit the method.")
NO_FIT_CARD = _("The days around this change cannot be compared.")

# --- Firmness

FAIRLY_FIRM = _("Fairly firm")

# --- Folded facts

FOLD_ANSWER, FOLD_OPEN, FOLD_DAYS = _("How firm is this?"), _("What is known so far?"), _("Your days so far")
RANGE_TERM, RANGE = _("Range"), _("{span}, without the week before {moment}")
RANGE_ON_OFF = _("{span}, without the weeks before each change")
WEEK_TERM, WEEKS_TERM = _("With that week"), _("With these weeks")
WEEK = _("{span}. An answer must hold with and without it.")
SHOW_TERM, SHOW = _("What could be seen"), _("a change of about {size}, in about four of five cases")
DUMMY_TERM = _("On a dummy medicine")
DUMMY_FACT = _("pain fell by 18% in one careful trial (Younger 2013): {size} of your level before, {level}")
THIRD_TERM, TWO_TERM = _("At least 30% lower"), _("At least {size} lower")
CHANCE = _("The chance is somewhere between {least} (if such treatments rarely do much) and {most} (if they often do).")
CHANCE_AT_MOST = _("The chance is at most {most} (if such treatments often do much), and smaller if they rarely do.")
CHANCE_SAME = _("The chance is about {most}, whether such treatments rarely do much or often do.")
CHANCE_SMALL = _("The chance is less than 5%, whether such treatments rarely do much or often do.")
TREND_TERM = _("Allowing for a trend")
TREND = _("{span}, if the scores were rising or falling anyway. This is a what-if, and no answer depends on it.")
SLEEP_TERM = _("Not through longer nights")
SLEEP = _("{span}, on equally long nights. This is a what-if, and no answer depends on it.")
LATER_TERM = _("Later weeks")
LATER_CLEAR = _(
    "In the later weeks {outcome} was {direction} than in the first, by {size} each month. No answer depends on it."
)
LATER_OPEN = _("No clear difference between the later weeks and the first ({span} each month).")
EARLIER_TERM, EARLIER = _("Earlier"), _("An earlier look gave {direction} {outcome}; a later one withdrew it.")
DAYS_TERM = _("Days")
DAYS = _("{before} with a score before and {after} after")
DAYS_DATED = _(
    "{before} with a score from {before_from} to {before_until}, and {after} from {after_from} to {after_until}"
)
DAYS_ON_OFF = _("{after} with it and {before} without it have a score")
LOOKS_TERM = _("Look")
LOOK = _("{number}, on {date} (there are looks on days 28, 56 and 84, until the next change)")
LOOK_NEXT = _("{number}, on {date}; the next is on {next} (there are looks on days 28, 56 and 84)")
LOOK_ON_OFF = _("{number}, on {date}")
LOOK_ON_OFF_NEXT = _("{number}, on {date}; the next is on {next}")

# --- All changes of a treatment

TABLE_FOLD = _("All changes of {name}")
TABLE_CAPTION = _("Changes of {name} by date; the range compares the days after with the days before")
TABLE_HEAD = (_("Change"), _("Date"), _("Days before, after"), _("Range"), _("Answer"))
AT_MOST_SMALL, WITHDRAWN, NOT_JUDGED = _("At most small"), _("Withdrawn"), _("Not judged. {line}")
NONE = _("–")


def days_words(days: int) -> str:
    """Write a number of days: "one day", "four days", "13 days"."""
    return ngettext("{number} day", "{number} days", days).format(number=number_words(days))


def sizes(low: float, high: float) -> str:
    """Write a range on one side of zero, where the sentence has its direction and "points": "0.1 to 2.1"."""
    nearer, further = sorted((abs(low), abs(high)))
    small, large = decimal(nearer), decimal(further)
    if small == large:
        return large
    return _("{small} to\u00a0{large}").format(small=_("just above 0") if is_tiny(nearer) else small, large=large)


def chance_range(least: float, most: float) -> str:
    """Write a range of a probability, each end rounded to 5%; never 0% or 100%."""
    low, high = (min(5 * round(20 * chance), 95) for chance in (least, most))
    if high == 0:
        return CHANCE_SMALL
    entry = CHANCE_AT_MOST if low == 0 else CHANCE_SAME if low == high else CHANCE
    return entry.format(least=_("{share}%").format(share=low), most=_("{share}%").format(share=high))


def day_words(day: date | None) -> str:
    """Write a date in a sentence; a dash where there is none."""
    return NONE if day is None else date_words(day)
