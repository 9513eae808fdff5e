"""``painstats quarantine``: rejected rows, each with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from painstats.commands.printing import print_json, print_table, printable, printable_lines
from painstats.plan.study import read_study
from painstats.store import Store, open_store

QUERY = """
SELECT i.file_name, q.entry, q.line, q.column_name, q.rule, q.text
FROM quarantine AS q JOIN import AS i USING (import_id)
ORDER BY i.file_name, q.entry, q.line, q.column_name
"""
REFUSED = "SELECT file_name, rule, message FROM import WHERE status = 'refused' ORDER BY file_name"


ROW_HEADINGS = {
    "file_name": "file",
    "entry": "entry",
    "line": "line",
    "column_name": "column",
    "rule": "reason",
    "text": "original text",
}


def quarantine(folder: Path, as_json: bool) -> int:
    """Print every rejected row and every refused file with the reason."""
    study = read_study(folder)
    with open_store(study) as store:
        rows = rejected_rows(store)
        refused = store.connection.execute(REFUSED).pl().to_dicts()
    if as_json:
        print_json({"rows": rows, "refused_files": refused})
        return 0
    if not rows and not refused:
        print("The quarantine is empty.")
        return 0
    if rows:
        print_table(rows, ROW_HEADINGS)
    for file in refused:
        print(f"\nrefused: {printable(file['file_name'])} ({file['rule']})\n  {printable_lines(file['message'])}")
    return 0


def rejected_rows(store: Store) -> list[dict[str, Any]]:
    """Return every rejected row of a study, in the order of file and line."""
    return store.connection.execute(QUERY).pl().to_dicts()
