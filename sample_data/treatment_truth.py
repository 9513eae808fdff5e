"""What was planted about treatments and experiments, as the tables beside the study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from sample_data.simulate import Life
from sample_data.truth import Truth
from sample_data.write_treatments import date_of

TREATMENTS, EXPERIMENTS = "truth_treatments.csv", "truth_experiments.csv"


def treatment_frame(truth: Truth, lives: Sequence[Life]) -> pl.DataFrame:
    """Return every treatment with its true effect, one row for each entry of the plan and of ``treatments.csv``.

    Returns
    -------
    Columns ``participant_id``, ``name``, ``dose``, ``dose_unit``, ``first_date``, ``last_date`` (the last day on which
    it acts, null where it goes on), ``ramp_days``, ``effect`` (points of pain at the full effect, against days without
    it, before scores are cut at the ends of the scale) and ``after_bad_week`` (whether that was why it began).
    """
    rows = [row for life in lives for row in _treatments(truth, life)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _treatments(truth: Truth, life: Life) -> Iterator[dict[str, object]]:
    if life.nature.treatment_day is not None:
        yield {
            "participant_id": life.person.participant_id,
            "name": "new medicine",
            "dose": None,
            "dose_unit": None,
            "first_date": date_of(life, life.nature.treatment_day),
            "last_date": None,
            "ramp_days": None,
            "effect": truth.treatment_effect,
            "after_bad_week": False,
        }
    for treatment in life.treatments:
        yield {
            "participant_id": life.person.participant_id,
            "name": treatment.name,
            "dose": treatment.dose,
            "dose_unit": treatment.dose_unit,
            "first_date": date_of(life, treatment.starts_on),
            "last_date": date_of(life, treatment.last_day),
            "ramp_days": treatment.ramp_days,
            "effect": treatment.effect,
            "after_bad_week": treatment.after_bad_week,
        }


def experiment_frame(lives: Sequence[Life]) -> pl.DataFrame:
    """Return every experiment with its true effect.

    Returns
    -------
    Columns ``participant_id``, ``on``, ``off``, ``first_date``, ``last_date``, ``drawn_date``, ``blocks``,
    ``block_days``, ``dropped_days``, ``seed``, ``fingerprint``, ``order`` (``1`` for a block with the treatment, ``0``
    for one without) and ``effect`` (points of pain in blocks with the treatment).
    """
    return pl.DataFrame([row for life in lives for row in _experiments(life)])


def _experiments(life: Life) -> Iterator[dict[str, object]]:
    made = life.person.experiment
    if made is None:
        return
    plan = made.plan(life.person.participant_id, life.dates[0])
    yield {
        "participant_id": plan.participant,
        "on": plan.on,
        "off": plan.off,
        "first_date": plan.first_day,
        "last_date": plan.last_day,
        "drawn_date": date_of(life, made.drawn_on),
        "blocks": plan.blocks,
        "block_days": plan.block_days,
        "dropped_days": plan.dropped_days,
        "seed": plan.seed,
        "fingerprint": plan.fingerprint,
        "order": "".join(map(str, plan.order)),
        "effect": made.effect,
    }
