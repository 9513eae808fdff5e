"""What a night costs: the daily table of many people built at once, and after one new day of everybody.

    python -m benchmarks.nightly --people 1000 --days 365

Records of made-up people go straight into a study's database: a watch and a phone that overlap, staged sleep, an
evening rating. Prints the seconds for everything at once, for one more day of each person, the ratio of the two, and
whether the tables that were brought up to date equal those built anew.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from painstats.daily import build_daily_table
from painstats.daily.build import DAILY_TABLES
from painstats.frame import build_model_frame
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exposures
from painstats.store import Store, open_store
from painstats.store.tables import read_table

FIRST_DATE = date(2025, 1, 1)
PEOPLE = "SELECT id, format('P{:05d}', id) AS participant_id FROM range($people) AS people(id)"
DAYS = (
    "SELECT day, $first + day::INTEGER AS date, epoch_us(($first + day::INTEGER)::TIMESTAMPTZ) AS midnight_us "
    "FROM range($start, $stop) AS days(day)"
)

RECORDS = {
    "step_count": """
        INSERT INTO step_count
        SELECT participant_id, 'apple_health', device, kind, make_timestamptz(midnight_us + minute * 60000000),
               make_timestamptz(midnight_us + (minute + length) * 60000000), NULL, hash(id, day, minute) % 900, 1
        FROM people, days, (
            SELECT 'watch-1' AS device, 'watch' AS kind, unnest(range(420, 1320, 60)) AS minute, 50 AS length
            UNION ALL SELECT 'phone-1', 'phone', unnest(range(450, 1290, 120)), 75
        )
        ORDER BY participant_id, device, day, minute
    """,
    "sleep_segment": """
        INSERT INTO sleep_segment
        SELECT participant_id, 'apple_health', 'watch-1', 'watch',
               make_timestamptz(midnight_us + (start + late) * 60000000),
               make_timestamptz(midnight_us + (start + late + length) * 60000000), NULL, stage, 1
        FROM (SELECT *, (hash(id, day) % 90)::BIGINT AS late FROM people, days), (
            SELECT unnest([-60, 30, 110, 120, 210, 290, 300, 360]) AS start,
                   unnest([90, 80, 10, 90, 80, 10, 60, 45]) AS length,
                   unnest(['core', 'deep', 'awake', 'core', 'rem', 'awake', 'core', 'rem']) AS stage
        )
        ORDER BY participant_id, day, start
    """,
    "self_report": """
        INSERT INTO self_report
        SELECT participant_id, 'diary', date, NULL, 'pain', '', 'today', 'evening', 1, hash(id, day, 1) % 11, 0, 10,
               true, 1
        FROM people, days ORDER BY participant_id, day
    """,
}  # fmt: skip


def main() -> None:
    """Build once, add a day, bring up to date, build again, and print what each took."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        study = Study(folder=Path(folder), plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))
        with open_store(study) as store:
            _add_days(store, options.people, 0, options.days)
            _run(store, options.people, options.days)


def _run(store: Store, people: int, days: int) -> None:
    records = sum(store.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in RECORDS)
    print(f"{people:,} people, {days} days, {records:,} records")
    at_once = _timed("all at once", lambda: build_daily_table(store))
    _add_days(store, people, days, days + 1)
    one_day = _timed("after one more day of everybody", lambda: build_daily_table(store))
    shares = [100 * new / old for new, old in zip(one_day, at_once, strict=True)]
    print(f"share of the time at once          {shares[0]:8.1f} %, CPU {shares[1]:.1f} %")
    _timed("the model frame", lambda: build_model_frame(store, exposures(asked(store.study))))
    ours = {table: read_table(store, table) for table in DAILY_TABLES}
    store.connection.execute("DELETE FROM daily_built")
    build_daily_table(store)
    same = all(read_table(store, table).equals(frame) for table, frame in ours.items())
    print(f"the same tables as built at once: {'yes' if same else 'NO'}")


def _add_days(store: Store, people: int, start: int, stop: int) -> None:
    """Put records of some days into the store, and note whose days they touch."""
    connection = store.connection
    values = {"people": people, "first": FIRST_DATE, "start": start, "stop": stop}
    for statement in RECORDS.values():
        text = f"WITH people AS ({PEOPLE}), days AS ({DAYS}) "
        connection.execute(statement.replace("INSERT INTO", f"{text}INSERT INTO", 1), values)
    touched = [FIRST_DATE + timedelta(days=start - 3), FIRST_DATE + timedelta(days=stop + 1)]
    connection.execute(
        f"INSERT INTO touched_day SELECT participant_id, $f, $l FROM ({PEOPLE})",
        {"people": people, "f": touched[0], "l": touched[1]},
    )


def _timed(name: str, work: Callable[[], object]) -> tuple[float, float]:
    """Print and return the seconds of the clock and of all processors that work took."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - clock, time.process_time() - processors
    print(f"{name:35}{seconds[0]:8.2f} s, CPU {seconds[1]:.2f} s", flush=True)
    return seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    return parser.parse_args()


if __name__ == "__main__":
    main()
