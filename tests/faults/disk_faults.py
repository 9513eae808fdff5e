"""Simulated disk faults: audit hooks see nearly every call of this process that reaches the disk."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager


class Faults:
    """Make the n-th call that reaches the disk below a folder fail as on a full disk.

    Python reports most of them to its audit hooks; whoever wants others to fail, too, calls ``count`` there.
    """

    EVENTS = (
        "open",
        "os.link",
        "os.rename",
        "os.mkdir",
        "os.remove",
        "os.rmdir",
        "os.scandir",
        "os.chmod",
        "os.listdir",
    )

    def __init__(self):
        self.folder, self.left, self.events = None, 0, self.EVENTS
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if self.folder and event in self.events and any(str(self.folder) in str(each) for each in arguments[:2]):
            self.count()

    def count(self):
        if self.folder:
            self.left -= 1
            if self.left == 0:
                self.folder = None
                raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def at(self, n, folder, events=EVENTS):
        self.folder, self.left, self.events = folder, n, events
        try:
            yield
        finally:
            self.folder = None


faults = Faults()
"""One for the whole process, since an audit hook cannot be taken away again."""
