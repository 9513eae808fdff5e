"""The participants of a small trial: six of twelve, drawn by lot, do a programme from the eighth week on.

They have a diary only, so averages of sleep and steps are those of everyone else. Changes differ between participants;
their mean is the effect of an arm. The length of the records was chosen: it decides the random draws, and with this one
no participant's change gets a verdict with a wrong sign.
"""

from __future__ import annotations

from sample_data.people import Person, Planted
from sample_data.treatments import Treatment

PROGRAMME, USUAL = "programme", "usual care"
"""The arms; each is a treatment of its name, too."""

STARTS_ON, DAYS = 49, 119
CHANGES = {
    PROGRAMME: {"chervil": -1.9, "comfrey": -1.1, "fennel": -1.6, "lupin": -1.4, "mullein": -1.8, "vetch": -1.2},
    USUAL: {"aspen": 0.3, "birch": -0.3, "hawthorn": 0.2, "sorrel": -0.2, "teasel": 0.1, "yew": -0.1},
}
"""Points of pain from the start on."""

KINDS = {PROGRAMME: "exercise_programme", USUAL: "therapy"}
STEADY = Planted(usual_pain=6.0, trend=0.0, residual_sd=1.2)


def _person(name: str, arm: str, change: float) -> Person:
    listed = Treatment(KINDS[arm], arm, STARTS_ON, effect=change)
    return Person(name, "America/Chicago", None, "clinic", planted=STEADY, own_days=DAYS, treatments=(listed,), arm=arm)


TRIAL: tuple[Person, ...] = tuple(
    _person(name, arm, change) for arm, changes in CHANGES.items() for name, change in changes.items()
)

ABSENT = "rosemary"
"""Enrolled, and never sent anything."""


def planted_difference() -> float:
    """Return how much more pain changes in the programme than under usual care."""
    means = {arm: sum(changes.values()) / len(changes) for arm, changes in CHANGES.items()}
    return means[PROGRAMME] - means[USUAL]
