"""Start Prefect's server on this machine alone, with its telemetry off.

    painstats server

The same as ``prefect server start``, which on its own would report usage to its makers. Further options are passed on.
"""

from __future__ import annotations

import os
import sys

import flows  # sets Prefect up in the environment that the server inherits

if __name__ == "__main__":
    flows.make_home()
    command = [sys.executable, "-P", "-m", "prefect", "server", "start", "--host", "127.0.0.1", *sys.argv[1:]]
    os.execv(sys.executable, command)
