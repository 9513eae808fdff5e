"""Charts of participants' own days, kept from run to run: drawing is slow, and others' data do not change them."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from markupsafe import Markup

from painstats.plan.study import Study
from painstats.reports.drawn_days import drawn_days
from painstats.reports.measures_shown import measures_shown
from painstats.reports.pages import Figure
from painstats.reports.personal.record import ParticipantRecord
from painstats.store.connection import Store, transaction

DRAWING_PACKAGES = ("painstats", "altair", "vl-convert-python")
DRAWING_FOLDERS = (
    "painstats.reports",
    "painstats.reports.figures",
    "painstats.reports.personal",
    "painstats.findings",
    "painstats.findings.catalogue",
    "painstats.questions",
    "painstats.questions.daily",
    "painstats.questions.experiment",
    "painstats.questions.treatment",
    "painstats",
)
"""The files that decide how a figure looks: charts, words, labels of measures."""

Figures = tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """Figures of one participant's days, and the hash of all that they were drawn from."""

    inputs_hash: str
    packed: bytes


def keep(inputs_hash: str, figures: Figures) -> KeptFigures:
    """Pack figures small: a drawing shrinks to a tenth."""
    return KeptFigures(inputs_hash, zlib.compress(json.dumps([asdict(figure) for figure in figures]).encode()))


def unpacked(kept: KeptFigures) -> Figures:
    """Return the figures as they were drawn."""
    return tuple(
        Figure(
            label=row["label"],
            caption=row["caption"],
            wide=Markup(row["wide"]),
            narrow=Markup(row["narrow"]),
            legend=tuple((colour, words) for colour, words in row["legend"]),
            card=row["card"],
        )
        for row in json.loads(zlib.decompress(kept.packed))
    )


def days_hash(record: ParticipantRecord, study: Study) -> str:
    """Hash all that the figures of a participant's days are drawn from, the drawing itself among it."""
    measures = measures_shown(study, drawn_days(record.days))
    days = record.days.select("date", "outcome_score", *measures)
    declared = (record.phases.rows(), record.changes, record.experiments)
    facts = (_drawing_hash(), study.plan.outcome, measures, days.rows(), declared)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@cache
def _drawing_hash() -> str:
    texts = [
        entry.read_text(encoding="utf-8")
        for folder in DRAWING_FOLDERS
        for entry in sorted(files(folder).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".py")
    ]
    return hashlib.sha256(repr(([version(name) for name in DRAWING_PACKAGES], texts)).encode()).hexdigest()


def read_kept(store: Store) -> dict[str, KeptFigures]:
    """Return what was kept by the last run, by participant."""
    store.connection.execute(
        "CREATE TABLE IF NOT EXISTS kept_figures (participant_id VARCHAR, inputs_hash VARCHAR, packed BLOB)"
    )
    rows = store.connection.execute("FROM kept_figures").fetchall()
    return {participant: KeptFigures(inputs_hash, packed) for participant, inputs_hash, packed in rows}


def replace_kept(store: Store, before: Mapping[str, KeptFigures], now: Mapping[str, KeptFigures]) -> None:
    """Store what this run keeps in place of what the last one did; figures that stayed are not written again."""
    gone = [participant for participant in before if now.get(participant) != before[participant]]
    fresh = [(name, kept.inputs_hash, kept.packed) for name, kept in now.items() if before.get(name) != kept]
    with transaction(store) as connection:
        for participant in gone:
            connection.execute("DELETE FROM kept_figures WHERE participant_id = ?", [participant])
        for row in fresh:
            connection.execute("INSERT INTO kept_figures VALUES (?, ?, ?)", row)
