"""Write ``participants.csv``: who was enrolled, what was known of them on that day, and their group in the trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sample_data.simulate import Life, stream
from sample_data.trial import ABSENT

FILE = "participants.csv"
COLUMNS = ("participant", "age", "sex", "severity", "group")
AGE, AGE_SD, AGES = 48.0, 13.0, (19, 82)
SEVERITY, SEVERITY_SD, SEVERITIES = 55.0, 15.0, (10, 95)
SEX_UNKNOWN = "hazel"
SEVERITY_UNKNOWN = ("ivy", "mullein")


def write_participants(path: Path, lives: Sequence[Life], seed: int) -> None:
    """Write a row for each participant, and one for someone who never sent anything.

    None of the variables has anything to do with pain: age, sex, and the severity of pain at enrolment on a
    questionnaire from 0 to 100 are drawn for each participant alone.
    """
    arms = {life.person.participant_id: life.person.arm or "" for life in lives} | {ABSENT: ""}
    lines = [",".join(COLUMNS), *(",".join(_cells(name, arm, seed)) for name, arm in arms.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def _cells(name: str, arm: str, seed: int) -> tuple[str, ...]:
    rng = stream(seed, name, "enrolment")
    age = round(min(max(AGE + AGE_SD * rng.standard_normal(), AGES[0]), AGES[1]))
    sex = "female" if rng.random() < 0.6 else "male"
    severity = round(min(max(SEVERITY + SEVERITY_SD * rng.standard_normal(), SEVERITIES[0]), SEVERITIES[1]))
    return (
        name,
        str(age),
        "NA" if name == SEX_UNKNOWN else sex,
        "NA" if name in SEVERITY_UNKNOWN else str(severity),
        arm,
    )
