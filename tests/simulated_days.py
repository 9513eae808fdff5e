"""Simulated days in the record tables of a store, without exports."""

from __future__ import annotations

import polars as pl

from painstats.store import Store


def fill(store: Store, days: pl.DataFrame) -> None:
    """Put the scored and worn days into the record tables directly; the loader would note the days they touch."""
    store.connection.register("days", days.to_arrow())
    origin = "participant_id, 'test', 'd', 'tracker'"
    store.connection.execute(
        "DELETE FROM daily_total; DELETE FROM self_report; DELETE FROM daily_built;"
        f"INSERT INTO daily_total SELECT {origin}, date, 'step_count', step_count, 1 FROM days WHERE NOT unworn;"
        f"INSERT INTO daily_total SELECT {origin}, date, 'total_sleep_time_min', total_sleep_time_min, 1 FROM days WHERE NOT unworn;"
        "INSERT INTO self_report SELECT participant_id, 'test', date, NULL, 'pain', '', 'today', 'evening', 1, pain_score, 0, 10, true, 1 "
        "FROM days WHERE NOT diary_missing"
    )
    store.connection.unregister("days")
