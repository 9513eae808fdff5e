"""What other processes do in the tests of parallel reading."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time

from painstats.intake.reading import read_and_stage


def doubled(number):
    """Double a number, the odd ones slowly; 13 kills its process, 14 is an error."""
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 14:
        raise ValueError("a value that must not be shown")
    time.sleep(0.05 * (number % 2))
    return 2 * number


def tripled_or_dead(number):
    """Triple a number; in another process, 4 kills it."""
    if number == 4 and multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return 3 * number


def process_of(_):
    """Return the number of the process."""
    return os.getpid()


def refuse(_):
    """Fail."""
    raise ValueError("an error of the task")


def process_number(number):
    """Return the number of the process, or work for a minute if it is not the first task."""
    if number:
        time.sleep(60)
    return os.getpid()


def modules(_):
    """Name the modules that reading brings along."""
    return sorted(sys.modules)


def stage_unless_doomed(task):
    """Read an export, but die over the one called doomed."""
    if "doomed" in task.archive.path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_and_stage(task)
