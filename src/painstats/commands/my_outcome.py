"""What the report of ``painstats me`` is about: the item and the site, from what the files rate and the options say."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.errors import StudyError
from painstats.questions.phrases import counted
from painstats.store import Store
from painstats.store.rows import select

PAIN = "pain"
OVERALL = "overall"
"""How the option calls scores without a site."""
ACROSS = ("worst", "mean")
"""Answers to the question about sites that use all of them."""
USUAL_SCALE = (0.0, 10.0)


@dataclass(frozen=True, slots=True)
class Rated:
    """An item and site that the files rate, on how many days, and the scale, or one of several."""

    item: str
    site: str
    days: int
    has_one_scale: bool
    scale_low: float
    scale_high: float


@dataclass(frozen=True, slots=True)
class MyOutcome:
    """The keys of ``[outcome]``, and sentences that say what was chosen."""

    keys: dict[str, object]
    said: tuple[str, ...] = ()


def rated_in(store: Store) -> list[Rated]:
    """List what the stored files rate, the most days first."""
    return select(
        store,
        Rated,
        "SELECT item, site, count(DISTINCT date) AS days, "
        "count(DISTINCT (scale_low, scale_high)) = 1 AS has_one_scale, "
        "any_value(scale_low) AS scale_low, any_value(scale_high) AS scale_high "
        "FROM self_report GROUP BY item, site ORDER BY days DESC, item, site",
    )


def choose_outcome(rated: list[Rated], item: str | None, site: str | None, unlogged: str | None) -> MyOutcome:
    """Choose what the report is about.

    Raises
    ------
    StudyError
        Nothing is rated, several items or sites are and none was chosen, or the chosen one is not among them.
    """
    chosen, said = _item(rated, item)
    of_item = [each for each in rated if each.item == chosen]
    keys: dict[str, object] = {"item": chosen, **_site(of_item, site)}
    used = [each for each in of_item if keys.get("site") in (None, each.site)]
    scales = {(each.scale_low, each.scale_high) for each in used}
    is_one = len(scales) == 1 and all(each.has_one_scale for each in used)
    keys["scale"] = scales.pop() if is_one else USUAL_SCALE
    return MyOutcome(keys | ({"unlogged": unlogged} if unlogged else {}), said)


def _item(rated: list[Rated], given: str | None) -> tuple[str, tuple[str, ...]]:
    items = list(dict.fromkeys(each.item for each in rated))
    if not items:
        raise StudyError(
            "none of these files has scores of pain. Give your diary too: a sheet with a column of dates and one of "
            "scores, or the export of a diary app"
        )
    if given is not None:
        if given not in items:
            raise StudyError(f"--item {given}: these files rate only {', '.join(items)}")
        return given, ()
    if PAIN in items:
        return PAIN, ()
    if len(items) > 1:
        options = " or ".join(f"--item {each}" for each in items)
        raise StudyError(f"these files have no scores of pain. What is the report about? Answer with {options}")
    return items[0], (f"The files have no scores of pain, so the report is about {items[0].replace('_', ' ')}.",)


def _site(rated: list[Rated], given: str | None) -> dict[str, object]:
    sites = {each.site or OVERALL: each for each in rated}
    if given in ACROSS:
        return {"across_sites": given}
    if given is not None:
        if given not in sites:
            raise StudyError(f"--site {given}: these files rate {', '.join(sites)}; or use worst or mean")
        return {"site": sites[given].site}
    if len(sites) < 2:
        return {}
    choices = "\n".join(f"  --site {site}   ({counted(each.days, 'day')})" for site, each in sites.items())
    raise StudyError(
        f"these files rate {rated[0].item} in several places. Which is the report about? Choose one, the worst place "
        f"of each day, or all of them, each compared with its own average:\n{choices}\n  --site worst\n  --site mean"
    )
