"""Store the plans of the participants' experiments in the study's database, as ``painstats experiment plan`` does.

Here the seed is fixed and the day of drawing lies in the past, so the command itself cannot be used; what it checks is
checked all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from painstats.plan.study import read_study
from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.draw import checked_wish
from painstats.questions.experiment.stored import store_plan
from painstats.store import Store, open_store
from sample_data.simulate import Life
from sample_data.treatments import Experiment


def register_experiments(folder: Path, lives: Sequence[Life]) -> None:
    """Store every experiment of these participants, drawn at noon (UTC) of its day of drawing."""
    with open_store(read_study(folder)) as store:
        for life in lives:
            if life.person.experiment is not None:
                _register(store, life, life.person.experiment)


def _register(store: Store, life: Life, made: Experiment) -> None:
    plan = made.plan(life.person.participant_id, life.dates[0])
    drawn_at = datetime.combine(life.dates[0] + timedelta(days=made.drawn_on), time(12), UTC)
    wish = Wish(
        plan.participant, plan.on, plan.off, plan.first_day, plan.blocks, plan.block_days,
        carry_over_days=plan.dropped_days,
    )  # fmt: skip
    store_plan(store, plan, checked_wish(store, wish, drawn_at), drawn_at)
