"""The treatments of the plan and of the inbox in one table, and what about them is to be settled."""

from __future__ import annotations

from painstats.store import Store

_COLUMNS = "participant_id, name, kind, start_date, end_date, dose, dose_unit, ramp_days, wash_out_days"

# A table of treatments is read as a whole: a row that its newest version no longer has was renamed or removed.
_IMPORTED = f"""
CREATE OR REPLACE TEMP TABLE imported_phase AS
WITH newest AS (
    SELECT max(import_id) AS newest_id FROM import
    WHERE source = 'treatments' AND status = 'loaded' GROUP BY file_name, participant_id
), held AS (
    SELECT t.*, unnest(coalesce(g.import_ids, [t.import_id])) AS holder
    FROM treatment AS t LEFT JOIN import_group AS g ON g.group_id = t.import_id
)
SELECT DISTINCT {_COLUMNS}
FROM held
WHERE source <> 'treatments' OR holder IN (SELECT newest_id FROM newest)
"""

# Two rows about the same treatment of a participant at the same time.
_SAME = """
t.participant_id = d.participant_id AND lower(trim(t.name)) = lower(trim(d.name))
AND t.start_date <= coalesce(d.end_date, DATE '9999-12-31') AND d.start_date <= coalesce(t.end_date, DATE '9999-12-31')
"""


def declare_phases(store: Store) -> None:
    """Collect the treatments of the plan and the imported ones; of two about the same time, that of the plan counts."""
    _collect(store)
    store.connection.execute(
        f"CREATE OR REPLACE TABLE treatment_phase AS FROM imported_phase AS t ANTI JOIN declared_phase AS d ON {_SAME} "
        "UNION ALL FROM declared_phase"
    )


def treatments_to_settle(store: Store) -> list[str]:
    """Say which treatments belong to no participant, and where the plan and a table disagree, with names and dates."""
    _collect(store)
    strangers = store.connection.execute(
        "SELECT participant_id FROM imported_phase UNION SELECT participant_id FROM declared_phase "
        "EXCEPT SELECT participant_id FROM daily_summary ORDER BY 1"
    ).fetchall()
    disagreeing = store.connection.execute(
        "SELECT DISTINCT t.participant_id, t.name, t.start_date "
        f"FROM imported_phase AS t JOIN declared_phase AS d ON {_SAME} "
        "WHERE (t.kind, t.start_date, t.end_date, t.dose, t.dose_unit) IS DISTINCT FROM "
        "(d.kind, d.start_date, d.end_date, d.dose, d.dose_unit) ORDER BY ALL"
    ).fetchall()
    return [
        f"treatments name the participant {who}, who has no other data; correct the name, or import their data"
        for (who,) in strangers
    ] + [
        f"study.toml and a table of treatments disagree about {name} of {who} from {start:%Y-%m-%d}; the plan counts. "
        "Correct or remove one of the two"
        for who, name, start in disagreeing
    ]


def _collect(store: Store) -> None:
    """Make the tables ``imported_phase`` and ``declared_phase``, for this connection only."""
    connection = store.connection
    connection.execute(_IMPORTED)
    connection.execute("CREATE OR REPLACE TEMP TABLE declared_phase AS FROM imported_phase LIMIT 0")
    for phase in store.study.plan.phases:
        connection.execute(
            "INSERT INTO declared_phase VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                phase.participant, phase.name, phase.kind, phase.start, phase.end, phase.dose, phase.dose_unit,
                phase.ramp_days, phase.wash_out_days,
            ],
        )  # fmt: skip
