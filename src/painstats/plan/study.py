"""``study.toml``: the declared plan of a study, read into a frozen, validated ``Study``.

The defaults suit a study that declares only a time zone and a diary. The plan is hashed, and every stored result has
the hash.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from painstats.errors import StudyError
from painstats.plan.adjust import AdjustPlan, check_adjusted
from painstats.plan.analysis import AnalysisPlan, ModelPlan, check_analysis
from painstats.plan.apps import AppsPlan
from painstats.plan.canonical import canonical_plan, digest
from painstats.plan.diaries import DiaryPlan
from painstats.plan.lots import TreatmentPlan, check_treatments
from painstats.plan.nightly import NightlyPlan, NotifyPlan
from painstats.plan.phases import PhasePlan, overlaps
from painstats.plan.retired import RETIRED
from painstats.plan.rules import RulesPlan
from painstats.plan.shards import ScalePlan, Shard
from painstats.plan.tables import TablePlan
from painstats.plan.time_zones import Journey, TimeZones
from painstats.plan.values import Item, MeasureName, PlanTable, Scale, ZoneName
from painstats.plan.variables import VariablePlan, check_variables
from painstats.vocabulary import BETTER_WHEN_HIGHER

STUDY_FILE = "study.toml"
SHARDS_FOLDER = "shards"

WITHOUT_RESULTS = ("nightly", "notify", "scale")
"""Tables of the plan that change no result, so that they may change without a new plan hash."""


class StudyTable(PlanTable):
    """``[study]``: the name of the study, and the home time zone of participants without one of their own.

    A study without a declared zone is not run (:mod:`painstats.intake.undeclared_zone`); ``UTC`` only fills its place.
    """

    name: str = "My study"
    time_zone: ZoneName = Field(default="UTC", json_schema_extra={"default": None})


class OutcomePlan(PlanTable):
    """``[outcome]``: which reported item is explained, and the scale of its effects.

    Without ``site``, scores of several sites count as ``across_sites`` says; ``each_site`` asks about each site on its
    own too. A day on which the diary was kept without a score is missing, or with ``unlogged = "zero"`` one without any
    of the item.
    """

    item: Item = "pain"
    scale: Scale = (0, 10)
    site: str | None = None
    across_sites: Literal["mean", "worst"] = "mean"
    each_site: bool = False
    unlogged: Literal["missing", "zero"] = "missing"

    @model_validator(mode="after")
    def _zero_means_none_of_it(self) -> OutcomePlan:
        if self.unlogged == "zero" and self.item in BETTER_WHEN_HIGHER:
            raise ValueError(f'unlogged = "zero" means none of a symptom; for {self.item} write "missing"')
        return self


class QuestionPlan(PlanTable):
    """``[[questions]]``: a question of some kind; its other keys belong to the kind, which checks them when it asks.

    A kind is one folder of ``painstats.questions``, so the plan knows none of them.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str

    @property
    def declared(self) -> dict[str, object]:
        """The declared keys except ``kind``."""
        return dict(self.model_extra or {})


class PredictorPlan(PlanTable):
    """``[[predictors]]``: the older spelling of a daily question: a measure, and how many days before the outcome."""

    measure: MeasureName
    lag_days: int | None = Field(default=None, ge=0, le=28)

    @property
    def question(self) -> QuestionPlan:
        """The same as a question."""
        keys: dict[str, object] = {"kind": "daily"} | self.model_dump(exclude_none=True)
        return QuestionPlan.model_validate(keys)


class JourneyPlan(PlanTable):
    """``[[participants.X.travel]]``: a stay in another time zone, by local dates."""

    first_date: date
    last_date: date
    time_zone: ZoneName

    @model_validator(mode="after")
    def _runs_forwards(self) -> JourneyPlan:
        if self.last_date < self.first_date:
            raise ValueError("last_date is before first_date")
        return self


class ParticipantPlan(PlanTable):
    """``[participants.X]``: a participant's time zone and journeys, and their last visit to a doctor.

    The visit decides only what the page for the doctor compares, so it is no part of the plan's hash.
    """

    time_zone: ZoneName | None = None
    travel: tuple[JourneyPlan, ...] = ()
    last_visit: date | None = None

    @model_validator(mode="after")
    def _one_place_at_a_time(self) -> ParticipantPlan:
        stays = sorted(self.travel, key=lambda stay: stay.first_date)
        if any(later.first_date <= earlier.last_date for earlier, later in itertools.pairwise(stays)):
            raise ValueError("two stays overlap; a participant is in one time zone at a time")
        return self


class InboxPlan(PlanTable):
    """``[inbox]``: files that are not imported, by name."""

    ignore: tuple[str, ...] = ()


class Plan(PlanTable):
    """The whole of ``study.toml``."""

    study: StudyTable = StudyTable()
    outcome: OutcomePlan = OutcomePlan()
    questions: tuple[QuestionPlan, ...] = ()
    predictors: tuple[PredictorPlan, ...] = ()
    adjust: tuple[AdjustPlan, ...] = ()
    diaries: tuple[DiaryPlan, ...] = ()
    tables: tuple[TablePlan, ...] = ()
    apps: AppsPlan = AppsPlan()
    participants: dict[str, ParticipantPlan] = Field(default={})
    phases: tuple[PhasePlan, ...] = ()
    treatments: dict[str, TreatmentPlan] = Field(default={})
    rules: RulesPlan = RulesPlan()
    variables: dict[str, VariablePlan] = Field(default={})
    analysis: AnalysisPlan = AnalysisPlan()
    models: tuple[ModelPlan, ...] = ()
    inbox: InboxPlan = InboxPlan()
    nightly: NightlyPlan = NightlyPlan()
    notify: NotifyPlan = NotifyPlan()
    scale: ScalePlan = ScalePlan()

    @model_validator(mode="after")
    def _asked_in_one_way(self) -> Plan:
        if self.questions and self.predictors:
            raise ValueError('predictors: write them as [[questions]] with kind = "daily", like the other questions')
        return self

    @model_validator(mode="after")
    def _one_entry_at_a_time(self) -> Plan:
        if found := list(overlaps(self.phases)):
            raise ValueError("phases: " + "; ".join(found))
        return self

    @model_validator(mode="after")
    def _treatments_are_different(self) -> Plan:
        check_treatments(self.treatments)
        return self

    @model_validator(mode="after")
    def _sites_are_asked(self) -> Plan:
        kinds = [question.kind for question in self.declared_questions]
        if self.outcome.each_site and kinds and "item" not in kinds:
            raise ValueError(
                'outcome.each_site asks questions of the kind "item"; add [[questions]] with kind = "item"'
            )
        return self

    @model_validator(mode="after")
    def _adjusts_for_what_it_may(self) -> Plan:
        check_adjusted(self.adjust, self.outcome.item, self.tables)
        return self

    @model_validator(mode="after")
    def _analyses_what_it_declares(self) -> Plan:
        check_variables(self.variables)
        check_analysis(self.analysis, self.models, self.variables, self.outcome.item)
        return self

    @property
    def declared_questions(self) -> tuple[QuestionPlan, ...]:
        """The declared questions, including predictors; empty if the standard set is asked."""
        return self.questions or tuple(predictor.question for predictor in self.predictors)


class Study(PlanTable):
    """A study: its folder and its plan; or one of its shards, with a folder below that of the study.

    ``is_own`` for that of ``painstats me``, whose pages have no index and name no participant.
    """

    folder: Path
    plan: Plan
    shard: Shard | None = None
    is_own: bool = False

    @property
    def whole(self) -> Path:
        """The folder of the whole study, also for one of its shards."""
        return self.folder.parent.parent if self.shard else self.folder

    def in_shard(self, shard: Shard) -> Study:
        """Return a shard of the study: the same plan and inbox, a database of its own."""
        return Study(folder=self.whole / SHARDS_FOLDER / f"{shard.number:04d}", plan=self.plan, shard=shard)

    @property
    def inbox(self) -> Path:
        """The folder for exports, of the whole study."""
        return self.whole / "inbox"

    @property
    def database(self) -> Path:
        """The DuckDB file with all imported and computed data."""
        return self.folder / "painstats.duckdb"

    @property
    def reports(self) -> Path:
        """The folder with all reports."""
        return self.folder / "reports"

    @property
    def published(self) -> Path:
        """Parquet files that dashboards read."""
        return self.reports / "published"

    @property
    def plan_hash(self) -> str:
        """SHA-256, 64 hex digits, of all in the plan that can change an answer; every stored result has it."""
        return digest(canonical_plan(self.plan))

    @property
    def settings_hash(self) -> str:
        """First 16 hex digits of the SHA-256 of ``study.toml`` without what no result depends on, as last visits."""
        return self._hash_without(WITHOUT_RESULTS)

    @property
    def frame_hash(self) -> str:
        """The same of what the model frame depends on: not of what is asked of the finished frame."""
        return self._hash_without((*WITHOUT_RESULTS, "analysis", "models", "variables"))

    def _hash_without(self, tables: Sequence[str]) -> str:
        asked = [question.model_dump_json() for question in self.plan.declared_questions]
        only_visits = {name for name, each in self.plan.participants.items() if each.model_fields_set == {"last_visit"}}
        without = {"__all__": {"last_visit"}} | dict.fromkeys(only_visits, True)
        left_out = dict.fromkeys(("questions", "predictors", *tables), True)
        rest = self.plan.model_dump_json(exclude={**left_out, "participants": without})
        return hashlib.sha256("\n".join([rest, *asked]).encode()).hexdigest()[:16]

    def last_visit(self, participant: str) -> date | None:
        """Return the date of a participant's last visit to a doctor; None where the plan has none."""
        own = self.plan.participants.get(participant)
        return own.last_visit if own else None

    @property
    def last_visits(self) -> tuple[str, ...]:
        """Every last visit, as participant and date: pages depend on it, results do not."""
        return tuple(f"{name} {each.last_visit}" for name, each in self.plan.participants.items() if each.last_visit)

    @property
    def time_zones(self) -> TimeZones:
        """Zones and journeys of all participants."""
        participants = self.plan.participants
        return TimeZones(
            default=self.plan.study.time_zone,
            home={name: each.time_zone for name, each in participants.items() if each.time_zone},
            journeys={
                name: tuple(
                    Journey(stay.first_date, stay.last_date, stay.time_zone)
                    for stay in sorted(each.travel, key=lambda stay: stay.first_date)
                )
                for name, each in participants.items()
            },
        )


def read_study(folder: Path | str) -> Study:
    """Read a study folder's plan.

    Parameters
    ----------
    folder
        A study folder. Without a ``study.toml``, the defaults apply.

    Raises
    ------
    StudyError
        The folder is missing, or the file is empty, is not TOML, or has a wrong key or value, which the message names.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise StudyError(f"{folder} is not a folder; create a study with: painstats init {folder.name}")
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(folder).decode(errors="backslashreplace")
        raise StudyError(f"{shown}: the path is not UTF-8, which the database needs; rename the folder") from None
    path = folder / STUDY_FILE
    if not path.exists() and not (folder / "inbox").is_dir():
        raise StudyError(
            f"{folder} is not a study: it has neither {STUDY_FILE} nor inbox/; create one with: painstats init"
        )
    if not path.exists():
        return Study(folder=folder, plan=Plan())
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: not valid TOML: {error}") from None
    if not _declares_anything(declared):
        raise StudyError(
            f"{path} sets nothing: it is empty or truncated. Restore it, or write at least [study] with a time_zone"
        )
    return Study(folder=folder, plan=checked_plan(declared, str(path)))


def _declares_anything(declared: object) -> bool:
    if isinstance(declared, dict):
        return any(_declares_anything(value) for value in declared.values())
    return any(map(_declares_anything, declared)) if isinstance(declared, list) else True


def checked_plan(declared: dict[str, object], place: str) -> Plan:
    """Check a whole plan.

    Raises
    ------
    StudyError
        Naming ``place`` and every key that is wrong, with what is allowed.
    """
    try:
        return Plan.model_validate(declared)
    except ValidationError as error:
        raise unusable(error, place) from None


def unusable(error: ValidationError, place: str, prefix: str = "") -> StudyError:
    """Turn pydantic's findings into an error that names every wrong key, each prefixed by ``prefix``."""
    problems = [
        f"  {prefix}{(key := _key(problem['loc']))}: {_sentence(key, problem['type'], problem['msg'])}"
        for problem in error.errors()
    ]
    return StudyError(f"{place}: the plan cannot be used:\n" + "\n".join(problems))


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "study"


def _sentence(key: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return RETIRED.get(key, "unknown key; remove it or correct its spelling")
    return message.removeprefix("Value error, ")
