"""What the reading of an inbox came to, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from painstats.intake.candidates import FileOutcome


@dataclass(frozen=True, slots=True)
class FilesRead:
    """What one run read: counts, without ids and file names.

    Parameters
    ----------
    files
        Status (``loaded``, ``known``, ``withdrawn``, ``waiting``, ``refused``, ``failed``) to the number of files.
    refusals
        Rule to the number of files that were refused or could not be read for it.
    rows_read
        Rows of the loaded files. The following five add up to it.
    files_with_rejected_rows
        Loaded files of which at least one row was rejected.
    seconds
        How long it took.
    """

    files: Mapping[str, int]
    refusals: Mapping[str, int]
    rows_read: int
    rows_new: int
    rows_duplicate: int
    rows_corrected: int
    rows_rejected: int
    rows_unused: int
    files_with_rejected_rows: int
    seconds: float = field(compare=False)


def files_read(outcomes: Sequence[FileOutcome], seconds: float) -> FilesRead:
    """Count the outcomes of a run's files."""
    loaded = [outcome.summary for outcome in outcomes if outcome.summary]
    refused = [outcome.rule or "unknown" for outcome in outcomes if outcome.status in ("refused", "failed")]
    return FilesRead(
        files=_counted([outcome.status for outcome in outcomes]),
        refusals=_counted(refused),
        rows_read=sum(summary.read for summary in loaded),
        rows_new=sum(summary.new for summary in loaded),
        rows_duplicate=sum(summary.same for summary in loaded),
        rows_corrected=sum(summary.corrected for summary in loaded),
        rows_rejected=sum(summary.quarantined for summary in loaded),
        rows_unused=sum(summary.ignored for summary in loaded),
        files_with_rejected_rows=sum(summary.quarantined > 0 for summary in loaded),
        seconds=seconds,
    )


def _counted(names: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
