"""How a personal page is to be read, what it cannot tell, and what it says about medicines and time zones."""

from __future__ import annotations

from painstats.language import _, ngettext

# --- How to read this

HOW_TO_READ = _("How to read this")
TECHNICAL = _("The technical parts below, on checks, files and settings, are in English.")
OWN_AVERAGE = _("Each of your days is compared with your own average, never with other participants.")
LOOKS = _(
    "Answers are given on set days only: when you have {days} days with a score, and then about once a year. "
    "In between, an answer stays as it is. Looking more often would find links where there are none."
)
RANGE = _("The range holds every size of the link that fits your days. It allows for looking several times.")
BOTH_DIRECTIONS = _("“Both directions are still possible” is an honest answer: your days so far fit both.")
READING = _("A reading is what all your days show today. It changes from night to night and is no answer.")
CALENDAR = _("Weekends, slow drifts, and the way one day carries over into the next are taken into account.")
POOLING = _(
    "Your own days come first. Where they leave a question open, your days are also looked at together with those "
    "of the other people here. That draws your result towards their average: if you are unlike them, the range "
    "can miss your own link."
)
WEEKS = _("Your activity, week by week")

# --- What this cannot tell

LIMITS = _("What this cannot tell")
NO_REASON = _(
    "What comes before need not be the reason for what follows. Something else, such as a hard week, can change your "
    "nights, your days and your {outcome} at once."
)
OTHER_WAY = _(
    "{outcome} also changes what you do. After a bad day people may move less and sleep worse; part of a link can run "
    "that way."
)
AVERAGES = _("These are averages over many days. A single day can go the other way.")
OWN_RANGE = _(
    "The answers hold within the range of your own days. They say nothing about much longer nights or much longer "
    "walks than yours."
)
SMALL = _("A small link can hide in few days. “Not determined” does not mean that there is none.")
NO_ADVICE = _(
    "This is not medical advice. Please talk with your doctor before you change a treatment, or change what you do by "
    "much."
)
NAMED = _("You named: {treatments}.")
NOT_ASKED = _("This study does not ask what changed after they began.")
MIXED = _(
    "What changes after a start mixes the treatment with hope, the season and luck: people start a treatment when "
    "{outcome} is at its worst, and then it often eases anyway. In one careful trial, pain fell by 18% on a dummy "
    "medicine (Younger 2013)."
)
BUILDS_UP, WEARS_OFF = _("{name} (builds up over {ramp})"), _("{name} (counts for {after} after its end)")
BUILDS_UP_WEARS_OFF = _("{name} (builds up over {ramp} and counts for {after} after its end)")

# --- A time zone that may be wrong

ZONE = _("First check the time zone")
WRONG_ZONE = _(
    "The clock times of your files do not suit the time zone that was declared. If that zone is wrong, steps and "
    "nights are on the wrong days, and what this report says can be wrong. Check it before you read on."
)

# --- Medicines

MEDICINE_NOTICE = _("Please ask your prescriber or pharmacist before the next dose")
OPIOID_LISTED = _(
    "You listed {opioid} and {blocker} within two weeks of each other. {substance} blocks opioids and can bring on "
    "withdrawal. Do not stop or change either on your own."
)
NALMEFENE, NALTREXONE = _("Nalmefene"), _("Naltrexone")
MEDICINE_DAYS = _("Days with medicines, for your doctor")
ABOUT_MEDICINES = _(
    "Days on which you logged a dose, or for which you listed the medicine. Doses that you did not write down are not "
    "counted."
)
MONTH, ANY_AS_NEEDED, MONTH_DAYS = _("Month"), _("Any, as needed"), _("{month} ({days})")
MEDICINES_CAPTION = _("Days of use in each month, newest first; in brackets the month's days in your data")


def more_days(days: int) -> str:
    """Write for how many days a treatment counts after its end."""
    return ngettext("{days} more day", "{days} more days", days).format(days=days)


def not_shown(medicines: int) -> str:
    """Count the medicines that a table leaves out."""
    return ngettext(
        "{number} medicine used less often not shown", "{number} medicines used less often not shown", medicines
    ).format(number=medicines)
