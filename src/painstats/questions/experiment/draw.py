"""Plan an experiment: what it could show, and the draw of its order by lot."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from painstats.errors import StudyError
from painstats.plan.treatment_names import same_name
from painstats.questions.experiment.checks import Refusal, Wish, refusals
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.plan import ExperimentPlan, new_seed
from painstats.questions.experiment.scores import scale_points, scored_days
from painstats.questions.experiment.stored import Experiment, store_plan, stored_experiments
from painstats.store.connection import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

EVER = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an experiment could show.

    Parameters
    ----------
    points
        Effects in points: half of a tenth of the scale, a tenth, and two.
    shares
        How often the test would show each of them.
    own_days
        Days of the participant's diary that the noise was taken from; 0 for that of a typical diary.
    finer_blocks, finer_days, finer_shares
        More and shorter blocks in about as many days, which would show more; None where that is not so.
    """

    points: tuple[float, ...]
    shares: tuple[float, ...]
    own_days: int
    finer_blocks: int | None = None
    finer_days: int | None = None
    finer_shares: tuple[float, ...] | None = None


def prospect(store: Store, wish: Wish, instant: datetime) -> Prospect:
    """Say what an experiment could show, by the scores that the participant has so far."""
    import numpy as np

    from painstats.questions.experiment.power import Design, finer, own_noise, power, typical_noise

    today, scale = date_at(store.study, wish.participant, instant), scale_points(store.study)
    rows = scored_days(store, wish.participant, EVER, today)
    day = np.array([row.date.toordinal() for row in rows], dtype=float)
    noise = own_noise(day, np.array([row.outcome_score for row in rows], dtype=float)) or typical_noise(scale)
    points = (scale / 20, scale / 10, scale / 5)
    design = Design(wish.blocks, wish.block_days, wish.dropped_days)
    found = Prospect(points, power(design, noise, points), noise.own_days)
    other = finer(design)
    shares = power(other, noise, points) if other else ()
    if other is None or shares[1] < found.shares[1] + 0.05:
        return found
    return replace(found, finer_blocks=other.blocks, finer_days=other.block_days, finer_shares=shares)


def checked_wish(store: Store, wish: Wish, instant: datetime) -> Wish:
    """Return a wish that can be planned, with what is known of its medicines.

    Raises
    ------
    StudyError
        Naming everything that speaks against it, and what to do instead.
    """
    wish = replace(wish, is_medicine=wish.is_medicine or _names_declared_medicine(store, wish))
    today = date_at(store.study, wish.participant, instant)
    if against := refusals(wish, today) or _at_the_same_time(store, wish, today):
        reasons = "\n".join(f"  {refusal.message} ({refusal.rule})" for refusal in against)
        raise StudyError(f"this experiment cannot be planned:\n{reasons}")
    return wish


def draw(store: Store, wish: Wish, instant: datetime) -> Experiment:
    """Draw the order of a checked wish by the system's randomness, and store it."""
    plan = ExperimentPlan(
        participant=wish.participant,
        on=wish.on,
        off=wish.off,
        first_day=wish.first_day,
        blocks=wish.blocks,
        block_days=wish.block_days,
        dropped_days=wish.dropped_days,
        seed=new_seed(),
    )
    return store_plan(store, plan, wish, instant)


def _at_the_same_time(store: Store, wish: Wish, today: date) -> list[Refusal]:
    """Refuse a second experiment during another of the same participant: of two orders, one could be chosen."""
    last = wish.first_day + timedelta(days=wish.blocks * wish.block_days - 1)
    return [
        Refusal(
            "another_at_the_same_time",
            f"{other.participant_id} has an experiment from {other.plan.first_day} to {other.plan.last_day}; plan this "
            f"one after it, or end that one first: painstats experiment end {store.study.folder} "
            f"{other.fingerprint[:8]}",
        )
        for other in stored_experiments(store)
        if other.participant_id == wish.participant
        and other.stage_on(today) in ("planned", "sealed")
        and other.plan.first_day <= last
        and wish.first_day <= other.plan.last_day
    ]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


def _names_declared_medicine(store: Store, wish: Wish) -> bool:
    """Whether the words name a medicine that the participant has declared as a treatment."""
    names = [
        phase.name
        for phase in store.study.plan.phases
        if phase.participant == wish.participant and phase.kind == "medicine"
    ]
    if table_exists(store, "treatment_phase"):
        query = "SELECT DISTINCT name FROM treatment_phase WHERE participant_id = ? AND kind = 'medicine' ORDER BY name"
        names += [row.name for row in select(store, _Named, query, [wish.participant])]
    words = f"{wish.on} {wish.off}".casefold()
    return any(re.search(rf"(?<!\w){re.escape(same_name(name))}(?!\w)", words) for name in names if name.strip())
