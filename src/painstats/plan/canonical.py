"""The canonical form of a plan: everything that can change an answer, as one text with one hash.

It has the outcome, the questions, the rules, the variables, the models, the analysis, and for how long treatments
build up and wear off. It has neither paths nor the formats of diaries and tables, nor who takes part, when they were
treated and in which time zone they live, so that it holds nothing about a participant.

References
----------
docs/method/plan_record.md
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from painstats.plan.study import Plan

PLAN_VERSION = 1
"""Of what plans mean. It is raised when the same plan, of the same data, begins to give other answers."""


def canonical_json(content: object) -> str:
    """Write JSON in its one canonical form: sorted keys, no spaces, UTF-8 as it is.

    Raises
    ------
    ValueError
        A number is infinite or not a number.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_plan(plan: Plan) -> str:
    """Return the canonical JSON of a plan, with every default filled in."""
    declared = plan.model_dump(
        mode="json", include={"outcome", "adjust", "treatments", "rules", "variables", "analysis", "models"}
    )
    declared["questions"] = [question.model_dump(mode="json") for question in plan.declared_questions]
    declared["ramps"] = _ramps(plan)
    declared["version"] = PLAN_VERSION
    return canonical_json(declared)


def _ramps(plan: Plan) -> dict[str, list[list[int | None]]]:
    """Return for each treatment how many days it builds up, wears off and acts, each combination once."""
    ramps: dict[str, set[tuple[int, int, int]]] = {}
    for phase in plan.phases:
        times = (phase.ramp_days, phase.wash_out_days, phase.acts_days or 0)
        ramps.setdefault(phase.name.strip().casefold(), set()).add(times)
    return {name: [list(times) for times in sorted(found)] for name, found in ramps.items()}
