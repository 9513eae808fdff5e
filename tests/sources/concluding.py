"""What the tests of concluded diaries share: a diary concluded and read, as scores by date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import fmean

from painstats.archive.archive import open_archive
from painstats.batch import Rows
from painstats.intake.checks import check_records
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.conclusion import Conclusion, conclude
from tests.sources.hand_made_diaries import Diary
from tests.sources.reading import TODAY, read, settings


def concluded(folder: Path, diary: Diary, known: Mapping[str, object] | None = None) -> Conclusion:
    path = folder / diary.file
    path.write_bytes(diary.data)
    return conclude(open_archive(path).entries[0], known or {}, TODAY, is_diary=diary.is_diary)


def scores_of(folder: Path, diary: Diary, plan: DiaryPlan) -> dict[date, float]:
    """Read a diary as declared, as a study would, and return the mean score of each date."""
    found = defaultdict(list)
    for batch in read(folder / diary.file, settings(diaries=[plan])).batches:
        if isinstance(batch, Rows) and batch.table == "self_report":
            for row in check_records(batch, TODAY).accepted.rows(named=True):
                found[row["date"]].append(row["value"])
    return {day: fmean(values) for day, values in found.items()}
