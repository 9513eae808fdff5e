"""The sentences of the personal page around its answers: whole sentences with named variables."""

from __future__ import annotations

from painstats.language import _, ngettext

TITLE = _("{outcome}, and what goes with it: a personal report")
HEADING = _("Your {outcome}, and what goes with it")
PARTICIPANT = _("Participant {code}")
WRITTEN = _("Data up to {date}")
PERIOD = _("{first} to {last}")
SKIP, CONTENTS, ALL_REPORTS = _("Skip to the answers"), _("On this page"), _("All reports")

# --- How the outcome has been

LEAD = _("In the last four weeks your {outcome} was {mean} out of {top} on average, mostly between {low} and {high}.")
LEAD_EVEN = _("In the last four weeks your {outcome} was {mean} out of {top} on average, nearly always {low}.")
LEAD_CHANGED = _("That is {direction} than in the eight weeks before ({before}).")
LEAD_SAME = _("That is about the same as in the eight weeks before ({before}).")
LEAD_CHANCE = _("In the eight weeks before it was {before}. Ups and downs of that size can be chance.")
LEAD_STOPPED = _("There is no {outcome} score in the last four weeks. Your last one is from {date}.")
LEAD_ALONE = _("There are too few scores before that to compare with.")

# --- The parts

ANSWERS, MORE, DOCTOR, DAYS = _("Your answers"), _("More of your questions"), _("For your doctor"), _("Your days")
COURSE, CLEARER, METHOD = _("Your course"), _("For clearer answers"), _("How this is worked out")
MORE_NOTE = _("These look at many things at once, so they are patterns to watch, not answers.")
OTHER_LINKS = _("Other links")
KINDS = {
    "change": _("Is it still so?"),
    "delayed": _("Later days"),
    "boom_and_bust": _("Boom and bust"),
}
"""Name of a kind of question to the name of its line, where it has several cards."""
RULES = _("Rules and settings")
NOTHING_ASKED = _("There is nothing to answer yet.")

# --- Since the last report

SINCE = _("Since {date}")
SINCE_FIRST = _("{name}: the first answer day was on {date}, with {days} days scored.")
SINCE_TREATMENT_FIRST = _("{name}: first looked at on {date}.")
SINCE_TREATMENT_AGAIN = _("{name}: looked at again on {date}.")
SINCE_TREATMENT_WITHDRAWN = _("{name}: an early answer was withdrawn on {date}. Reason: more days.")
SINCE_EXPERIMENT = _("{name}: its last block ended on {date}, so its result is open now.")
SINCE_OTHERS = _("All other answers are as they were.")
SINCE_NOTHING = _("All answers are as they were.")

# --- For clearer answers

MORE_SCORES = _("Score your {outcome} on more days: {scored} of {days} so far.")
FINER_ONE = _("A finer scale, such as 0 to 100: more than half of your scores are {score}.")
FINER_TWO = _("A finer scale, such as 0 to 100: most of your scores are {score} or {other}.")
NOTHING_TO_RECORD = _("What you record now is enough.")
NEXT_DAY = _("Next answer day for {names}: around {date}. Until then these answers stay as they are.")
NEXT_AT = _("Next answer day for {names}: at {days} days with a score. Until then these answers stay as they are.")

# --- For your doctor

CLINIC_LINK = _("One page to take along")
CLINIC = _("{link}: the course of your {outcome}, treatments, medicine days and the firmest answers, on one side.")
NO_CLINIC = _("Take this page along. It shows the course of your {outcome} and your treatments.")

# --- How this is worked out, and what the page is not

OWN_DAYS = _("Each of your days is compared with your own other days.")
OWN_DAYS_AND_OTHERS = _(
    "Each of your days is compared with your own other days and, where a line says so, with the people here."
)
POINT = _("A point is one step on the scale from {low} to {high}.")
MISSING = _("A day without a score or without wear is missing; it is never counted as zero.")
FIXED = _("The rules were fixed before the days were read.")
FOOTER = _(
    "This page says what goes together in your days. It is not medical advice. Please talk with your doctor before you "
    "start, stop or change a treatment."
)


def few_scores(outcome: str, scores: int, days: int) -> str:
    """Write that there are too few scores for a level."""
    return ngettext(
        "Too few scores in the last four weeks to say how your {outcome} has been: {scores} of {days} day.",
        "Too few scores in the last four weeks to say how your {outcome} has been: {scores} of {days} days.",
        days,
    ).format(outcome=outcome, scores=scores, days=days)


def more_nights(nights: int) -> str:
    """Write how many nights are not known."""
    return ngettext(
        "Wear the tracker at night: {nights} night is missing.",
        "Wear the tracker at night: {nights} nights are missing.",
        nights,
    ).format(nights=nights)


def more_wear(days: int) -> str:
    """Write on how many days the tracker was not worn."""
    return ngettext(
        "Wear the tracker by day: {days} day is missing.", "Wear the tracker by day: {days} days are missing.", days
    ).format(days=days)
