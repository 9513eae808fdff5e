"""What participants read about a finding: whole sentences with named variables (docs/method/verdict.md, words).

Participants read one decimal and no minus sign: a direction is a word. No sentence claims a cause, and none says that
there is no link. A line has at most 25 words.
"""

from __future__ import annotations

from painstats.language import _, ngettext
from painstats.questions.date_words import date_words as date_words
from painstats.questions.firmness_words import AS_FOR_OTHERS as AS_FOR_OTHERS
from painstats.questions.firmness_words import CHANGED as CHANGED
from painstats.questions.firmness_words import FAIRLY_FIRM as FAIRLY_FIRM
from painstats.questions.firmness_words import FIRM as FIRM
from painstats.questions.firmness_words import FIRM_BOUND as FIRM_BOUND
from painstats.questions.firmness_words import KINDS_DIFFER as KINDS_DIFFER
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_FIRM as NOT_FIRM
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import SET_ASIDE as SET_ASIDE
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH
from painstats.questions.firmness_words import TOO_EARLY as TOO_EARLY
from painstats.questions.size_words import number_words as number_words
from painstats.questions.size_words import points as points
from painstats.questions.size_words import points_up as points_up
from painstats.questions.size_words import span as span

# --- A direction

TOLD_LINE = _("{after}, {outcome} was {direction}: {size} {per}")
TOLD_CARD = _("{compared}, {outcome_then} was {size} {direction} on average.")
TOLD_BETWEEN = _("Between {low_days} ({low}) and {high_days} ({high}), that is {size}.")
TOLD_CAUTION = _(
    "This says what goes together. It does not show that {doing} {changes}: something else, such as a hard week, can "
    "change both."
)
POOLED_LINE = _("{after}, {outcome} was {direction}, as for the people here")
POOLED_CARD = _("Your own days alone do not show it yet. They do not contradict it.")
SMALL_LINE = _("{after}, {outcome} was {direction}, but not by much")
SMALL_CARD = _("Less than {size} between {low_days} ({low}) and {high_days} ({high}).")
LOWEST_SCORES = _(
    "{share} of your scores are {score}. On such days {outcome} cannot be scored lower, so the size may be nearer "
    "{size}."
)
HIGHEST_SCORES = _(
    "{share} of your scores are {score}. On such days {outcome} cannot be scored higher, so the size may be nearer "
    "{size}."
)
LOWEST_SCORES_SIMILAR = _(
    "{share} of your scores are {score}. On such days {outcome} cannot be scored lower, so the link may be larger."
)
HIGHEST_SCORES_SIMILAR = _(
    "{share} of your scores are {score}. On such days {outcome} cannot be scored higher, so the link may be larger."
)
MORE_QUESTIONS = _(
    "These questions are a set of their own. They change no answer above, except that a link that changed, or kinds of "
    "exercise that differ, have no single answer."
)
GAPS_AFTER_HIGH = _(
    "More days without a score follow days with a high score ({before} on average) than other days ({otherwise}). "
    "What such days would have shown is not known, and a link may look smaller than it is."
)
GAPS_AFTER_LOW = _(
    "More days without a score follow days with a low score ({before} on average) than other days ({otherwise}). "
    "What such days would have shown is not known, and a link may look smaller than it is."
)
PATTERN_CAUTION = _("A pattern to watch, no answer. Of 20 people without any link, about one will see a pattern here.")

# --- Checks of a direction

UNFIRM_LINE = _("{after}, {outcome} looked {direction}, but checks disagree.")
CHECK_DISAGREES = _("One of {checks} checks disagrees: when {what}, both directions are possible.")
CHECKS_DISAGREE = _("{number} of {checks} checks disagree, for example when {what}. So no direction is given.")
CHECKS_TERM = _("Checks")
CHECKS_ALL = _("All {checks} checks show the same direction.")
CHECKS_SOME = _("{number} of {checks} checks show the same direction.")
CHECKS_NONE = _("None can be made, so this is never more than fairly firm.")
CHECK_WHEN = {
    "days_shifted": _("days are moved against each other"),
    "outliers_pulled_in": _("unusual days count less"),
    "ranked_scores": _("only the order of your scores counts"),
    "detrended": _("slow drifts of {exposure} are taken out"),
    "lagged_outcome": _("the score of the day before is allowed for"),
    "earlier_days": _("{exposure} of one day earlier is allowed for"),
    "first_days_removed": _("the first 14 days are left out"),
    "complete_days": _("only complete days count"),
    "enough_steps": _("days with few steps are left out"),
    "curved_sleep": _("the line for sleep can curve"),
}
"""Check of a participant's own days to what it changes."""

# --- At most small

BOUND_LINE = _("No large link: smaller than {size}, if there is one")
BOUND_LINE_NO_SIZE = _("No large link, if there is one")
BOUND_CARD = _("If there is a link, it is smaller than {size} between {low_days} and {high_days}.")
BOUND_UNIT = _("from {low_days} to {high_days}")
BOUND_CAUTION = _("This does not say that there is none.")

# --- No direction

OPEN_LINE = _("Both directions are still possible.")
DISAGREE_LINE = _("Your days and the other people's point in opposite ways.")
DISAGREE_CARD = _("So no direction is given for now.")
KINDS_DIFFER_LINE = _("Kinds of exercise differ, so there is no single answer for all of them.")
KINDS_DIFFER_CARD = _(
    "After some kinds {outcome} was not the same as after others. Minutes of all kinds added up would hide that. See "
    "“Kinds of exercise” below."
)
WITHDRAWN_LINE = _("An early answer is withdrawn. No link stands out now.")
NOT_CONFIRMED_CARD = _("A link was seen with {before} days scored; with {after} it no longer stands out.")
DAYS_DISAGREE_CARD = _(
    "A link was seen with {before} days scored; with {after} the later days no longer agree with it."
)
WITHDRAWN_CAUTION = _(
    "An early answer can be wrong: up to about 1 in 20 people see one where there is no link. That is why answers are "
    "checked again on set days."
)
FORECAST = _(
    "In about four of five cases, an answer comes after {first} to\u00a0{last} more days with a score "
    "({weeks} weeks at your pace)."
)
FORECAST_ONE_LOOK = _(
    "In about four of five cases, an answer comes after {last} more days with a score ({weeks} weeks at your pace)."
)
FORECAST_NO_PACE = _(
    "In about four of five cases, an answer comes after {first} to\u00a0{last} more days with a score."
)
WEEKS_BETWEEN = _("{first} to\u00a0{last}")
FORECAST_UNLIKELY = _("Perhaps no answer within a year (chance of one: {chance}).")
NEXT_LOOK = _("The next answer day is at {days} days with a score: {left} to go.")

# --- The link changed over time

CHANGED_LINE = _("The link changed over time.")
CHANGED_CARD = _(
    "So no single answer is given for the whole time. “Is it still so?” below shows the last two months and the time "
    "before."
)

# --- Before the first answer day

EARLY_LINE = _("The first answer day is at {days} days with a score: {left} to go.")
EARLY_LINE_NO_SIZE = _("It is too early: {left} more days with a score are needed.")
READING = _("Reading so far: {size} {direction} {per}. It changes from night to night and is no answer.")

# --- Not judged

NOTHING_WRONG = _("Nothing is wrong with your data.")
REFUSED: dict[str, tuple[str, str]] = {
    "outcome_missing": (
        _("There are no {outcome} scores yet."),
        _("Without scores there is nothing to compare."),
    ),
    "outcome_hardly_varies": (
        _("Your {outcome} scores hardly vary."),
        _("Nearly all of them are alike, so there is nothing to compare."),
    ),
    "exposure_rarely_known": (
        _("There are too few days with known {exposure}."),
        _("It is known on {known} of your {days} days with a score. That is too few for an answer."),
    ),
    "exposure_hardly_varies": (
        "{hardly_varies}",
        _("Most of them lie within {difference} of your average, so there is nothing to compare."),
    ),
    "too_many_days_missing": (
        _("Too many days have no score."),
        _("The days in between may have been different, so no answer is given."),
    ),
    "no_fit": (
        _("No answer: these days do not fit the method."),
        _("The next answer day may bring one."),
    ),
}
"""Reason to line and card. The first one that applies is shown."""

HARMLESS = frozenset({"outcome_hardly_varies", "exposure_hardly_varies"})
"""Reasons after which participants are assured that nothing is wrong with their data."""

# --- Folded facts

RANGE_TERM, CHANCE_TERM, SINCE_TERM = _("Range"), _("Direction"), _("Clear since")
READING_TERM, DAYS_TERM, BASIS_TERM = _("Reading today"), _("Days"), _("Based on")
TAKEN_TERM = _("Taken into account")
TAKEN = {
    "day_of_week": _("the day of the week"),
    "weekend": _("weekends"),
    "time": _("slow drifts"),
    "treatments": _("your treatments"),
}
EVENING_BEFORE = _("{item} the evening before")
SAME_DAY = _("{column} the same day")
TAKEN_NOT = _("Left out on purpose: {later} in between. Part of the link may run that way.")
RANGE_POOLED = _("Your days, together with those of the other people here.")
CHANCE_OWN = _("The chance that it is right is {chance}, if links are as weak as most published ones.")
CHANCE_POOLED = _("The chance that it is right is {chance}, if you are like the other people here.")
SINCE = _("{date}, with {days} days scored")
READING_TODAY = _("{size} {direction} {more}. It changes from night to night and is no answer.")
EARLIER_TERM = _("Earlier")
EARLIER = _("An answer was seen with {before} days scored, and withdrawn with {after}.")
ALONE_TERM, ALONE = _("Your days alone"), _("{size} {direction} {more}. This is a reading, too.")
NEXT_TERM, NEXT = _("Next answer day"), _("at {days} days with a score: {left} to go")
DAYS_KNOWN = _("{days} days with a {outcome} score; {exposure} known on {known} of them")
DAYS_ALL_KNOWN = _("{days} days with a {outcome} score; {exposure} known on all of them")
FEW_NIGHTS = _("The answer is about nights on which {exposure} is known.")
FEW_DAYS = _("The answer is about days on which {exposure} is known.")
FOLD_ANSWER, FOLD_OPEN, FOLD_DAYS = _("How firm is this?"), _("What is known so far?"), _("Your days so far")


# --- What each answer day showed

LOOKS_CAPTION = _("{exposure}: what each answer day showed, in points {per}")
LOOKS_HEAD = (_("Answer day"), _("Days with a score"), _("From"), _("Range"), _("Answer"))
LOOKS_HEAD_ALONE = (_("Answer day"), _("Days with a score"), _("Range"), _("Answer"))
LOOKS_CHART, LOOK_DAYS = _("What each answer day showed: points {more}"), _("{days} days")
FROM_OWN, FROM_POOLED = _("your days"), _("with the others")
LOOK_SMALL, LOOK_OPEN, LOOK_WITHDRAWN = _("At most small"), _("Not determined"), _("Withdrawn")

# --- What changed at the last answer day

SINCE_HEADING = _("Since the answer day before")
SINCE_MORE_DAYS = _("{name}: “{before}” became “{now}” on {date}, with {days} days scored. Reason: more days.")
SINCE_LINK_CHANGED = _("{name}: “{before}” became “{now}”. Reason: the link itself changed.")

# --- The line of an answer where its name does not stand beside it

NAMED_LINE = _("{name}: {line}")


def covariate_words(name: str, days: int, *, is_item: bool) -> str:
    """Write what a model takes into account besides: "stress the evening before", "air pressure the same day"."""
    if days == 0:
        return SAME_DAY.format(column=name)
    if days == 1 and is_item:
        return EVENING_BEFORE.format(item=name)
    return ngettext("{name} the day before", "{name} {days} days before", days).format(name=name, days=days)


def range_words(span: str, more: str, questions: int) -> str:
    """Write a range for one difference between days, and what it allows for."""
    text = ngettext(
        "{span} {more}. The range allows for looking several times.",
        "{span} {more}. The range allows for looking several times and for {number} questions.",
        questions,
    )
    return text.format(span=span, more=more, number=number_words(questions))


def chance_words(chance: float) -> str:
    """Write a chance as a whole percentage, never 0% or 100%: "98%", "more than 99%", "less than 1%"."""
    if chance > 0.99:
        return _("more than 99%")
    return _("less than 1%") if chance < 0.01 else _("{share}%").format(share=f"{100 * chance:.0f}")
