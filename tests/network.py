"""The network calls of a process and its children, as seen by the kernel (strace)."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

LOOPBACK = ("127.", "::1", "::ffff:127.")


def traced(log: Path) -> list[str]:
    """Return the words before a command that note its network calls, and those of all its processes, in a file.

    Without strace the test fails: a check that cannot be made has not passed.
    """
    if sys.platform != "linux":
        pytest.skip("strace exists on Linux alone")
    if not (strace := shutil.which("strace")):
        pytest.fail("strace is not installed (apt-get install strace): what the network is asked cannot be seen")
    return [strace, "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", str(log)]


def addresses(log: Path) -> tuple[set[str], set[str]]:
    """Return the IP addresses that were listened on, and those that were contacted."""
    listened, contacted = set(), set()
    for line in log.read_text(errors="replace").splitlines():
        if not re.search(r"\b(bind|connect|sendto|sendmsg|sendmmsg)\(", line):
            continue
        found = set(re.findall(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"', line))
        (listened if "bind(" in line else contacted).update(found)
    return listened, contacted


def outside(found: set[str]) -> set[str]:
    """Return the addresses that are not this machine's own."""
    return {address for address in found if not address.startswith(LOOPBACK)}
