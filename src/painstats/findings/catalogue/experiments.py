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
ENDED_LINE = _("The plan ended after {done} of {blocks} blocks.")
ENDED_CARD = _("The scores are kept. A test needs at least {least} blocks.")
ENDED_LATE_CARD = _(
    "The scores are kept. The order was drawn for all {blocks} blocks, so fewer of them cannot be tested."
)
REFUSED_LINE = _("Your experiment cannot be tested.")
REFUSED_CARD = _("Too few of its days have a score. The scores are kept.")
REFUSED_OUTCOME_CARD = _("Nearly all of your scores are alike, so there is nothing to compare.")

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


def more_blocks(number: int) -> str:
    """Write after how many more blocks a difference would show."""
    return ngettext(
        "{number} more block would show a difference of 1 point in about 3 of 4 cases.",
        "{number} more blocks would show a difference of 1 point in about 3 of 4 cases.",
        number,
    ).format(number=number)


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
