"""Start Prefect's server on this machine alone, with its telemetry off.

    python -m flows.server

The same as ``prefect server start``, which on its own would report usage to its makers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import flows  # sets Prefect up in the environment that the server inherits  # noqa: F401

if __name__ == "__main__":
    prefect = Path(sys.executable).with_name("prefect")
    os.execv(prefect, [str(prefect), "server", "start", "--host", "127.0.0.1", *sys.argv[1:]])
