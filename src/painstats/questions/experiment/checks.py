"""What may be planned as an experiment, and what is refused, by name.

Source: docs/method/experiments.md, "What can be planned" and "Medicines".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.experiment.medicines import is_like_medicine, listed_medicine

LEAST_BLOCKS, MOST_BLOCKS = 8, 200
"""With fewer than 8, no order could reach p < .05; of more than 200, the fingerprint could not choose every order."""

MOST_DROPPED_DAYS = 7
MOST_DAYS = 366
LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Agreement:
    """A prescriber's agreement to an experiment with a medicine: when, and in which role."""

    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Wish:
    """An experiment that someone wants to plan.

    Parameters
    ----------
    participant, on, off, first_day, blocks, block_days
        As in the plan.
    onset_days, carry_over_days
        Days until the treatment acts in full, and days on which it still acts after the last use.
    is_medicine
        Whether the participant says that it is a medicine.
    agreement
        The prescriber's agreement, if there is one.
    """

    participant: str
    on: str
    off: str
    first_day: date
    blocks: int
    block_days: int
    onset_days: int = 0
    carry_over_days: int = 0
    is_medicine: bool = False
    agreement: Agreement | None = None

    @property
    def dropped_days(self) -> int:
        """Days at the head of every block that do not count: the kept days must not depend on the order."""
        return max(self.onset_days, self.carry_over_days)

    @property
    def has_medicine(self) -> bool:
        """Whether it is about a medicine: the participant says so, or the words do."""
        return self.is_medicine or is_like_medicine(self.on) or is_like_medicine(self.off)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an experiment is refused, by name, and what to do instead."""

    rule: str
    message: str


def refusals(wish: Wish, today: date) -> list[Refusal]:
    """Return everything that speaks against an experiment; ``today`` is the participant's date."""
    return [*_medicine(wish, today), *_words(wish), *_blocks(wish), *_length(wish), *_first_day(wish, today)]


def _medicine(wish: Wish, today: date) -> list[Refusal]:
    """Refuse listed medicines whoever agreed, and others without the prescriber's agreement."""
    for text in (wish.on, wish.off):
        if found := listed_medicine(text):
            name, what = found
            return [
                Refusal(
                    "listed_medicine",
                    f"{name} is {what}, and stopping such a medicine at once can be dangerous. painstats plans no "
                    "experiment with it, whoever agreed. Please do not stop or change it on your own; your prescriber "
                    "can say how it may be tried out",
                )
            ]
    if not wish.has_medicine:
        return []
    if wish.agreement is None or not wish.agreement.by.strip():
        return [
            Refusal(
                "medicine_without_prescriber",
                "an experiment with a medicine needs your prescriber's agreement: ask, and then add the date and the "
                'prescriber\'s role, such as --agreed-with-prescriber 2026-11-28 "family doctor"',
            )
        ]
    if wish.agreement.on > today:
        return [Refusal("agreement_in_the_future", f"the agreement is dated {wish.agreement.on}, which is not yet")]
    return []


def _words(wish: Wish) -> list[Refusal]:
    found = []
    for option, text in (("--on", wish.on), ("--off", wish.off)):
        if not text.strip() or not text.isprintable() or len(text) > LONGEST_TEXT:
            found.append(
                Refusal("words_missing", f"{option}: say in one line of up to {LONGEST_TEXT} letters what you will do")
            )
    if not found and wish.on.casefold() == wish.off.casefold():
        found.append(Refusal("nothing_to_compare", "--on and --off say the same; say what is different"))
    return found


def _blocks(wish: Wish) -> list[Refusal]:
    if wish.blocks < LEAST_BLOCKS:
        return [
            Refusal(
                "too_few_blocks",
                f"{wish.blocks} blocks are too few: with fewer than {LEAST_BLOCKS}, even the clearest result could be "
                f"chance. Plan {LEAST_BLOCKS} or more; many short blocks show more than a few long ones",
            )
        ]
    if wish.blocks % 2 or wish.blocks > MOST_BLOCKS:
        return [
            Refusal(
                "blocks_not_even" if wish.blocks % 2 else "too_many_blocks",
                f"--blocks: plan an even number from {LEAST_BLOCKS} to {MOST_BLOCKS}, half of them with the treatment",
            )
        ]
    return []


def _length(wish: Wish) -> list[Refusal]:
    dropped = wish.dropped_days
    if dropped > MOST_DROPPED_DAYS:
        return [
            Refusal(
                "more_than_a_year",
                f"something that takes or goes on acting {dropped} days needs so long blocks that an experiment of "
                "this kind would take more than a year, so none is planned. Declare it as a treatment instead: "
                "painstats compares the weeks before and after its start",
            )
        ]
    if wish.block_days < max(1, 2 * dropped):
        return [
            Refusal(
                "blocks_too_short",
                f"--block-days: the first {dropped} days of each block do not count, so a block needs at least "
                f"{max(1, 2 * dropped)} days",
            )
        ]
    if wish.blocks * wish.block_days > MOST_DAYS:
        return [
            Refusal(
                "more_than_a_year",
                f"{wish.blocks} blocks of {wish.block_days} days would take more than a year; plan fewer or shorter "
                "blocks",
            )
        ]
    return []


def _first_day(wish: Wish, today: date) -> list[Refusal]:
    if (wish.first_day - today).days > MOST_DAYS:
        return [
            Refusal("first_day_far_ahead", f"--first-day {wish.first_day} is more than a year ahead; plan it later")
        ]
    if wish.first_day > today:
        return []
    return [
        Refusal(
            "first_day_has_come",
            f"--first-day {wish.first_day} has come; an order must be drawn beforehand, so choose a day after {today}",
        )
    ]
