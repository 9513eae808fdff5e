"""Read a workbook from standard input and write its cells to standard output: a program of its own, not a module.

A workbook of a few bytes can unpack to more than any memory: one cell in the last row and column is 17 billion, and
calamine keeps them all. Here only this process ends; ``workbook.py`` starts it with limits.
"""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from painstats.operating_system import limit_this_process

MOST_MEMORY_BYTES = 1 << 30
MOST_CPU_S = 60
PROTECTED, NOT_READ = 10, 11


def main() -> int:
    """Write the cells of each sheet as text, in JSON; return how it ended."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    limit_this_process(MOST_MEMORY_BYTES, MOST_CPU_S)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError:
        return PROTECTED
    except CalamineError:
        return NOT_READ
    json.dump({name: list(map(row, sheet)) for name, sheet in sheets.items()}, sys.stdout)
    return 0


def row(cells: Sequence[object]) -> list[str]:
    """Write the cells of a row, without the empty ones at its end."""
    written = [text(cell) for cell in cells]
    while written and not written[-1]:
        written.pop()
    return written


def text(cell: object) -> str:
    """Write a cell as a diary in CSV would have it."""
    match cell:
        case bool():
            return str(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return repr(round(cell, 10))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("seconds")
        case timedelta():
            return (datetime.min + cell).time().isoformat("seconds")
    return str(cell)


if __name__ == "__main__":
    sys.exit(main())
