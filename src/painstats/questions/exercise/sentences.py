"""What participants read about kinds of exercise: whole sentences with named variables.

One decimal, no minus sign; a direction is a word; kinds by name, never by size.
"""

from __future__ import annotations

from collections.abc import Sequence

from painstats.language import _, ngettext
from painstats.questions.firmness_words import FIRM_BOUND as FIRM_BOUND
from painstats.questions.firmness_words import NOT_DETERMINED as NOT_DETERMINED
from painstats.questions.firmness_words import NOT_JUDGED as NOT_JUDGED
from painstats.questions.firmness_words import TO_WATCH as TO_WATCH
from painstats.questions.phrases import capital
from painstats.questions.size_words import number_words

NAME = _("Kinds of exercise")

# --- The line

ONE_WAY_LINE = _("{Direction} after {kinds}.")
BOTH_WAYS_LINE = _("{Lower} after {lower_kinds}, {higher} after {higher_kinds}.")
ONE_SMALL_LINE = _("No large link with {kind}: smaller than {size}, if there is one")
NOT_COMPARED_LINE = _("No kind of exercise can be compared yet.")
REFUSED_LINES = {
    "outcome_hardly_varies": _("Your {outcome} scores hardly vary."),
    "exposure_rarely_known": _("There are too few days with known exercise."),
    "too_many_days_missing": _("Too many days have no score."),
    "no_fit": _("No answer: these days do not fit the method."),
}

# --- The card

ONE_PATTERN = _("One pattern to watch: after a day with {kind}, {outcome} was {span} than after a day without it.")
ONE_PATTERN_PER_UNIT = _("One pattern to watch: for each 30 minutes of {kind}, {outcome} was {span} on the next day.")
OTHERS_OPEN = _("The other kinds show no pattern so far.")
OPEN_CARD = _("For each kind in the chart, {outcome} after a day with it was compared with {outcome} after other days.")
REFUSED_CARDS = {
    "outcome_hardly_varies": _("Nearly all of them are alike, so there is nothing to compare."),
    "exposure_rarely_known": _("The days after known exercise are too few for an answer."),
    "too_many_days_missing": _("The days in between may have been different, so no answer is given."),
    "no_fit": _("The next answer day may bring one."),
}
NOT_COMPARED_CARD = _("The chart says why for each.")

# --- What it does not mean

SMALL_CAUTION = _("This does not say that there is none.")

# --- The chart

HEAD = (_("Kind"), _("In words"))
CAPTION = _("The day after each kind of exercise: points, against days without it, other exercise being equal")
CAPTION_PER_UNIT = _("The day after each kind of exercise: points for 30 minutes of it, other exercise being equal")
SMALL = _("at most small: under {size}")
REASONS = {
    "few_days_with": _("not judged: needs 8 days"),
    "few_days_without": _("not judged: needs 8 days without it"),
    "on_the_same_days_as_others": _("not judged: mostly with other exercise, or on one weekday"),
    "unnamed": _("not judged: its kind is not named"),
}

# --- Folded

FOLD = _("How firm is this?")
SIZES_TERM, BASIS_TERM, SAME_TERM, COUNTED_TERM = _("Sizes"), _("Based on"), _("Allowed for"), _("A day with a kind")
SIZES = _(
    "They are drawn a little towards each other, so that chance shows less. One that is unlike the others may be "
    "larger than shown."
)
SIZES_WITH_OTHERS = _(
    "They are drawn towards those of your other kinds and of the other people here. One that is unlike these may be "
    "larger than shown."
)
BASIS = _("{days} days with a {outcome} score")
SAME = _("Other exercise on that day, the day of the week, time, and treatments. Not the night that follows.")
COUNTED = _("One with at least 5 minutes of it. A kind needs 8 days with it and 8 days without it.")

# --- For researchers

LABELS = {
    "session": "{kind}, done the day before",
    "per_30_minutes": "{kind}, minutes the day before",
    "any_kind": "exercise the day before, any kind (joint test)",
    "kinds_differ": "exercise the day before, kinds differ (joint test)",
}
"""Contrast to its label."""


def no_pattern_line(kinds: int) -> str:
    """Write that no kind shows a direction: "No pattern in five kinds."."""
    text = ngettext("No pattern in the one kind that can be compared.", "No pattern in {number} kinds.", kinds)
    return text.format(number=number_words(kinds))


def small_line(kinds: int, size: str) -> str:
    """Write that all of several kinds are at most small."""
    return _("No large link with any of {number} kinds: smaller than {size}, if there is one").format(
        number=number_words(kinds), size=size
    )


def either(kinds: Sequence[str]) -> str:
    """Write a choice: "swimming", "running, swimming or yoga"."""
    if len(kinds) == 1:
        return kinds[0]
    return _("{others} or {last}").format(others=", ".join(map(str, kinds[:-1])), last=kinds[-1])


def patterns_one_way(number: int, kinds: str, outcome: str, direction: str) -> str:
    """Write several patterns in one direction."""
    return _("{Number} patterns to watch: after a day with {kinds}, {outcome} was {direction}.").format(
        Number=capital(number_words(number)), kinds=kinds, outcome=outcome, direction=direction
    )


def patterns_both_ways(number: int, outcome: str, lower: tuple[str, str], higher: tuple[str, str]) -> str:
    """Write patterns in both directions, each with its word and its kinds."""
    return _(
        "{Number} patterns to watch: after a day with {lower_kinds}, {outcome} was {lower}; after a day with "
        "{higher_kinds}, it was {higher}."
    ).format(
        Number=capital(number_words(number)), outcome=outcome, lower=lower[0], lower_kinds=lower[1], higher=higher[0],
        higher_kinds=higher[1],
    )  # fmt: skip


def asked_caution(kinds: int) -> str:
    """Write how many kinds were asked about, and how often chance alone shows a pattern."""
    words = number_words(kinds)
    text = ngettext(
        "{Number} kind was asked about. With no link at all, about 1 person in 20 would still see a pattern.",
        "{Number} kinds were asked about, listed by name, not by size. With no link at all, about 1 person in 20 "
        "would still see a pattern.",
        kinds,
    )
    return text.format(Number=capital(words))
