"""What the plan says about reading a participant's files, and its hash."""

from __future__ import annotations

import hashlib

from painstats.plan.apps import AppsPlan
from painstats.plan.study import Study
from painstats.sources.contract import ReadSettings


def settings_of(study: Study, participant_id: str | None) -> ReadSettings:
    """Return what the plan says about reading a participant's files."""
    plan, shard = study.plan, None if participant_id else study.shard
    return ReadSettings(participant_id, study.time_zones, plan.diaries, apps=plan.apps, tables=plan.tables, shard=shard)


def reading_hash(study: Study, participant_id: str | None) -> str:
    """Hash what reading depends on besides the bytes of the file: its participants' zones and the mappings."""
    plan = study.plan
    ids = [participant_id] if participant_id else ["", *sorted(plan.participants)]
    described = [study.time_zones.described(each) for each in ids]
    described += [diary.described() for diary in plan.diaries]
    described += [plan.apps.model_dump_json()] if plan.apps != AppsPlan() else []
    described += [table.model_dump_json() for table in plan.tables]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
