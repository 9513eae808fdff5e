"""What participants read about a planned experiment (docs/method/treatments.md, words).

Only here may a sentence say "effect": the order of the blocks was drawn by lot beforehand.
"""

from __future__ import annotations

from painstats.language import _, ngettext

NAME = _("Experiment with {on}")

# --- Before the last block is over

PLANNED_LINE = _("It begins on {first}. The result opens on {opens}.")
PLANNED_CARD = _("{blocks} blocks of {days}, half of them with {on} and half with {off}, in an order drawn by lot.")
SEALED_LINE = _("Block {block} of {blocks}. The result opens on {opens}.")
WAITING_LINE = _("The last block is over. The result opens once your last scores are in.")
WAITING_CARD = _("Your diary ends before {last}. Please add the rest; without it, the result opens on {opens}.")
SEALED_CARD = _("Looking early can change how you score, so nothing is shown until the last block is over.")
FOLD_PLAN, SEALED = _("The plan"), _("Sealed")

# --- A direction

TOLD_LINE = _("In your experiment, {outcome} was {direction} with {on}: {size}")
TOLD_CARD = _("In your planned experiment {outcome} was {size} {direction} in blocks with {on} ({span}).")
TOLD_CAUTION = _(
    "The order was drawn by lot beforehand, so this is an effect of using it. You knew which days they were, so what "
    "you expected is part of it."
)
ASK_DOCTOR = _("Please talk with your doctor before you go on with it.")
FIRM, FAIRLY_FIRM = _("Firm"), _("Fairly firm")

# --- No direction

BOUND_LINE = _("In your experiment, no large difference: smaller than {size}, if there is one")
BOUND_CARD = _("Blocks with {on} and blocks with {off} differ by less than {size}.")
BOUND_CAUTION = _("This does not say that there is none.")
OPEN_LINE = _("Your experiment cannot tell: both directions are possible.")
OPEN_CARD = _("Between {below} {lower} and {above} {higher} with {on}.")
MORE_BLOCKS = _("A new experiment of {blocks} blocks would show a difference of {size} in about 3 of 4 cases.")
ONLY_MODEL = _("A model of the same days gives a direction, but the lot decides.")
ENDED_LINE = _("The plan ended after {done} of {blocks} blocks.")
ENDED_CARD = _("The scores are kept. A test needs at least {least} blocks.")
ENDED_LATE_CARD = _(
    "The scores are kept. The order was drawn for all {blocks} blocks, so fewer of them cannot be tested."
)
REFUSED_LINE = _("Your experiment cannot be tested.")
REFUSED_CARDS = {
    "outcome_missing": _("None of the days that count has a score."),
    "scores_of_one_kind": _("All of its scores are from one kind of block, so there is nothing to compare."),
    "outcome_hardly_varies": _("All of its scores are alike, so there is nothing to compare."),
    "outcome_changed": _("The study asks about something else now than when the order was drawn."),
}
REFUSED_CARD = _("Its days cannot be compared. The scores are kept.")

# --- Folded facts

FOLD_ANSWER, FOLD_OPEN = _("How firm is this?"), _("What is known so far?")
RANGE_TERM, RANGE = _("Range"), _("{span} with {on}")
LUCK_TERM = _("By luck alone")
LUCK = _(
    "With no difference at all, {chance} of the orders that could have been drawn would show one as large ({orders} "
    "orders)."
)
MODEL_TERM = _("A model beside it")
MODEL = _("{span} with {on}. The answer is that of the lot, not of the model.")
LEVELS_TERM, LEVELS = _("Averages"), _("{level_on} with {on}, {level_off} with {off}")
PLAN_TERM = _("Plan")
PLAN = _("{blocks} blocks of {days}, from {first} to {last}.")
DRAWN_TERM = _("Order")
FINGERPRINT_TERM, FINGERPRINT = _("Fingerprint"), _("{fingerprint}. With it, anyone can check the order.")
FEW_TERM = _("Few scores")


def dropped_days(days: int) -> str:
    """Write which days of a block do not count."""
    return ngettext(
        "The first day of each block does not count.", "The first {days} days of each block do not count.", days
    ).format(days=days)


def drawn(date: str, times: int) -> str:
    """Write when the order was drawn, and how often one was: a second draw would be a choice."""
    return ngettext(
        "Drawn by lot once, on {date}.",
        "Drawn by lot {times} times, last on {date}.",
        times,
    ).format(date=date, times=times)


def few_scores(blocks: list[str], listed: str) -> str:
    """Name the blocks with few scores."""
    return ngettext(
        "Block {listed} has a score on fewer than half of its days that count.",
        "Blocks {listed} have a score on fewer than half of their days that count.",
        len(blocks),
    ).format(listed=listed)
