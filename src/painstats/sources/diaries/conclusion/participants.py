"""Whether a diary has the entries of several participants."""

from __future__ import annotations

from painstats.sources.diaries.conclusion.findings import Context, Found, Table, counted
from painstats.sources.diaries.conclusion.names import is_participant_name


def conclude_participants(table: Table, context: Context) -> Found:
    """Find ``participant_column``: one named after a participant, with several texts that each occur repeatedly."""
    chosen = context.known.get("participant_column")
    if isinstance(chosen, str):
        return Found({"participant_column": chosen})
    for name in table.header:
        cells = [cell for cell in table.cells(name) if cell]
        ids = set(cells)
        if is_participant_name(name) and 1 < len(ids) < len(cells) and len(cells) > 0.9 * len(table.days):
            said = f'It has the entries of {counted(len(ids), "participant")}, named in "{name}".'
            return Found({"participant_column": name}, (said,))
    return Found()
