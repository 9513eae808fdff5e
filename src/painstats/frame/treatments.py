"""The treatments of the plan and of the inbox in one table, and what about them is to be settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

import polars as pl

from painstats.frame.logged_days import LoggedDay, phases_and_days
from painstats.frame.phase import Phase
from painstats.store import Store
from painstats.store.rows import column_types, select
from painstats.store.tables import table_exists

_COLUMNS = "participant_id, name, kind, start_date, end_date, dose, dose_unit, ramp_days, wash_out_days, acts_days"
"""Of ``treatment_phase``: ``end_date`` is the last day on which a treatment is taken, done or acts."""

# A table of treatments is read as a whole: a row that its newest version no longer has was renamed or removed.
_IMPORTED = f"""
CREATE OR REPLACE TEMP TABLE imported_entry AS
WITH newest AS (
    SELECT max(import_id) AS newest_id FROM import
    WHERE source = 'treatments' AND status = 'loaded' GROUP BY file_name, participant_id
), held AS (
    SELECT t.* REPLACE (coalesce(t.start_date + t.acts_days::INTEGER - 1, t.end_date) AS end_date),
           unnest(coalesce(g.import_ids, [t.import_id])) AS holder
    FROM treatment AS t LEFT JOIN import_group AS g ON g.group_id = t.import_id
)
SELECT DISTINCT {_COLUMNS}
FROM held
WHERE source <> 'treatments' OR holder IN (SELECT newest_id FROM newest)
"""

_IS_LOGGED_DAY = "(end_date IS NOT DISTINCT FROM start_date AND acts_days IS NULL)"
"""An entry of a single day: a dose or a session, as diaries log them."""

# Two rows about the same treatment of a participant at the same time.
_SAME = """
t.participant_id = d.participant_id AND lower(trim(t.name)) = lower(trim(d.name))
AND t.start_date <= coalesce(d.end_date, DATE '9999-12-31') AND d.start_date <= coalesce(t.end_date, DATE '9999-12-31')
"""


def _values(row: str) -> str:
    names = ("kind", "start_date", "end_date", "dose", "dose_unit", "ramp_days", "wash_out_days", "acts_days")
    return f"({', '.join(f'{row}.{name}' for name in names)})"


# A row of a table lasts until the next one of its name begins, whatever end it has; that is to be settled all the same.
_ALL_PHASES = f"""
CREATE OR REPLACE TEMP VIEW declared_phase AS FROM declared_entry WHERE NOT {_IS_LOGGED_DAY};
CREATE OR REPLACE TEMP VIEW listed_phase AS FROM imported_entry WHERE NOT {_IS_LOGGED_DAY};
CREATE OR REPLACE TEMP VIEW imported_phase AS
SELECT * EXCLUDE (next_start) REPLACE (
    least(end_date, next_start - 1) AS end_date,
    if(acts_days IS NULL, NULL, least(acts_days, next_start - start_date)) AS acts_days
)
FROM (
    SELECT *, min(start_date) OVER (
        PARTITION BY participant_id, lower(trim(name)) ORDER BY start_date
        RANGE BETWEEN INTERVAL 1 DAY FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS next_start
    FROM listed_phase
);
CREATE OR REPLACE TEMP VIEW all_phases AS
FROM declared_phase
UNION ALL FROM imported_phase AS t ANTI JOIN declared_phase AS d ON {_SAME}
UNION ALL FROM logged_phase AS t ANTI JOIN (FROM declared_phase UNION ALL FROM imported_phase) AS d ON {_SAME}
"""

_STRANGERS = """
SELECT participant_id FROM all_phases UNION SELECT participant_id FROM logged_day
EXCEPT SELECT participant_id FROM daily_summary ORDER BY 1
"""

_DISAGREEING = f"""
SELECT DISTINCT t.participant_id, t.name, t.start_date
FROM imported_phase AS t JOIN declared_phase AS d ON {_SAME}
WHERE {_values("t")} IS DISTINCT FROM {_values("d")} ORDER BY ALL
"""

_OVERLAPPING = f"""
SELECT t.participant_id, t.name, d.start_date AS first_start, t.start_date AS second_start
FROM listed_phase AS t JOIN listed_phase AS d ON {_SAME}
WHERE (d.start_date, d.name, {_values("d")}) < (t.start_date, t.name, {_values("t")}) ORDER BY ALL
"""

_LOGGED_DAYS = f"""
SELECT participant_id, max(name) AS name, kind, start_date AS date, max(dose) AS dose,
       arg_max(dose_unit, dose) AS dose_unit, false AS is_in_phase
FROM (FROM imported_entry UNION FROM declared_entry)
WHERE {_IS_LOGGED_DAY}
GROUP BY participant_id, lower(trim(name)), kind, start_date
ORDER BY ALL
"""


def declare_phases(store: Store) -> None:
    """Collect all treatments in ``treatment_phase``, and the days on which diaries log them in ``treatment_day``.

    Of two about the same time, that of the plan counts, then that of a table, then what a diary logs.
    """
    _collect(store)
    for table, temporary in (("treatment_phase", "all_phases"), ("treatment_day", "logged_day")):
        store.connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {temporary}")


def collected_treatments(store: Store) -> tuple[list[Phase], list[LoggedDay]]:
    """Return the phases and the logged days as the plan and the imported files now say, also before a run.

    Returns
    -------
    Both by participant, date and name.
    """
    _collect(store)
    return (
        select(store, Phase, "SELECT * FROM all_phases ORDER BY participant_id, start_date, name, kind"),
        select(store, LoggedDay, "SELECT * FROM logged_day ORDER BY participant_id, date, name"),
    )


def treatments_to_settle(store: Store) -> list[str]:
    """Say which treatments belong to no participant, and where the plan and tables disagree, with names and dates."""
    _collect(store)
    ask = store.connection.execute
    return [
        *(
            f"treatments name the participant {who}, who has no other data; correct the name, or import their data"
            for (who,) in ask(_STRANGERS).fetchall()
        ),
        *(
            f"study.toml and a table of treatments disagree about {name} of {who} from {start:%Y-%m-%d}; the plan "
            "counts. Correct or remove one of the two"
            for who, name, start in ask(_DISAGREEING).fetchall()
        ),
        *(_overlap_words(*row) for row in ask(_OVERLAPPING).fetchall()),
    ]


def _overlap_words(who: str, name: str, first: date, second: date) -> str:
    if first == second:
        return f"tables of treatments have two rows of {name} of {who} that start on {first}; keep one of them"
    last = second - timedelta(days=1)
    return (
        f"{name} of {who}: the row from {first} of a table of treatments lasts into the one from {second}, and was "
        f"taken to end on {last}. Write its last day as end_date"
    )


def _collect(store: Store) -> None:
    """Make the temporary tables of entries, phases and logged days, for this connection only."""
    connection = store.connection
    connection.execute(_IMPORTED)
    connection.execute("CREATE OR REPLACE TEMP TABLE declared_entry AS FROM imported_entry LIMIT 0")
    for phase in store.study.plan.phases:
        connection.execute(
            "INSERT INTO declared_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                phase.participant, phase.name, phase.kind, phase.start, phase.last_day, phase.dose, phase.dose_unit,
                phase.ramp_days, phase.wash_out_days, phase.acts_days,
            ],
        )  # fmt: skip
    logged = select(store, LoggedDay, _LOGGED_DAYS)
    phases, days = phases_and_days(logged, _last_dates(store))
    _hold(store, "logged_day", LoggedDay, days)
    _hold(store, "logged_phase", Phase, phases)
    connection.execute(_ALL_PHASES)


def _last_dates(store: Store) -> dict[str, date]:
    """Return the last date with data of each participant; none before the first run."""
    if not table_exists(store, "daily_summary"):
        return {}
    rows = store.connection.execute("SELECT participant_id, max(date) FROM daily_summary GROUP BY ALL").fetchall()
    return {str(participant): last for participant, last in rows}


def _hold(store: Store, table: str, row_type: type[LoggedDay] | type[Phase], rows: Sequence[LoggedDay | Phase]) -> None:
    """Hold rows in a temporary table."""
    frame = pl.DataFrame([asdict(row) for row in rows], schema=column_types(row_type), orient="row")
    store.connection.register("held_rows", frame.to_arrow())
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM held_rows")
    store.connection.unregister("held_rows")
