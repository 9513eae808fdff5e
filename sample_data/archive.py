"""Write zip archives whose bytes depend on their content alone."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path


def write_zip(path: Path, entries: Mapping[str, str], exported_on: date) -> None:
    """Write text entries as UTF-8 into a zip, all dated with the day of the export."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            entry = zipfile.ZipInfo(name, (exported_on.year, exported_on.month, exported_on.day, 9, 30, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, text.encode())
