"""The cost of a nightly run: the daily table of many participants, computed completely and after one new day.

    python -m benchmarks.nightly --participants 1000 --days 365 --treated 20 --experiments 20 --explored 20

Simulated records go straight into a study's database: a watch and a phone that overlap, staged sleep, an
evening score. Prints the seconds for everything, for one more day of every participant, the ratio of the two, and
whether the updated tables equal those of a complete computation. Some participants start five treatments and stop
them, ten changes in a year of which nine have enough days to be judged; some have finished an experiment of 16 blocks,
all of them the same one. The cost of these is printed too. No treatment does anything. Last, a study of its own is
asked every exploratory question that is asked where a plan lists none: its participants exercise, and score four more
items.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from painstats.daily import build_daily_table
from painstats.daily.build import DAILY_TABLES
from painstats.frame import build_model_frame
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exploratory_kinds, exposures
from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.kind import EXPERIMENT
from painstats.questions.experiment.plan import ExperimentPlan
from painstats.questions.experiment.stored import store_plan
from painstats.questions.exploratory.judge import judge_exploratory
from painstats.questions.treatment.kind import TREATMENT
from painstats.store import Store, open_store
from painstats.store.tables import read_table

FIRST_DATE = date(2025, 1, 1)
PARTICIPANTS = "SELECT id, format('P{:05d}', id) AS participant_id FROM range($participants) AS participants(id)"
DAYS = (
    "SELECT day, $first + day::INTEGER AS date, epoch_us(($first + day::INTEGER)::TIMESTAMPTZ) AS midnight_us "
    "FROM range($start, $stop) AS days(day)"
)

RECORDS = {
    "step_count": """
        INSERT INTO step_count
        SELECT participant_id, 'apple_health', device, kind, make_timestamptz(midnight_us + minute * 60000000),
               make_timestamptz(midnight_us + (minute + length) * 60000000), NULL, hash(id, day, minute) % 900, 1
        FROM participants, days, (
            SELECT 'watch-1' AS device, 'watch' AS kind, unnest(range(420, 1320, 60)) AS minute, 50 AS length
            UNION ALL SELECT 'phone-1', 'phone', unnest(range(450, 1290, 120)), 75
        )
        ORDER BY participant_id, device, day, minute
    """,
    "sleep_segment": """
        INSERT INTO sleep_segment
        SELECT participant_id, 'apple_health', 'watch-1', 'watch',
               make_timestamptz(midnight_us + (start + late) * 60000000),
               make_timestamptz(midnight_us + (start + late + length + if(start = 360, longer, 0)) * 60000000), NULL,
               stage, 1
        FROM (
            SELECT *, (hash(id, day) % 90)::BIGINT AS late, (hash(id, day, 2) % 150)::BIGINT AS longer
            FROM participants, days
        ), (
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
        FROM participants, days ORDER BY participant_id, day
    """,
}  # fmt: skip

FURTHER_RECORDS = {
    "exercise_session": """
        INSERT INTO exercise_session
        SELECT participant_id, 'apple_health', 'watch-1', 'watch',
               make_timestamptz(midnight_us + (1020 + 40 * place) * 60000000),
               make_timestamptz(midnight_us + (1050 + 40 * place) * 60000000), NULL, format('{}-{}', day, place), kind,
               30, NULL, NULL, NULL, 1
        FROM participants, days, (
            SELECT unnest(['swimming', 'running', 'yoga', 'walking', 'strength']) AS kind,
                   unnest([0, 1, 2, 3, 4])::BIGINT AS place
        )
        WHERE hash(id, day, kind) % 10 < 3
        ORDER BY participant_id, day, place
    """,
    "self_report": """
        INSERT INTO self_report
        SELECT participant_id, 'diary', date, NULL, item, '', 'today', 'evening', 1, hash(id, day, item) % 11, 0, 10,
               item <> 'mood', 1
        FROM participants, days, (SELECT unnest(['fatigue', 'mood', 'anxiety', 'stress']) AS item)
        ORDER BY participant_id, day, item
    """,
}
"""What the participants with further questions record beside the others' records."""

TREATMENTS = """
    INSERT INTO treatment
        (participant_id, source, kind, name, start_date, end_date, ramp_days, wash_out_days, import_id)
    SELECT participant_id, 'apple_health', 'therapy', format('treatment {}', number), $first + 36 + number * 72,
           $first + 71 + number * 72, 0, 0, 1
    FROM participants, (SELECT unnest(range(5))::INTEGER AS number)
"""


BLOCKS, BLOCK_DAYS, CARRY_OVER_DAYS = 16, 7, 1
"""Of each experiment."""


def main() -> None:
    """Build once, add a day, bring up to date, build again, and print what each took."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, open_store(_study(folder)) as store:
        _add_days(store, options.participants, 0, options.days)
        _add_treatments(store, options.treated)
        _add_experiments(store, options.experiments)
        _run(store, options.participants, options.days)
    with tempfile.TemporaryDirectory() as folder, open_store(_study(folder)) as store:
        _ask_further(store, options.explored, options.days)


def _study(folder: str) -> Study:
    return Study(folder=Path(folder), plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))


def _ask_further(store: Store, participants: int, days: int) -> None:
    """Judge the exploratory questions of a study that asks nothing but the standard ones."""
    for records in (RECORDS, FURTHER_RECORDS):
        _add_records(store, records, participants, 0, days)
    build_daily_table(store)
    questions = asked(store.study)
    build_model_frame(store, exposures(questions))
    kinds = exploratory_kinds(store.study)
    _, processors = _timed(
        f"questions of {participants} participants", lambda: judge_exploratory(store, questions, kinds)
    )
    judged = "SELECT count(*), count(own_estimate) FROM contrast_finding"
    print("contrasts, and those with an estimate: {:,}, {:,}".format(*store.connection.execute(judged).fetchall()[0]))
    print(f"CPU for each participant           {processors / participants:8.2f} s")


def _run(store: Store, participants: int, days: int) -> None:
    records = sum(store.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in RECORDS)
    print(f"{participants:,} participants, {days} days, {records:,} records")
    at_once = _timed("everything", lambda: build_daily_table(store))
    _add_days(store, participants, days, days + 1)
    one_day = _timed("after one more day", lambda: build_daily_table(store))
    shares = [100 * new / old for new, old in zip(one_day, at_once, strict=True)]
    print(f"share of the time                  {shares[0]:8.1f}%, CPU {shares[1]:.1f}%")
    _timed("the model frame", lambda: build_model_frame(store, exposures(asked(store.study))))
    _timed("changes of treatments", lambda: TREATMENT.judge(store))
    judged = "SELECT count(*), count(estimate) FROM change_finding"
    print("changes, and those with an estimate: {:,}, {:,}".format(*store.connection.execute(judged).fetchall()[0]))
    _timed("experiments", lambda: EXPERIMENT.judge(store))
    tested = "SELECT count(*), count(p), (SELECT count(*) FROM experiment_average) FROM experiment_finding"
    counts = store.connection.execute(tested).fetchall()[0]
    print("experiments, those with a p, and averages: {:,}, {:,}, {:,}".format(*counts))
    ours = {table: read_table(store, table) for table in DAILY_TABLES}
    store.connection.execute("DELETE FROM daily_built")
    build_daily_table(store)
    same = all(read_table(store, table).equals(frame) for table, frame in ours.items())
    print(f"the same tables: {'yes' if same else 'NO'}")


def _add_days(store: Store, participants: int, start: int, stop: int) -> None:
    """Put records of some days into the store, and note the days that they touch."""
    _add_records(store, RECORDS, participants, start, stop)


def _add_records(store: Store, records: Mapping[str, str], participants: int, start: int, stop: int) -> None:
    connection = store.connection
    values = {"participants": participants, "first": FIRST_DATE, "start": start, "stop": stop}
    for statement in records.values():
        text = f"WITH participants AS ({PARTICIPANTS}), days AS ({DAYS}) "
        connection.execute(statement.replace("INSERT INTO", f"{text}INSERT INTO", 1), values)
    touched = [FIRST_DATE + timedelta(days=start - 3), FIRST_DATE + timedelta(days=stop + 1)]
    connection.execute(
        f"INSERT INTO touched_day SELECT participant_id, $f, $l FROM ({PARTICIPANTS})",
        {"participants": participants, "f": touched[0], "l": touched[1]},
    )


def _add_treatments(store: Store, participants: int) -> None:
    text = f"WITH participants AS ({PARTICIPANTS})"
    values = {"participants": participants, "first": FIRST_DATE}
    store.connection.execute(TREATMENTS.replace("INSERT INTO", f"{text} INSERT INTO", 1), values)


def _add_experiments(store: Store, participants: int) -> None:
    """Store for each participant an experiment that begins on the first date, with an order of its own."""
    drawn_at = datetime(FIRST_DATE.year, FIRST_DATE.month, FIRST_DATE.day, tzinfo=UTC) - timedelta(days=1)
    for number in range(participants):
        who = f"P{number:05d}"
        wish = Wish(who, "heat", "nothing", FIRST_DATE, BLOCKS, BLOCK_DAYS, carry_over_days=CARRY_OVER_DAYS)
        seed = f"{number:032x}"
        plan = ExperimentPlan(who, "heat", "nothing", FIRST_DATE, BLOCKS, BLOCK_DAYS, wish.dropped_days, seed)
        store_plan(store, plan, wish, drawn_at)


def _timed(name: str, work: Callable[[], object]) -> tuple[float, float]:
    """Print and return the elapsed and CPU seconds that work took."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - clock, time.process_time() - processors
    print(f"{name:35}{seconds[0]:8.2f} s, CPU {seconds[1]:.2f} s", flush=True)
    return seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--treated", type=int, default=20)
    parser.add_argument("--experiments", type=int, default=20)
    parser.add_argument("--explored", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
