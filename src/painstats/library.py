"""What a statistician takes from a study besides its reports: the model frame, and what an export holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from painstats.errors import StudyError
from painstats.intake import inspection
from painstats.intake.inspection import Inspection, exports_at
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.intake.read_settings import settings_of
from painstats.plan.study import Plan, Study
from painstats.store import open_store
from painstats.store.tables import read_table, table_exists

MODEL_FRAME = "model_frame"


def load_frame(study: Study) -> pl.DataFrame:
    """Load the frame that the models of a study were fitted to, from its last run.

    Returns
    -------
    polars.DataFrame
        A row for each participant and date with an outcome or an exposure, ordered by both. Columns:

        - ``participant_id``, ``date`` (local calendar date);
        - ``item``, ``site``: which outcome, such as pain;
        - ``outcome_score``: its score on the diary's own scale, null where there is none;
        - for each exposure ``<measure>_lag<days>`` in the units of its effect (``total_sleep_time_min_lag0`` in hours,
          ``step_count_lag1`` in 1,000 steps), ``…_between`` (the participant's mean less the mean of all) and
          ``…_within`` (the day less the participant's mean of days under the same treatments; 0 where it is unknown),
          ``…_unknown`` (1 on such days);
        - ``device_era``: counts the participant's devices; ``is_weekend``: 1 on Saturday and Sunday;
        - ``time_30d``: months of 30 days from the middle of the participant's record;
        - ``treatments``: a list of what acts on the day, each with ``treatment`` (name and dose) and ``share`` (of its
          full effect, above 0 to 1); ``regime``: numbers the participant's sets of treatments and doses, and
          ``…_regime`` is that of the exposure's own day;
        - ``left_out``: why the models do not use the row; null where they do; ``in_cohort``: whether every exposure is
          known on enough days, as a model over participants of all of them needs.

    Raises
    ------
    StudyError
        The study has not been run.
    StudyInUse
        Another process is running it.
    """
    with open_store(study) as store:
        if not table_exists(store, MODEL_FRAME):
            raise StudyError(f"{study.folder} has no results yet; run it first: painstats run {study.folder}")
        return read_table(store, MODEL_FRAME, "participant_id, date")


def inspect_export(path: Path | str, study: Study | None = None, participant_id: str = SOLE_PARTICIPANT) -> Inspection:
    """Find out what an export holds, without storing anything.

    Parameters
    ----------
    path
        A file, a zip or an unpacked folder. Exports of their own inside it are named in the result.
    study
        Gives the time zone of the participant and the mappings of diaries; without one times are read in UTC.
    participant_id
        The participant, where the export does not name one.

    Raises
    ------
    ExportRefused
        A run would refuse it.
    """
    path = Path(path)
    settings = settings_of(study or Study(folder=path.parent, plan=Plan()), participant_id)
    whole, *_ = exports_at(path, settings)
    return inspection.inspect_export(whole, settings)
