"""What a clinician reads on the page for a visit (docs/reference/clinic_page.md).

Clinical terms are welcome here; a direction is still a word, and only an experiment has an effect.
"""

from __future__ import annotations

from painstats.language import _, ngettext
from painstats.questions.size_words import number_words

# --- Header

TITLE_PAIN, TITLE = _("Pain diary summary for a clinic visit"), _("Diary summary for a clinic visit")
ABOUT = _("{first} to {last} · {outcome} {low} to {high}")
ABOUT_FILLED = {
    "morning": _("{first} to {last} · {outcome} {low} to {high}, scored in the morning"),
    "evening": _("{first} to {last} · {outcome} {low} to {high}, scored in the evening"),
}
"""When the diary is filled in to the line below the title, where it is always the same."""
MEAN, MEAN_BEFORE = _("mean, last 4 weeks"), _("{mean} in the 8 weeks before")
TOO_FEW, TOO_FEW_BEFORE = _("last 4 weeks: {known} of 28 days scored"), _("too few scores in the 8 weeks before")
NO_NUMBER = _("–")

# --- Notice

PLEASE_CHECK = _("Please check:")
OPIOID_LISTED = _("{opioid} and {blocker} are listed within two weeks of each other.")
NO_OPIOID = _("No opioid is listed beside {blocker}.")
OVERUSE = _("{name} on {days} days in {month} (overuse counts from {limit}).")
OVERUSE_TOGETHER = _("Acute medicines together on {days} days in {month} (overuse counts from {limit}).")

# --- Since the last visit

SINCE, SINCE_MONTHS = _("Since the last visit, {date}"), _("In the last three months")
SINCE_NOTE = _("12 weeks before in brackets")
BY_MONTH, BY_MONTH_BEFORE = _("{outcome} {months}."), _("{outcome} {months} ({before}).")
IN_MONTHS = _("{mean} in {months}")
FEW_SCORES = _("Too few scores of {outcome} for a mean by month: {known} of {days} days.")
NO_DATA = _("No data since then.")
STARTED, ENDED = _("Started: {list}."), _("Ended: {list}.")
ON_DAY = _("{name}, {date}")
NOTHING_CHANGED = _("No treatment started or ended.")
DOSE_CHANGED, UNCHANGED = _("Dose changed: {list}."), _("Unchanged: {list}.")
FROM_TO, NOW = _("{name} {before} to {after}, {date}"), _("{name} now {after}, {date}")
NAME_DOSE = _("{name} {dose}")
SLEEP, SLEEP_BEFORE = _("Sleep {mean} hours a night."), _("Sleep {mean} hours a night ({before}).")
STEPS, STEPS_BEFORE = _("Steps {mean} a day."), _("Steps {mean} a day ({before}).")
TALK_ABOUT = _("What I want to talk about")

# --- Firmest answers

FIRMEST = _("Firmest answers")
FIRMEST_HEAD = (_("Question"), _("Answer (95% CI)"), _("What it does not mean"))
NONE_FIRM = _("No question has a firm answer yet.")
PLANNED = _("planned experiment")
ON_DAYS = _("{days} days")
EXPERIMENT = _("{size} {direction} in blocks with {on} ({span}), {p}; {blocks} blocks drawn by lot")
P, P_SMALL = _("p\u00a0=\u00a0{p}"), _("p\u00a0<\u00a00.001")
DAILY, DAILY_POOLED = (
    _("{size} {direction} {per} ({span})"), _("{size} {direction} {per} ({span}), pooled with all participants"),
)  # fmt: skip
DAILY_ALL_AGREE = _("{size} {direction} {per} ({span}); all {checks} checks agree")
DAILY_SOME_AGREE = _("{size} {direction} {per} ({span}); {same} of {checks} checks agree")
CHANGE = _("{size} {direction} {since} ({span}), with and without the week before")
CHANGE_ON_OFF = _("{size} {direction} on days with it ({span})")
AFTER_START, AFTER_END, AFTER_DOSE = _("after the start, {date}"), _("after the end, {date}"), _("after {date}")
BOUND = _("Smaller than {size} between low and high days, if there is a link")
BOUND_CHANGE = _("Change smaller than {size}, if there is one")
BOUND_EXPERIMENT = _("Effect smaller than {size}, if there is one")
NOT_BLINDED = _("Not blinded: expectation is part of it.")
ASSOCIATION = _("Association within one person, not an effect; {outcome} can also change {exposure}.")
NOT_OWN = _("Association, and not yet shown by these days alone.")
OPEN_LABEL = _("Open label: other changes and natural course can do the same.")
OPEN_LABEL_PLACEBO = _("Open label; placebo (18% in one trial) would be {size} here.")
NOT_NONE = _("Does not show that there is none.")

# --- Others

ALSO, NOT_DETERMINED, NOT_JUDGED, SEALED = (
    _("Also answered: {list}."), _("Not determined: {list}."), _("Not judged: {list}."), _("Sealed: {list}."),
)  # fmt: skip
TOGETHER_NAME, SCORED = _("{names} together"), _("{name} ({days} of {needed} days scored)")
UNTIL = _("{name} (until {date})")

# --- Tables to look up

MEDICINES, MEDICINES_NOTE = _("Days of medicine use"), _("by month; bold: limit reached")
MEDICINE, LIMIT, TOGETHER = _("Medicine"), _("Limit*"), _("Together")
SPELLS_HIGH, SPELLS_LOW = (
    _("{limit} or higher; usual value in brackets"),
    _("{limit} or lower; usual value in brackets"),
)
SPELL_HIGHEST, SPELL_LOWEST = _("Days, highest {outcome} ({usual})"), _("Days, lowest {outcome} ({usual})")
SPELL_UP_TO, SPELL_DOWN_TO = _("{days}, up to {worst}"), _("{days}, down to {worst}")
NIGHT_USUAL, HOURS = _("Night before ({usual}\u00a0h)"), _("{value}\u00a0h")
STEPS_DAY_USUAL, PLAIN = _("Steps day before ({usual})"), _("{value}")
MEDICINE_THEN, NO_MEDICINE = _("Medicine then"), _("none logged")

# --- Last lines

QUALITY = _("Data quality:")
OF_DAYS, PART, LAST_SCORE, NO_SCORE = (
    _("of {days} days, {parts}; {last}."), _("{what} {days}"), _("last score {date}"), _("no scores"),
)  # fmt: skip
NIGHTS, STEPS_PART = _("nights"), _("step counts")
OVERUSE_NOTE = _("* Overuse in headache, days a month (ICHD-3).")
LOOKS_NOTE = _("CIs of daily links allow for repeated looks.")
SPELLS_NOTE = _("Bad spells: worst 10% of days, 2 points or more from the median.")
ORIGIN = _("From own exports and diary; painstats {version}. No diagnosis, no treatment advice.")


DAY, FIRST_TO_LAST = _("{day}\u00a0{month}"), _("{first} to {last}")
DAYS_OF_MONTH = _("{first} to {last}\u00a0{month}")


def spells_heading(number: int) -> str:
    """Head the last bad spells."""
    return ngettext("Last bad spell", "Last {number} bad spells", number).format(number=number_words(number))


def others(number: int) -> str:
    """Count what a list leaves out."""
    return ngettext("{number} other", "{number} others", number).format(number=number)


def not_shown(number: int) -> str:
    """Count the medicines that the table leaves out."""
    return ngettext(
        "{number} medicine used less often is not shown.", "{number} medicines used less often are not shown.", number
    ).format(number=number)


def not_drawn(number: int) -> str:
    """Count the treatments that the chart leaves out."""
    return ngettext("{number} earlier treatment not drawn", "{number} earlier treatments not drawn", number).format(
        number=number
    )
