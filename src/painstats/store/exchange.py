"""Exchange two folders in one step, which Python's standard library cannot."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2
RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders on the same file system, so that no other process sees one of them missing.

    Raises
    ------
    OSError
        They cannot be exchanged; ``errno`` is EINVAL, ENOSYS or ENOTSUP if the system or the file system does not
        support it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(first, second, ctypes.c_uint(RENAME_SWAP))
        else:
            failed = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, ctypes.c_uint(RENAME_EXCHANGE))
    except AttributeError:  # an old C library
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(one)) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one))
