"""CSV files to which long runs append: an interruption may leave one incomplete line, which does not count."""

from __future__ import annotations

from pathlib import Path


def complete_lines(path: Path) -> list[str]:
    """Return the lines that were written completely, with their ends."""
    if not path.exists():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]


def append_line(path: Path, header: str, line: str) -> None:
    """Append a line, after removing an incomplete one; a new file begins with the header."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = "".join(complete_lines(path)) or f"{header}\n"
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
