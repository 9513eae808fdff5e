"""Offsets that an export records are held against the declared zone: a contradiction is refused or noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from painstats.batch import CHECK_ZONE, Note, Rows
from painstats.errors import ExportRefused
from painstats.intake.recorded_offsets import with_zone_checked
from painstats.plan.time_zones import Journey
from tests.sources.reading import settings

LONDON = settings(zone="Europe/London")


def rows(offsets: list[int | None], first: int = 0) -> Rows:
    starts = [datetime(2024, 1, 1, 18, tzinfo=UTC) + timedelta(days=first + day) for day in range(len(offsets))]
    columns = {"start_at": starts, "utc_offset_min": offsets}
    return Rows("step_count", pl.DataFrame(columns, {"start_at": pl.Datetime("us", "UTC"), "utc_offset_min": pl.Int32}))


def notes(batches: list[Rows], known: object = LONDON) -> list[str]:
    return [batch.message for batch in with_zone_checked(iter(batches), known) if isinstance(batch, Note)]


def test_offsets_of_the_declared_zone_are_not_mentioned() -> None:
    assert notes([rows([0] * 60), rows([None] * 60)]) == []
    assert notes([rows([60] * 60, first=100)]) == []  # summer time


def test_an_export_of_which_days_would_be_cut_in_two_zones_is_refused() -> None:
    with pytest.raises(ExportRefused, match="America/Los_Angeles") as refused:
        notes([rows([-480] * 30), rows([None] * 30)])
    assert refused.value.rule == "wrong_time_zone"
    assert "on 30 of 30 dates" in str(refused.value)


@pytest.mark.parametrize(("n_elsewhere", "is_refused"), [(29, False), (30, True)])
def test_three_quarters_of_the_dates_decide(n_elsewhere: int, is_refused: bool) -> None:
    batches = [rows([-480] * n_elsewhere + [0] * (40 - n_elsewhere)), rows([None] * 40)]
    if is_refused:
        with pytest.raises(ExportRefused):
            notes(batches)
    else:
        [note] = notes(batches)
        assert note.startswith(CHECK_ZONE)


def test_an_export_that_records_every_offset_is_noted_and_read() -> None:
    [note] = notes([rows([-480] * 30)])
    assert note.startswith(f"{CHECK_ZONE}the export records another UTC offset")


def test_a_few_named_records_do_not_speak_for_years_without_a_zone() -> None:
    [note] = notes([rows([-480] * 12), rows([None] * 400)])
    assert note.startswith(CHECK_ZONE)


def test_a_stay_elsewhere_is_noted_with_its_dates_until_it_is_declared() -> None:
    batches = [rows([0] * 20 + [660] * 5 + [0] * 20), rows([None] * 45)]
    [note] = notes(batches)
    assert "on 4 of 44 dates from 2024-01-22 to 2024-01-25" in note
    stay = Journey(datetime(2024, 1, 22).date(), datetime(2024, 1, 26).date(), "Australia/Melbourne")
    assert notes(batches, settings(zone="Europe/London", journeys={"ann": (stay,)})) == []


def test_few_dates_decide_nothing() -> None:
    assert notes([rows([-480] * 9), rows([None] * 9)]) == []
