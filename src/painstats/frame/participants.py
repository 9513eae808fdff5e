"""Numbers of valid, usable and used days of each participant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from painstats.frame.variation import outcome_varies
from painstats.store.connection import Store, transaction
from painstats.store.rows import read_rows


@dataclass(frozen=True, slots=True)
class ParticipantSummary:
    """A row of ``participant_summary``.

    Parameters
    ----------
    item, site
        The outcome.
    calendar_days
        Days from the first to the last record.
    outcome_days
        Days with a score.
    in_bed_only_nights
        Nights of which only the time in bed is known.
    diary_days
        Days from the first to the last score; None without scores.
    usable_days
        Days that can be used: those with a score, or where the plan asks for it with every exposure too.
    days_in_model
        Usable days if there are enough of them for the model, otherwise 0.
    last_usable_date
        The last usable day.
    compliance
        Usable days / diary days.
    time_zone
        Time zone on the participant's last day.
    """

    participant_id: str
    item: str
    site: str
    first_date: date
    last_date: date
    calendar_days: int
    outcome_days: int
    valid_step_days: int
    valid_nights: int
    valid_active_days: int
    valid_exercise_days: int
    valid_efficiency_nights: int
    valid_midpoint_nights: int
    valid_regularity_nights: int
    valid_in_bed_nights: int
    in_bed_only_nights: int
    mean_outcome_score: float | None
    sd_outcome_score: float | None
    distinct_outcome_scores: int
    time_zone: str
    commonest_score_days: int | None
    diary_days: int | None
    usable_days: int
    days_in_model: int
    last_usable_date: date | None
    device_changes: int
    compliance: float

    def varies(self, scale: tuple[float, float]) -> bool:
        """Whether the scores vary enough for an effect to show; False without scores."""
        if not self.outcome_days:
            return False
        share = (self.commonest_score_days or 0) / self.outcome_days
        return outcome_varies(self.sd_outcome_score, self.distinct_outcome_scores, share, scale)


def summarise(store: Store) -> None:
    """Build ``participant_summary`` from the daily table and the model frame."""
    with transaction(store) as connection:
        connection.execute((files("painstats.frame") / "participant_summary.sql").read_text(encoding="utf-8"))


def participant_summaries(store: Store) -> list[ParticipantSummary]:
    """Read ``participant_summary``, ordered by participant id."""
    return read_rows(store, "participant_summary", ParticipantSummary, "participant_id")
