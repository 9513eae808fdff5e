"""The types of values in ``study.toml``, each with its check."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from painstats.plan.zone_names import advice, is_place
from painstats.vocabulary import FILLED, ITEMS, MEASURES, RECALLS, TREATMENT_KINDS


def _known_zone(name: str) -> str:
    if not is_place(name):
        raise ValueError(advice(name))
    return name


def _two_ends(scale: tuple[float, float]) -> tuple[float, float]:
    if not scale[0] < scale[1] or not all(isfinite(end) for end in scale):
        raise ValueError("a scale is written [lowest, highest], such as [0, 10]")
    return scale


def one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return a check that a word is one of these."""

    def check(word: str) -> str:
        if word not in allowed:
            raise ValueError(f"{word!r} is not known; write one of: {', '.join(allowed)}")
        return word

    return check


ZoneName = Annotated[str, AfterValidator(_known_zone)]
Scale = Annotated[tuple[float, float], AfterValidator(_two_ends)]
Item = Annotated[str, AfterValidator(one_of(ITEMS))]
Recall = Annotated[str, AfterValidator(one_of(RECALLS))]
Filled = Annotated[str, AfterValidator(one_of(FILLED))]
Treatment = Annotated[str, AfterValidator(one_of(TREATMENT_KINDS))]
MeasureName = Annotated[str, AfterValidator(one_of(tuple(MEASURES)))]


class PlanTable(BaseModel):
    """A table of ``study.toml``: it cannot be changed, and has no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
