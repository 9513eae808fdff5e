"""What participants read about other items: whole sentences with named variables.

Where a high score is a good one, a chart shows the item turned: "Low mood", so that lower is better in every row.
"""

from __future__ import annotations

from dataclasses import replace

from painstats.frame.exposure import Exposure
from painstats.language import _, ngettext
from painstats.questions.daily.words import phrases as daily_phrases
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH
from painstats.questions.item.plan import NAME
from painstats.questions.outcome_words import is_better_when_higher, outcome_words
from painstats.questions.phrases import Phrases, capital, label_text
from painstats.questions.question import Outcome, Question
from painstats.questions.size_words import number_words

CARD_NAME = _("Other things you score")

# --- The line

PATTERN = _("{outcome} was {direction} {after}.")
OTHERS = _("The others: no pattern so far.")
NONE = _("No pattern so far.")
NOT_JUDGED_LINE = _("There are too few days with other scores, or they hardly vary.")


# --- The card

SIZE = _("{compared}, {outcome_then} was {size} {direction} on average.")
NOT_NONE = _("This does not say that there is none.")
TOGETHER = _("This says what goes together, not why.")
TURNED = _("Each is turned so that lower is better.")

# --- Rows of the chart

HEAD = _("Item")
LOW = _("Low {item}")
ROW_PATTERN = _("{direction} {after}")
ROW_OPEN, ROW_SMALL = _("not determined"), _("no large link")
CAPTION = _("Points {units}.")
LOWER, HIGHER = _("lower"), _("higher")
CELL_NOT_JUDGED = _("not judged: {why}")
REFUSED = {
    "too_few_days": _("{days} days with a score are too few"),
    "outcome_hardly_varies": _("scores hardly vary"),
    "too_many_days_missing": _("too many days without a score"),
    "exposure_rarely_known": _("{exposure} too rarely known"),
    "exposure_hardly_varies": _("{exposure} hardly varies"),
    "no_fit": _("these days do not fit the method"),
}
"""Reason to what participants read."""

# --- What is folded

FOLD = _("What each comparison showed")
TERM = _("{outcome}, {exposure}")
RANGE = _("{span} {more}; {days} days with a score")
MANY_AT_AN_END = _("{fact}. Many scores are at an end of the scale, so a link may be larger.")


def pattern_count(patterns: int, questions: int) -> str:
    """Write how many patterns there are, where a line cannot name each: "Three patterns in eight questions."."""
    text = ngettext("{patterns} pattern in {questions}.", "{patterns} patterns in {questions} questions.", patterns)
    return text.format(patterns=capital(number_words(patterns)), questions=number_words(questions))


def item_name(item: str, site: str) -> str:
    """Return the name of an item: "fatigue", "pain (knee)"; a symptom's is its own."""
    label = outcome_words(Outcome(item, label_text(site) if site else "", (0, 10))).label
    return label if item == "symptom" or not site else _("{item} ({site})").format(item=label, site=label_text(site))


def row_name(item: str, site: str) -> str:
    """Return the name of a row, in which lower is better: "Fatigue", "Low mood"."""
    name = item_name(item, site)
    return LOW.format(item=name) if is_turned(item) else capital(name)


def is_turned(item: str) -> bool:
    """Whether a chart shows the item turned."""
    return is_better_when_higher(Outcome(item, "", (0, 10)))


def exposure_of(finding: ContrastFinding) -> Exposure:
    """Return what a finding compares."""
    measure, lag = finding.exposure.rsplit("_lag", 1)
    return Exposure(measure, int(lag))


def phrases_of(finding: ContrastFinding, scale: tuple[float, float]) -> Phrases:
    """Return what the parts of a question are called, as for a daily question about the item."""
    exposure, outcome = exposure_of(finding), Outcome(finding.item, finding.site, scale)
    words = daily_phrases(Question(NAME, exposure.name, outcome, exposure, finding.unit))
    label = item_name(finding.item, finding.site)
    then = str(words.outcome_then).replace(str(words.outcome.label), str(label), 1)
    return replace(words, outcome=replace(words.outcome, label=label), outcome_then=then)


def after(words: Phrases) -> str:
    """Write which days are compared, within a sentence: "after longer nights"."""
    return words.after[:1].lower() + words.after[1:]


def refusal_words(finding: ContrastFinding, words: Phrases) -> str:
    """Write why an item is not judged."""
    return REFUSED[finding.reasons[0]].format(exposure=words.exposure, days=finding.days)
